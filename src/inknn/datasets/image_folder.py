"""Labeled digits as picture files: a folder for each label, or a table that names files and labels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, PictureError
from ..glyph.normalize import SIDE
from ..ink import open_pages
from ..progress import Progress
from .arrays import as_digit_labels, upright_ink
from .csv import Table, read_listed
from .normal_form import normal_form_of

__all__ = [
    "PictureList",
    "SeveralSizesError",
    "find_by_folder",
    "find_by_table",
    "normalized_pictures",
    "read_pictures",
]


class SeveralSizesError(DataError):
    """Pictures of one set have several sizes, and were to be taken as they are."""


@dataclass(frozen=True, slots=True)
class PictureList:
    """Picture files, what they show, and where each comes from: its writer where known, else its file."""

    files: tuple[Path, ...]
    labels: NDArray[np.int64]
    groups: tuple[str, ...]


def find_by_folder(folder: Path) -> PictureList:
    """The pictures in folders named 0 to 9, in natural order.

    Raises
    ------
    DataError
        If a folder of pictures is named otherwise, or there is no picture.
    """
    files: list[Path] = []
    texts: list[str] = []
    for inner in sorted((p for p in _visible(folder) if p.is_dir()), key=_natural):
        found = sorted(filter(_is_picture, inner.rglob("*")), key=_natural)
        files += found
        texts += [inner.name] * len(found)
    if not files:
        raise DataError(
            f"{folder} holds no labeled pictures: put them in folders named 0 to 9, or beside a table "
            "labels.csv with the columns file and label"
        )
    labels = as_digit_labels(texts, [f"{file}" for file in files])
    return PictureList(tuple(files), labels, tuple(str(file.relative_to(folder)) for file in files))


def find_by_table(table: Table) -> PictureList:
    """The pictures a table names, in its order.

    They lie beside the table, or in a folder of its name without the suffix.

    Raises
    ------
    DataError
        If one is missing (its line is named), none is named, or a label is no digit.
    """
    listed = read_listed(table)
    if not listed:
        raise DataError(f"{table.path} names no pictures")
    places = [f"{table.path}, line {entry.line}: {entry.file}" for entry in listed]
    labels = as_digit_labels([entry.label for entry in listed], places)
    folders = (table.path.parent, table.path.with_suffix(""), table.path.parent / "images")
    files = []
    for entry, place in zip(listed, places, strict=True):
        there = [folder / entry.file for folder in folders if (folder / entry.file).is_file()]
        if not there:
            raise DataError(f"{place}: no such picture in {table.path.parent}; add it or delete the line")
        files.append(there[0])
    return PictureList(tuple(files), labels, tuple(entry.group or entry.file for entry in listed))


def unlisted(folder: Path, files: tuple[Path, ...]) -> list[Path]:
    """The pictures of a folder that a table of it does not name."""
    named = {file.resolve() for file in files}
    return [path for path in sorted(folder.rglob("*")) if _is_picture(path) and path.resolve() not in named]


def read_pictures(files: tuple[Path, ...], place: str, progress: Progress) -> NDArray[np.uint8]:
    """Open pictures of one size.

    Parameters
    ----------
    files
        The pictures.
    place
        What the user calls them, for messages.
    progress
        Told how far it is.

    Returns
    -------
    uint8 (n, height, width)
        Ink bright on black.

    Raises
    ------
    SeveralSizesError
        If they are of several sizes.
    DataError
        If one can't be opened.
    """
    sizes: Counter[tuple[int, ...]] = Counter()
    opened: list[NDArray[np.uint8]] = []
    for i, file in enumerate(files):
        gray = open_gray(file)
        sizes[gray.shape] += 1
        if len(sizes) == 1:
            opened.append(gray)
        elif len(sizes) > 3 or i > 1000:  # enough to say so
            break
        progress("opening pictures", i / len(files))
    if len(sizes) > 1:
        some = ", ".join(f"{width}×{height}" for (height, width), _ in sizes.most_common(3))
        raise SeveralSizesError(
            f"the pictures of {place} are of several sizes ({some} ...); bring them to one with "
            f"inknn data import {place} -o digits.npz --normalize"
        )
    return upright_ink(np.stack(opened))


def normalized_pictures(
    files: tuple[Path, ...], progress: Progress
) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Open pictures of any size, and bring each into MNIST's normal form by the reader's own steps.

    Parameters
    ----------
    files
        The pictures, of a single digit each.
    progress
        Told how far it is.

    Returns
    -------
    images : uint8 (n, 28, 28)
        Those on which nothing is found are black.
    remarks : tuple of str
        What users should hear of it, a line each.

    Raises
    ------
    DataError
        If one can't be opened.
    """
    nothing: list[str] = []
    several: list[str] = []

    def opened() -> Iterator[NDArray[np.uint8]]:
        for i, file in enumerate(files):
            yield open_gray(file)
            progress("bringing pictures into normal form", (i + 1) / len(files))

    def tell(i: int, remark: str) -> None:
        of_its_kind = several if "glyphs" in remark else nothing
        of_its_kind.append(f"{files[i]}: {remark.removesuffix('; left out')}")

    formed, kept = normal_form_of(opened(), tell)
    images = np.zeros((len(files), SIDE, SIDE), np.uint8)
    images[kept] = formed
    return images, tuple(
        lines[0] + (f" ({len(lines)} such pictures)" if len(lines) > 1 else "")
        for lines in (nothing, several)
        if lines
    )


def open_gray(file: Path) -> NDArray[np.uint8]:
    """One picture file, uint8 (height, width); a :class:`DataError` that names it if it can't be opened."""
    try:
        return next(open_pages(file)).gray
    except PictureError as error:
        raise DataError(f"{file}: {error}") from None


def _visible(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if not path.name.startswith(".")]


def _is_picture(path: Path) -> bool:
    if path.name.startswith(".") or not path.is_file():
        return False
    from PIL import Image

    Image.init()
    return Image.EXTENSION.get(path.suffix.lower()) in Image.OPEN


def _natural(path: Path) -> list[tuple[int, int, str]]:
    """Sort key by which ``scan2`` comes before ``scan10``."""
    pieces = re.split(r"([0-9]+)", str(path))
    return [(1, int(piece), piece) if piece.isdecimal() else (0, 0, piece.lower()) for piece in pieces]
