from __future__ import annotations

import io

import cv2
import numpy as np
import pytest

from sodeval.errors import DecodeError
from sodeval.models.photograph import read_photograph

Image = pytest.importorskip("PIL.Image")

READERS = ["opencv", "pillow", "skimage"]
TURNED = 6  # EXIF: turn by 90 degrees clockwise to view
PIXELS = cv2.resize(
    np.random.default_rng(1).integers(0, 256, (9, 13, 3)).astype(np.uint8),
    (83, 61),
    interpolation=cv2.INTER_CUBIC,
)
PHOTO = Image.fromarray(PIXELS)
ALPHA = PHOTO.getchannel(0)


def encoded(picture, kind, **options):
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def exif(orientation):
    made = Image.Exif()
    made[274] = orientation
    return made


def stored(pixels, suffix=".png"):
    return cv2.imencode(suffix, pixels)[1].tobytes()


def with_pillow(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def with_opencv(data):
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]


def with_alpha():
    picture = PHOTO.copy()
    picture.putalpha(ALPHA)
    return picture


GREY = {
    "png": encoded(PHOTO.convert("L"), "PNG"),
    "png of 1 bit": encoded(PHOTO.convert("1"), "PNG"),
    "jpeg": encoded(PHOTO.convert("L"), "JPEG"),
    "bmp": encoded(PHOTO.convert("L"), "BMP"),
    "tiff": encoded(PHOTO.convert("L"), "TIFF"),
}
COLOUR = {
    "png": encoded(PHOTO, "PNG"),
    "png with alpha": encoded(with_alpha(), "PNG"),
    "png of a palette": encoded(PHOTO.quantize(50), "PNG"),
    "png of a grey palette": encoded(PHOTO.convert("L").quantize(50), "PNG"),
    "png of a palette with alpha": encoded(PHOTO.quantize(50), "PNG", transparency=3),
    "png of grey with alpha": encoded(Image.merge("LA", (ALPHA, ALPHA)), "PNG"),
    "png of 16 bits": stored(PIXELS.astype(np.uint16) * 256 + 77),
    "jpeg": encoded(PHOTO, "JPEG", quality=90),
    "jpeg of low quality": encoded(PHOTO, "JPEG", quality=20),
    "jpeg 4:4:4": encoded(PHOTO, "JPEG", subsampling=0),
    "jpeg 4:2:2": encoded(PHOTO, "JPEG", subsampling=1),
    "jpeg in scans": encoded(PHOTO, "JPEG", progressive=True),
    "jpeg, turned": encoded(PHOTO, "JPEG", exif=exif(TURNED)),
    "png, turned": encoded(PHOTO, "PNG", exif=exif(TURNED)),
    "bmp": encoded(PHOTO, "BMP"),
    "bmp of a palette": encoded(PHOTO.quantize(50), "BMP"),
    "tiff": encoded(PHOTO, "TIFF"),
    "tiff of CMYK": encoded(PHOTO.convert("CMYK"), "TIFF"),
    "webp": encoded(PHOTO, "WEBP"),
    "webp with alpha": encoded(with_alpha(), "WEBP", lossless=True, exact=True),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", COLOUR)
def test_colour(kind, reader):
    data = COLOUR[kind]
    made = read_photograph(data, "a", reader)
    assert made.dtype == np.uint8
    assert made.flags.c_contiguous
    assert made.flags.writeable
    expected = with_opencv(data) if reader == "opencv" else with_pillow(data)
    np.testing.assert_array_equal(made, expected)


@pytest.mark.parametrize("kind", GREY)
def test_grey(kind):
    data = GREY[kind]
    expected = with_pillow(data)
    for reader in ("opencv", "pillow"):
        np.testing.assert_array_equal(read_photograph(data, "a", reader), expected)
    made = read_photograph(data, "a", "skimage")
    assert made.flags.c_contiguous
    assert made.flags.writeable
    np.testing.assert_array_equal(made, expected[..., 0])


@pytest.mark.parametrize("kind", ["png", "jpeg", "bmp", "tiff", "webp"])
def test_as_scikit_image(kind):
    skimage_io = pytest.importorskip("skimage.io")
    for files in (COLOUR, GREY):
        if kind in files:
            expected = skimage_io.imread(io.BytesIO(files[kind]))
            made = read_photograph(files[kind], "a", "skimage")
            np.testing.assert_array_equal(made, expected)


def test_only_opencv_turns_by_exif():
    data = COLOUR["jpeg, turned"]
    assert read_photograph(data, "a", "opencv").shape == (83, 61, 3)
    for reader in ("pillow", "skimage"):
        assert read_photograph(data, "a", reader).shape == (61, 83, 3)


def test_a_grey_png_turns_too():
    data = encoded(PHOTO.convert("L"), "PNG", exif=exif(TURNED))
    np.testing.assert_array_equal(read_photograph(data, "a", "opencv"), with_opencv(data))
    assert read_photograph(data, "a", "skimage").shape == (61, 83)


@pytest.mark.parametrize("reader", READERS)
def test_cmyk_jpeg(reader):
    data = encoded(PHOTO.convert("CMYK"), "JPEG", quality=95)
    apart = np.abs(read_photograph(data, "a", reader).astype(int) - with_pillow(data))
    assert apart.max() <= 1  # each rounds its product of K and C once, in its own way


@pytest.mark.parametrize("reader", READERS)
def test_16_bit_grey_keeps_its_high_byte(reader):
    grey = PIXELS[..., 0]
    made = read_photograph(stored(grey.astype(np.uint16) * 256 + 200), "a", reader)
    np.testing.assert_array_equal(made, grey if reader == "skimage" else np.stack([grey] * 3, 2))


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (COLOUR["png"][:-30], "is a truncated PNG file"),
        (COLOUR["jpeg"][:900], "is a truncated JPEG file"),
        (b"hello, this is a text", "is not an image"),
        (encoded(PHOTO, "GIF"), "Save it as an 8-bit PNG or JPEG"),
    ],
)
def test_what_cannot_be_read(data, message, reader):
    with pytest.raises(DecodeError, match="^im/a.jpg .*" + message):
        read_photograph(data, "im/a.jpg", reader)


def test_damaged_pixels(capfd):
    data = bytearray(COLOUR["webp with alpha"])
    data[60:300] = bytes(240)
    with pytest.raises(DecodeError, match="cannot be decoded: its pixel data are damaged"):
        read_photograph(bytes(data), "a", "opencv")


def test_too_large():
    with pytest.raises(DecodeError, match="over the limit of 1000"):
        read_photograph(COLOUR["png"], "a", "opencv", max_pixels=1000)
