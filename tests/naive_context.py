"""The context-measure and its camouflage variant written out slowly and plainly.

Wang et al., arXiv 2512.07076, 2025, in the form of PySODMetrics 1.6.2. Every offset of the kernel,
every patch and every pixel is looked at; correlations are sums of shifted images, nearest patches
are found by trying all. OpenCV is used where the definition names it: the 8-bit Lab conversion.
"""

from __future__ import annotations

import math
from fractions import Fraction

import cv2
import numpy as np

from tests.naive import EPS

ALPHA = 6.0
BETA2 = 1.0
CAMOUFLAGE_BETA2 = 1.2


def context(
    p: np.ndarray, g: np.ndarray, beta2: float = BETA2, cd: np.ndarray | None = None
) -> float:
    """The context-measure of a map in [0, 1] and a boolean mask; 0 for an empty mask.

    forward = [p > 0] (K⋆g), mF = sum(forward p) / (sum p + eps);
    reverse = e/(e - 1) g (1 - exp(-(K⋆p))), wR = sum(reverse (g + cd)) / (sum g + sum cd + eps);
    C = (1 + b2) mF wR / (b2 mF + wR + eps).
    """
    if not g.any():
        return 0.0
    cd = np.zeros(g.shape) if cd is None else cd
    kernel = gaussian(g)
    # the reference filters a float32 image: the kernel and the result are single precision
    relevance = correlate(g.astype(np.float64), kernel.astype(np.float32)).astype(np.float32)
    forward = (p > 0) * relevance.astype(np.float64)
    m_f = np.sum(forward * p) / (np.sum(p) + EPS)
    reverse = math.e / (math.e - 1) * g * (1 - np.exp(-correlate(p, kernel)))
    w_r = np.sum(reverse * (g + cd)) / (np.sum(g) + np.sum(cd) + EPS)
    return float((1 + beta2) * m_f * w_r / (beta2 * m_f + w_r + EPS))


def gaussian(g: np.ndarray) -> np.ndarray:
    """K at every offset (dy, dx), summing to 1.

    exp(-d' (s^2 C)^-1 d / 2) with s^2 = alpha^2 / trace C and |d| at most 3 standard deviations,
    rounded half to even. A single pixel: variance 1/4, 3x3. Pixels on one line: the offsets along
    it, with their length's Gaussian of variance alpha^2, and zero elsewhere.
    """
    points = np.argwhere(g).tolist()
    n = len(points)
    if n == 1:
        kernel = np.array(
            [[math.exp(-2 * (y * y + x * x)) for x in (-1, 0, 1)] for y in (-1, 0, 1)]
        )
        return kernel / kernel.sum()
    mean = [Fraction(sum(point[k] for point in points), n) for k in (0, 1)]
    (yy, yx), (_, xx) = (
        [sum((q[j] - mean[j]) * (q[k] - mean[k]) for q in points) / n for k in (0, 1)]
        for j in (0, 1)
    )
    scale = ALPHA**2 / float(yy + xx)
    reach_y, reach_x = (round(3 * math.sqrt(scale * float(v))) for v in (yy, xx))
    determinant = yy * xx - yx * yx
    kernel = np.zeros((2 * reach_y + 1, 2 * reach_x + 1))
    for y in range(-reach_y, reach_y + 1):
        for x in range(-reach_x, reach_x + 1):
            if determinant > 0:
                form = float((xx * y * y - 2 * yx * y * x + yy * x * x) / determinant) / scale
            elif yy * x == yx * y and xx * y == yx * x:
                form = (y * y + x * x) / ALPHA**2
            else:
                form = math.inf
            kernel[reach_y + y, reach_x + x] = math.exp(-form / 2)
    return kernel / kernel.sum()


def correlate(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Sum over offsets of kernel times the shifted image, mirrored without repeating its edge."""
    height, width = image.shape
    y, x = kernel.shape[0] // 2, kernel.shape[1] // 2
    padded = np.pad(image, ((y, y), (x, x)), mode="reflect")
    result = np.zeros(image.shape)
    for r in range(kernel.shape[0]):
        for c in range(kernel.shape[1]):
            result += float(kernel[r, c]) * padded[r : r + height, c : c + width]
    return result


def camouflage_context(p: np.ndarray, g: np.ndarray, image: np.ndarray) -> float:
    """The same with b2 = 1.2, a pixel's weight in wR raised by its camouflage degree."""
    return context(p, g, CAMOUFLAGE_BETA2, camouflage_degree(g, image))


def camouflage_degree(g: np.ndarray, image: np.ndarray) -> np.ndarray:
    """(exp(8 s) - 1) / (exp(8) - 1) on the object, s the likeness of the image to its painting."""
    degree = np.zeros(g.shape)
    painting = painted(g, image)
    if painting is None:
        return degree
    for r, c in np.argwhere(g):
        d = ciede2000(srgb_to_lab(painting[r, c]), srgb_to_lab(image[r, c]))
        similarity = 1 - min(max(d / 100, 0.0), 1.0)
        degree[r, c] = (math.exp(8 * similarity) - 1) / (math.exp(8) - 1)
    return degree


def surrounding(g: np.ndarray) -> np.ndarray:
    """The mask dilated by a 20x20 square, whose anchor is (10, 10), without the mask itself."""
    grown = np.zeros(g.shape, bool)
    for r, c in np.argwhere(g):  # a pixel is grown from those 10 before it to 9 after it
        grown[max(r - 9, 0) : r + 11, max(c - 9, 0) : c + 11] = True
    return grown & ~g


def patch_corners(mask: np.ndarray) -> list[tuple[int, int]]:
    """Corners at stride 3 of the 7x7 patches that are all in the mask."""
    height, width = mask.shape
    return [
        (r, c)
        for r in range(0, height - 6, 3)
        for c in range(0, width - 6, 3)
        if mask[r : r + 7, c : c + 7].all()
    ]


def painted(g: np.ndarray, image: np.ndarray) -> np.ndarray | None:
    """The object painted with the nearest patches of its surroundings; None without patches."""
    inside, around = patch_corners(g), patch_corners(surrounding(g))
    if not inside or not around:
        return None
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB).astype(np.int64)
    corners = np.array(around + inside, np.float64)
    spread = np.std(corners, axis=0)
    spread = np.where(spread == 0, 1.0, spread)
    places = (20 * ((corners - np.mean(corners, axis=0)) / spread)).astype(np.float32)
    places = places.astype(np.float64)
    sums = np.zeros(image.shape)
    counts = np.zeros(g.shape)
    for i, (r, c) in enumerate(inside):
        best, nearest = math.inf, (0, 0)
        for j, (y, x) in enumerate(around):
            colour = np.sum((lab[r : r + 7, c : c + 7] - lab[y : y + 7, x : x + 7]) ** 2)
            distance = colour + np.sum((places[len(around) + i] - places[j]) ** 2)
            if distance < best:
                best, nearest = distance, (y, x)
        y, x = nearest
        sums[r : r + 7, c : c + 7] += image[y : y + 7, x : x + 7]
        counts[r : r + 7, c : c + 7] += 1
    return np.round(sums / (counts + EPS)[:, :, None]).astype(np.uint8)


def srgb_to_lab(rgb: np.ndarray) -> tuple[float, float, float]:
    """L*, a*, b* of one 8-bit sRGB pixel under D65, with scikit-image's constants."""
    linear = []
    for v in (int(channel) / 255 for channel in rgb):
        linear.append(((v + 0.055) / 1.055) ** 2.4 if v > 0.04045 else v / 12.92)
    r, g, b = linear
    xyz = (
        (0.412453 * r + 0.357580 * g + 0.180423 * b) / 0.95047,
        0.212671 * r + 0.715160 * g + 0.072169 * b,
        (0.019334 * r + 0.119193 * g + 0.950227 * b) / 1.08883,
    )
    x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def ciede2000(first: tuple[float, float, float], second: tuple[float, float, float]) -> float:
    """CIEDE2000, step by step as in Sharma, Wu and Dalal 2005, kL = kC = kH = 1."""
    (l1, a1, b1), (l2, a2, b2) = first, second
    mean_c = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    g = (1 - math.sqrt(mean_c**7 / (mean_c**7 + 25**7))) / 2
    a1, a2 = (1 + g) * a1, (1 + g) * a2
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1 = 0.0 if c1 == 0 else math.degrees(math.atan2(b1, a1)) % 360
    h2 = 0.0 if c2 == 0 else math.degrees(math.atan2(b2, a2)) % 360

    if c1 * c2 == 0:
        dh = 0.0
        mean_h = h1 + h2
    else:
        dh = h2 - h1
        mean_h = (h1 + h2) / 2
        if dh > 180:
            dh -= 360
        elif dh < -180:
            dh += 360
        if abs(h1 - h2) > 180:
            mean_h += 180 if h1 + h2 < 360 else -180
    delta_l, delta_c = l2 - l1, c2 - c1
    delta_h = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(dh) / 2)

    mean_l, mean_c = (l1 + l2) / 2, (c1 + c2) / 2
    t = (
        1
        - 0.17 * math.cos(math.radians(mean_h - 30))
        + 0.24 * math.cos(math.radians(2 * mean_h))
        + 0.32 * math.cos(math.radians(3 * mean_h + 6))
        - 0.20 * math.cos(math.radians(4 * mean_h - 63))
    )
    s_l = 1 + 0.015 * (mean_l - 50) ** 2 / math.sqrt(20 + (mean_l - 50) ** 2)
    s_c = 1 + 0.045 * mean_c
    s_h = 1 + 0.015 * mean_c * t
    theta = 30 * math.exp(-(((mean_h - 275) / 25) ** 2))
    r_c = 2 * math.sqrt(mean_c**7 / (mean_c**7 + 25**7))
    r_t = -math.sin(math.radians(2 * theta)) * r_c
    l_term, c_term, h_term = delta_l / s_l, delta_c / s_c, delta_h / s_h
    return math.sqrt(max(l_term**2 + c_term**2 + h_term**2 + r_t * c_term * h_term, 0.0))
