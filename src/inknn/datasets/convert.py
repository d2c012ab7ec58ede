"""Labeled digits from any format into one file: NPZ, or a pair of IDX files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, OutputError
from ..files import atomic_write
from ..progress import Progress, no_progress
from .catalog import CATALOG
from .from_path import find_own
from .idx import write_idx
from .image_folder import open_gray
from .load import LabeledDigits, Part, load_digits
from .normal_form import normal_form_of, to_mnist_form

__all__ = ["check_target", "import_digits", "save_digits"]

Tell = Callable[[str], None]


def import_digits(
    data: str,
    part: Part | None = None,
    *,
    normalize: bool = False,
    tell: Tell = lambda message: None,
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
        Bring each picture, of whatever size, polarity and light, to MNIST's 28×28 by the reader's own steps.
    tell
        Called with a line for each picture that shows nothing, and is left out, or more than one thing.
    progress
        Told how far it is.

    Returns
    -------
    list of LabeledDigits
        One, or two for a set of two parts.

    Raises
    ------
    DataError
        As :func:`~inknn.datasets.load_digits`, or if no picture shows anything.
    """

    def load(part: Part) -> LabeledDigits:
        return (_normalized if normalize else _as_it_is)(data, part, tell, progress)

    if part is not None:
        return [load(part)]
    first = load("train")
    return [first] if first.part is None else [first, load("test")]


def _as_it_is(data: str, part: Part, _: Tell, progress: Progress) -> LabeledDigits:
    return load_digits(data, part, progress=progress)


def _normalized(data: str, part: Part, tell: Tell, progress: Progress) -> LabeledDigits:
    if data in CATALOG or not Path(data).exists():
        whole = load_digits(data, part, progress=progress)
        return replace(whole, images=to_mnist_form(whole.images, always=True))
    found = find_own(Path(data), part, progress)
    if found.images is not None:  # arrays, whose polarity is known already
        images = to_mnist_form(found.images, always=True)
        return LabeledDigits(data, images, found.labels, found.groups, None, found.part)
    files = found.files or ()

    def opened() -> Iterator[NDArray[np.uint8]]:
        for i, file in enumerate(files):
            yield open_gray(file)
            progress("bringing pictures to 28×28", (i + 1) / len(files))

    images, kept = normal_form_of(opened(), lambda i, remark: tell(f"{files[i]}: {remark}"))
    if not len(images):
        raise DataError(f"{data}: none of the {len(files)} pictures shows a digit")
    groups, files = (tuple(known[i] for i in kept.tolist()) for known in (found.groups or files, files))
    return LabeledDigits(data, images, found.labels[kept], tuple(map(str, groups)), files, found.part)


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
    try:
        if path.suffix == ".npz":
            return [_save_npz(parts, path)]
        return _save_idx(parts[0], path)
    except OSError as error:
        raise OutputError(f"can't write {path}: {error.strerror or error}; choose another place") from error


def check_target(path: Path, count: int = 1) -> None:
    """Raise an :class:`OutputError` where :func:`save_digits` would, before any work is done."""
    if path.suffix != ".npz" and "images" not in path.name:
        raise OutputError(
            f"can't tell the format of {path}: name it digits.npz, or digits-images-idx3-ubyte for IDX"
        )
    if path.suffix != ".npz" and count > 1:
        raise OutputError(f"{path} holds one part: choose it with --part, or write an .npz file")
    if path.is_dir():
        raise OutputError(f"can't write {path}: it is a folder; name a file in it")
    if not path.parent.is_dir():
        raise OutputError(f"can't write {path}: there is no folder {path.parent}; make it first")


def _save_npz(parts: Sequence[LabeledDigits], path: Path) -> Path:
    arrays: dict[str, NDArray[Any]] = {}
    for digits in parts:
        end = f"_{digits.part}" if len(parts) > 1 else ""
        arrays |= {f"images{end}": digits.images, f"labels{end}": digits.labels.astype(np.uint8)}
        if digits.groups is not None:
            arrays[f"groups{end}"] = np.array(digits.groups)
    with atomic_write(path) as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]  # its stub has a flag among the names
    return path


def _save_idx(digits: LabeledDigits, path: Path) -> list[Path]:
    labels = path.with_name(path.name.replace("images", "labels").replace("idx3", "idx1"))
    write_idx(path, digits.images)
    write_idx(labels, digits.labels.astype(np.uint8))
    return [path, labels]
