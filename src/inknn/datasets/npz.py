"""Labeled digits in an NPZ file."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy

from ..errors import DataError
from .arrays import TEST, TRAIN, as_ink
from .labeled import Contents, Part

__all__ = ["read_npz"]

_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, ValueError)
_NAMES = (("images", "labels"), ("x", "y"), ("data", "target"), ("image", "label"), ("pixels", "labels"))


def read_npz(path: Path, part: Part) -> Contents:
    """Pictures and labels of an NPZ file.

    Its arrays may be called images and labels, X and y, or data and target; with ``train`` and ``test``
    before or after, in any of the usual ways (``x_train``, ``test_labels``), they are two parts. An array
    of texts called groups names the writer of each digit.

    Parameters
    ----------
    path
        The file.
    part
        "train" or "test"; ignored where the file has only one part.

    Raises
    ------
    DataError
        If it is damaged, has no such arrays, holds Python objects, or pictures and labels don't match.
    """
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            names = {re.sub(r"[^a-z0-9]+", "_", name.lower()): name for name in file.files}
            images, labels, is_part = _pair_in(names, part, path)
            groups = names.get(f"groups_{part}" if is_part else "groups")
            if any(name is not None and _holds_objects(file, name) for name in (images, labels, groups)):
                raise DataError(
                    f"{path} holds Python objects, which could run any code; save plain arrays of numbers"
                )
            try:
                pictures, digits = as_ink(file[images], file[labels])
            except DataError as error:
                raise DataError(f"{path}: {error}") from None
            known = () if groups is None else tuple(map(str, file[groups].tolist()))
            return Contents(
                pictures,
                digits,
                known if known and len(known) == len(digits) else None,
                part=part if is_part else None,
            )
    except _DAMAGE as error:
        raise DataError(f"{path} is not a whole NPZ file: {error}") from error


def _holds_objects(file: Any, name: str) -> bool:
    """Whether an array of an open NPZ file is of Python objects, which only pickle could load."""
    with file.zip.open(f"{name}.npy") as member:
        version = npy.read_magic(member)
        read_header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        return read_header(member)[2].hasobject


def _pair_in(names: Mapping[str, str], part: Part, path: Path) -> tuple[str, str, bool]:
    """The names of the arrays, and whether the file has two parts."""
    parts = {}
    for key, words in (("train", TRAIN), ("test", TEST)):
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
