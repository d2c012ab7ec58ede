"""Labeled digits from any format into one file: NPZ, or a pair of IDX files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, OutputError
from ..files import check_writable, output_error, output_file
from ..glyph.normal_form import to_mnist_form
from ..progress import Progress, no_progress
from ..remarks import Remark
from .catalog import CATALOG
from .from_path import contents_of
from .idx import write_idx_pair
from .image_folder import read_normalized
from .labeled import LabeledDigits, Part
from .load import load_digits

__all__ = ["check_target", "import_digits", "save_digits"]


def import_digits(
    data: str,
    part: Part | None = None,
    *,
    normalize: bool = False,
    progress: Progress = no_progress,
) -> list[LabeledDigits]:
    """Load labeled digits to be saved.

    Parameters
    ----------
    data
        As for :func:`~inknn.datasets.load_digits`.
    part
        The part to load; by default all there are.
    normalize
        Bring each picture, of whatever size, polarity and light, into MNIST's normal form as the reader
        does. Pictures on which nothing is found are left out.
    progress
        Called with what is being done and the part of it that is done.

    Returns
    -------
    list of LabeledDigits
        One, or two for a set of two parts; with a remark on each picture that shows nothing, or more than
        one thing.

    Raises
    ------
    DataError
        As :func:`~inknn.datasets.load_digits`, or if nothing is found on any picture.
    """

    def load(part: Part) -> LabeledDigits:
        return (_load_normalized if normalize else _load)(data, part, progress)

    if part is not None:
        return [load(part)]
    first = load("train")
    return [first] if first.part is None else [first, load("test")]


def _load(data: str, part: Part, progress: Progress) -> LabeledDigits:
    return load_digits(data, part, progress=progress)


def _load_normalized(data: str, part: Part, progress: Progress) -> LabeledDigits:
    if data in CATALOG or not os.path.exists(data):
        whole = load_digits(data, part, progress=progress)
        return replace(whole, images=to_mnist_form(whole.images, always=True))
    found = contents_of(Path(data), part, progress)
    if found.images is not None:  # arrays, whose polarity is known already
        images = to_mnist_form(found.images, always=True)
        return LabeledDigits(data, images, found.labels, found.groups, None, found.part)
    images, remarks = read_normalized(found.files or (), progress)
    blank = np.array([remark is not None and remark.code == "blank" for remark in remarks])
    if blank.all():
        raise DataError(f"{data}: none of the {len(blank)} pictures shows a digit")
    digits = LabeledDigits(data, images, found.labels, found.groups, found.files, found.part)
    return replace(digits.rows(~blank), remarks=tuple(_as_told(remark) for remark in remarks if remark))


def _as_told(remark: Remark) -> Remark:
    return replace(remark, message=f"{remark}; left out") if remark.code == "blank" else remark


def save_digits(parts: Sequence[LabeledDigits], path: Path) -> list[Path]:
    """Save one part or two.

    Parameters
    ----------
    parts
        What :func:`import_digits` gives.
    path
        A name that ends in .npz, for one file; or that of an IDX file of images, with "images" in it, beside
        which the labels are written ("labels" instead), gzipped if it ends in .gz.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    OutputError
        If the name is neither, two parts are to go into a pair of IDX files, or a file can't be written.
    """
    check_target(path, len(parts))
    return [_save_npz(parts, path)] if path.suffix == ".npz" else _save_idx(parts[0], path)


def check_target(path: Path, count: int = 1) -> None:
    """Raise an :class:`OutputError` where :func:`save_digits` would, before any work is done."""
    if path.suffix != ".npz" and "images" not in path.name:
        raise OutputError(
            f"the name {path} has no known format: name it digits.npz, or digits-images-idx3-ubyte for IDX"
        )
    if path.suffix != ".npz" and count > 1:
        raise OutputError(f"{path} holds one part: choose it with --part, or write an .npz file")
    check_writable(path)


def _save_npz(parts: Sequence[LabeledDigits], path: Path) -> Path:
    arrays: dict[str, NDArray[Any]] = {}
    for digits in parts:
        end = f"_{digits.part}" if len(parts) > 1 else ""
        arrays |= {f"images{end}": digits.images, f"labels{end}": digits.labels.astype(np.uint8)}
        if digits.groups is not None:
            arrays[f"groups{end}"] = np.array(digits.groups)
    with output_file(path) as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]  # its stub has a flag among the names
    return path


def _save_idx(digits: LabeledDigits, path: Path) -> list[Path]:
    try:
        return write_idx_pair(path, digits.images, digits.labels)
    except OSError as error:
        raise output_error(path, error) from error
