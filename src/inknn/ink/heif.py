"""Open HEIC and HEIF pictures, which telephones write, where the optional package for them is there."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from ..errors import MissingExtraError

__all__ = ["is_heif", "open_heif"]

_BRANDS = frozenset(
    [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"mif2", b"msf1"]
)
_MOST_BRANDS = 64  # that are looked at


def is_heif(head: bytes) -> bool:
    """Whether a file that begins so is a HEIF picture; AVIF, its relative, is none.

    Parameters
    ----------
    head : bytes
        The first 1024 bytes or more.
    """
    if head[4:8] != b"ftyp":
        return False
    end = min(int.from_bytes(head[:4], "big"), 16 + 4 * _MOST_BRANDS)
    brands = {head[at : at + 4] for at in (8, *range(16, end, 4))}
    return not brands & {b"avif", b"avis"} and not brands.isdisjoint(_BRANDS)


def open_heif(data: bytes) -> Image.Image:
    """The header of a HEIF picture; its pixels follow when they are needed, and are upright.

    Raises
    ------
    MissingExtraError
        If pillow-heif isn't installed.
    Exception
        Whatever the decoder raises on a damaged file.
    """
    try:
        from pillow_heif import HeifImageFile
    except ImportError:
        raise MissingExtraError("HEIC", "pillow-heif", "heif") from None
    return HeifImageFile(BytesIO(data))  # type: ignore[no-untyped-call]
