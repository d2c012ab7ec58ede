"""From the words on the command line to the pictures to read."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import PictureError

STDIN = "-"

SUFFIXES = frozenset(
    [
        ".avif",
        ".bmp",
        ".dib",
        ".gif",
        ".jfif",
        ".jp2",
        ".jpe",
        ".jpeg",
        ".jpg",
        ".pbm",
        ".pgm",
        ".png",
        ".pnm",
        ".ppm",
        ".tif",
        ".tiff",
        ".webp",
    ]
)
"""File names that a folder is searched for; a file that is named itself may be called anything."""


@dataclass(frozen=True, slots=True)
class Source:
    """One picture to read, by the name it was given; ``error`` if it is known already that it can't be."""

    name: str
    error: PictureError | None = None


def find_sources(names: list[str], *, recursive: bool = False) -> list[Source]:
    """The pictures that the words stand for, in their order; folders give theirs in natural order.

    Parameters
    ----------
    names
        Files, folders, and ``-`` for stdin.
    recursive
        Look into folders inside folders too.

    Returns
    -------
    list of Source
        At least one for each name: a folder without pictures gives one with an error.
    """
    return [source for name in names for source in _sources(name, recursive)]


def _sources(name: str, recursive: bool) -> list[Source]:
    if name == STDIN or not os.path.isdir(name):
        return [Source(name)]
    try:
        found = sorted(_pictures_in(name, recursive), key=_natural)
    except OSError as error:
        return [Source(name, PictureError(f"can't look into this folder: {error.strerror or error}"))]
    if not found:
        deeper = "" if recursive else "; --recursive looks into the folders inside it too"
        return [Source(name, PictureError(f"no pictures in this folder{deeper}"))]
    return [Source(path) for path in found]


def _pictures_in(folder: str, recursive: bool) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                if recursive:
                    yield from _pictures_in(entry.path, recursive)
            elif os.path.splitext(entry.name)[1].lower() in SUFFIXES and entry.is_file():
                yield entry.path


def _natural(path: str) -> list[tuple[int, int, str]]:
    """Sort key by which ``scan2`` comes before ``scan10``."""
    pieces = re.split(r"([0-9]+)", path)
    return [(1, int(piece), piece) if piece.isdecimal() else (0, 0, piece.lower()) for piece in pieces]


def overlay_paths(sources: list[Source], folder: Path) -> list[Path]:
    """Where the overlay of each source goes: its name with ``.png``, never twice the same.

    ``-overlay`` or a number is added where another source has the name already, or where the overlay would
    take the place of a picture that is to be read.
    """
    taken = {_folded(os.path.realpath(source.name)) for source in sources}
    paths = []
    for source in sources:
        stem = "stdin" if source.name == STDIN else Path(source.name).stem
        for candidate in _names(stem):
            path = folder / candidate
            if _folded(os.path.realpath(path)) not in taken:
                break
        taken.add(_folded(os.path.realpath(path)))
        paths.append(path)
    return paths


def _names(stem: str) -> Iterator[str]:
    yield f"{stem}.png"
    yield f"{stem}-overlay.png"
    number = 2
    while True:
        yield f"{stem}-overlay-{number}.png"
        number += 1


def _folded(path: str) -> str:
    return path.casefold()  # some file systems don't tell a.png from A.png


def is_same_file(path: str, sources: list[Source]) -> bool:
    """Whether ``path`` is one of the pictures that are to be read."""
    try:
        found = os.stat(path)
    except OSError:
        return False
    if not stat.S_ISREG(found.st_mode):
        return False
    return any(os.path.exists(source.name) and os.path.samefile(path, source.name) for source in sources)
