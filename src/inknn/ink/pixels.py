"""Pixels of every mode and dtype → 8-bit color and gray, in bands of rows: no copy of the whole is made.

What is transparent lies on white paper, or on black where white would hide it; 16-bit and float pictures keep
their contrast.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import PictureError

BAND = 1 << 20
"""Pixels that are converted at a time."""

_FLAT = 15  # gray levels: less contrast than this on white, and white ink lies on nothing
_ARRAY_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}  # Pillow's, by the number of channels

Pixels = tuple[NDArray[np.uint8], NDArray[np.uint8]]
"""A page in color, uint8 (height, width, 3), and in gray, uint8 (height, width).

The color of a gray picture is a view of its gray that can't be written to.
"""


def image_pixels(image: Image.Image) -> Pixels:
    """The pixels of a decoded picture of any mode."""
    if image.mode == "F" or image.mode.startswith("I"):
        return _deep_pixels(image)
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        image = image if image.mode == "RGBA" else image.convert("RGBA")
    elif image.mode not in ("L", "RGB"):
        image = image.convert("L" if image.mode == "1" else "RGB")
    return _assemble(lambda rows: _cut(image, rows), image.size, image.mode)


def check_array(array: NDArray[Any]) -> tuple[int, int]:
    """Width and height of an array, from its shape and dtype alone.

    Raises
    ------
    PictureError
        If it is no array of pixels; see :func:`inknn.ink.open_pages` for those that are.
    """
    if 0 in array.shape:
        raise PictureError(f"an array of shape {array.shape} has no pixels")
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in _ARRAY_MODES):
        raise PictureError(
            f"an array must be (height, width) or (height, width, 1 to 4), got shape {array.shape}"
        )
    if array.dtype.kind not in "buif":
        raise PictureError(f"an array of {array.dtype} is no picture; use uint8, uint16, bool or float")
    return array.shape[1], array.shape[0]


def array_pixels(array: NDArray[Any]) -> Pixels:
    """The pixels of an array that :func:`check_array` accepts.

    Raises
    ------
    PictureError
        If it has values that are no gray levels.
    """
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    height, width = array.shape[:2]
    mode = _ARRAY_MODES[1 if array.ndim == 2 else array.shape[2]]
    top = _top_of(array)

    def band(rows: slice) -> Image.Image:
        values = array[rows]
        return Image.fromarray(np.ascontiguousarray(values if top is None else _scaled(values, top)))

    return _assemble(band, (width, height), mode)


def _top_of(array: NDArray[Any]) -> float | None:
    """The value of white in an array; None where it is in gray levels already."""
    if array.dtype == np.uint8:
        return None
    if array.dtype == bool:
        return 1.0
    low, high = _range(array.__getitem__, *array.shape[1::-1])
    if array.dtype.kind == "f":
        if not np.isfinite([low, high]).all():
            raise PictureError("the array has NaN or infinite values")
        return 1.0 if high <= 1 else 255.0
    if array.dtype.kind == "u" and array.dtype.itemsize == 2:
        return _full_scale(high)
    if low < 0 or high > 255:
        raise PictureError("an integer array must hold values from 0 to 255 (or be uint16)")
    return 255.0


def _deep_pixels(image: Image.Image) -> Pixels:
    """A picture of 16- or 32-bit grays, in the smallest power of two that holds them."""
    narrow = np.asarray(image) if image.mode.startswith("I;16") else None

    def read(rows: slice) -> NDArray[Any]:
        return np.asarray(_cut(image, rows)) if narrow is None else narrow[rows]

    def finite(rows: slice) -> NDArray[Any]:
        values = read(rows)
        return values[np.isfinite(values)]

    low, high = _range(finite, *image.size)
    low = min(0.0, low)
    high -= low
    top = 1.0 if image.mode == "F" and high <= 1 else _full_scale(high)

    def band(rows: slice) -> Image.Image:
        values = np.nan_to_num(read(rows).astype(np.float64) - low, nan=0.0, posinf=high, neginf=0.0)
        return Image.fromarray(_scaled(values, top))

    return _assemble(band, image.size, "L")


def _assemble(read: Callable[[slice], Image.Image], size: tuple[int, int], mode: str) -> Pixels:
    """Put a page together from bands of rows, which are Pillow's images of that mode: L, LA, RGB or RGBA."""
    width, height = size
    gray = np.empty((height, width), np.uint8)
    if mode == "L":
        for rows in _bands(width, height):
            gray[rows] = np.asarray(read(rows))
        return np.broadcast_to(gray[:, :, None], (height, width, 3)), gray
    color = np.empty((height, width, 3), np.uint8)
    for paper in (255, 0):
        for rows in _bands(width, height):
            band = read(rows) if mode == "RGB" else _on_paper(read(rows), paper)
            color[rows], gray[rows] = np.asarray(band), np.asarray(band.convert("L"))
        if mode == "RGB" or int(gray.max()) - int(gray.min()) >= _FLAT:
            break
    return color, gray


def _on_paper(layers: Image.Image, paper: int) -> Image.Image:
    page = Image.new("RGBA", layers.size, (paper, paper, paper, 255))
    page.alpha_composite(layers.convert("RGBA"))
    return page.convert("RGB")


def _bands(width: int, height: int) -> Iterator[slice]:
    step = max(1, BAND // width)
    for top in range(0, height, step):
        yield slice(top, min(top + step, height))


def _cut(image: Image.Image, rows: slice) -> Image.Image:
    """Rows of an image. ``Image.crop`` would compare them with Pillow's own limit on pixels."""
    band = Image.new(image.mode, (image.width, rows.stop - rows.start))
    band.paste(image, (0, -rows.start))
    return band


def _range(read: Callable[[slice], NDArray[Any]], width: int, height: int) -> tuple[float, float]:
    """The least and the largest value; both are NaN if one is. Without any value both are 0."""
    bands = (values for rows in _bands(width, height) if (values := read(rows)).size)
    extremes = [(float(values.min()), float(values.max())) for values in bands]
    return (float(np.min(extremes)), float(np.max(extremes))) if extremes else (0.0, 0.0)


def _full_scale(high: float) -> float:
    """White in the fewest bits, at least 8, that hold all values: 12-bit grays in 16 bits stay as bright."""
    return 2.0 ** max(8, int(high).bit_length()) - 1


def _scaled(array: NDArray[Any], top: float) -> NDArray[np.uint8]:
    """Whole gray levels, 0 to 255, of values from 0 to ``top``."""
    values = array.astype(np.float64)
    values *= 255.0 / top
    return np.asarray(np.rint(values, out=values).clip(0, 255, out=values), dtype=np.uint8)
