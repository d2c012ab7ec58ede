"""The bytes of a picture, wherever they are: never more than a limit, and none of a device's."""

from __future__ import annotations

import os
import stat
from io import BytesIO, TextIOBase
from pathlib import Path
from typing import IO, Any

from ..errors import PictureError, PictureFileTooLargeError

_CHUNK = 1 << 20  # bytes
_SLACK = 16_000_000  # bytes for metadata, and for a small limit on pixels


def max_bytes(max_pixels: int) -> int:
    """The most bytes that are read of a picture: four for each pixel it may have, as RGBA needs, and some."""
    return 4 * max_pixels + _SLACK


def name_of(picture: Any) -> str:
    """The path of a picture as it was given, the name of a file object, or ``-``."""
    if isinstance(picture, str | os.PathLike):
        return os.fsdecode(picture)
    name = getattr(picture, "name", None) or getattr(picture, "filename", None)
    return name if isinstance(name, str) and not name.startswith("<") else "-"  # <stdin>


def read_bytes(picture: Any, limit: int) -> bytes:
    """Read a picture.

    Parameters
    ----------
    picture : path, bytes-like, or binary file object
        A file object is read from where it is, and stays open.
    limit : int
        Bytes; a picture with more is refused, before it is read if its size is known.

    Raises
    ------
    PictureError
        If there is no such file, it can't be read, or it is empty.
    PictureFileTooLargeError
        If it has more than ``limit`` bytes.
    TypeError
        If ``picture`` is none of these.
    """
    if isinstance(picture, str | os.PathLike):
        data = _of_path(Path(os.fsdecode(picture)), limit)
    elif isinstance(picture, bytes | bytearray | memoryview):
        if memoryview(picture).nbytes > limit:
            raise PictureFileTooLargeError(limit)
        data = bytes(picture)
    elif hasattr(picture, "read") and not isinstance(picture, TextIOBase):
        data = _of_file(picture, limit)
    else:
        raise TypeError(
            f"a picture is a path, bytes, binary file, PIL image or array, not {type(picture).__name__}"
        )
    if not data:
        raise PictureError("the file is empty; save or export the picture again")
    return data


def _of_path(path: Path, limit: int) -> bytes:
    try:
        state = path.stat()
        if stat.S_ISDIR(state.st_mode):
            raise PictureError("this is a folder; give the pictures in it")
        if stat.S_ISCHR(state.st_mode) or stat.S_ISBLK(state.st_mode):
            raise PictureError("this is a device; give a file")
        if state.st_size > limit:
            raise PictureFileTooLargeError(limit)
        with path.open("rb") as file:
            return _of_file(file, limit)
    except FileNotFoundError:
        raise PictureError("no such file; check the path") from None
    except (OSError, ValueError) as error:  # ValueError: a null byte in the path
        reason = error.strerror if isinstance(error, OSError) else None
        raise PictureError(f"can't be opened: {reason or error}") from None


def _of_file(file: IO[bytes], limit: int) -> bytes:
    data = BytesIO()
    while chunk := file.read(_CHUNK):
        if data.tell() + len(chunk) > limit:
            raise PictureFileTooLargeError(limit)
        data.write(chunk)
    return data.getvalue()
