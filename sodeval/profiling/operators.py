"""Count by operators: what torch dispatches, whatever modules it comes from.

The numbers of fvcore's ``FlopCountAnalysis``, with its formulas stated anew: a multiply-add is one.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

Arguments = tuple[Any, ...]
Formula = Callable[[Arguments, Any], int]


def _convolution(args: Arguments, out: Tensor) -> int:
    """Each weight once an output pixel; once an *input* pixel where transposed."""
    x, weight, transposed = args[0], args[1], args[6]
    pixels = (x if transposed else out).shape[2:]
    return int(x.shape[0] * weight.numel() * math.prod(pixels))


def _product(args: Arguments, out: Tensor) -> int:
    """(…, n, k) by (…, k, m): k for every element of the result."""
    return int(out.numel() * args[-1].shape[-2])


def _fused_attention(args: Arguments, _: Any) -> int:
    """Two products: queries by keys, weights by values; (N, heads, L, E) each."""
    query, key, value = args[:3]
    batch, heads, queries, width = query.shape
    return int(batch * heads * queries * key.shape[-2] * (width + value.shape[-1]))


def _batch_norm(args: Arguments, _: Any) -> int:
    """Scale and shift, folded as in evaluation."""
    return int(args[0].numel() * (1 if args[1] is None else 2))


def _norm(weight: int) -> Formula:
    """Mean, variance and quotient take 4 an element, the affine weights one more."""
    return lambda args, _: int(args[0].numel() * (4 if args[weight] is None else 5))


def _bilinear(_: Arguments, out: Tensor) -> int:
    return int(out.numel() * 4)


FORMULAS: Mapping[str, tuple[str, Formula]] = {
    "convolution": ("conv", _convolution),
    "mm": ("linear", _product),
    "addmm": ("linear", _product),
    "bmm": ("bmm", _product),
    "baddbmm": ("bmm", _product),
    "_scaled_dot_product_flash_attention": ("bmm", _fused_attention),
    "_scaled_dot_product_flash_attention_for_cpu": ("bmm", _fused_attention),
    "_scaled_dot_product_efficient_attention": ("bmm", _fused_attention),
    "_scaled_dot_product_cudnn_attention": ("bmm", _fused_attention),
    "native_batch_norm": ("batch_norm", _batch_norm),
    "cudnn_batch_norm": ("batch_norm", _batch_norm),
    "_native_batch_norm_legit_no_training": ("batch_norm", _batch_norm),
    "_batch_norm_no_update": ("batch_norm", _batch_norm),
    "native_layer_norm": ("layer_norm", _norm(2)),
    "native_group_norm": ("group_norm", _norm(1)),
    "upsample_bilinear2d": ("upsample_bilinear2d", _bilinear),
}
"""Operator to the name its count is summed under, and the formula."""

MOVES = frozenset(
    (
        *("cat", "stack", "clone", "copy_", "_to_copy", "contiguous", "repeat", "constant_pad_nd"),
        *("empty", "empty_like", "new_empty", "new_zeros", "zeros", "zeros_like", "ones", "full"),
        *("arange", "index", "index_select", "gather", "embedding", "roll", "flip", "_unsafe_view"),
        *("_reshape_copy", "lift_fresh", "scalar_tensor", "empty_strided", "fill_", "zero_"),
    )
)
"""Operators that make or move numbers and compute none: not worth a line among the uncounted."""


class OperatorCounter(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch's own
    """Counts while it is entered.

    Attributes:
        macs: multiply-adds by name, ``FORMULAS`` says which.
        calls: how often each operator ran that computes something, counted or not.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch's own
        self.macs: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()

    def __torch_dispatch__(
        self,
        func: Any,
        types: Any,
        args: Arguments = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        name = func.overloadpacket.__name__
        if name not in FORMULAS:
            with self:  # an operator made of others is counted by its parts
                out = func.decompose(*args, **(kwargs or {}))
            if out is not NotImplemented:
                return out
        out = func(*args, **(kwargs or {}))
        if name in FORMULAS:
            group, formula = FORMULAS[name]
            self.macs[group] += formula(args, out)
        if not _only_moves(func):
            self.calls[name] += 1
        return out

    def uncounted(self) -> dict[str, int]:
        """Operators that compute and have no formula here, with how often they ran."""
        return {name: n for name, n in sorted(self.calls.items()) if name not in FORMULAS}


def _only_moves(func: Any) -> bool:
    """Whether an operator gives a view, or is one of ``MOVES``."""
    returns = func._schema.returns
    views = any(r.alias_info is not None and not r.alias_info.is_write for r in returns)
    return views or not returns or func.overloadpacket.__name__ in MOVES
