"""Overlays as files: named after their pictures, written, and recognized again."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..reader.result import Reading

_SOFTWARE = "inknn overlay"
"""The PNG text ``Software`` of an overlay."""

_MARK = b"tEXtSoftware\0" + _SOFTWARE.encode()
_HEAD = 256  # bytes of a PNG in which the mark is found: only the header comes before it


def is_overlay(name: str) -> bool:
    """Whether a file is an overlay that ``inknn read --overlay`` saved."""
    if not name.lower().endswith(".png") or not os.path.isfile(name):
        return False
    try:
        with open(name, "rb") as file:
            return _MARK in file.read(_HEAD)
    except OSError:  # reported when it is its turn to be read
        return False


def save_overlay(page: NDArray[np.uint8], reading: Reading, file: BinaryIO) -> None:
    """Draw a reading onto its page, uint8 (height, width, 3), as a PNG that :func:`is_overlay` recognizes."""
    from PIL.PngImagePlugin import PngInfo

    from ..reader.overlay import draw_overlay

    mark = PngInfo()
    mark.add_text("Software", _SOFTWARE)
    # Level 3 is twice as fast as the default 6, and files are 5 % larger.
    draw_overlay(page, reading).save(file, "PNG", compress_level=3, pnginfo=mark)


def overlay_paths(names: Sequence[str], folder: Path) -> list[Path]:
    """Where the overlay of each picture goes; the same place twice only for the same picture twice.

    That is the picture's name with ``.png``. Where several have the same name, their suffixes or folders are
    added: ``a-1.png`` and ``b-1.png`` for ``a/1.jpg`` and ``b/1.jpg``. ``-overlay`` is added where the
    overlay would replace a picture.
    """
    pictures = list(dict.fromkeys(map(_place, names)))
    sharing: dict[str, list[Path]] = {}
    for picture in pictures:
        sharing.setdefault(_folded(picture.stem), []).append(picture)
    taken = {_folded(os.path.realpath(picture)) for picture in pictures}
    chosen: dict[Path, Path] = {}
    for picture in pictures:
        chosen[picture] = free_path(folder, _stem(picture, sharing[_folded(picture.stem)]), taken)
        taken.add(_folded(os.path.realpath(chosen[picture])))
    return [chosen[_place(name)] for name in names]


def free_path(folder: Path, stem: str, taken: set[str] | frozenset[str] = frozenset()) -> Path:
    """The first name like ``stem`` that is free: not ``taken``, and no file there but an older overlay."""
    for candidate in _candidates(stem):
        path = folder / candidate
        if _folded(os.path.realpath(path)) not in taken and (not path.exists() or is_overlay(str(path))):
            break
    return path


def _place(name: str) -> Path:
    return Path("stdin") if name == "-" else Path(os.path.abspath(name))


def _stem(picture: Path, group: list[Path]) -> str:
    """The shortest name for a picture that no other one in the group has."""
    for number, stem in enumerate(_longer_and_longer(picture)):
        others = (_longer_and_longer(other) for other in group if other != picture)
        if all(_folded(stem) not in map(_folded, names[: number + 1]) for names in others):
            return stem
    return picture.stem  # only the case differs


def _longer_and_longer(picture: Path) -> list[str]:
    """``1``, ``1-jpg``, ``b-1``, ``b-1-jpg``, ``a-b-1``, ... for ``/a/b/1.jpg``."""
    whole = f"{picture.stem}-{picture.suffix[1:]}" if picture.suffix else picture.stem
    names = [picture.stem, whole]
    folders = ""
    for folder in picture.parts[-2:0:-1]:
        folders = f"{folder}-{folders}"
        names += [folders + picture.stem, folders + whole]
    return names


def _candidates(stem: str) -> Iterator[str]:
    yield f"{stem}.png"
    yield f"{stem}-overlay.png"
    number = 2
    while True:
        yield f"{stem}-overlay-{number}.png"
        number += 1


def _folded(path: str) -> str:
    return path.casefold()  # for some file systems a.png and A.png are the same
