"""F3Net: cross feature modules in two decoders, the second fed back from the first.

Wei, Wang and Huang, "F3Net: Fusion, Feedback and Focus for Salient Object Detection", AAAI 2020,
arXiv:1911.11445. State-dict keys are those of the authors' checkpoint (weijun-arc/F3Net).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from torch import Tensor, nn
from torch.nn import functional

from sodeval.models.networks.folding import fold_adjacent
from sodeval.models.networks.resizing import resize
from sodeval.models.networks.resnet import ResNet, check_input, stages

WIDTH = 64  # channels of everything after the squeezes
Maps = tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]


def build() -> F3Net:
    """F3Net on ResNet-50."""
    return F3Net()


def unit(conv: nn.Module, norm: nn.Module, x: Tensor) -> Tensor:
    """Convolution, BatchNorm, ReLU."""
    return functional.relu(norm(conv(x)), inplace=True)


class CrossFeature(nn.Module):
    """Two branches, finer and coarser, that meet in a product and part again (section 3.1)."""

    def __init__(self) -> None:
        super().__init__()
        for branch in "hv":
            for place in "1234":
                self.add_module(f"conv{place}{branch}", nn.Conv2d(WIDTH, WIDTH, 3, padding=1))
                self.add_module(f"bn{place}{branch}", nn.BatchNorm2d(WIDTH))

    def forward(self, left: Tensor, down: Tensor) -> tuple[Tensor, Tensor]:
        """Both results, (N, 64, H, W) as ``left``; ``down`` may be of another size."""
        start, coarse_start, meeting = self._meet(left, down)
        return self._part("h", meeting, start), self._part("v", meeting, coarse_start)

    def vertical(self, left: Tensor, down: Tensor) -> Tensor:
        """The second result alone."""
        _, start, meeting = self._meet(left, down)
        return self._part("v", meeting, start)

    def _meet(self, left: Tensor, down: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        start = self._unit("1h", left)
        coarse_start = self._unit("1v", resize(down, left.shape[-2:]))
        meeting = self._unit("2h", start) * self._unit("2v", coarse_start)
        return start, coarse_start, meeting

    def _part(self, branch: str, meeting: Tensor, start: Tensor) -> Tensor:
        # what is added is the first unit's result, after its ReLU, not the module's input
        return self._unit(f"4{branch}", self._unit(f"3{branch}", meeting) + start)

    def _unit(self, name: str, x: Tensor) -> Tensor:
        return unit(getattr(self, f"conv{name}"), getattr(self, f"bn{name}"), x)


class Decoder(nn.Module):
    """Three cross feature modules, from the coarsest features to the finest (section 3.2)."""

    def __init__(self) -> None:
        super().__init__()
        self.cfm45 = CrossFeature()
        self.cfm34 = CrossFeature()
        self.cfm23 = CrossFeature()

    def forward(self, features: Sequence[Tensor], feedback: Tensor | None = None) -> list[Tensor]:
        """Features 2 to 5 to their refined selves and the prediction, (N, 64, h, w) each."""
        x2, x3, x4, v5 = self._fed(features, feedback)
        h4, v4 = self.cfm45(x4, v5)
        h3, v3 = self.cfm34(x3, v4)
        h2, prediction = self.cfm23(x2, v3)
        return [h2, h3, h4, v5, prediction]

    def prediction(self, features: Sequence[Tensor], feedback: Tensor | None = None) -> Tensor:
        """The prediction alone."""
        x2, x3, x4, v5 = self._fed(features, feedback)
        v4 = self.cfm45.vertical(x4, v5)
        v3 = self.cfm34.vertical(x3, v4)
        return self.cfm23.vertical(x2, v3)

    @staticmethod
    def _fed(features: Sequence[Tensor], feedback: Tensor | None) -> list[Tensor]:
        if feedback is None:
            return list(features)
        # to each size, the feedback's own too: it changes nothing, but the authors' cost has it
        sizes = [(x.shape[-2], x.shape[-1]) for x in features]
        bilinear = partial(functional.interpolate, mode="bilinear", align_corners=False)
        return [x + bilinear(feedback, size) for x, size in zip(features, sizes, strict=True)]


class F3Net(nn.Module):
    """Backbone, squeezes to 64 channels, two decoders and six one-channel heads."""

    def __init__(self) -> None:
        super().__init__()
        self.bkbone = ResNet(stages("resnet50"))
        for number, channels in ((5, 2048), (4, 1024), (3, 512), (2, 256)):
            squeeze = nn.Sequential(
                nn.Conv2d(channels, WIDTH, 1), nn.BatchNorm2d(WIDTH), nn.ReLU(inplace=True)
            )
            self.add_module(f"squeeze{number}", squeeze)
        self.decoder1 = Decoder()
        self.decoder2 = Decoder()
        for head in ("p1", "p2", "r2", "r3", "r4", "r5"):
            self.add_module(f"linear{head}", nn.Conv2d(WIDTH, 1, 3, padding=1))

    def forward(self, x: Tensor, shape: Sequence[int] | None = None) -> Maps:
        """Six maps of logits, float32 (N, 1, H, W): p1, p2 (the final one), r2, r3, r4, r5.

        Args:
            x: normalised (N, 3, H, W), any height and width.
            shape: height and width of the maps; None: those of ``x``.
        """
        *features, first = self.decoder1(self._squeezed(x))
        h2, h3, h4, v5, second = self.decoder2(features, first)
        size = x.shape[-2:] if shape is None else shape
        return (
            resize(self._head("p1", first), size),
            resize(self._head("p2", second), size),
            resize(self._head("r2", h2), size),
            resize(self._head("r3", h3), size),
            resize(self._head("r4", h4), size),
            resize(self._head("r5", v5), size),
        )

    def final(self, x: Tensor) -> Tensor:
        """The second output at the size of ``x``, without the work for the others."""
        return resize(self.coarse(x), x.shape[-2:])

    def coarse(self, x: Tensor) -> Tensor:
        """The second output before its resize, float32 (N, 1, H / 4, W / 4), rounded up."""
        *features, first = self.decoder1(self._squeezed(x))
        return self._head("p2", self.decoder2.prediction(features, first))

    def _squeezed(self, x: Tensor) -> list[Tensor]:
        check_input(x, 32, self.training)
        features = self.bkbone(x)
        return [
            getattr(self, f"squeeze{number}")(feature)
            for number, feature in enumerate(features, start=2)
        ]

    def _head(self, name: str, x: Tensor) -> Tensor:
        logits: Tensor = getattr(self, f"linear{name}")(x)
        return logits.float()  # resized in float32, whatever the precision of the convolutions

    def folded(self) -> nn.Module:
        """A copy for inference with BatchNorm folded into the convolutions before it."""
        return fold_adjacent(self)
