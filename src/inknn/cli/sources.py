"""From the words on the command line to the pictures to read."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import BinaryIO

from ..errors import PictureError
from ..files import OPTIONAL_SUFFIXES, entries_in, is_picture, natural_order
from .overlays import is_overlay

STDIN = "-"

FOREIGN_SUFFIXES = frozenset(
    [
        *(".ai", ".djvu", ".eps", ".jxl", ".ps", ".psd", ".svg", ".xcf"),
        *(".arw", ".cr2", ".cr3", ".dng", ".nef", ".orf", ".raf", ".raw", ".rw2"),
    ]
)
"""Pictures that inknn can't read: a message says so where a folder holds some."""

_NO_PICTURE = "it is an overlay that inknn drew; give the picture it was drawn on"


@dataclass(frozen=True, slots=True)
class Source:
    """One picture to read, by the name it was given; ``error`` says why if it can't be read."""

    name: str
    error: PictureError | None = None

    def picture(self) -> str | BinaryIO:
        """What a reader opens: the name, or stdin.

        Raises
        ------
        PictureError
            If the picture can't be read.
        """
        if self.error is not None:
            raise self.error
        if self.name != STDIN:
            return self.name
        if sys.stdin is None:
            raise PictureError("stdin is closed; name a file instead")
        return sys.stdin.buffer


def find_sources(
    names: list[str], *, recursive: bool = False, report: Callable[[str], None] = lambda message: None
) -> list[Source]:
    """The pictures that the names stand for, in their order; those of a folder in natural order.

    Overlays that inknn drew are left out: ``inknn read *.png --overlay .`` does the same a second time.

    Parameters
    ----------
    names
        Files, folders, and ``-`` for stdin.
    recursive
        Look into folders inside folders too.
    report
        Called with a line for each folder that holds files which are left out; that is no failure.

    Returns
    -------
    list of Source
        At least one for each name: a folder without pictures gives one with an error.
    """
    overlays = {name for name in names if is_overlay(name)}
    if overlays == set(names):
        return [Source(name, PictureError(_NO_PICTURE)) for name in names]
    for name in sorted(overlays, key=names.index):
        report(f"{name}: left out, {_NO_PICTURE}")
    return [s for name in names if name not in overlays for s in _sources(name, recursive, report)]


def _sources(name: str, recursive: bool, report: Callable[[str], None]) -> list[Source]:
    if not name:
        return [Source("''", PictureError("an empty name; give a file, a folder, or - for stdin"))]
    if name == STDIN or not os.path.isdir(name):
        return [Source(name)]
    foreign: list[str] = []
    found = sorted(_pictures_in(name, recursive, foreign), key=lambda source: natural_order(source.name))
    kinds = _kinds(foreign)
    if found:
        if foreign:
            count = "1 file is no picture" if len(foreign) == 1 else f"{len(foreign)} files are no pictures"
            report(f"{name}: {count} inknn reads ({kinds})")
        return found
    if foreign:
        return [Source(name, PictureError(f"no pictures inknn reads in this folder, only {kinds}"))]
    deeper = "" if recursive else "; --recursive looks into the folders inside it too"
    return [Source(name, PictureError(f"no pictures in this folder{deeper}"))]


def _kinds(suffixes: list[str]) -> str:
    """The suffixes, and how to have those read for which there is a package."""
    extras = {OPTIONAL_SUFFIXES[suffix][1] for suffix in suffixes if suffix in OPTIONAL_SUFFIXES}
    kinds = ", ".join(sorted(set(suffixes)))
    return f"{kinds}; pip install 'inknn[{','.join(sorted(extras))}]' helps" if extras else kinds


@cache
def _opens(suffix: str) -> bool:
    """Whether the optional package for a kind of picture is installed."""
    return find_spec(OPTIONAL_SUFFIXES[suffix][0]) is not None


def _pictures_in(folder: str, recursive: bool, foreign: list[str]) -> Iterator[Source]:
    """The pictures in a folder, and folders that can't be listed; ``foreign`` collects other suffixes."""
    for entry in entries_in(folder, recursive=recursive):
        if isinstance(entry, OSError):
            reason = f"can't list this folder: {entry.strerror or entry}"
            yield Source(entry.filename, PictureError(reason))
            continue
        suffix = os.path.splitext(entry.name)[1].lower()
        if suffix in FOREIGN_SUFFIXES or (suffix in OPTIONAL_SUFFIXES and not _opens(suffix)):
            foreign.append(suffix)
        elif is_picture(entry.name) or suffix in OPTIONAL_SUFFIXES:
            if os.path.isfile(entry.path):
                if not is_overlay(entry.path):
                    yield Source(entry.path)
            elif entry.is_symlink() and not os.path.exists(entry.path):
                yield Source(entry.path, PictureError("a link that leads nowhere; correct or delete it"))
