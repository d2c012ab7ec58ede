"""Pillow without what it does for the whole process: its pixel limit, its warnings, its programs.

``Image.open`` tries every format Pillow knows, among them PostScript, for which it starts another program;
and it compares sizes with a limit that all threads share. Here the openers of the formats in :data:`FORMATS`
are called directly, and the caller compares sizes.
"""

from __future__ import annotations

import re
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from io import BytesIO

from PIL import Image, ImageFile, UnidentifiedImageError

from ..errors import InknnError, PictureError
from .memory import enough_memory

FORMATS = {
    "PNG": "Png",
    "JPEG": "Jpeg",
    "TIFF": "Tiff",
    "WEBP": "WebP",
    "GIF": "Gif",
    "BMP": "Bmp",
    "DIB": "Bmp",
    "PPM": "Ppm",
    "JPEG2000": "Jpeg2K",
    "AVIF": "Avif",
}
"""Pillow's names of the formats that are opened, and of the modules that open them."""

MEMORY_SHARE = {"WEBP": 0.6, "JPEG2000": 0.6, "AVIF": 0.8, "HEIF": 0.8}
"""Their decoders need up to 21 bytes for each pixel, others 10: their limit is this share of the usual."""

_ORIENTATION = 0x0112  # the EXIF tag
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_EMPTY_EXIF = 20  # bytes of EXIF data without any tag

# Pillow's warnings are about what is raised as an error here, or has a remark, or does not matter.
_PILLOW = ("ignore", None, Warning, re.compile(r"PIL\.|pillow_heif"), 0)


def identify(data: bytes) -> ImageFile.ImageFile:
    """Open a picture by its first bytes, and read no more than its header.

    Raises
    ------
    PIL.UnidentifiedImageError
        If it is of none of the :data:`FORMATS`.
    """
    for name, module in FORMATS.items():
        with suppress(ImportError):  # Pillow was built without it
            import_module(f"PIL.{module}ImagePlugin")
        opener, accepts = Image.OPEN.get(name, (None, None))
        with suppress(SyntaxError, IndexError, TypeError, struct.error):  # as Image.open does
            if opener and accepts and accepts(data[:16]) is True:
                return opener(BytesIO(data), "")
    raise UnidentifiedImageError


@contextmanager
def decoding(width: int = 0, height: int = 0) -> Iterator[None]:
    """Turn whatever a decoder raises on a bad file into a :class:`PictureError`, and drop its warnings.

    ``width`` and ``height`` are of the picture, where they are known.
    """
    # Not warnings.catch_warnings, which mixes up the filters when several threads use it. Each block adds an
    # equal filter and takes one away again.
    warnings.filters.insert(0, _PILLOW)  # type: ignore[attr-defined]
    try:
        with enough_memory(width, height):
            yield
    except InknnError:
        raise
    except UnidentifiedImageError:
        raise PictureError("not a picture that can be read (PNG, JPEG, TIFF, PDF, HEIC, WebP ...)") from None
    except Image.DecompressionBombError:
        raise PictureError("the picture has more pixels than Pillow opens; scale it down") from None
    except Exception as error:  # decoders raise OSError, SyntaxError, struct.error, ValueError ...
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise PictureError(f"the picture is damaged or incomplete ({reason}); get it anew") from None
    finally:
        with suppress(ValueError):  # somebody else has set all filters anew
            warnings.filters.remove(_PILLOW)  # type: ignore[attr-defined]


def upright(image: Image.Image) -> tuple[Image.Image, bool]:
    """Turn a decoded picture as its EXIF data says; unknown orientations count as upright.

    Returns
    -------
    image : PIL.Image.Image
        The same if it is upright.
    known : bool
        False where there are EXIF data that can't be read.
    """
    try:
        exif = image.getexif()
        orientation = exif.get(_ORIENTATION, 1)
    except Exception:  # whatever Pillow raises on damaged EXIF data: the pixels are whole
        return image, False
    known = bool(exif) or len(image.info.get("exif") or b"") <= _EMPTY_EXIF
    turn = _TURNS.get(orientation) if isinstance(orientation, int) else None
    return image if turn is None else image.transpose(turn), known
