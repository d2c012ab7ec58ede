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

from dataclasses import replace
from pathlib import Path

from ..errors import DataError, SeveralSizesError
from ..files import open_regular
from ..progress import Progress, no_progress
from ..remarks import Remark
from .csv import names_a_table, read_pixels, read_table
from .idx import idx_parts, looks_like_idx, read_idx_pair
from .image_folder import find_by_folder, find_by_table, read_normalized, read_pictures, unlisted
from .labeled import Contents, LabeledDigits, Part
from .npz import read_npz

__all__ = ["contents_of", "read_path"]


def read_path(path: Path, part: Part, progress: Progress, *, normalize: bool = False) -> LabeledDigits:
    """Labeled digits of a path.

    Parameters
    ----------
    path
        See the table above.
    part
        "train" or "test"; ignored where the path has only one part.
    progress
        Called with what is being done and the part of it that is done.
    normalize
        Bring picture files of several sizes into MNIST's normal form.

    Raises
    ------
    SeveralSizesError
        If pictures are of several sizes, and are not to be normalized.
    DataError
        If it is in no such format, damaged, or pictures and labels don't match.
    """
    found = contents_of(path, part, progress)
    images, several = found.images, False
    remarks: tuple[Remark, ...] = ()
    if images is None:
        files = found.files or ()
        try:
            images = read_pictures(files, str(path), progress)
        except SeveralSizesError:
            if not normalize:
                raise
            images, each = read_normalized(files, progress)
            several, remarks = True, _first_of_each_kind(each)
    return LabeledDigits(
        str(path), images, found.labels, found.groups, found.files, found.part, several, remarks
    )


def contents_of(path: Path, part: Part, progress: Progress = no_progress) -> Contents:
    """As :func:`read_path`, but picture files are only listed."""
    try:
        if not path.is_dir():
            return _in_file(path, part, progress)
        names = {inner.name.lower(): inner for inner in path.iterdir() if not inner.name.startswith(".")}
        if "train" in names and "test" in names and names[part].is_dir():
            return replace(_in_folder(names[part], part, progress), part=part)
        return _in_folder(path, part, progress)
    except OSError as error:
        raise DataError(f"{path} can't be read: {error.strerror or error}") from error


def _in_file(path: Path, part: Part, progress: Progress) -> Contents:
    if not path.exists():
        raise DataError(f"{path}: no such file or folder; check the path")
    with open_regular(path) as file:
        start = file.read(4)
    if start[:2] == b"PK":
        return read_npz(path, part)
    if looks_like_idx(path) and not names_a_table(path):
        return Contents(*read_idx_pair(path))
    table = read_table(path)
    return find_by_table(table) if table.is_listing() else Contents(*read_pixels(table, progress))


def _in_folder(folder: Path, part: Part, progress: Progress) -> Contents:
    idx = idx_parts(folder)
    if len(idx) == 1:
        return Contents(*read_idx_pair(next(iter(idx.values()))))
    if idx:
        if part not in idx:
            raise DataError(f"{folder} has no IDX files of the part {part}; name the file of images you mean")
        return Contents(*read_idx_pair(idx[part]), part=part)
    table = _table_of(folder)
    if table is None:
        return find_by_folder(folder)
    found = find_by_table(read_table(table))
    left = unlisted(folder, found.files or ())
    if left:
        raise DataError(
            f"{left[0]} has no label in {table} ({len(left)} such); add a line for each or delete it"
        )
    return found


def _first_of_each_kind(remarks: list[Remark | None]) -> tuple[Remark, ...]:
    """One remark for each code, with the number of pictures that it holds for."""
    kinds: dict[str, list[Remark]] = {}
    for remark in remarks:
        if remark is not None:
            kinds.setdefault(remark.code, []).append(remark)
    return tuple(
        replace(first, message=f"{first} ({len(rest) + 1} such pictures)") if rest else first
        for first, *rest in kinds.values()
    )


def _table_of(folder: Path) -> Path | None:
    """The table that lies in a folder or, under its name, beside it."""
    inside = [path for path in sorted(folder.iterdir()) if path.is_file() and names_a_table(path)]
    if len(inside) > 1:
        inside = [path for path in inside if path.name.lower().startswith("labels")] or inside
    if len(inside) > 1:
        raise DataError(f"{folder} holds {len(inside)} tables; name the one you mean, such as {inside[0]}")
    beside = folder.resolve().with_name(f"{folder.resolve().name}.csv")
    return inside[0] if inside else beside if beside.is_file() else None
