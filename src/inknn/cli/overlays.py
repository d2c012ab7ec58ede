"""Overlays as files: named after their pictures, written, and recognized again."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ..errors import OutputError
from ..files import fitting_name

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..reader.result import Reading

_SOFTWARE = "inknn overlay"
"""The PNG text ``Software`` of an overlay."""

_MARK = b"tEXtSoftware\0" + _SOFTWARE.encode()
_LONGEST_END = "-page999999-overlay-999999.png"
_HEAD = 256  # bytes of a PNG in which the marks are found: only the header comes before them
_DRAWN_ON = re.compile(rb"tEXtSource\0([0-9a-f]{32})")


def is_overlay(name: str) -> bool:
    """Whether a file is an overlay that ``inknn read --overlay`` saved."""
    return _MARK in _head(name)


def check_replaceable(path: Path, name: str) -> None:
    """Fail where an overlay of another picture would be replaced.

    Parameters
    ----------
    path
        Where the overlay goes.
    name
        The picture's, as it was given.

    Raises
    ------
    OutputError
        If the overlay that is there was drawn on another picture.
    """
    head = _head(str(path))
    found = _DRAWN_ON.search(head)
    if _MARK in head and (found is None or found[1].decode() != _digest(name)):
        raise OutputError(
            f"can't write {path}: the overlay of another picture is there; "
            "choose another folder, or add --force to replace it"
        )


def save_overlay(page: NDArray[np.uint8], reading: Reading, file: BinaryIO) -> None:
    """Draw a reading onto its page, uint8 (height, width, 3), as a PNG that :func:`is_overlay` recognizes."""
    from PIL.PngImagePlugin import PngInfo

    from ..reader.overlay import draw_overlay

    mark = PngInfo()
    mark.add_text("Software", _SOFTWARE)
    mark.add_text("Source", _digest(reading.source))
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
    stems = {picture: stem for group in sharing.values() for picture, stem in _stems(group).items()}
    taken = {folded_place(picture) for picture in pictures}
    untried: dict[str, Iterator[str]] = {}  # of each stem: what comes first in it is taken
    chosen: dict[Path, Path] = {}
    for picture in pictures:
        stem = _cut(stems[picture])
        candidates = untried.setdefault(_folded(stem), _candidates(stem))
        chosen[picture] = _first_free(folder, candidates, taken)
        taken.add(folded_place(chosen[picture]))
    return [chosen[_place(name)] for name in names]


def folded_place(path: Path) -> str:
    """Where a file is; the same for two names that are one for some file systems."""
    return _folded(os.path.realpath(path))


def free_path(folder: Path, stem: str, taken: AbstractSet[str] = frozenset()) -> Path:
    """The first name like ``stem`` that is free: not ``taken``, and no file there but an older overlay."""
    return _first_free(folder, _candidates(_cut(stem)), taken)


def _first_free(folder: Path, candidates: Iterator[str], taken: AbstractSet[str]) -> Path:
    for candidate in candidates:
        path = folder / candidate
        if folded_place(path) not in taken and (not path.exists() or is_overlay(str(path))):
            break
    return path


def _head(name: str) -> bytes:
    """The first bytes of a PNG; none of any other file, or of one that can't be read."""
    if not name.lower().endswith(".png") or not os.path.isfile(name):
        return b""
    try:
        with open(name, "rb") as file:
            return file.read(_HEAD)
    except OSError:  # reported when it is its turn to be read
        return b""


def _digest(name: str) -> str:
    """Of the place where a picture is. The place itself is nobody's business who is given the overlay."""
    place = name if name == "-" else os.path.realpath(name)
    return hashlib.sha256(os.fsencode(place)).hexdigest()[:32]


def _place(name: str) -> Path:
    return Path("stdin") if name == "-" else Path(os.path.abspath(name))


def _stems(group: list[Path]) -> dict[Path, str]:
    """For each picture the shortest name that no other one in the group has so soon."""
    names = {picture: _longer_and_longer(picture) for picture in group}
    owners: dict[str, set[Path]] = {}
    stems: dict[Path, str] = {}
    while len(stems) < len(group):
        offered = {picture: next(longer, None) for picture, longer in names.items()}
        for picture, name in offered.items():
            if name is not None:
                owners.setdefault(_folded(name), set()).add(picture)
        for picture, name in offered.items():
            if name is None:  # only the case differs
                stems.setdefault(picture, picture.stem)
            elif len(owners[_folded(name)]) == 1:
                stems.setdefault(picture, name)
    return stems


def _longer_and_longer(picture: Path) -> Iterator[str]:
    """``1``, ``1-jpg``, ``b-1``, ``b-1-jpg``, ``a-b-1``, ... for ``/a/b/1.jpg``."""
    whole = f"{picture.stem}-{picture.suffix[1:]}" if picture.suffix else picture.stem
    folders = ""
    for folder in ("", *picture.parts[-2:0:-1]):
        folders = f"{folder}-{folders}" if folder else ""
        yield folders + picture.stem
        yield folders + whole


def _cut(stem: str) -> str:
    """The stem, as short as the longest name that is made of it has to be."""
    return fitting_name(stem, _LONGEST_END).removesuffix(_LONGEST_END)


def _candidates(stem: str) -> Iterator[str]:
    yield f"{stem}.png"
    yield f"{stem}-overlay.png"
    number = 2
    while True:
        yield f"{stem}-overlay-{number}.png"
        number += 1


def _folded(path: str) -> str:
    return path.casefold()  # for some file systems a.png and A.png are the same
