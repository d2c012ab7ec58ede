"""Labeled digits as picture files: a folder for each label, or a table that names files and labels."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, PictureError, SeveralSizesError
from ..files import entries_in, is_picture, natural_order
from ..glyph.normalize import SIDE
from ..ink import open_pages
from ..page.normalized import single_glyph
from ..progress import Progress
from ..remarks import Remark
from .arrays import as_digit_labels, upright_ink
from .csv import CsvFile, read_listed
from .labeled import Contents
from .limits import check_size

__all__ = ["find_by_folder", "find_by_table", "read_normalized", "read_pictures", "unlisted"]


def find_by_folder(folder: Path) -> Contents:
    """The pictures in folders named 0 to 9, in natural order.

    Raises
    ------
    DataError
        If a folder of pictures is named otherwise, or there is no picture.
    """
    files: list[Path] = []
    texts: list[str] = []
    for inner in sorted((p for p in folder.iterdir() if p.is_dir() and p.name[0] != "."), key=natural_order):
        found = sorted(_pictures_in(inner), key=natural_order)
        files += found
        texts += [inner.name] * len(found)
    if not files:
        raise DataError(
            f"{folder} holds no labeled pictures: put them in folders named 0 to 9, or beside a table "
            "labels.csv with the columns file and label"
        )
    labels = as_digit_labels(texts, [f"{file}" for file in files])
    return Contents(None, labels, tuple(str(file.relative_to(folder)) for file in files), tuple(files))


def find_by_table(table: CsvFile) -> Contents:
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
    return Contents(None, labels, tuple(entry.group or entry.file for entry in listed), tuple(files))


def unlisted(folder: Path, files: tuple[Path, ...]) -> list[Path]:
    """The pictures of a folder that a table of it does not name."""
    named = {file.resolve() for file in files}
    return [path for path in sorted(_pictures_in(folder)) if path.resolve() not in named]


def read_pictures(files: tuple[Path, ...], place: str, progress: Progress) -> NDArray[np.uint8]:
    """Open pictures of one size.

    Parameters
    ----------
    files
        The pictures.
    place
        Their folder or table, for messages.
    progress
        Called with what is being done and the part of it that is done.

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
            check_size((len(opened) + 1) * gray.size)
            opened.append(gray)
        elif len(sizes) > 3 or i > 1000:  # enough for the message
            break
        progress("opening pictures", i / len(files))
    if len(sizes) > 1:
        some = ", ".join(f"{width}×{height}" for (height, width), _ in sizes.most_common(3))
        raise SeveralSizesError(
            f"the pictures of {place} are of several sizes ({some} ...); bring them to one with "
            f"inknn data import {place} -o digits.npz --normalize"
        )
    return upright_ink(np.stack(opened))


def read_normalized(
    files: tuple[Path, ...], progress: Progress
) -> tuple[NDArray[np.uint8], list[Remark | None]]:
    """Open pictures of any size, and bring each into MNIST's normal form as the reader does.

    Parameters
    ----------
    files
        The pictures, of a single digit each.
    progress
        Called with what is being done and the part of it that is done.

    Returns
    -------
    images : uint8 (n, 28, 28)
        Those on which nothing is found are black.
    remarks : list of Remark or None (n,)
        See :func:`inknn.page.normalized.single_glyph`; the messages begin with the file's name.

    Raises
    ------
    DataError
        If one can't be opened.
    """
    images = np.zeros((len(files), SIDE, SIDE), np.uint8)
    remarks: list[Remark | None] = []
    for i, file in enumerate(files):
        glyph, remark = single_glyph(open_gray(file))
        if glyph is not None:
            images[i] = glyph.image
        remarks.append(remark and Remark(remark.code, f"{file}: {remark}"))
        progress("bringing pictures into normal form", (i + 1) / len(files))
    return images, remarks


def open_gray(file: Path) -> NDArray[np.uint8]:
    """One picture file, uint8 (height, width); a :class:`DataError` that names it if it can't be opened."""
    try:
        return next(open_pages(file)).gray
    except PictureError as error:
        raise DataError(f"{file}: {error.reason}") from None


def _pictures_in(folder: Path) -> list[Path]:
    """The pictures in a folder and the folders inside it.

    Raises
    ------
    OSError
        If a folder can't be listed.
    """
    found = []
    for entry in entries_in(folder, recursive=True):
        if isinstance(entry, OSError):
            raise entry
        if is_picture(entry.name) and os.path.isfile(entry.path):
            found.append(Path(entry.path))
    return found
