"""What an ONNX file says of its preparation and finish: JSON in its metadata, key ``sodeval``.

The object has two parts, ``preparation`` and ``finish``, with the fields of the data classes of
`sodeval.models.card`. A field that is left out has the value of `PREPARATION` and `FINISH`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, Literal, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

from sodeval.errors import UnknownNameError, WeightsError
from sodeval.models.card import Finish, Preparation, Size, Triple

KEY = "sodeval"

# resizes that give the same bytes with and without torch
PREPARATION = Preparation(reader="pillow", size=None, resize="opencv")
FINISH = Finish(activation="sigmoid", resize="skimage")

_ASSUMED = {
    "preparation": ("reader", "resize", "scale", "mean", "std"),
    "finish": ("activation", "resize", "rounding"),
}
_EXAMPLE = '{"preparation": {"size": [352, 352]}}'

Rules = TypeVar("Rules", Preparation, Finish)


def metadata(preparation: Preparation, finish: Finish) -> str:
    """The value to store under the key ``sodeval``.

    >>> from onnx import helper  # doctest: +SKIP
    >>> helper.set_model_props(model, {"sodeval": metadata(...)})  # doctest: +SKIP
    """
    return json.dumps({"preparation": asdict(preparation), "finish": asdict(finish)})


class Usage(NamedTuple):
    """How a file is used, and what had to be assumed of it: field -> value."""

    path: str
    preparation: Preparation
    finish: Finish
    assumed: dict[str, object]

    @property
    def notes(self) -> tuple[str, ...]:
        """What was assumed, in words; empty if nothing was."""
        if not self.assumed:
            return ()
        said = ", ".join(f"{field} {_shown(value)}" for field, value in self.assumed.items())
        return (f"{self.path}: its metadata (key {KEY!r}) do not say it all; assumed: {said}",)


def usage_of(stored: str | None, path: str, size: Size | None) -> Usage:
    """Preparation and finish of a file.

    Args:
        stored: the metadata, if the file has any.
        path: of the file.
        size: height and width of its input, if they are fixed.

    Raises:
        WeightsError: the metadata are not what they should be, or the size is missing.
    """
    parts = _parsed(stored, path)
    preparation = _filled(PREPARATION, parts["preparation"], f"{path}: preparation")
    stated = "size" in parts["preparation"]
    if size is None and not stated:
        raise WeightsError(
            f"{path} takes inputs of any size; say which it was made for in its metadata "
            f"(key {KEY!r}), as in {_EXAMPLE}, or null for the photograph's own."
        )
    if size is not None and stated and preparation.size != size:
        raise WeightsError(
            f"{path}: its metadata give the size {json.dumps(preparation.size)} and its input is "
            f"fixed to {list(size)}; leave the size out."
        )
    preparation = replace(preparation, size=size or preparation.size)
    finish = _filled(FINISH, parts["finish"], f"{path}: finish")
    if finish.activation == "argmax":
        if "resize" not in parts["finish"]:
            finish = replace(finish, resize="torch")
        if finish.resize not in ("torch", "none"):
            raise WeightsError(
                f"{path}: finish: resize is {finish.resize!r}; class scores are resized by 'torch'."
            )
    assumed = {
        f"{part} {field}": getattr(made, field)
        for part, made in (("preparation", preparation), ("finish", finish))
        for field in _ASSUMED[part]
        if field not in parts[part]
    }
    return Usage(path, preparation, finish, assumed)


def _parsed(stored: str | None, path: str) -> dict[str, Mapping[str, Any]]:
    if stored is None:
        return {"preparation": {}, "finish": {}}
    try:
        data = json.loads(stored)
    except (ValueError, RecursionError) as error:
        raise WeightsError(f"{path}: its metadata {KEY!r} are not JSON ({error}).") from error
    if not isinstance(data, dict) or not all(isinstance(part, dict) for part in data.values()):
        raise WeightsError(f"{path}: its metadata {KEY!r} are no object like {_EXAMPLE}.")
    for part in data:
        if part not in _ASSUMED:
            raise WeightsError(f"{path}: {UnknownNameError('metadata', part, _ASSUMED)}")
    return {part: data.get(part, {}) for part in _ASSUMED}


def _filled(defaults: Rules, given: Mapping[str, Any], where: str) -> Rules:
    kinds = get_type_hints(type(defaults))
    values = {name: getattr(defaults, name) for name in kinds}
    for name, value in given.items():
        if name not in kinds:
            raise WeightsError(f"{where}: {UnknownNameError('field', name, kinds)}")
        values[name] = _checked(value, kinds[name], f"{where}: {name}")
        if name == "std" and 0 in values[name]:
            raise WeightsError(f"{where}: std has a zero, which nothing can be divided by.")
    return type(defaults)(**values)


def _checked(value: object, kind: Any, where: str) -> object:
    """A value read from JSON as the field's type; what else it is, is refused."""
    if get_origin(kind) is Literal:
        if value in get_args(kind):
            return value
        expected = "one of " + ", ".join(get_args(kind))
    elif kind is bool:
        if isinstance(value, bool):
            return value
        expected = "true or false"
    elif kind is int:
        if _is_count(value):
            return value
        expected = "a positive integer"
    elif kind == Triple:
        if isinstance(value, list) and len(value) == 3 and all(map(_is_finite, value)):
            return tuple(map(float, value))
        expected = "three numbers"
    else:
        if value is None:
            return None
        if isinstance(value, list | tuple) and len(value) == 2 and all(map(_is_count, value)):
            return tuple(value)
        expected = "[height, width] or null"
    raise WeightsError(f"{where} is {json.dumps(value)}; expected {expected}.")


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _shown(value: object) -> str:
    return json.dumps(value) if isinstance(value, tuple) else str(value)
