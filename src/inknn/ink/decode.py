"""Open pictures safely: limits before pixels, every mode brought to upright 8-bit gray.

Rules kept here: no more is read and decoded than the limit on pixels allows; EXIF orientation is obeyed (0,
which some cameras write, counts as 1); a file that can't be decoded to its last pixel is refused rather than
half read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import PictureError, PictureTooLargeError
from ..remarks import Remark
from .heif import is_heif, open_heif
from .memory import enough_memory
from .page_range import ALL_PAGES, PageRange
from .pdf import DPI, draw_pages, is_pdf
from .pillow import MEMORY_SHARE, decoding, identify, upright
from .pixels import array_pixels, check_array, image_pixels
from .source import max_bytes, name_of, read_bytes

PictureSource = str | os.PathLike[str] | bytes | IO[bytes] | Image.Image | NDArray[Any]

MAX_PIXELS = 100_000_000
"""A page of A3 at 600 dpi has 70 million; more is a mistake, or meant to fill the memory."""

SMALLEST_SIDE = 2
"""Of a picture in pixels: one row or column holds no digit."""

_ANIMATION = Remark("animation", "an animation, or several pictures in one: only the first is read")
_ORIENTATION = Remark("unknown-orientation", "its EXIF data can't be read: is the right side up?")


@dataclass(frozen=True, slots=True)
class Picture:
    """One page: upright gray pixels ``(height, width)`` uint8, and the same in color.

    The color of a gray page is a view of its gray that can't be written to.
    """

    source: str
    page: int
    color: NDArray[np.uint8]
    gray: NDArray[np.uint8]
    warnings: tuple[Remark, ...] = ()
    dpi: int | None = None
    """Pixels per inch of a page that was drawn from a PDF."""


def open_pages(
    picture: PictureSource,
    *,
    max_pixels: int = MAX_PIXELS,
    source: str | None = None,
    dpi: int = DPI,
    pages: PageRange = ALL_PAGES,
) -> Iterator[Picture]:
    """Open a picture and yield its pages.

    Parameters
    ----------
    picture : path, bytes, binary file object, PIL image or array
        An array is ``(height, width)`` gray, or ``(height, width, channels)`` with 1, 2 (gray and
        alpha), 3 (RGB) or 4 (RGBA) channels; boolean, 8- or 16-bit, or float from 0 to 1 (or 255).
    max_pixels : int
        Pictures with more pixels are refused before they are decoded, and files of more bytes than four for
        each of these pixels before they are read. WebP and JPEG 2000 may have 60 % of the pixels, AVIF and
        HEIC 80 %: their decoders need more memory.
    source : str, optional
        Name to carry along; by default the path as it was given, else ``"-"``.
    dpi : int
        Pixels per inch at which the pages of a PDF are drawn.
    pages : PageRange
        The pages that are wanted; they keep their numbers.

    Yields
    ------
    Picture
        PDF and TIFF files give each page, decoded when the iterator comes to it; of animations only the first
        frame is read, with a warning.

    Raises
    ------
    PictureError
        If there is no such file, or it is no picture, damaged, or has too few pixels, or not these pages, or
        if there is not enough memory for it; it carries the picture's name, where there is one.
    MissingExtraError
        If it is a PDF or HEIC file, and the optional package that opens it isn't installed.
    PictureTooLargeError
        If it has more than ``max_pixels`` pixels, or its file more bytes than these can need.
    TypeError
        If ``picture`` is none of these.
    """
    name = source or name_of(picture)
    try:
        if isinstance(picture, np.ndarray):
            pages.of(1)
            yield _of_array(picture, name, 1, max_pixels)
        elif isinstance(picture, Image.Image):
            pages.of(1)
            yield _of_image(picture, name, 1, max_pixels)
        else:
            yield from _of_file(read_bytes(picture, max_bytes(max_pixels)), name, max_pixels, dpi, pages)
    except PictureError as error:
        if name != "-":
            error.source = name
        raise


def _of_file(data: bytes, name: str, max_pixels: int, dpi: int, pages: PageRange) -> Iterator[Picture]:
    if is_pdf(data):

        def drawn_page(drawn: tuple[int, NDArray[np.uint8]]) -> Picture:
            number, pixels = drawn
            return _of_array(pixels, name, number, max_pixels, dpi)

        drawn = draw_pages(data, dpi=dpi, pages=pages, max_pixels=max_pixels)
        del data  # nobody needs it while the pages are read
        # Not a loop, whose variable would keep a page while the next one is drawn.
        yield from map(drawn_page, drawn)
        return
    with decoding():
        image = open_heif(data) if is_heif(data) else identify(data)
    del data  # the image has what it needs
    if image.format == "TIFF":
        yield from _of_tiff(image, name, max_pixels, pages)
        return
    pages.of(1)
    with decoding():
        said = (_ANIMATION,) if getattr(image, "is_animated", False) else ()
    page = _of_image(image, name, 1, int(max_pixels * MEMORY_SHARE.get(image.format or "", 1.0)), said)
    del image  # its memory is free while the page is read
    yield page


def _of_tiff(image: Image.Image, name: str, max_pixels: int, pages: PageRange) -> Iterator[Picture]:
    """The pages of a TIFF, found one by one: to count them beforehand would take long."""
    if pages.furthest > 1 and not _turn_to(image, pages.furthest):
        with decoding():
            pages.of(image.n_frames)  # type: ignore[attr-defined]  # raises: there are fewer
    number = 1
    while not pages.ends_before(number) and _turn_to(image, number):
        if number in pages:
            yield _take_page(image, name, number, max_pixels)
        number += 1


def _take_page(image: Image.Image, name: str, number: int, max_pixels: int) -> Picture:
    """The page that the image is turned to. The image's own memory is free while the page is read."""
    page = _of_image(image, name, number, max_pixels)
    image.im = None  # type: ignore[assignment]
    return page


def _turn_to(image: Image.Image, number: int) -> bool:
    """Turn to a page, from 1, if there is one."""
    with decoding():
        try:
            image.seek(number - 1)
        except EOFError:
            return False
    return True


def _of_array(
    array: NDArray[Any], name: str, number: int, max_pixels: int, dpi: int | None = None
) -> Picture:
    width, height = check_array(array)
    _check_size(width, height, max_pixels)
    with enough_memory(width, height):
        return Picture(name, number, *array_pixels(np.asarray(array)), dpi=dpi)


def _of_image(
    image: Image.Image, name: str, number: int, max_pixels: int, said: tuple[Remark, ...] = ()
) -> Picture:
    _check_size(*image.size, max_pixels)
    with decoding(*image.size):
        image.load()
        turned, known = upright(image)
        color, gray = image_pixels(turned)
    return Picture(name, number, color, gray, said if known else (*said, _ORIENTATION))


def _check_size(width: int, height: int, max_pixels: int) -> None:
    if width * height > max_pixels:
        raise PictureTooLargeError(width, height, max_pixels)
    if min(width, height) < SMALLEST_SIDE:
        raise PictureError(f"a picture of {width}×{height} pixels holds no digit")
