"""Generated pairs of prediction and ground truth that several test files share.

`named_pairs` are small maps with one trait each, `constant_pairs` every constant map, `tie_pair`
maps whose adaptive threshold falls on a level of the map, `random_pair` varied soft maps. All are
8-bit, C-ordered and made from NumPy alone, from fixed seeds. `measure` scores one with sodeval.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from sodeval import Report

Pair = tuple[np.ndarray, np.ndarray]  # prediction, ground truth: uint8 (H, W)

PROTOCOL = {"minmax": "pysodmetrics", "none": "pysodmetrics-raw"}
COLUMNS = (
    "mae",
    "max_fbeta",
    "mean_fbeta",
    "adp_fbeta",
    "weighted_fbeta",
    "smeasure",
    "max_emeasure",
    "mean_emeasure",
    "adp_emeasure",
)
CURVES = ("precision", "recall", "fbeta", "emeasure")

DISC_SHAPE = (26, 34)


def measure(
    pred: np.ndarray, gt: np.ndarray, scale: Literal["minmax", "none"] = "minmax"
) -> tuple[dict[str, float | None], dict[str, np.ndarray | None]]:
    """The nine default columns and four curves of one pair, as sodeval gives them."""
    from sodeval import Evaluator

    evaluator = Evaluator(metrics="default", protocol=PROTOCOL[scale])
    evaluator.update(pred, gt, name="pair")
    report = evaluator.compute()
    return row_of(report, "pair"), curves_of(report)


def row_of(report: Report, name: str) -> dict[str, float | None]:
    """One image's columns in the per-image table; an empty cell is None."""
    table = report.per_image.set_index("name")
    values = {column: table.at[name, column] for column in COLUMNS}
    return {
        column: None if value is None or np.isnan(value) else float(value)
        for column, value in values.items()
    }


def curves_of(report: Report) -> dict[str, np.ndarray | None]:
    """The report's curves by name; None where no image defines one."""
    return {name: report.curves.get(name) for name in CURVES}


def disc(shape: tuple[int, int], centre: tuple[float, float], radius: float) -> np.ndarray:
    """A boolean disc."""
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    return (rows - centre[0]) ** 2 + (columns - centre[1]) ** 2 <= radius**2


def blob(shape: tuple[int, int], centre: tuple[float, float], width: float) -> np.ndarray:
    """A Gaussian bump of height 1."""
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    return np.exp(
        -((rows - centre[0]) ** 2 + (columns - centre[1]) ** 2) / (2 * max(width, 0.5) ** 2)
    )


def grey(values: np.ndarray) -> np.ndarray:
    """An 8-bit map from values in 0..1, rounded and clipped."""
    return np.clip(np.rint(255 * np.asarray(values, np.float64)), 0, 255).astype(np.uint8)


def mask(values: np.ndarray) -> np.ndarray:
    """A ground truth of 0 and 255."""
    return np.where(values, 255, 0).astype(np.uint8)


def blur(values: np.ndarray, radius: int) -> np.ndarray:
    """Two box filters in each direction, the border repeated."""
    result = np.asarray(values, np.float64)
    box = np.full(2 * radius + 1, 1 / (2 * radius + 1))
    for axis in (0, 1, 0, 1):
        pad = [(radius, radius) if a == axis else (0, 0) for a in (0, 1)]
        padded = np.pad(result, pad, mode="edge")
        result = np.apply_along_axis(np.convolve, axis, padded, box, mode="valid")
    return result


def corners(shape: tuple[int, int], size: tuple[int, int]) -> np.ndarray:
    """Two rectangles in the top right and bottom left corners.

    The centroid falls between them, so the other two blocks of the S-measure are background.
    """
    result = np.zeros(shape, bool)
    result[: size[0], -size[1] :] = True
    result[-size[0] :, : size[1]] = True
    return result


def square(shape: tuple[int, int], row: int, column: int, side: int) -> np.ndarray:
    """A filled square from its upper left pixel."""
    result = np.zeros(shape, bool)
    result[row : row + side, column : column + side] = True
    return result


def quarters(shape: tuple[int, int], split: tuple[int, int], values: list[int]) -> np.ndarray:
    """A map of four constant blocks."""
    result = np.empty(shape, np.uint8)
    y, x = split
    result[:y, :x], result[:y, x:], result[y:, :x], result[y:, x:] = values
    return result


def named_pairs() -> dict[str, Pair]:
    """Small pairs, each with the trait its name says."""
    rng = np.random.default_rng(20240901)
    shape = DISC_SHAPE
    object_ = disc(shape, (12.3, 15.8), 7.4)
    soft = grey(blob(shape, (11, 18), 6.5))
    noise = rng.integers(0, 256, shape, dtype=np.uint8)
    pairs: dict[str, Pair] = {}

    # The prediction varies, the ground truth is a disc.
    pairs["soft"] = soft, mask(object_)
    pairs["binary"] = mask(disc(shape, (13, 18), 6)), mask(object_)
    pairs["perfect"] = mask(object_), mask(object_)
    pairs["inverted"] = mask(~object_), mask(object_)
    pairs["all_zero"] = np.zeros(shape, np.uint8), mask(object_)
    pairs["all_255"] = np.full(shape, 255, np.uint8), mask(object_)
    pairs["constant_1"] = np.full(shape, 1, np.uint8), mask(object_)
    pairs["constant_90"] = np.full(shape, 90, np.uint8), mask(object_)
    pairs["constant_127"] = np.full(shape, 127, np.uint8), mask(object_)
    pairs["constant_128"] = np.full(shape, 128, np.uint8), mask(object_)
    pairs["low_range"] = grey(0.39 + 0.05 * (soft / 255)), mask(object_)
    pairs["raised_floor"] = grey(0.25 + 0.75 * (soft / 255)), mask(object_)
    pairs["low_maximum"] = grey(0.7 * (soft / 255)), mask(object_)
    pairs["floor_and_low_maximum"] = grey(0.12 + 0.6 * (soft / 255)), mask(object_)
    pairs["one_level_apart"] = np.where(object_, 128, 127).astype(np.uint8), mask(object_)
    pairs["levels_0_1"] = np.where(soft > 90, 1, 0).astype(np.uint8), mask(object_)
    pairs["levels_254_255"] = np.where(soft > 90, 255, 254).astype(np.uint8), mask(object_)
    pairs["one_bright_pixel"] = mask(square(shape, 20, 30, 1)), mask(object_)
    pairs["noise"] = noise, mask(object_)
    pairs["checkerboard_prediction"] = mask(np.indices(shape).sum(0) % 2), mask(object_)
    pairs["high_mean"] = grey(0.45 + 0.55 * (soft / 255) ** 0.2), mask(object_)
    pairs["quantised"] = (soft // 32 * 32).astype(np.uint8), mask(object_)

    # Twice the mean is exactly 1: the adaptive threshold is the brightest level itself.
    pairs["half_bright"] = mask(np.indices(shape)[1] < shape[1] // 2), mask(object_)
    pairs["half_bright_noise"] = (
        mask(rng.permutation(shape[0] * shape[1]).reshape(shape) % 2),
        mask(object_),
    )

    # The ground truth varies.
    pairs["empty_gt"] = soft, mask(np.zeros(shape))
    pairs["full_gt"] = soft, mask(np.ones(shape))
    pairs["empty_gt_constant"] = np.full(shape, 77, np.uint8), mask(np.zeros(shape))
    pairs["full_gt_constant"] = np.full(shape, 77, np.uint8), mask(np.ones(shape))
    pairs["empty_gt_all_zero"] = np.zeros(shape, np.uint8), mask(np.zeros(shape))
    pairs["full_gt_all_255"] = np.full(shape, 255, np.uint8), mask(np.ones(shape))
    pairs["noise_gt"] = noise, mask(rng.random(shape) < 0.4)
    pairs["noise_gt_sparse"] = noise, mask(rng.random(shape) < 0.02)
    pairs["checkerboard_gt"] = noise, mask(np.indices(shape).sum(0) % 2)
    pairs["all_but_one_pixel"] = soft, mask(~square(shape, 9, 21, 1))
    pairs["grey_gt"] = noise, rng.choice(np.array([0, 1, 127, 128, 129, 130, 255], np.uint8), shape)
    pairs["grey_gt_up_to_128"] = soft, np.where(object_, 128, 0).astype(np.uint8)
    pairs["grey_gt_from_129"] = soft, np.where(object_, 129, 128).astype(np.uint8)
    pairs["gt_values_0_1"] = soft, object_.astype(np.uint8)
    frame = np.ones(shape, bool)
    frame[3:-3, 4:-4] = False
    pairs["frame_gt"] = noise, mask(frame)
    touching = np.zeros(shape, bool)
    touching[:9, :13] = True
    pairs["gt_touching_the_frame"] = noise, mask(touching)
    pairs["one_pixel_gt_middle"] = soft, mask(square(shape, 12, 17, 1))
    pairs["one_pixel_gt_first_corner"] = noise, mask(square(shape, 0, 0, 1))

    # Centroids at k + 0.5, even and odd k in either direction: half to even, then one more.
    for k in (10, 11):
        for m in (15, 16):
            pairs[f"half_centroid_{k}_{m}"] = noise, mask(square(shape, k, m, 2))

    # A centroid in the last row or column: a block without pixels, no S-measure.
    pairs["one_pixel_gt_last_corner"] = noise, mask(square(shape, 25, 33, 1))
    pairs["gt_in_last_row"] = noise, mask(np.indices(shape)[0] == shape[0] - 1)
    pairs["gt_in_last_column"] = noise, mask(np.indices(shape)[1] == shape[1] - 1)

    # Many foreground pixels equally near, each with an error of its own.
    ring = disc(shape, (12, 16), 9) & ~disc(shape, (12, 16), 7)
    pairs["ties_ring"] = noise, mask(ring)
    bars = np.zeros(shape, bool)
    bars[::6] = True
    pairs["ties_rows"] = noise, mask(bars)
    bars = np.zeros(shape, bool)
    bars[:, ::6] = True
    pairs["ties_columns"] = noise, mask(bars)
    lattice = np.zeros(shape, bool)
    lattice[1::4, 1::4] = True
    pairs["ties_lattice"] = noise, mask(lattice)
    pairs["ties_corners"] = noise, mask(corners(shape, (2, 2)) | corners(shape, (2, 2))[:, ::-1])
    cross = np.zeros((25, 25), bool)
    cross[[2, 12, 12, 22], [12, 2, 22, 12]] = True
    pairs["ties_cross"] = rng.integers(0, 256, (25, 25), dtype=np.uint8), mask(cross)

    # Blocks of the S-measure that are constant in one or both maps.
    split_shape, split = (19, 23), (10, 12)
    opposite = corners(split_shape, (7, 9))
    for values in ([51, 204, 230, 13], [37, 199, 201, 101], [0, 255, 255, 0], [3, 3, 250, 250]):
        name = "quarters_" + "_".join(map(str, values))
        pairs[name] = quarters(split_shape, split, values), mask(opposite)
    pairs["quarters_left_half"] = (
        quarters(split_shape, (10, 6), [110, 60, 200, 30]),
        mask(np.indices(split_shape)[1] < 11),
    )
    pairs["one_pixel_block"] = noise, mask(square(shape, 0, 0, 1) | square(shape, 0, 1, 1))

    # Sizes.
    for height, width in ((1, 2), (2, 1), (2, 2), (3, 3), (1, 37), (29, 1), (31, 17), (7, 5)):
        pred = rng.integers(0, 256, (height, width), dtype=np.uint8)
        half = np.arange(height * width).reshape(height, width) < max(1, height * width // 2)
        pairs[f"size_{height}x{width}"] = pred, mask(half)
        pairs[f"size_{height}x{width}_full"] = pred, mask(np.ones((height, width)))
        pairs[f"size_{height}x{width}_empty"] = pred, mask(np.zeros((height, width)))
    pairs["one_pixel_foreground"] = np.full((1, 1), 200, np.uint8), np.full((1, 1), 255, np.uint8)
    pairs["one_pixel_background"] = np.full((1, 1), 200, np.uint8), np.zeros((1, 1), np.uint8)
    pairs["one_pixel_zero"] = np.zeros((1, 1), np.uint8), np.full((1, 1), 255, np.uint8)
    for height, width in ((240, 3), (2, 333)):
        pred = rng.integers(0, 256, (height, width), dtype=np.uint8)
        rows, columns = np.indices((height, width))
        inner = (abs(rows - 0.3 * height) < height / 4) & (abs(columns - 0.4 * width) < width / 4)
        pairs[f"extreme_{height}x{width}"] = pred, mask(inner)
    return pairs


def constant_pairs() -> dict[str, Pair]:
    """Every constant map over one ground truth, and some in an image of larger blocks.

    Two blocks of the S-measure are background there: whether they score 1 or 0 hangs on the last
    bit of the mean of v / 255 over the block, and so does the adaptive cut. NumPy adds a block
    that is a view in runs of 8192 pixels (since 2.3, not in 1.26), so the larger blocks tell a
    mean over the view from one over a copy.
    """
    gt = mask(corners((19, 23), (6, 8)))
    pairs = {f"constant_{v}": (np.full(gt.shape, v, np.uint8), gt) for v in range(256)}
    gt = mask(corners((190, 200), (5, 6)))
    pairs |= {f"large_{v}": (np.full(gt.shape, v, np.uint8), gt) for v in (3, 6, 17, 33, 43, 128)}
    return pairs


def tie_pair(seed: int) -> Pair:
    """A map whose adaptive threshold, in exact arithmetic, is one of its own levels.

    Twice the mean of the bytes above the floor is level - floor; in floating point the order of
    the summation decides on which side of the level the threshold falls.
    """
    rng = np.random.default_rng([2, seed])
    height, width = int(rng.integers(4, 60)), int(rng.integers(4, 60))
    n = height * width - (height * width) % 2
    floor = int(rng.choice([0, 0, 0, 17, 40]))
    level = int(rng.integers(2, 256 - floor))
    wanted = level * n // 2  # the sum of (v - floor) over n pixels
    values = rng.integers(0, 256 - floor, n)
    values[rng.random(n) < rng.uniform(0.2, 0.8)] = 0
    values[: max(1, n // 10)] = level
    values[-1] = 0
    free = np.arange(max(1, n // 10), n - 1)
    excess = int(values.sum()) - wanted
    for i in rng.permutation(free):
        step = min(excess, int(values[i])) if excess > 0 else max(excess, values[i] - 255 + floor)
        values[i] -= step
        excess -= int(step)
    assert excess == 0
    width = next(w for w in range(width, 0, -1) if n % w == 0)
    pred = (rng.permutation(values) + floor).astype(np.uint8).reshape(-1, width)
    gt = disc(pred.shape, (0.4 * pred.shape[0], 0.5 * width), 0.3 * max(pred.shape))
    return pred, mask(gt)


def random_pair(seed: int, largest: int = 120) -> Pair:
    """A varied pair: an object of some shape, and a map that finds it more or less."""
    rng = np.random.default_rng([1, seed])
    height, width = (int(np.exp(rng.uniform(0, np.log(largest + 1)))) for _ in range(2))
    if rng.random() < 0.8:  # mostly sizes that resemble an image
        height, width = (int(rng.integers(min(12, largest), largest + 1)) for _ in range(2))
    shape = (height, width)
    gt = _random_mask(rng, shape)
    values = _random_map(rng, gt)
    if rng.random() < 0.1:  # antialiased or compressed masks are not only 0 and 255
        grey_gt = grey(np.clip(blur(gt, 1) + rng.normal(0, 0.05, shape), 0, 1))
    elif rng.random() < 0.05:
        grey_gt = gt.astype(np.uint8)
    else:
        grey_gt = mask(gt)
    return values, grey_gt


def _random_mask(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    height, width = shape
    kind = rng.choice(
        ["discs", "boxes", "noise", "blurred noise", "half", "few", "none", "all"],
        p=[0.35, 0.2, 0.08, 0.2, 0.05, 0.08, 0.02, 0.02],
    )
    gt = np.zeros(shape, bool)
    if kind == "discs":
        for _ in range(rng.integers(1, 4)):
            centre = rng.uniform(0, height), rng.uniform(0, width)
            gt |= disc(shape, centre, rng.uniform(0.05, 0.45) * max(shape))
    elif kind == "boxes":
        for _ in range(rng.integers(1, 4)):
            top, left = rng.integers(0, height), rng.integers(0, width)
            gt[
                top : top + rng.integers(1, height + 1), left : left + rng.integers(1, width + 1)
            ] = 1
    elif kind == "noise":
        gt = rng.random(shape) < rng.uniform(0.01, 0.99)
    elif kind == "blurred noise":
        field = blur(rng.random(shape), int(rng.integers(1, 5)))
        gt = field > np.quantile(field, rng.uniform(0.3, 0.95))
    elif kind == "half":
        gt[: (height + 1) // 2] = True
    elif kind == "few":
        gt[rng.integers(0, height, 3), rng.integers(0, width, 3)] = True
    elif kind == "all":
        gt[:] = True
    return gt


def _random_map(rng: np.random.Generator, gt: np.ndarray) -> np.ndarray:
    shape = gt.shape
    values = gt.astype(np.float64)
    if rng.random() < 0.6:  # the object is found a few pixels off
        shift = rng.integers(-4, 5, 2)
        values = np.roll(values, tuple(shift), (0, 1))
    if rng.random() < 0.3:  # part of it is missed
        values *= ~disc(shape, (rng.uniform(0, shape[0]), rng.uniform(0, shape[1])), max(shape) / 5)
    if rng.random() < 0.7:
        values = blur(values, int(rng.integers(1, 7)))
    if rng.random() < 0.5:  # something else is found, too
        centre = rng.uniform(0, shape[0]), rng.uniform(0, shape[1])
        values = np.maximum(values, rng.uniform(0.2, 1) * blob(shape, centre, max(shape) / 8))
    if rng.random() < 0.4:
        values = values + rng.normal(0, rng.uniform(0.01, 0.3), shape)
    if rng.random() < 0.3:
        values = np.clip(values, 0, 1) ** rng.uniform(0.3, 3)
    low, high = (0.0, 1.0) if rng.random() < 0.6 else sorted(rng.uniform(0, 1, 2))
    result = grey(low + (high - low) * np.clip(values, 0, 1))
    kind = rng.random()
    if kind < 0.12:
        result = mask(result >= rng.integers(1, 255))
    elif kind < 0.24:
        step = int(rng.choice([8, 16, 51, 64]))
        result = (result // step * step).astype(np.uint8)
    elif kind < 0.28:
        result = rng.integers(0, 256, shape, dtype=np.uint8)
    elif kind < 0.31:
        result = np.full(shape, rng.integers(0, 256), np.uint8)
    elif kind < 0.34:
        result = 255 - result
    return result
