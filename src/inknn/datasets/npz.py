"""Labeled digits in one array file: a pair of IDX files, or an NPZ file."""

from __future__ import annotations

import os
import re
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from .arrays import as_ink
from .idx import read_idx

__all__ = ["idx_pair", "idx_parts", "read_idx_pair", "read_npz"]

Digits = tuple[NDArray[np.uint8], NDArray[np.int64]]

_NAMES = (("images", "labels"), ("x", "y"), ("data", "target"), ("image", "label"), ("pixels", "labels"))
_TRAIN, _TEST = ("train", "training"), ("test", "t10k", "testing", "val")


def idx_pair(path: Path) -> tuple[Path, Path]:
    """The files of images and labels that belong together by MNIST's names, given one of them.

    ``train-images-idx3-ubyte.gz`` goes with ``train-labels-idx1-ubyte``, gzipped or not.

    Raises
    ------
    DataError
        If the name has neither "images" nor "labels" in it, or the other file is not there.
    """
    for one, other in (("images", "labels"), ("labels", "images")):
        if one not in path.name:
            continue
        wanted = _partner(path.name, one, other)
        found = sorted(p for p in path.parent.iterdir() if wanted.fullmatch(p.name))
        if not found:
            example = path.name.replace(one, other)
            example = (
                example.replace("idx3", "idx1") if other == "labels" else example.replace("idx1", "idx3")
            )
            raise DataError(f"{path} has no {other} beside it; put them there as {example}")
        return (path, found[0]) if one == "images" else (found[0], path)
    raise DataError(
        f"{path} is an IDX file named neither images nor labels; name the two as MNIST's are, "
        "such as train-images-idx3-ubyte and train-labels-idx1-ubyte"
    )


def _partner(name: str, one: str, other: str) -> re.Pattern[str]:
    stem = re.sub(r"(\.gz)?$", "", name)
    before, after = stem.split(one, 1)
    # QMNIST's labels are "idx2-int": eight numbers a digit.
    after = re.sub(r"idx\d-\w+", "@", after)
    after = re.escape(after).replace("@", r"idx\d-\w+")
    return re.compile(rf"{re.escape(before)}{other}{after}(\.gz)?")


def idx_parts(folder: Path) -> dict[str, Path]:
    """The files of images in a folder, by the part their names tell: "train", "test", or "" for neither.

    Raises
    ------
    DataError
        If two are of the same part.
    """
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if not re.search(r"images.*idx\d", path.name) or path.name.startswith("."):
            continue
        part = _part_of(path.name)
        if part in found and found[part].name.removesuffix(".gz") != path.name.removesuffix(".gz"):
            raise DataError(f"{folder} holds both {found[part].name} and {path.name}; name the one you mean")
        found[part] = path
    return found


def _part_of(name: str) -> str:
    words = re.split(r"[^a-z0-9]+", name.lower())
    for part, known in (("train", _TRAIN), ("test", _TEST)):
        if any(word in known for word in words):
            return part
    return ""


def read_idx_pair(path: Path) -> Digits:
    """Pictures and labels of a pair of IDX files, given one of them; errors as in :func:`idx_pair`."""
    images, labels = idx_pair(path)
    values: NDArray[Any] = read_idx(labels)
    if values.ndim == 2 and values.shape[1] == 8:  # QMNIST: the label, then where NIST has the digit
        values = values[:, 0]
    try:
        return as_ink(read_idx(images), values)
    except DataError as error:
        raise DataError(f"{images}: {error}" if images.name not in str(error) else str(error)) from None


def read_npz(
    path: Path, part: str
) -> tuple[NDArray[np.uint8], NDArray[np.int64], tuple[str, ...] | None, bool]:
    """Pictures and labels of an NPZ file.

    Its arrays may be called images and labels, X and y, or data and target; with ``train`` and ``test``
    before or after, in any of the usual ways (``x_train``, ``test_labels``), they are two parts. An array
    of texts called groups says where each digit comes from.

    Parameters
    ----------
    path
        The file.
    part
        "train" or "test".

    Returns
    -------
    images, labels, groups, is_part
        ``is_part`` says whether the file has two parts.

    Raises
    ------
    DataError
        If it is damaged, has no such arrays, or they don't fit each other.
    """
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            names = {re.sub(r"[^a-z0-9]+", "_", name.lower()): name for name in file.files}
            images, labels, is_part = _pair_in(names, part, path)
            try:
                found = as_ink(file[images], file[labels])
            except DataError as error:
                raise DataError(f"{path}: {error}") from None
            known = names.get(f"groups_{part}" if is_part else "groups")
            groups = None if known is None else tuple(map(str, file[known].tolist()))
            return *found, groups if groups and len(groups) == len(found[1]) else None, is_part
    except ValueError as error:
        if "allow_pickle" in str(error):
            raise DataError(
                f"{path} holds Python objects, which could run any code; save plain arrays of numbers"
            ) from None
        raise DataError(f"{path} is not a whole NPZ file: {error}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError) as error:
        raise DataError(f"{path} is not a whole NPZ file: {error}") from error


def _pair_in(names: Mapping[str, str], part: str, path: Path) -> tuple[str, str, bool]:
    """The names of the arrays, and whether the file has two parts."""
    parts = {}
    for key, words in (("train", _TRAIN), ("test", _TEST)):
        pairs = [pair for word in words if (pair := _matching(names, word))]
        if pairs:
            parts[key] = pairs[0]
    if len(parts) == 2:
        return *parts[part], True
    only = _matching(names, "") or next(iter(parts.values()), None)
    if only:
        return *only, False
    raise DataError(
        f"{path} has no arrays named images and labels (or X and y, x_train and y_train ...), "
        f"only {', '.join(names.values()) or 'nothing at all'}"
    )


def _matching(names: Mapping[str, str], word: str) -> tuple[str, str] | None:
    for first, second in _NAMES:
        for shape in ("{}_{}", "{1}_{0}", "{}{}") if word else ("{}",):
            pair = [names.get(shape.format(name, word)) for name in (first, second)]
            if pair[0] and pair[1]:
                return pair[0], pair[1]
    return None


def looks_like_idx(path: str | os.PathLike[str]) -> bool:
    """Whether a file starts as an IDX file does; a gzipped one is taken at its name."""
    with open(path, "rb") as file:
        start = file.read(4)
    if start[:2] == b"\x1f\x8b":
        return "idx" in Path(path).name or "ubyte" in Path(path).name
    return len(start) == 4 and start[:2] == b"\0\0" and start[2] in (8, 9, 11, 12, 13, 14)
