"""Pixels of every kind come out as 8-bit color and gray, whatever bands they are converted in."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from PIL import Image

from inknn.errors import PictureError, PictureTooLargeError
from inknn.ink import open_pages, pixels
from inknn.ink.pixels import array_pixels, image_pixels

RNG = np.random.default_rng(5)
LEVELS = RNG.integers(0, 256, (37, 23, 4)).astype(np.uint8)
MODES = ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK", "YCbCr", "HSV", "I", "F", "I;16", "RGBa"]


def image_of(mode):
    if mode == "I;16":
        return Image.fromarray(LEVELS[:, :, 0].astype(np.uint16) * 200)
    if mode in ("I", "F"):
        return Image.fromarray(LEVELS[:, :, 0].astype(np.int32 if mode == "I" else np.float32) * 3 - 100)
    rgba = Image.fromarray(LEVELS)
    return rgba.convert(mode) if mode in ("RGBA", "LA", "RGBa") else rgba.convert("RGB").convert(mode)


@pytest.mark.parametrize("mode", MODES)
def test_bands_of_an_image_make_the_same_page_as_the_whole(mode, monkeypatch):
    image = image_of(mode)
    whole = image_pixels(image)
    monkeypatch.setattr(pixels, "BAND", 100)  # four rows
    for one, other in zip(whole, image_pixels(image), strict=True):
        assert np.array_equal(one, other)
    assert whole[1].std() > 20


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.int64])
def test_bands_of_an_array_make_the_same_page_as_the_whole(channels, dtype, monkeypatch):
    array = LEVELS[:, :, :channels].astype(dtype)
    whole = array_pixels(array)
    monkeypatch.setattr(pixels, "BAND", 100)
    for one, other in zip(whole, array_pixels(array), strict=True):
        assert np.array_equal(one, other)


def test_gray_is_what_pillow_makes_of_the_color():
    color, gray = array_pixels(LEVELS[:, :, :3])
    assert np.array_equal(gray, np.asarray(Image.fromarray(color).convert("L")))


def test_transparent_bands_share_one_paper(monkeypatch):
    """White ink on nothing in one band, and nothing at all in the others."""
    layers = np.zeros((40, 10, 4), np.uint8)
    layers[:5] = 255
    monkeypatch.setattr(pixels, "BAND", 50)
    gray = array_pixels(layers)[1]
    assert (gray[:5] == 255).all()
    assert (gray[5:] == 0).all()


@pytest.mark.parametrize("values", [[np.nan, np.nan], [np.inf, 0.5], [-np.inf, 0.5], [3e38, -3e38]])
def test_float_images_may_hold_anything(values):
    array = np.tile(np.float32(values), (4, 2))
    color, gray = image_pixels(Image.fromarray(array))
    assert color.shape == (*gray.shape, 3) == (4, 4, 3)


@pytest.mark.parametrize(
    ("kind", "bytes_for_each_pixel"),
    [("float32 RGBA", 7), ("uint16", 4), ("float64", 4), ("I", 8), ("F", 8), ("RGB", 9)],
)
def test_no_copy_of_the_whole_is_made(kind, bytes_for_each_pixel):
    side = 3000
    if kind == "float32 RGBA":
        picture = np.broadcast_to(np.float32(0.5), (side, side, 4))
    elif len(kind) > 3:
        picture = np.broadcast_to(np.dtype(kind).type(1), (side, side))
    else:
        picture = Image.new(kind, (side, side))
    tracemalloc.start()
    next(open_pages(picture))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < bytes_for_each_pixel * side**2 + 40 * pixels.BAND


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float64, bool])
def test_size_is_looked_at_before_any_value(dtype):
    endless = np.broadcast_to(dtype(1), (10**6, 10**6))
    with pytest.raises(PictureTooLargeError):
        next(open_pages(endless))


@pytest.mark.parametrize("dtype", ["O", "m8[s]", "M8[s]", "S3", "V4", complex])
def test_dtype_is_looked_at_before_any_value(dtype):
    with pytest.raises(PictureError, match="is no picture"):
        next(open_pages(np.broadcast_to(np.zeros((), dtype), (10**6, 10**6))))


def test_long_doubles_beyond_doubles_are_infinite():
    array = np.ones((4, 4), np.longdouble)
    array[0, 0] = np.finfo(np.longdouble).max
    if np.finfo(np.longdouble).max > np.finfo(float).max:
        with pytest.raises(PictureError, match="infinite"):
            array_pixels(array)
