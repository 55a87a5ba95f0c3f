"""Every output that a golden file holds, from one pass through the network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from torch import Tensor, nn

Outputs = dict[str, Tensor]

F3NET = ("out_pred1", "out", "out_r2", "out_r3", "out_r4", "out_r5")
U2NET = ("out", *(f"out_side{number}" for number in range(1, 7)))
DANET = ("out", "out_position", "out_channel")


def outputs(golden: str, network: nn.Module, x: Tensor) -> Outputs:
    """By the names of the golden file; maps are whole, not sampled."""
    family = golden.partition("-")[0]
    return FAMILIES.get(family, _final)(network, x)


def _final(network: nn.Module, x: Tensor) -> Outputs:
    return {"out": network.final(x)}


def _f3net(network: nn.Module, x: Tensor) -> Outputs:
    return dict(zip(F3NET, network(x), strict=True))


def _u2net(network: nn.Module, x: Tensor) -> Outputs:
    return dict(zip(U2NET, network(x), strict=True))


def _danet(network: nn.Module, x: Tensor) -> Outputs:
    """Three maps, and the mean of each channel inside."""
    watched = {f"layer{n}": network.get_submodule(f"pretrained.layer{n}") for n in range(1, 5)}
    watched |= {name: network.get_submodule(f"head.{name}") for name in ("sa", "sc")}
    with watching(watched) as seen:
        maps = network(x)
    means = {f"out_mean_{name}": out.mean((0, 2, 3)) for name, (_, out) in seen.items()}
    return dict(zip(DANET, maps, strict=True)) | means


def _dgnet(network: nn.Module, x: Tensor) -> Outputs:
    """The logits, three looks at each map of the encoder, and the decoder's last token."""
    decoder = network.get_submodule("mask_decoder")
    filters = decoder.get_submodule("output_hypernetworks_mlp")
    with watching({"decoder": decoder, "filters": filters}) as seen:
        found = {"out": network.final(x)}
    (features,), _ = seen["decoder"]
    for stage, feature in enumerate(features, 1):
        found[f"out_stage{stage}_mean"] = feature.mean((0, 2, 3))
        found[f"out_stage{stage}_corner"] = feature[0, :, 0, 0]
        found[f"out_stage{stage}_last"] = feature[0, :, -1, -1]
    (found["out_token"],), _ = seen["filters"]
    return found


FAMILIES: dict[str, Callable[[nn.Module, Tensor], Outputs]] = {
    "f3net": _f3net,
    "u2net": _u2net,
    "u2netp": _u2net,
    "danet": _danet,
    "dgnet": _dgnet,
}


@contextmanager
def watching(modules: dict[str, nn.Module]) -> Iterator[dict[str, tuple]]:
    """What goes into each module, and what comes out of it."""
    seen: dict[str, tuple] = {}

    def keep(name: str) -> Callable[[nn.Module, tuple, object], None]:
        def hook(_: nn.Module, inputs: tuple, out: object) -> None:
            seen[name] = (inputs, out)

        return hook

    handles = [module.register_forward_hook(keep(name)) for name, module in modules.items()]
    yield seen
    for handle in handles:
        handle.remove()
