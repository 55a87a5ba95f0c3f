"""Label maps are read raw: the index or the stored sample, whatever its depth or colour."""

from __future__ import annotations

import struct

import cv2
import numpy as np
import pytest

from sodeval.errors import DecodeError, ShapeError
from sodeval.labels import as_labels, decode_labels, resize_labels
from tests.unit.test_images import (
    GAMMA,
    GREY_TABLE,
    JPEG,
    ORIENTED,
    PROFILE,
    bmp,
    chunk,
    encode,
    interlaced,
    pack,
    palette,
    png,
    rows_of,
    tiff,
)

H, W = 11, 13
RNG = np.random.default_rng(21)
LABELS = {bits: RNG.integers(0, 2**bits, (H, W)).astype(np.uint8) for bits in (1, 2, 4, 8)}
DEEP = RNG.integers(0, 2**16, (H, W), dtype=np.uint16)
BYTES = LABELS[8]
# colours in no order, some of them twice and one like a grey
COLOURS = [tuple(colour) for colour in RNG.integers(0, 256, (256, 3)).tolist()]
COLOURS[1] = COLOURS[0]
COLOURS[3] = (200, 200, 200)
TRANSPARENT = chunk(b"tRNS", b"\0\x80\xff")


def grey_png(bits):
    return png(pack(LABELS[bits], bits), depth=bits)


def palette_png(bits, **more):
    before = palette(*COLOURS[: 2**bits])
    return png(pack(LABELS[bits], bits), 3, bits, **{"before": before, **more})


GOOD = {
    **{f"grey-{bits}": (grey_png(bits), LABELS[bits]) for bits in LABELS},
    **{f"palette-{bits}": (palette_png(bits), LABELS[bits]) for bits in LABELS},
    "grey-cv2": (encode(".png", BYTES), BYTES),
    "grey-16": (png(rows_of(DEEP, ">u2"), depth=16), DEEP),
    "grey-16-small": (png(rows_of(BYTES, ">u2"), depth=16), BYTES),
    "grey-interlaced": (png(interlaced(BYTES), interlace=1), BYTES),
    "grey-transparent": (png(rows_of(BYTES), before=chunk(b"tRNS", b"\0\5")), BYTES),
    "grey-profile": (png(rows_of(BYTES), before=PROFILE + GAMMA, after=ORIENTED), BYTES),
    "palette-transparent": (
        palette_png(4, before=palette(*COLOURS[:16]) + TRANSPARENT),
        LABELS[4],
    ),
    "palette-gamma": (palette_png(8, before=GAMMA + palette(*COLOURS)), BYTES),
    "palette-profile": (palette_png(8, before=PROFILE + palette(*COLOURS)), BYTES),
    "palette-text": (palette_png(8, after=chunk(b"tEXt", b"a\0b", 5) + ORIENTED), BYTES),
    "palette-trailing": (palette_png(8) + b"trailing bytes", BYTES),
    "palette-short": (palette_png(8, before=palette(*COLOURS[:21])), BYTES),
    "palette-interlaced": (
        png(interlaced(BYTES), 3, 8, interlace=1, before=palette(*COLOURS)),
        BYTES,
    ),
    "rgb-equal": (encode(".png", cv2.merge([BYTES] * 3)), BYTES),
    "rgb-equal-gamma": (
        png(rows_of(np.dstack([BYTES] * 3).reshape(H, -1)), 2, before=GAMMA),
        BYTES,
    ),
    "rgb-equal-16": (png(rows_of(np.dstack([DEEP] * 3), ">u2"), 2, 16), DEEP),
    "rgba-equal": (encode(".png", cv2.merge([BYTES] * 3 + [BYTES * 0 + 255])), BYTES),
    "grey-alpha": (png(rows_of(np.dstack([BYTES, BYTES * 0 + 7])), 4), BYTES),
    "bmp": (bmp(rows_of(BYTES[::-1]), 8, colours=GREY_TABLE), BYTES),
    "bmp-cv2": (encode(".bmp", BYTES), BYTES),
    "bmp-24": (encode(".bmp", cv2.merge([BYTES] * 3)), BYTES),
    "tiff": (tiff([BYTES.tobytes()]), BYTES),
    "tiff-1": (tiff([b"".join(pack(LABELS[1], 1))], bits=(1,)), LABELS[1]),
    "tiff-16": (tiff([DEEP.astype("<u2").tobytes()], bits=(16,)), DEEP),
    "tiff-16-big-endian": (tiff([DEEP.astype(">u2").tobytes()], bits=(16,), order=">"), DEEP),
    "tiff-cv2": (encode(".tiff", DEEP), DEEP),
    "tiff-rgb-equal": (encode(".tiff", cv2.merge([BYTES] * 3)), BYTES),
}


@pytest.mark.parametrize("name", GOOD)
def test_labels_are_read_raw(name, capfd):
    data, expected = GOOD[name]
    labels = decode_labels(data, "x")
    np.testing.assert_array_equal(labels, expected)
    assert labels.dtype == np.uint16
    assert labels.flags.c_contiguous
    assert labels.flags.writeable
    assert capfd.readouterr().err == "", "no decoder has anything to say"


UNEQUAL = np.dstack([BYTES, BYTES, BYTES[::-1]])
CUT_OUT = cv2.merge([BYTES, BYTES, BYTES, BYTES[::-1].copy()])
BAD = {
    "rgb": (encode(".png", UNEQUAL), "x holds colours, not label ids. Save the label ids as a g"),
    "rgb-16": (png(rows_of(UNEQUAL.astype(np.uint16), ">u2"), 2, 16), "x holds colours"),
    "rgba": (encode(".png", np.dstack([UNEQUAL, BYTES])), "x holds colours"),
    "alpha": (encode(".png", CUT_OUT), "x has an alpha channel that varies"),
    "jpeg": (JPEG, "x is a JPEG, which does not keep label ids. Save the label ids as a grey or"),
    "webp": (encode(".webp", BYTES), "x is a WebP, which does not keep label ids"),
    "bmp-colours": (bmp(rows_of(BYTES), 8, colours=COLOURS), "x is a BMP whose colours are not"),
    "bmp-few": (bmp(rows_of(BYTES), 8, colours=GREY_TABLE[:20]), "x is a BMP whose colours"),
    "bmp-4": (bmp(pack(LABELS[4], 4), 4, colours=GREY_TABLE[:16]), "x is a BMP whose colours"),
    "bmp-rgb": (encode(".bmp", UNEQUAL), "x holds colours"),
    "tiff-palette": (
        tiff([BYTES.tobytes()], photometric=3, fields={320: [257 * v for v in range(256)] * 3}),
        "x is a TIFF with a colour table, which is not read for label maps. Save the label ids",
    ),
    "tiff-white-is-zero": (tiff([BYTES.tobytes()], photometric=0), "that stores white as zero"),
    "tiff-turned": (tiff([BYTES.tobytes()], fields={274: 3}), "that is marked as turned"),
    "tiff-rgb": (encode(".tiff", UNEQUAL), "x holds colours"),
    "empty": (b"", "x is empty (zero bytes)"),
    "cut": (palette_png(8)[:-30], "x is a truncated PNG file"),
    "damaged": (palette_png(8, packed=bytes(40)), "x cannot be decoded: its pixel data are dam"),
    "text": (b"0 0 1 1", "x is not an image"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_lost_its_labels_is_refused(name):
    data, message = BAD[name]
    with pytest.raises(DecodeError) as refused:
        decode_labels(data, "x")
    assert message in str(refused.value)


def test_the_limit_of_pixels_is_checked_in_the_header():
    with pytest.raises(DecodeError, match="over the limit of 100"):
        decode_labels(palette_png(8), "x", max_pixels=100)


def test_damage_anywhere_ends_in_labels_or_a_decode_error():
    rng = np.random.default_rng(2)
    for name in ("palette-4", "grey-16", "tiff", "bmp"):
        data = GOOD[name][0]
        for _ in range(100):
            broken = bytearray(data)
            for position in rng.integers(0, len(data), 2):
                broken[position] = rng.choice((0, 1, 127, 128, 255))
            try:
                labels = decode_labels(bytes(broken), "x", max_pixels=10**5)
            except DecodeError:
                continue
            assert labels.ndim == 2


def test_big_tiff():
    tags = ((256, W), (257, H), (258, 8), (259, 1), (262, 1), (273, 16), (277, 1), (278, H))
    tags = (*tags, (279, BYTES.size))
    entries = b"".join(struct.pack("<HHQQ", tag, 4, 1, value) for tag, value in tags)
    directory = struct.pack("<Q", len(tags)) + entries + struct.pack("<Q", 0)
    head = b"II+\0" + struct.pack("<HHQ", 8, 0, 16 + BYTES.size)
    np.testing.assert_array_equal(decode_labels(head + BYTES.tobytes() + directory, "x"), BYTES)


# Arrays -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int8, ">u2", np.int32, np.int64, np.uint64])
def test_whole_numbers_pass(dtype):
    values = (BYTES % 2).astype(dtype)
    for view in (
        values,
        values[:, ::-1],
        np.asfortranarray(values),
        values[None],
        values[None, None],
    ):
        (labels,) = as_labels(view)
        np.testing.assert_array_equal(labels, view.reshape(H, W))
        assert labels.dtype == np.uint16
        assert labels.flags.c_contiguous


def test_tensors_and_batches():
    torch = pytest.importorskip("torch")
    batch = torch.arange(24).reshape(2, 1, 3, 4)
    first, second = as_labels(batch)
    np.testing.assert_array_equal(np.stack([first, second]), batch[:, 0].numpy())


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.zeros((2, 3)), r"dtype is float64; expected whole numbers \(take the argmax"),
        (np.array([[-1, 18]]), r"labels run from -1 to 18; .* as in labels\[labels < 0\] = 255"),
        (np.array([[0, 65536]]), "labels run from 0 to 65536"),
        (np.zeros((2, 19, 3, 4)), r"shape is \(2, 19, 3, 4\)"),
        (np.zeros((0, 4), int), r"shape is .* holds no pixels"),
        ([["a"]], "dtype is <U1"),
    ],
)
def test_what_are_no_labels_is_refused_with_its_name(values, message):
    with pytest.raises(ShapeError, match=f"^prediction: {message}"):
        as_labels(values, label="prediction")


# Resizing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(22, 26), (5, 7), (1, 1), (40, 3), (H, W), (33, 13)])
def test_the_nearest_pixel_by_its_centre(shape):
    out = resize_labels(DEEP, shape)
    assert out.shape == shape
    assert out.dtype == np.uint16
    assert out.flags.c_contiguous
    for i in range(shape[0]):
        for j in range(shape[1]):
            y, x = int((i + 0.5) * H / shape[0]), int((j + 0.5) * W / shape[1])
            assert out[i, j] == DEEP[y, x]
