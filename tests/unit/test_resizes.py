"""The resize filters against golden values, slow transcriptions and the libraries themselves.

The golden values came from torch 2.13.0 and Pillow 12.2.0 and are checked where neither is
installed; with them installed, many more sizes are.
"""

from __future__ import annotations

from typing import get_args, get_type_hints

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from sodeval.conventions import EvalProtocol
from sodeval.errors import UnknownNameError
from sodeval.resizes import RESIZES, codes_of, matlab_cubic, resize_to

RAMP = np.array([[0, 10, 200], [255, 30, 90]], np.uint8)
WAVE = (np.add.outer(np.arange(5) ** 2 * 23, np.arange(7) ** 3 * 11) % 256).astype(np.uint8)
WIDE = (np.add.outer(np.arange(30) ** 2 * 23, np.arange(40) ** 3 * 11) % 256).astype(np.uint8)
BYTES = ("cv2-linear", "torch-linear-bytes", "pil-linear", "matlab-cubic-bytes")
FLOATS = ("torch-linear", "matlab-cubic")
# Of float64 sums of weights in another order, in units of bytes: 255 times a few hundred roundings.
SUMS = 255 * 1e-13
# Of torch's float32: v / 255, three products and three sums, each rounded by at most 2**-24 of 1.
SINGLES = 255 * 7 * 2**-24

maps = npst.arrays(np.uint8, npst.array_shapes(min_dims=2, max_dims=2, max_side=12))
shapes = st.tuples(st.integers(1, 30), st.integers(1, 30))


def noise(seed, shape):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def varied(seed, largest):
    """A map and another shape, up to ``largest``; at times only one side changes."""
    rng = np.random.default_rng(seed)
    h, w, height, width = rng.integers(1, largest + 1, 4).tolist()
    shape = (h if seed % 7 == 1 else height, w if seed % 7 == 2 else width)
    return noise(seed, (h, w)), shape


# Every filter -----------------------------------------------------------------------------------


def test_every_filter_that_a_protocol_may_name_exists():
    named = get_args(get_type_hints(EvalProtocol)["resize_filter"])
    assert set(named) == set(RESIZES) == {*BYTES, *FLOATS}


def test_an_unknown_filter_is_refused():
    with pytest.raises(UnknownNameError, match="unknown resize filter 'cv2-liner'; did you mean"):
        resize_to(WAVE, (4, 4), "cv2-liner")


@pytest.mark.parametrize("name", RESIZES)
@settings(max_examples=25, deadline=None)
@given(pixels=maps, shape=shapes)
def test_what_comes_out_is_a_map_of_the_shape(name, pixels, shape):
    pixels.setflags(write=False)
    out = resize_to(pixels, shape, name)
    assert out.shape == shape
    assert out.dtype == (np.uint8 if name in BYTES else np.float64)
    assert out.flags.c_contiguous
    assert out.min() >= 0
    low, high = int(pixels.min()), int(pixels.max())
    if not name.startswith(
        "matlab-cubic"
    ):  # torch's bytes are truncated and may fall one level below
        assert float(out.min()) >= low - (name == "torch-linear-bytes") - SINGLES
        assert float(out.max()) <= high + SINGLES


@pytest.mark.parametrize("name", RESIZES)
@settings(max_examples=25, deadline=None)
@given(pixels=maps, shape=shapes)
def test_a_mirrored_map_is_resized_to_the_mirror_image(name, pixels, shape):
    out = resize_to(pixels, shape, name).astype(float)
    # float32 weights differ by 1e-6 of the position, and a byte rounds or truncates the difference
    allowed = 1.0 if name in BYTES else 2e-2 if name == "torch-linear" else SUMS
    for axis in (0, 1):
        other = resize_to(np.ascontiguousarray(np.flip(pixels, axis)), shape, name)
        np.testing.assert_allclose(np.flip(other, axis), out, rtol=0, atol=allowed)


@pytest.mark.parametrize("name", RESIZES)
@pytest.mark.parametrize("shape", [(2, 3), (5, 7), (33, 41), (70, 80)])
def test_a_flat_map_stays_flat(name, shape):
    for level in range(256):
        out = resize_to(np.full((5, 7), level, np.uint8), shape, name)
        allowed = {"torch-linear-bytes": 1, "torch-linear": SINGLES, "matlab-cubic": SUMS}
        np.testing.assert_allclose(out.astype(float), level, rtol=0, atol=allowed.get(name, 0))


@pytest.mark.parametrize("name", RESIZES)
def test_the_same_size_changes_nothing(name):
    out = resize_to(WIDE, WIDE.shape, name)
    if name == "torch-linear":  # v / 255 is rounded to float32
        np.testing.assert_array_equal(out / 255, (WIDE / np.float32(255)).astype(float))
    elif name == "torch-linear-bytes":
        once = ((WIDE / np.float32(255)) * np.float32(255)).astype(np.uint8)
        np.testing.assert_array_equal(out, once)
    else:
        np.testing.assert_array_equal(out, WIDE)  # (v / 255) * 255 is v in float64


@pytest.mark.parametrize("name", RESIZES)
def test_strided_maps_are_resized_alike(name):
    twice = np.repeat(WAVE, 2, axis=1)[:, ::2]
    np.testing.assert_array_equal(resize_to(twice, (9, 4), name), resize_to(WAVE, (9, 4), name))


# Codes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FLOATS)
@pytest.mark.parametrize("shape", [(9, 11), (3, 2), (1, 1)])
def test_codes_stand_for_the_values(name, shape):
    values = resize_to(WAVE, shape, name)
    codes, distinct = codes_of(values)
    assert codes.shape == shape
    assert codes.dtype == np.int32
    assert codes.flags.c_contiguous
    assert distinct.dtype == np.float64
    assert (np.diff(distinct) > 0).all()
    np.testing.assert_array_equal(distinct[codes], values)


def test_codes_of_a_transposed_map_are_in_c_order():
    values = np.array([[0.5, 2.0], [3.0, 0.5]]).T
    codes, distinct = codes_of(values)
    np.testing.assert_array_equal(codes, [[0, 2], [1, 0]])
    np.testing.assert_array_equal(distinct, [0.5, 2.0, 3.0])
    assert codes.flags.c_contiguous


# cv2 --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(22, 26), (5, 7), (1, 1), (40, 3), (30, 40)])
def test_cv2_linear_is_cv2_resize_on_bytes(shape):
    before = WIDE.copy()
    out = resize_to(WIDE, shape, "cv2-linear")
    np.testing.assert_array_equal(
        out, cv2.resize(WIDE, shape[::-1], interpolation=cv2.INTER_LINEAR).reshape(shape)
    )
    np.testing.assert_array_equal(before, WIDE)


def test_the_resize_is_the_same_in_every_opencv():
    expected = [[0, 4, 10, 124, 200], [64, 44, 15, 110, 173], [191, 125, 25, 81, 118]]
    np.testing.assert_array_equal(resize_to(RAMP, (4, 5), "cv2-linear")[:3], expected)


# torch ------------------------------------------------------------------------------------------

TORCH_WAVE = ["1.8ae036p-4", "1.d3d3d6p-3", "1.a3f952p-2", "1.7ea954p-1", "1.c24244p-1"]
TORCH_RAMP = [
    ["0.0p+0", "1.010104p-6", "1.414142p-5", "1.f1f1fap-2", "1.919192p-1"],
    ["1.0p-2", "1.636362p-3", "1.e1e1e4p-5", "1.b7b7c0p-2", "1.5a5a5cp-1"],
    ["1.8p-1", "1.f4f4f4p-2", "1.919192p-4", "1.434348p-2", "1.d7d7dap-2"],
    ["1.0p+0", "1.4b4b4ap-1", "1.e1e1e2p-4", "1.09090cp-2", "1.69696ap-2"],
]
TORCH_WIDE = [  # every 500th of (61, 83): rows plus columns above 128
    *("0.0p+0", "1.6929a8p-1", "1.f01e8ap-2", "1.194578p-1", "1.af3ef0p-2", "1.77335ap-1"),
    *("1.6bed1cp-2", "1.0b750cp-1", "1.db4d3cp-2", "1.04be2ep-1", "1.806de8p-1"),
]
TORCH_BYTES = [
    [0, 4, 10, 124, 200],
    [63, 44, 15, 109, 172],
    [191, 124, 25, 80, 117],
    [255, 164, 30, 66, 90],
]


def hexadecimal(texts):
    return [float.fromhex("0x" + text) for text in texts]


def test_torch_linear_gives_the_float32_values_of_torch():
    small = resize_to(RAMP, (4, 5), "torch-linear") / 255
    np.testing.assert_array_equal(small, [hexadecimal(row) for row in TORCH_RAMP])
    shrunk = resize_to(WAVE, (2, 3), "torch-linear") / 255
    np.testing.assert_array_equal(shrunk.ravel()[:5], hexadecimal(TORCH_WAVE))
    large = resize_to(WIDE, (61, 83), "torch-linear") / 255
    np.testing.assert_array_equal(large.ravel()[::500], hexadecimal(TORCH_WIDE))


def test_torch_linear_bytes_are_truncated_as_by_torch():
    np.testing.assert_array_equal(resize_to(RAMP, (4, 5), "torch-linear-bytes"), TORCH_BYTES)
    flat = np.full((2, 3), 239, np.uint8)
    fell = resize_to(flat, (70, 80), "torch-linear-bytes") == 238
    assert fell.sum() == 372  # so many of torch's own pixels do


def torch_resized(pixels, shape):
    torch = pytest.importorskip("torch")  # the goldens above do without
    unit = torch.from_numpy(pixels).float()[None, None] / 255
    mode = {"mode": "bilinear", "align_corners": False}
    return torch.nn.functional.interpolate(unit, size=shape, **mode)[0, 0].numpy()


@pytest.mark.parametrize("largest", [8, 70, 260])
def test_torch_itself(largest):
    for seed in range(60):
        pixels, shape = varied(seed, largest)
        wanted = torch_resized(pixels, shape)
        got = resize_to(pixels, shape, "torch-linear")
        np.testing.assert_array_equal((got / 255).astype(np.float32), wanted)
        assert abs(got / 255 - wanted).max() <= 1.2e-16  # one rounding of x * 255 / 255
        truncated = (wanted * np.float32(255)).astype(np.uint8)
        np.testing.assert_array_equal(resize_to(pixels, shape, "torch-linear-bytes"), truncated)


@pytest.mark.parametrize("shape", [(64, 64), (64, 65), (9, 119), (120, 9)])
def test_torch_itself_on_flat_maps_of_every_level(shape):
    for level in range(256):
        flat = np.full((20, 30), level, np.uint8)
        truncated = (torch_resized(flat, shape) * np.float32(255)).astype(np.uint8)
        np.testing.assert_array_equal(resize_to(flat, shape, "torch-linear-bytes"), truncated)


# Pillow -----------------------------------------------------------------------------------------


def test_pil_linear_gives_the_bytes_of_pillow():
    ramp = [[0, 4, 10, 124, 200], [64, 44, 15, 110, 173], [191, 125, 25, 81, 118]]
    np.testing.assert_array_equal(resize_to(RAMP, (4, 5), "pil-linear")[:3], ramp)
    wave = [[61, 109, 124], [144, 143, 116]]
    np.testing.assert_array_equal(resize_to(WAVE, (2, 3), "pil-linear"), wave)
    # the seventh would be 127 if columns were resized before rows
    row = [[90, 97, 111, 126, 131, 123, 126, 123, 108]]
    np.testing.assert_array_equal(resize_to(WAVE, (1, 9), "pil-linear"), row)


@pytest.mark.parametrize("largest", [8, 70, 260])
def test_pillow_itself(largest):
    """One axis at a time: Pillow 13 chooses which goes first, 12 and before took the width."""
    image = pytest.importorskip("PIL.Image")  # the goldens above do without
    for seed in range(60):
        pixels, (height, width) = varied(seed, largest)
        wide = image.fromarray(pixels).resize((width, len(pixels)), image.Resampling.BILINEAR)
        wanted = np.asarray(wide.resize((width, height), image.Resampling.BILINEAR))
        np.testing.assert_array_equal(resize_to(pixels, (height, width), "pil-linear"), wanted)


# MATLAB -----------------------------------------------------------------------------------------


def kernel(x):
    """Bicubic convolution, a = -0.5."""
    x = abs(x)
    if x <= 1:
        return 1.5 * x**3 - 2.5 * x**2 + 1
    if x <= 2:
        return -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return 0.0


def imresize_line(line, out):
    """One line of imresize, in pixel coordinates whose first pixel spans 0 to 1."""
    n = len(line)
    step = n / out
    stretch = max(step, 1.0)
    made = []
    for i in range(out):
        centre = (i + 0.5) * step
        total = weight = 0.0
        for j in range(int(centre - 2 * stretch) - 2, int(centre + 2 * stretch) + 3):
            w = kernel((j + 0.5 - centre) / stretch)
            k = j
            while not 0 <= k < n:  # mirrored, the edge pixel repeated
                k = -1 - k if k < 0 else 2 * n - 1 - k
            total += w * line[k]
            weight += w
        made.append(total / weight)
    return made


def imresize(values, shape):
    down = np.array([imresize_line(column, shape[0]) for column in values.T]).T
    return np.array([imresize_line(row, shape[1]) for row in down])


@pytest.mark.parametrize("seed", range(30))
def test_matlab_cubic_is_the_transcription(seed):
    pixels, shape = varied(seed, 20)
    wanted = np.maximum(255 * imresize(pixels / 255, shape), 0)
    np.testing.assert_allclose(matlab_cubic(pixels, shape), wanted, rtol=0, atol=SUMS)


@pytest.mark.parametrize("turn", [False, True])
def test_matlab_cubic_of_a_step_worked_by_hand(turn):
    # the kernel at 0.25, 0.75, 1.25, 1.75: 111/128, 29/128, -9/128, -3/128
    wider = np.array([0, 0, -0.0, 26, 102, 137, 131, 128]) / 128
    half = np.array([0, 8.5, 119.5, 129.5]) / 128  # of each weight, from both sides
    for line, wanted in (([0, 0, 1, 1], wider), ([0, 0, 0, 0, 1, 1, 1, 1], half)):
        pixels, shape = np.array([line], np.uint8) * np.uint8(255), (1, len(wanted))
        pixels, shape = (pixels.T, shape[::-1]) if turn else (pixels, shape)
        out = matlab_cubic(pixels, shape).ravel()
        np.testing.assert_allclose(out, 255 * wanted, rtol=0, atol=SUMS)


@pytest.mark.parametrize("shape", [(45, 61), (13, 17), (60, 15), (9, 80)])
def test_matlab_cubic_is_torchs_antialiased_bicubic_inside(shape):
    """Written by others: the same kernel and widening, but another rule at the edges."""
    torch = pytest.importorskip("torch")
    unit = torch.from_numpy(WIDE).double()[None, None] / 255
    mode = {"mode": "bicubic", "antialias": True, "align_corners": False}
    wanted = 255 * torch.nn.functional.interpolate(unit, size=shape, **mode)[0, 0].numpy()
    inside = []
    for n, out in zip(WIDE.shape, shape, strict=True):
        edge = int(np.ceil(2 * max(n / out, 1) * out / n + 1))
        inside.append(slice(edge, out - edge))
    np.testing.assert_allclose(
        matlab_cubic(WIDE, shape)[tuple(inside)],
        np.maximum(wanted, 0)[tuple(inside)],
        rtol=0,
        atol=SUMS,
    )


def test_matlab_cubic_overshoots_above_and_not_below():
    step = np.repeat(np.array([[0, 255]], np.uint8), 4, axis=1).repeat(5, axis=0)
    out = matlab_cubic(step, (11, 23))
    assert out.max() > 255
    assert out.min() == 0


def test_matlab_cubic_of_bytes_ends_each_pass_in_bytes():
    rng = np.random.default_rng(8)
    pixels = rng.integers(0, 256, (9, 14), dtype=np.uint8)
    tall = resize_to(pixels, (20, 14), "matlab-cubic-bytes")  # one pass, the other is identity
    exact = np.maximum(matlab_cubic(pixels, (20, 14)), 0)
    assert tall.dtype == np.uint8
    clear = abs(exact % 1 - 0.5) > 1e-9  # a tie may fall either way by the last bit
    assert np.array_equal(tall[clear], np.floor(exact + 0.5).clip(0, 255)[clear])
    step = np.repeat(np.array([[0, 255]], np.uint8), 6, axis=1).repeat(4, axis=0)
    out = resize_to(step, (4, 31), "matlab-cubic-bytes")
    assert matlab_cubic(step, (4, 31)).max() > 255
    assert (out.min(), out.max()) == (0, 255)
    wide = resize_to(pixels, (20, 40), "matlab-cubic-bytes")
    assert np.array_equal(wide, resize_to(tall, (20, 40), "matlab-cubic-bytes"))
