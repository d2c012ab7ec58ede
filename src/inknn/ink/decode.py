"""Open pictures safely: limits before pixels, every mode brought to upright 8-bit gray.

Rules kept here: EXIF orientation is obeyed (0, which some cameras write, counts as 1); what is
transparent lies on white paper, or on black where white would hide it; 16-bit pictures keep their
contrast; a file that can't be decoded to its last pixel is refused rather than half read.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from ..errors import InknnError, PictureError, PictureTooLargeError
from ..remarks import Remark
from .heif import is_heif, open_heif
from .page_range import ALL_PAGES, PageRange
from .pdf import DPI, draw_pages, is_pdf

PictureSource = str | os.PathLike[str] | bytes | IO[bytes] | Image.Image | NDArray[Any]

MAX_PIXELS = 100_000_000
"""A page of A3 at 600 dpi has 70 million; more is a mistake, or meant to fill the memory."""

SMALLEST_SIDE = 2
"""Of a picture in pixels: one row or column holds no digit."""

_ORIENTATION = 0x0112  # the EXIF tag
_FLAT = 15  # gray levels: less contrast than this on white, and white ink lies on nothing
_pillow_limit = threading.Lock()


@dataclass(frozen=True, slots=True)
class Picture:
    """One page: upright gray pixels ``(height, width)`` uint8, and the same in color."""

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
        Pictures with more pixels are refused before they are decoded.
    source : str, optional
        Name to carry along; by default the path as it was given, else ``"-"``.
    dpi : int
        Pixels per inch at which the pages of a PDF are drawn.
    pages : PageRange
        The pages that are wanted; they keep their numbers.

    Yields
    ------
    Picture
        PDF and TIFF files give each page; of animations only the first frame is read, with a warning.

    Raises
    ------
    PictureError
        If there is no such file, or it is no picture, damaged, or has too few pixels, or not these pages;
        it carries the picture's name, where there is one.
    MissingExtraError
        If it is a PDF or HEIC file, and the optional package that opens it isn't installed.
    PictureTooLargeError
        If it has more than ``max_pixels`` pixels.
    """
    name = source or _name_of(picture)
    try:
        if isinstance(picture, np.ndarray):
            pages.of(1)
            yield _page(_from_array(picture), name, 1, max_pixels, ())
        elif isinstance(picture, Image.Image):
            pages.of(1)
            with _decoding():
                yield _page(picture, name, 1, max_pixels, ())
        else:
            yield from _from_file(_bytes_of(picture), name, max_pixels, dpi, pages)
    except PictureError as error:
        if name != "-":
            error.source = name
        raise


def _from_file(data: bytes, name: str, max_pixels: int, dpi: int, pages: PageRange) -> Iterator[Picture]:
    if not data:
        raise PictureError("the file is empty; save or export the picture again")
    if is_pdf(data):

        def page(drawn: tuple[int, NDArray[np.uint8]]) -> Picture:
            number, pixels = drawn
            return _page(Image.fromarray(pixels), name, number, max_pixels, (), dpi)

        # Not a loop, whose variable would keep a page while the next one is drawn.
        yield from map(page, draw_pages(data, dpi=dpi, pages=pages, max_pixels=max_pixels))
        return
    with _decoding(), open_heif(data) if is_heif(data) else _open(data) as image:
        frames = getattr(image, "n_frames", 1)
        if image.format != "TIFF":
            pages.of(1)
            animation = Remark("animation", f"animation of {frames} frames: only the first is read")
            yield _page(image, name, 1, max_pixels, (animation,) if frames > 1 else ())
            return
        pages.of(frames)
        for number, frame in enumerate(ImageSequence.Iterator(image), start=1):
            if number in pages:
                yield _page(frame, name, number, max_pixels, ())


def _name_of(picture: Any) -> str:
    """The path of a picture as it was given, or ``-``."""
    if isinstance(picture, str | os.PathLike):
        return os.fspath(picture)
    name = getattr(picture, "name", None) or getattr(picture, "filename", None)
    return name if isinstance(name, str) else "-"


def _bytes_of(picture: str | os.PathLike[str] | bytes | IO[bytes]) -> bytes:
    if isinstance(picture, (bytes, bytearray, memoryview)):
        return bytes(picture)
    if hasattr(picture, "read"):
        return picture.read()
    if not isinstance(picture, str | os.PathLike):
        raise TypeError(
            f"a picture is a path, bytes, binary file, PIL image or array, not {type(picture).__name__}"
        )
    try:
        return Path(picture).read_bytes()
    except FileNotFoundError:
        raise PictureError("no such file; check the path") from None
    except IsADirectoryError:
        raise PictureError("this is a folder; give the pictures in it") from None
    except (OSError, ValueError) as error:  # ValueError: a null byte in the path
        reason = error.strerror if isinstance(error, OSError) else None
        raise PictureError(f"can't be opened: {reason or error}") from None


@contextmanager
def _decoding() -> Iterator[None]:
    """Turn whatever a decoder raises on a bad file into a :class:`PictureError`."""
    try:
        yield
    except InknnError:
        raise
    except UnidentifiedImageError:
        raise PictureError("not a picture that can be read (PNG, JPEG, TIFF, BMP, GIF, WebP ...)") from None
    except Exception as error:  # decoders raise OSError, SyntaxError, struct.error, ValueError ...
        raise PictureError(
            f"the picture is damaged or incomplete ({_one_line(error)}); get it anew"
        ) from None


def _open(data: bytes) -> Image.Image:
    """Read the header only. Pillow's own pixel limit is lifted for that moment: ours comes right after."""
    with _pillow_limit:
        limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            return Image.open(BytesIO(data))
        finally:
            Image.MAX_IMAGE_PIXELS = limit


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__


def _page(
    image: Image.Image,
    source: str,
    number: int,
    max_pixels: int,
    said: tuple[Remark, ...],
    dpi: int | None = None,
) -> Picture:
    width, height = image.size
    if width * height > max_pixels:
        raise PictureTooLargeError(width, height, max_pixels)
    if min(width, height) < SMALLEST_SIDE:
        raise PictureError(f"a picture of {width}×{height} pixels holds no digit")
    image.load()
    color = _on_paper(_eight_bit(_upright(image)))
    gray = np.asarray(color if color.mode == "L" else color.convert("L"))
    return Picture(source, number, np.asarray(color.convert("RGB")), gray, said, dpi)


def _upright(image: Image.Image) -> Image.Image:
    """Turn the picture as its EXIF orientation says; unknown values count as upright."""
    if image.getexif().get(_ORIENTATION, 1) not in range(2, 9):
        return image
    return ImageOps.exif_transpose(image) or image


def _eight_bit(image: Image.Image) -> Image.Image:
    """Bring 16- and 32-bit grays to 8 bits by the smallest power of two that holds them."""
    if not (image.mode.startswith("I") or image.mode == "F"):
        return image
    values = np.asarray(image, dtype=np.float64)
    values = np.nan_to_num(values - min(0.0, float(np.nanmin(values))))
    within_one = image.mode == "F" and float(values.max()) <= 1
    return Image.fromarray(_scaled(values, 1.0 if within_one else _full_scale(values)))


def _on_paper(image: Image.Image) -> Image.Image:
    """Lay what is transparent on white, or on black where white would make the ink vanish."""
    transparent = image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info
    if not transparent:
        return image if image.mode in ("L", "RGB") else image.convert("L" if image.mode == "1" else "RGB")
    layers = image.convert("RGBA")
    white = _composite(layers, 255)
    low, high = white.convert("L").getextrema()
    if isinstance(low, (int, float)) and isinstance(high, (int, float)) and high - low < _FLAT:
        return _composite(layers, 0)
    return white


def _composite(layers: Image.Image, paper: int) -> Image.Image:
    page = Image.new("RGBA", layers.size, (paper, paper, paper, 255))
    page.alpha_composite(layers)
    return page.convert("RGB")


def _from_array(array: NDArray[Any]) -> Image.Image:
    """An array as a PIL image, 8-bit; see :func:`open_pages` for the shapes and dtypes."""
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (2, 3, 4)):
        raise PictureError(
            f"an array must be (height, width) or (height, width, 1 to 4), got shape {array.shape}"
        )
    if 0 in array.shape:
        raise PictureError(f"an array of shape {array.shape} has no pixels")
    if array.dtype == bool:
        array = array.astype(np.uint8) * 255
    elif array.dtype.kind == "u" and array.dtype.itemsize == 2:
        array = _scaled(array, _full_scale(array))
    elif np.issubdtype(array.dtype, np.floating):
        if not np.isfinite(array).all():
            raise PictureError("the array has NaN or infinite values")
        array = _scaled(array, 1.0 if array.max() <= 1 else 255.0)
    elif array.dtype != np.uint8:
        if not np.issubdtype(array.dtype, np.integer):
            raise PictureError(f"an array of {array.dtype} is no picture; use uint8, uint16, bool or float")
        if array.min() < 0 or array.max() > 255:
            raise PictureError("an integer array must hold values from 0 to 255 (or be uint16)")
        array = array.astype(np.uint8)
    return Image.fromarray(np.ascontiguousarray(array))


def _full_scale(array: NDArray[Any]) -> float:
    """White in the fewest bits, at least 8, that hold all values: 12-bit grays in 16 bits stay as bright."""
    return 2.0 ** max(8, int(array.max()).bit_length()) - 1


def _scaled(array: NDArray[Any], top: float) -> NDArray[np.uint8]:
    """Whole gray levels, 0 to 255, of values from 0 to ``top``."""
    values = np.rint(array.astype(np.float64) * (255.0 / top))
    return np.asarray(values.clip(0, 255), dtype=np.uint8)
