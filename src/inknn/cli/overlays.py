"""Where overlays go, by names that tell whose they are, and how inknn knows its own again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .sources import Source

OVERLAY_SOFTWARE = "inknn overlay"
"""What an overlay says in its PNG text ``Software``."""

_MARK = b"tEXtSoftware\0" + OVERLAY_SOFTWARE.encode()
_HEAD = 256  # bytes of a PNG in which the mark is found: before it comes the header only


def is_overlay(name: str) -> bool:
    """Whether a file is an overlay that ``inknn read --overlay`` saved."""
    if not name.lower().endswith(".png") or not os.path.isfile(name):
        return False
    try:
        with open(name, "rb") as file:
            return _MARK in file.read(_HEAD)
    except OSError:  # told when it is its turn to be read
        return False


def overlay_paths(sources: list[Source], folder: Path) -> list[Path]:
    """Where the overlay of each source goes; the same place twice only for the same picture twice.

    That is its name with ``.png``. Where others have that name too, their suffixes or folders are put in:
    ``a-1.png`` and ``b-1.png`` for ``a/1.jpg`` and ``b/1.jpg``. ``-overlay`` is added where the overlay
    would take the place of a picture.
    """
    pictures = list(dict.fromkeys(_place(source.name) for source in sources))
    sharing: dict[str, list[Path]] = {}
    for picture in pictures:
        sharing.setdefault(_folded(picture.stem), []).append(picture)
    taken = {_folded(os.path.realpath(picture)) for picture in pictures}
    chosen: dict[Path, Path] = {}
    for picture in pictures:
        chosen[picture] = free_path(folder, _stem(picture, sharing[_folded(picture.stem)]), taken)
        taken.add(_folded(os.path.realpath(chosen[picture])))
    return [chosen[_place(source.name)] for source in sources]


def free_path(folder: Path, stem: str, taken: set[str] | frozenset[str] = frozenset()) -> Path:
    """The first name like ``stem`` that is not taken, be it by a file that is no older overlay."""
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
    return picture.stem  # nothing but the case differs


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
    return path.casefold()  # some file systems don't tell a.png from A.png
