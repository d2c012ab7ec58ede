"""From the words on the command line to the pictures to read."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..errors import PictureError
from .overlays import is_overlay

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


FOREIGN_SUFFIXES = frozenset(
    [
        *(".ai", ".djvu", ".eps", ".heic", ".heif", ".jxl", ".pdf", ".ps", ".psd", ".svg", ".xcf"),
        *(".arw", ".cr2", ".cr3", ".dng", ".nef", ".orf", ".raf", ".raw", ".rw2"),
    ]
)
"""Names of what people take for pictures and inknn can't read: a folder that holds some is told of them."""

_NO_PICTURE = "it is an overlay that inknn drew; give the picture it was drawn on"


@dataclass(frozen=True, slots=True)
class Source:
    """One picture to read, by the name it was given; ``error`` if it is known already that it can't be."""

    name: str
    error: PictureError | None = None


def find_sources(
    names: list[str], *, recursive: bool = False, tell: Callable[[str], None] = lambda message: None
) -> list[Source]:
    """The pictures that the words stand for, in their order; folders give theirs in natural order.

    Overlays that inknn drew are left out: ``inknn read *.png --overlay .`` does the same a second time.

    Parameters
    ----------
    names
        Files, folders, and ``-`` for stdin.
    recursive
        Look into folders inside folders too.
    tell
        Called with what is left out and no failure: one line for each folder.

    Returns
    -------
    list of Source
        At least one for each name: a folder without pictures gives one with an error.
    """
    overlays = {name for name in names if is_overlay(name)}
    if overlays == set(names):
        return [Source(name, PictureError(_NO_PICTURE)) for name in names]
    for name in sorted(overlays, key=names.index):
        tell(f"{name}: left out, {_NO_PICTURE}")
    return [s for name in names if name not in overlays for s in _sources(name, recursive, tell)]


def _sources(name: str, recursive: bool, tell: Callable[[str], None]) -> list[Source]:
    if not name:
        return [Source("''", PictureError("an empty name; give a file, a folder, or - for stdin"))]
    if name == STDIN or not os.path.isdir(name):
        return [Source(name)]
    foreign: list[str] = []
    found = sorted(_pictures_in(name, recursive, foreign), key=lambda source: _natural(source.name))
    kinds = ", ".join(sorted(set(foreign)))
    if found:
        if foreign:
            count = "1 file is no picture" if len(foreign) == 1 else f"{len(foreign)} files are no pictures"
            tell(f"{name}: {count} inknn reads ({kinds})")
        return found
    if foreign:
        return [Source(name, PictureError(f"no pictures inknn reads in this folder, only {kinds}"))]
    deeper = "" if recursive else "; --recursive looks into the folders inside it too"
    return [Source(name, PictureError(f"no pictures in this folder{deeper}"))]


def _pictures_in(folder: str, recursive: bool, foreign: list[str]) -> Iterator[Source]:
    """The pictures in a folder and what can't be looked into; ``foreign`` gets the others' suffixes."""
    try:
        with os.scandir(folder) as entries:
            visible = [entry for entry in entries if not entry.name.startswith(".")]
    except OSError as error:
        yield Source(folder, PictureError(f"can't look into this folder: {error.strerror or error}"))
        return
    for entry in visible:
        suffix = os.path.splitext(entry.name)[1].lower()
        if entry.is_dir(follow_symlinks=False):
            if recursive:
                yield from _pictures_in(entry.path, recursive, foreign)
        elif suffix in FOREIGN_SUFFIXES:
            foreign.append(suffix)
        elif suffix in SUFFIXES:
            if os.path.isfile(entry.path):
                if not is_overlay(entry.path):
                    yield Source(entry.path)
            elif entry.is_symlink() and not os.path.exists(entry.path):
                yield Source(entry.path, PictureError("a link that leads nowhere; mend or delete it"))


def _natural(path: str) -> list[tuple[int, int, str]]:
    """Sort key by which ``scan2`` comes before ``scan10``."""
    pieces = re.split(r"([0-9]+)", path)
    return [(1, int(piece), piece) if piece.isdecimal() else (0, 0, piece.lower()) for piece in pieces]


def is_same_file(path: str, sources: list[Source]) -> bool:
    """Whether ``path`` is one of the pictures that are to be read."""
    try:
        found = os.stat(path)
    except OSError:
        return False
    if not stat.S_ISREG(found.st_mode):
        return False
    return any(os.path.exists(source.name) and os.path.samefile(path, source.name) for source in sources)
