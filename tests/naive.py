"""The default metrics written out slowly and plainly: what the kernels are tested against.

Every function is a transcription of a published formula in the form of the `pysodmetrics` protocol
(PySODMetrics 1.6.2): no histogram, no shortcut, no scipy. Speed does not matter here, so nothing is
shared between metrics and every pixel is looked at. Curves have 256 entries, index = level, and a
pixel is predicted at level t when its quantised value is t or more.

A score that the reference does not define is None: a NaN there, and the E-measure of an image of
one pixel, which the reference divides by eps.

NumPy's own sums are used on arrays of the reference's shape and layout wherever a comparison with
the result follows (the adaptive threshold, the means of the S-measure's blocks). The last bit of
such a sum decides whether a level ties the threshold and whether a block counts as constant, so
another order of summation would be another definition.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from tests.cases import COLUMNS, CURVES

EPS = np.spacing(1)  # 2.22e-16: MATLAB's eps, which the reference adds to its denominators
BETA2 = 0.3  # Achanta et al., CVPR 2009: beta SQUARED of the F-measure
WEIGHTED_BETA2 = 1.0  # Margolin et al., CVPR 2014: the value in their code
ALPHA = 0.5  # Fan et al., ICCV 2017: both terms of the S-measure weigh the same
LEVELS = 256

# How far a score may be from the one written here or from the reference's own, absolutely.
# 1e-12: the same counts and formulas, but sums over pixels and means over curves run in another
# order; an image of 1e5 pixels loses about 1e-14. Weighted F alone gets 1e-10: its smoothing may
# be done in two passes of 7 instead of one of 49, and TPw = G - sum W cancels, which magnifies
# the difference by up to the number of foreground pixels.
TOLERANCE = {
    **dict.fromkeys((*COLUMNS, *CURVES), 1e-12),
    "weighted_fbeta": 1e-10,
}

Scale = Literal["minmax", "none"]


def prepare(
    pred: np.ndarray, gt: np.ndarray, scale: Scale = "minmax"
) -> tuple[np.ndarray, np.ndarray]:
    """Prediction in [0, 1] and boolean mask: g = (GT > 128), p = (v - min) / (max - min).

    The division by 255 comes before the min-max, as in the reference: the rounding of p decides
    which level floor(255 p) is. A constant map has no range and keeps v / 255.
    """
    g = np.ascontiguousarray(gt) > 128
    p = np.ascontiguousarray(pred) / 255
    if scale == "minmax" and p.max() != p.min():
        p = (p - p.min()) / (p.max() - p.min())
    return p, g


def quantise(p: np.ndarray) -> np.ndarray:
    """The levels of the threshold curves: floor(255 p)."""
    return np.floor(255 * p).astype(np.int64)


def mae(p: np.ndarray, g: np.ndarray) -> float:
    """Mean absolute error, mean |p - g| (Perazzi et al., CVPR 2012)."""
    return float(np.mean(np.abs(p - g)))


def precision_recall_fbeta(f: np.ndarray, g: np.ndarray) -> tuple[float, float, float]:
    """Precision, recall and F-beta of one binary map (Achanta et al., CVPR 2009).

    P = TP / (TP + FP), 0 if nothing is predicted; R = TP / max(G, 1);
    F = (1 + b2) P R / (b2 P + R), 0 if P R = 0.
    """
    tp = np.count_nonzero(f & g)
    fp = np.count_nonzero(f & ~g)
    precision = tp / (tp + fp) if tp + fp > 0 else 0.0
    recall = tp / max(np.count_nonzero(g), 1)
    if precision * recall == 0:
        return precision, recall, 0.0
    return precision, recall, (1 + BETA2) * precision * recall / (BETA2 * precision + recall)


def fbeta_curves(p: np.ndarray, g: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Precision, recall and F-beta at each of the 256 levels of floor(255 p)."""
    q = quantise(p)
    rows = [precision_recall_fbeta(q >= level, g) for level in range(LEVELS)]
    precision, recall, fbeta = np.array(rows).T
    return precision, recall, fbeta


def adaptive_threshold(p: np.ndarray) -> float:
    """Twice the mean of the map, at most 1 (Achanta et al., CVPR 2009); test p >= t."""
    return float(min(2 * p.mean(), 1))


def adaptive_fbeta(p: np.ndarray, g: np.ndarray) -> float:
    """F-beta of the map cut at the adaptive threshold."""
    return precision_recall_fbeta(p >= adaptive_threshold(p), g)[2]


def emeasure(f: np.ndarray, g: np.ndarray) -> float | None:
    """Enhanced-alignment measure of one binary map, pixel by pixel (Fan et al., IJCAI 2018).

    The bias matrices a = f - mean f and b = g - mean g give the alignment
    xi = 2ab / (a^2 + b^2 + eps) and the enhanced alignment phi = (1 + xi)^2 / 4;
    E = sum phi / (N - 1 + eps), so agreement everywhere gives N / (N - 1). An empty mask counts
    the pixels left out, a full mask those predicted. None for a single pixel: N - 1 = 0.
    """
    n = g.size
    if n == 1:
        return None
    if not g.any():
        phi = (~f).astype(np.float64)
    elif g.all():
        phi = f.astype(np.float64)
    else:
        a = f - np.mean(f)
        b = g - np.mean(g)
        xi = 2 * a * b / (a**2 + b**2 + EPS)
        phi = (1 + xi) ** 2 / 4
    return float(np.sum(phi) / (n - 1 + EPS))


def emeasure_curve(p: np.ndarray, g: np.ndarray) -> np.ndarray | None:
    """E-measure at each of the 256 levels of floor(255 p)."""
    if g.size == 1:
        return None
    q = quantise(p)
    return np.array([emeasure(q >= level, g) for level in range(LEVELS)])


def adaptive_emeasure(p: np.ndarray, g: np.ndarray) -> float | None:
    """E-measure of the map cut at the adaptive threshold."""
    return emeasure(p >= adaptive_threshold(p), g)


def smeasure(p: np.ndarray, g: np.ndarray) -> float | None:
    """Structure-measure S = max(0, a So + (1 - a) Sr) (Fan et al., ICCV 2017).

    An empty mask scores 1 - mean p, a full mask mean p. None where the region term has a block
    without pixels.
    """
    if not g.any():
        return float(1 - np.mean(p))
    if g.all():
        return float(np.mean(p))
    region = region_similarity(p, g)
    if region is None:
        return None
    return float(max(0.0, ALPHA * object_similarity(p, g) + (1 - ALPHA) * region))


def object_similarity(p: np.ndarray, g: np.ndarray) -> float:
    """So = u O(p over foreground) + (1 - u) O(1 - p over background), u = G / N."""
    u = np.mean(g)
    return float(u * _object(p[g]) + (1 - u) * _object((1 - p)[~g]))


def _object(x: np.ndarray) -> float:
    """O(x) = 2 m / (m^2 + 1 + s), m the mean and s the sample deviation, 0 for one pixel."""
    m = np.mean(x)
    s = np.sqrt(np.sum((x - m) ** 2) / (x.size - 1)) if x.size > 1 else 0.0
    return float(2 * m / (m**2 + 1 + s + EPS))


def centroid_split(g: np.ndarray) -> tuple[int, int]:
    """How many rows and columns lie in the top and left blocks.

    The centroid as 0-based means, rounded half to even, and one more.
    """
    rows, columns = np.nonzero(g)
    return round(float(np.mean(rows))) + 1, round(float(np.mean(columns))) + 1


def region_similarity(p: np.ndarray, g: np.ndarray) -> float | None:
    """Sr, the similarity of the four blocks around the centroid weighted by area.

    A centroid in the last row or column leaves blocks without pixels; the mean of nothing is NaN
    in the reference, hence None.
    """
    height, width = g.shape
    y, x = centroid_split(g)
    if y == height or x == width:
        return None
    area = height * width
    left_top = y * x / area
    right_top = y * (width - x) / area
    left_bottom = (height - y) * x / area
    right_bottom = 1 - left_top - right_top - left_bottom
    return (
        left_top * _block(p[:y, :x], g[:y, :x])
        + right_top * _block(p[:y, x:], g[:y, x:])
        + left_bottom * _block(p[y:, :x], g[y:, :x])
        + right_bottom * _block(p[y:, x:], g[y:, x:])
    )


def _block(p: np.ndarray, g: np.ndarray) -> float:
    """The structural similarity of one block.

    4 x y cxy / ((x^2 + y^2)(vx + vy)), variances divided by n - 1 + eps. Numerator 0: 1 if the
    denominator is exactly 0 too, else 0. A constant block whose mean is off by a rounding
    therefore scores 0 and not 1.
    """
    n = p.size
    x = np.mean(p)
    y = np.mean(g)
    vx = np.sum((p - x) ** 2) / (n - 1 + EPS)
    vy = np.sum((g - y) ** 2) / (n - 1 + EPS)
    cxy = np.sum((p - x) * (g - y)) / (n - 1 + EPS)
    numerator = 4 * x * y * cxy
    denominator = (x**2 + y**2) * (vx + vy)
    if numerator != 0:
        return float(numerator / (denominator + EPS))
    return 1.0 if denominator == 0 else 0.0


def nearest_foreground(g: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Squared distance to, row of and column of the nearest foreground pixel, for every pixel.

    All foreground pixels are tried for every pixel, in integers. Among equally near ones the
    smallest column wins, then the smallest row: the order they are tried in.
    """
    rows, columns = np.nonzero(g)
    order = np.lexsort((rows, columns))  # by column, then by row
    rows, columns = rows[order], columns[order]
    squared = np.zeros(g.shape, np.int64)
    near_row = np.zeros(g.shape, np.int64)
    near_column = np.zeros(g.shape, np.int64)
    for r, c in np.ndindex(g.shape):
        distances = (rows - r) ** 2 + (columns - c) ** 2
        first = np.argmin(distances)  # the first of the smallest
        squared[r, c] = distances[first]
        near_row[r, c] = rows[first]
        near_column[r, c] = columns[first]
    return squared, near_row, near_column


def gaussian_7x7(sigma: float = 5.0) -> np.ndarray:
    """MATLAB's fspecial('gaussian', 7, 5): exp(-(x^2 + y^2) / (2 sigma^2)), normalised."""
    kernel = np.array(
        [
            [np.exp(-(x * x + y * y) / (2 * sigma * sigma)) for x in range(-3, 4)]
            for y in range(-3, 4)
        ]
    )
    return kernel / kernel.sum()


def convolve_7x7(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """The 49 shifted copies of the image, weighted and added; zero outside the image."""
    height, width = image.shape
    padded = np.zeros((height + 6, width + 6))
    padded[3:-3, 3:-3] = image
    result = np.zeros(image.shape)
    for y in range(7):
        for x in range(7):
            result += kernel[y, x] * padded[y : y + height, x : x + width]
    return result


def weighted_fbeta(p: np.ndarray, g: np.ndarray) -> float:
    """Weighted F-beta with beta^2 = 1 (Margolin, Zelnik-Manor, Tal, CVPR 2014).

    1. E = |p - g|; on the background Et takes the error of the nearest foreground pixel.
    2. A = Et smoothed by the 7x7 Gaussian; M = min(E, A) on the foreground, E elsewhere.
    3. B = 1 on the foreground, 2 - exp(ln(1/2) / 5 * distance) on the background.
    4. W = M B; TPw = G - sum of W over the foreground, FPw = sum of W over the background,
       R = 1 - mean of W over the foreground, P = TPw / (TPw + FPw); Q = 2 R P / (R + P).

    An empty mask scores 0.
    """
    if not g.any():
        return 0.0
    squared, near_row, near_column = nearest_foreground(g)
    error = np.abs(p - g)
    propagated = np.where(g, error, error[near_row, near_column])
    smoothed = convolve_7x7(propagated, gaussian_7x7())
    dependency = np.where(g & (smoothed < error), smoothed, error)
    importance = np.where(g, 1.0, 2 - np.exp(np.log(0.5) / 5 * np.sqrt(squared)))
    weighted = dependency * importance
    true_positive = np.count_nonzero(g) - np.sum(weighted[g])
    false_positive = np.sum(weighted[~g])
    recall = 1 - np.mean(weighted[g])
    precision = true_positive / (true_positive + false_positive + EPS)
    return float(
        (1 + WEIGHTED_BETA2) * recall * precision / (recall + WEIGHTED_BETA2 * precision + EPS)
    )


def curves(
    pred: np.ndarray, gt: np.ndarray, scale: Scale = "minmax"
) -> dict[str, np.ndarray | None]:
    """The four threshold curves of one pair of 8-bit maps; None where the measure is undefined."""
    p, g = prepare(pred, gt, scale)
    precision, recall, fbeta = fbeta_curves(p, g)
    return {
        "precision": precision,
        "recall": recall,
        "fbeta": fbeta,
        "emeasure": emeasure_curve(p, g),
    }


def scores(
    pred: np.ndarray, gt: np.ndarray, scale: Scale = "minmax"
) -> tuple[dict[str, float | None], dict[str, np.ndarray | None]]:
    """The nine default columns of one pair of 8-bit maps, and its curves."""
    p, g = prepare(pred, gt, scale)
    lines = curves(pred, gt, scale)
    fbeta, alignment = lines["fbeta"], lines["emeasure"]
    assert fbeta is not None
    row = {
        "mae": mae(p, g),
        "max_fbeta": float(fbeta.max()),
        "mean_fbeta": float(fbeta.mean()),
        "adp_fbeta": adaptive_fbeta(p, g),
        "weighted_fbeta": weighted_fbeta(p, g),
        "smeasure": smeasure(p, g),
        "max_emeasure": None if alignment is None else float(alignment.max()),
        "mean_emeasure": None if alignment is None else float(alignment.mean()),
        "adp_emeasure": adaptive_emeasure(p, g),
    }
    return row, lines


def average_curves(lines: list[dict[str, np.ndarray | None]]) -> dict[str, np.ndarray | None]:
    """Each curve averaged level by level over the images that define it."""
    result: dict[str, np.ndarray | None] = {}
    for name in CURVES:
        defined = [line[name] for line in lines if line[name] is not None]
        result[name] = np.mean(defined, axis=0) if defined else None
    return result


def data_set(
    rows: list[dict[str, float | None]], lines: list[dict[str, np.ndarray | None]]
) -> dict[str, float | None]:
    """The nine columns of a data set from those of its images.

    Curves are averaged over images level by level, and max and mean taken of that average;
    everything else is the mean of the per-image values. Undefined images are left out.
    """
    averages = average_curves(lines)
    result: dict[str, float | None] = {}
    for name in COLUMNS:
        kind, _, measure = name.partition("_")
        if kind in ("max", "mean"):
            average = averages[measure]
            result[name] = None if average is None else float(getattr(average, kind)())
        else:
            values = [row[name] for row in rows if row[name] is not None]
            result[name] = float(np.mean(values)) if values else None
    return result


def disagreements(
    got: dict[str, Any], wanted: dict[str, Any], tolerance: dict[str, float] = TOLERANCE
) -> list[str]:
    """One line for each entry of `wanted` that `got` misses by more than its tolerance.

    None agrees with None alone.
    """
    lines = []
    for name, value in wanted.items():
        if value is None or got[name] is None:
            if value is not got[name]:
                lines.append(f"{name}: {got[name]} instead of {value}")
            continue
        distance = np.abs(np.asarray(got[name]) - np.asarray(value))
        if np.shape(got[name]) != np.shape(value) or not np.all(distance <= tolerance[name]):
            where = f" at level {np.argmax(distance)}" if distance.ndim else ""
            lines.append(f"{name}: off by {np.max(distance):.3g}{where}, {got[name]!r}")
    return lines
