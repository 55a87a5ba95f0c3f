"""What is known of a model before its weights are opened: plain data, no torch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

Task = Literal["sod", "cod", "usod", "segmentation"]
Size = tuple[int, int]  # height, width
Triple = tuple[float, float, float]

Reader = Literal["opencv", "pillow", "skimage"]
InputResize = Literal["none", "opencv", "skimage-reflect", "skimage-constant", "torch-antialias"]
Scale = Literal["unit", "byte", "image-maximum"]
Activation = Literal["sigmoid", "none", "argmax"]
Rounding = Literal["floor", "round"]
OutputResize = Literal["none", "torch", "skimage", "pillow-bytes", "torch-logits"]

IMAGENET_MEAN: Triple = (0.485, 0.456, 0.406)
IMAGENET_STD: Triple = (0.229, 0.224, 0.225)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """From a photograph to the network's input, as the authors' script does it.

    Attributes:
        reader: whose rules for reading a file: OpenCV turns it by its EXIF orientation, Pillow and
            scikit-image do not.
        size: height and width of the input; None: the photograph's own.
        resize: the filter; the aspect ratio is never kept. scikit-image's two differ in what lies
            beyond the border, which shows only where a photograph is enlarged.
        scale: ``unit`` divides by 255, ``byte`` leaves 0 to 255, ``image-maximum`` divides by the
            largest value of the resized photograph.
        mean: subtracted after scaling, in the order R, G, B.
        std: divided by.
        normalise_first: mean and std come before the resize.
        double: the arithmetic up to the last cast is in float64, not float32.
        grey_as_red: a grey photograph takes the mean and std of red for all three channels.
        multiple: height and width must be multiples of this.
        smallest: the least height and width the network can take.
    """

    reader: Reader
    size: Size | None
    resize: InputResize
    scale: Scale = "unit"
    mean: Triple = IMAGENET_MEAN
    std: Triple = IMAGENET_STD
    normalise_first: bool = False
    double: bool = False
    grey_as_red: bool = False
    multiple: int = 1
    smallest: int = 1

    def __post_init__(self) -> None:
        """Refuse words that mean nothing: users write these too."""
        _one_of("reader", self.reader, Reader)
        _one_of("resize", self.resize, InputResize)
        _one_of("scale", self.scale, Scale)
        if self.size is not None and (
            not isinstance(self.size, tuple | list) or [type(n) for n in self.size] != [int, int]
        ):
            raise ValueError(f"size is {self.size!r}; expected (height, width) or None")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """From the network's final output to the 8-bit map, as the authors' script does it.

    Attributes:
        activation: ``sigmoid`` of logits, ``none`` where the network ends in one, ``argmax`` over
            class scores.
        stretch: min-max over the map before it becomes bytes (part of the authors' script).
        resize: back to the photograph's size: ``torch`` and ``skimage`` resize the float map,
            ``pillow-bytes`` the bytes, ``torch-logits`` the coarse logits before the sigmoid,
            ``none`` where the sizes agree.
        rounding: how 255 times the map becomes a byte.
    """

    activation: Activation
    stretch: bool = False
    resize: OutputResize = "none"
    rounding: Rounding = "floor"

    def __post_init__(self) -> None:
        """Refuse words that mean nothing."""
        _one_of("activation", self.activation, Activation)
        _one_of("resize", self.resize, OutputResize)
        _one_of("rounding", self.rounding, Rounding)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Where a checkpoint is, and what is in it.

    Attributes:
        url: https address, or a Google Drive address; None if nothing was published.
        page: a page for people, where ``url`` cannot be fetched by a program.
        sha256: of the file, where known.
        suffix: what the file's name ends in, for the cache.
        file: its name as the authors give it.
        nested: key of the dictionary that holds the state dict; None: the file is the state dict.
            A hint for the reader only: every known container is recognised.
        size_in_args: the checkpoint's ``args.input_size`` says which input size it was trained at.
        note: what a user must know to get it.
    """

    url: str | None = None
    page: str | None = None
    sha256: str | None = None
    suffix: str = ".pth"
    file: str = ""
    nested: str | None = None
    size_in_args: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Figures that the authors print, in units of one (not of a million).

    Attributes:
        params: parameters.
        macs: multiply-adds of one image.
        size: height and width of the input; None where they do not name it.
        fps: images a second.
        latency_ms: milliseconds an image.
        device: the machine of ``fps`` or ``latency_ms``, where they name it.
        checkpoint_mb: size of the file of weights.
        rule: how they count multiply-adds and parameters, a name in `sodeval.profiling.rules`.
        source: where the figures are printed.
    """

    params: float | None = None
    macs: float | None = None
    size: Size | None = None
    fps: float | None = None
    latency_ms: float | None = None
    device: str = ""
    checkpoint_mb: float | None = None
    rule: Literal["hooks", "octave", "operators", ""] = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """The terms of code and weights; ``line`` is printed once by ``fetch`` and ``run``."""

    name: str
    line: str
    commercial: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """One row of the model zoo.

    Attributes:
        name: what a user types.
        title: what a table prints.
        task: what it finds.
        entry: ``module:function``; called with ``options``, gives the network, a torch module with
            the checkpoint's state-dict keys and a method ``final``. For a baseline: a function of
            the photograph, uint8 (H, W, 3) RGB, to uint8 (H, W).
        options: keyword arguments of the entry.
        preparation: from photograph to input; None for a baseline.
        finish: from output to map; None for a baseline.
        evaluations: other ways to run it that the authors use; the first is the default.
        labels: number of classes, where the output is a label map.
        maps_url: the authors' saliency maps.
        maps_note: what must be known of them.
    """

    name: str
    title: str
    task: Task
    entry: str
    paper: str
    paper_url: str
    code_url: str
    licence: Licence
    year: int
    options: dict[str, object] = field(default_factory=dict)
    preparation: Preparation | None = None
    finish: Finish | None = None
    weights: Weights = field(default_factory=Weights)
    published: Published = field(default_factory=Published)
    evaluations: tuple[str, ...] = ("whole",)
    labels: int | None = None
    maps_url: str | None = None
    maps_note: str = ""
    note: str = ""

    @property
    def needs_torch(self) -> bool:
        """False for a baseline, which is a function of the photograph."""
        return self.preparation is not None


def _one_of(field_name: str, given: object, allowed: object) -> None:
    known = get_args(allowed)
    if given not in known:
        raise ValueError(f"{field_name} is {given!r}; expected one of {', '.join(known)}")
