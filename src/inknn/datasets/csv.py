"""Comma-separated files: pixels in columns, or the names of pictures and their labels."""

from __future__ import annotations

import csv
import gzip
import io
import math
import os
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..files import open_regular
from ..progress import Progress, no_progress
from .arrays import as_digit_labels, as_ink, as_pictures
from .limits import Limited, check_size

__all__ = ["CsvFile", "ListedPicture", "names_a_table", "read_listed", "read_pixels", "read_table"]

LABEL_HEADS = ("label", "labels", "class", "target", "truth", "digit", "y", "category")
FILE_HEADS = ("file", "filename", "file_name", "path", "filepath", "image", "picture", "name", "image_path")
_LABELS = re.compile(r"labels?")
_IMAGES = re.compile(r"images?|pixels?|2828")
_MOST_LINES = 10_000_000  # empty ones can be packed in next to nothing
_READ_AT_ONCE = 1 << 20  # bytes
_BLOCK = 2000  # lines between two reports of progress
GROUP_HEADS = ("group", "writer", "source", "origin", "author", "hand")


@dataclass(frozen=True, slots=True)
class CsvFile:
    """The lines of a file: its header, if it has one, and the rest with the number of its first line."""

    path: Path
    head: list[str] | None
    lines: list[str]
    first: int
    delimiter: str | None

    def is_listing(self) -> bool:
        """Whether it names files rather than holding pixels."""
        return self.head is not None and _column(self.head, FILE_HEADS) is not None


@dataclass(frozen=True, slots=True)
class ListedPicture:
    """A picture's file, its label as written, its writer where the table names one, and its line."""

    file: str
    label: str
    group: str | None
    line: int


def read_table(path: Path) -> CsvFile:
    """Read a file, and find whether it has a header and what separates its columns.

    Parameters
    ----------
    path
        Text in UTF-8, gzipped or not, with commas, semicolons or tabs.

    Raises
    ------
    DataError
        If it is no text, empty, or too long.
    """
    try:
        with open_regular(path) as file:
            lines = _lines(file)
    except (UnicodeDecodeError, gzip.BadGzipFile, EOFError, zlib.error):
        raise DataError(
            f"{path} is none of the formats inknn knows: a folder, IDX, NPZ, or CSV in UTF-8"
        ) from None
    except DataError as error:
        raise DataError(f"{path}: {error}") from None
    first = next((i for i, line in enumerate(lines) if line.strip()), None)
    if first is None:
        raise DataError(f"{path} is empty; it should hold a line for each digit")
    mark = max(",;\t", key=lines[first].count)
    delimiter = mark if mark in lines[first] else None  # then white space
    cells = _cells(lines[first], delimiter)
    numbers = sum(map(_is_number, cells))  # a header may be of few numbers, a line of digits of one slip
    head = None if 2 * numbers >= len(cells) else [cell.strip().lower() for cell in cells]
    start = first if head is None else first + 1
    return CsvFile(path, head, lines[start:], start + 1, delimiter)


def _lines(file: io.BufferedReader) -> list[str]:
    zipped = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    if not zipped:
        check_size(os.fstat(file.fileno()).st_size)
    plain = gzip.GzipFile(fileobj=file) if zipped else file
    lines: list[str] = []
    for line in io.TextIOWrapper(io.BufferedReader(Limited(plain), _READ_AT_ONCE), "utf-8-sig"):
        lines.append(line.removesuffix("\n"))
        if len(lines) > _MOST_LINES:
            raise DataError(f"it has more than {_MOST_LINES:,} lines; save fewer digits")
    return lines


def read_pixels(
    table: CsvFile, progress: Progress = no_progress
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Pictures and labels of a file that has a digit on each line.

    The label's column is the one named label, class, target ...; without a header it is the first or the
    last, whichever holds digits that are not all the same (pixels in the corner hardly ever vary). Where
    there are only pixels, the labels are those of the file beside it that has "labels" in its name instead
    (``ARDIS_train_labels.csv`` for ``ARDIS_train_2828.csv``), one-hot or not.

    Raises
    ------
    DataError
        If a line is ragged or not numeric (it is named), or no column can be the label.
    """
    if not any(map(str.strip, table.lines)):
        raise DataError(f"{table.path} has a header and no digits")
    values = _numbers(table, progress)
    try:
        beside = _labels_beside(table.path) if _side(values.shape[1]) else None
        if beside is not None:
            labels = as_digit_labels(_numbers(read_table(beside), progress))
            return as_ink(values, labels)
        column = _label_column(table, values)
        labels = as_digit_labels(values[:, column], _places(table))
        return as_pictures(np.delete(values, column, axis=1)), labels
    except DataError as error:
        raise DataError(f"{table.path}: {error}") from None


def read_listed(table: CsvFile) -> list[ListedPicture]:
    """The files a table names, with their labels.

    Raises
    ------
    DataError
        If it has no column of labels, or a line has too few columns (it is named).
    """
    head = table.head or []
    file, label = _column(head, FILE_HEADS), _column(head, LABEL_HEADS)
    group = _column(head, GROUP_HEADS)
    if file is None or label is None:
        raise DataError(f"{table.path} has no column named label; its columns are {', '.join(head)}")
    listed = []
    for number, line in enumerate(table.lines, table.first):
        if not line.strip():
            continue
        cells = _cells(line, table.delimiter)
        if len(cells) != len(head):
            raise _ragged(table, number, len(cells), len(head))
        writer = None if group is None else cells[group].strip()
        listed.append(ListedPicture(cells[file].strip(), cells[label].strip(), writer, number))
    return listed


def _numbers(table: CsvFile, progress: Progress) -> NDArray[np.float32]:
    """All cells; float32 holds the gray levels of 8 and 16 bits exactly."""
    lines = [line for line in table.lines if line.strip()]
    blocks = []
    try:
        for start in range(0, len(lines), _BLOCK):
            block = lines[start : start + _BLOCK]
            blocks.append(
                np.loadtxt(
                    block, np.float32, delimiter=table.delimiter, quotechar='"', ndmin=2, comments=None
                )
            )
            progress(f"reading {table.path.name}", (start + len(block)) / len(lines))
        values = np.concatenate(blocks)
    except (ValueError, OverflowError) as error:
        raise _first_wrong_line(table) or DataError(f"{table.path}: {error}") from None
    if not np.isfinite(values).all():
        raise _first_wrong_line(table) or DataError(
            f"{table.path}: there are pixels that are no finite number"
        )
    return values


def _first_wrong_line(table: CsvFile) -> DataError | None:
    width = len(table.head) if table.head is not None else None
    for number, line in enumerate(table.lines, table.first):
        if not line.strip():
            continue
        cells = _cells(line, table.delimiter)
        width = width or len(cells)
        if len(cells) != width:
            return _ragged(table, number, len(cells), width)
        for column, cell in enumerate(cells, 1):
            if not _is_number(cell):
                return DataError(f"{table.path}, line {number}, column {column}: {cell!r} is not a number")
    return None


def _ragged(table: CsvFile, number: int, found: int, wanted: int) -> DataError:
    return DataError(f"{table.path}, line {number}: {found} columns where the others have {wanted}")


def _label_column(table: CsvFile, values: NDArray[np.float32]) -> int:
    width = values.shape[1]
    if table.head is not None and len(table.head) != width:
        raise DataError(f"line {table.first}: {width} columns where the header has {len(table.head)}")
    if not _side(width - 1):
        raise DataError(f"{width} columns are no label and a square of pixels (785 for 28 × 28)")
    named = None if table.head is None else _column(table.head, LABEL_HEADS)
    if named is not None:
        return named
    likely = [column for column in (0, width - 1) if _may_be_labels(values[:, column])]
    if len(likely) != 1:
        raise DataError("it is not clear which column is the label; add a header line that names it label")
    return likely[0]


def _side(count: int) -> int:
    """The side of the square that so many pixels make; 0 if they make none, or one too small for a digit."""
    side = math.isqrt(max(count, 0))
    return side if side >= 2 and side * side == count else 0


def _labels_beside(path: Path) -> Path | None:
    stem = _IMAGES.sub("", path.name.lower())
    for other in sorted(path.parent.iterdir()):
        name = other.name.lower()
        if other != path and other.is_file() and _LABELS.search(name) and _LABELS.sub("", name) == stem:
            return other
    return None


def _may_be_labels(values: NDArray[np.float32]) -> bool:
    return bool(np.isin(values, np.arange(10)).all()) and bool((values != values[0]).any())


def _places(table: CsvFile) -> Sequence[str]:
    lines = enumerate(table.lines, table.first)
    return [f"line {number}" for number, line in lines if line.strip()]


def _column(head: Sequence[str], names: Sequence[str]) -> int | None:
    return next((head.index(name) for name in names if name in head), None)


def _cells(line: str, delimiter: str | None) -> list[str]:
    if delimiter is None:
        return line.split()
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:  # a cell that is longer than any of ours
        return line.split(delimiter)


def _is_number(cell: str) -> bool:
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False


def names_a_table(path: str | os.PathLike[str]) -> bool:
    """Whether a file's name is that of a table."""
    return Path(path).name.lower().removesuffix(".gz").endswith((".csv", ".tsv"))
