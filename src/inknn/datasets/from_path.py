"""Users' own labeled digits: which of the formats a path is in, and what it holds.

===================  =====================================================================================
a folder             folders 0 to 9 in it; or a table of files and labels; or IDX files; or any of these in
                     folders train and test
a table              CSV, TSV: files and labels (with a header), or a label and pixels
IDX                  images or labels, the other beside it under MNIST's name
NPZ                  arrays images and labels, X and y, x_train and y_train ...
===================  =====================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..progress import Progress, no_progress
from .csv import names_a_table, read_pixels, read_table
from .image_folder import (
    PictureList,
    SeveralSizesError,
    find_by_folder,
    find_by_table,
    normalized_pictures,
    read_pictures,
    unlisted,
)
from .load import LabeledDigits, Part
from .npz import idx_parts, looks_like_idx, read_idx_pair, read_npz

__all__ = ["Found", "find_own", "read_own"]


@dataclass(frozen=True, slots=True)
class Found:
    """What a path holds: arrays, or a list of picture files that are still to be opened.

    ``part`` is the part of a set that has two of them.
    """

    images: NDArray[np.uint8] | None
    labels: NDArray[np.int64]
    groups: tuple[str, ...] | None = None
    files: tuple[Path, ...] | None = None
    part: Part | None = None


def read_own(path: Path, part: Part, progress: Progress, *, normalize: bool = False) -> LabeledDigits:
    """Labeled digits of a path.

    Parameters
    ----------
    path
        See the table above.
    part
        "train" or "test"; what has but one part gives that.
    progress
        Told how far it is.
    normalize
        Bring picture files of several sizes into MNIST's normal form.

    Raises
    ------
    DataError
        If it is in no such format, damaged, or pictures and labels don't match.
    """
    found = find_own(path, part, progress)
    images, several = found.images, False
    remarks: tuple[str, ...] = ()
    if images is None:
        try:
            images = read_pictures(found.files or (), str(path), progress)
        except SeveralSizesError:
            if not normalize:
                raise
            images, remarks = normalized_pictures(found.files or (), progress)
            several = True
    return LabeledDigits(
        str(path), images, found.labels, found.groups, found.files, found.part, several, remarks
    )


def find_own(path: Path, part: Part, progress: Progress = no_progress) -> Found:
    """As :func:`read_own`, but picture files are only listed."""
    try:
        return _in_folder(path, part, progress) if path.is_dir() else _in_file(path, part, progress)
    except OSError as error:
        raise DataError(f"{path} can't be read: {error.strerror or error}") from error


def _in_file(path: Path, part: Part, progress: Progress) -> Found:
    if not path.exists():
        raise DataError(f"{path}: no such file or folder; check the path")
    with open(path, "rb") as file:
        start = file.read(4)
    if start[:2] == b"PK":
        images, labels, groups, is_part = read_npz(path, part)
        return Found(images, labels, groups, part=part if is_part else None)
    if looks_like_idx(path) and not names_a_table(path):
        return Found(*read_idx_pair(path))
    table = read_table(path)
    return _listed(find_by_table(table)) if table.is_listing() else Found(*read_pixels(table, progress))


def _in_folder(folder: Path, part: Part, progress: Progress) -> Found:
    names = {inner.name.lower(): inner for inner in folder.iterdir() if not inner.name.startswith(".")}
    if "train" in names and "test" in names and names[part].is_dir():
        return replace(find_own(names[part], part, progress), part=part)
    idx = idx_parts(folder)
    if idx:
        if len(idx) == 1:
            return Found(*read_idx_pair(next(iter(idx.values()))))
        if part not in idx:
            raise DataError(f"{folder} has no IDX files of the part {part}; name the file of images you mean")
        return Found(*read_idx_pair(idx[part]), part=part)
    table = _table_of(folder)
    if table is None:
        return _listed(find_by_folder(folder))
    listed = find_by_table(read_table(table))
    left = unlisted(folder, listed.files)
    if left:
        raise DataError(
            f"{left[0]} has no label in {table} ({len(left)} such); add a line for each or delete it"
        )
    return _listed(listed)


def _listed(listed: PictureList) -> Found:
    return Found(None, listed.labels, listed.groups, listed.files)


def _table_of(folder: Path) -> Path | None:
    """The table that lies in a folder or, under its name, beside it."""
    inside = [path for path in sorted(folder.iterdir()) if path.is_file() and names_a_table(path)]
    if len(inside) > 1:
        inside = [path for path in inside if path.name.lower().startswith("labels")] or inside
    if len(inside) > 1:
        raise DataError(f"{folder} holds {len(inside)} tables; name the one you mean, such as {inside[0]}")
    beside = folder.resolve().with_name(f"{folder.resolve().name}.csv")
    return inside[0] if inside else beside if beside.is_file() else None
