"""Labeled digits in an NPZ file."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from ..errors import DataError
from ..files import open_regular
from .arrays import TEST, TRAIN, as_ink
from .labeled import Contents, Part
from .limits import check_size

__all__ = ["read_npz"]

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
        If it is damaged, too long, has no such arrays, holds Python objects, or pictures and labels don't
        match.
    """
    with open_regular(path) as raw, _errors_of(path), np.load(raw, allow_pickle=False) as file:
        names = {re.sub(r"[^a-z0-9]+", "_", name.lower()): name for name in file.files}
        images, labels, is_part = _pair_in(names, part)
        groups = names.get(f"groups_{part}" if is_part else "groups")
        pictures, digits = _array(file, images), _array(file, labels)
        known = () if groups is None else tuple(map(str, _array(file, groups).ravel().tolist()))
    try:
        pictures, digits = as_ink(pictures, digits)
    except DataError as error:
        raise DataError(f"{path}: {error}") from None
    return Contents(
        pictures,
        digits,
        known if known and len(known) == len(digits) else None,
        part=part if is_part else None,
    )


@contextmanager
def _errors_of(path: Path) -> Iterator[None]:
    """Turn whatever a crafted file makes the unpacker raise into a :class:`DataError`."""
    try:
        yield
    except DataError as error:
        raise DataError(f"{path}: {error}") from None
    except MemoryError:
        raise
    except Exception as error:  # RuntimeError of a password, LZMAError, tokenize's errors of a header ...
        raise DataError(f"{path} is not a whole NPZ file: {error}") from error


def _array(file: Any, name: str) -> NDArray[Any]:
    """An array of an open NPZ file, whose header is checked before there is memory for the array."""
    entry = next(e for e in file.zip.infolist() if e.filename.removesuffix(".npy") == name)
    check_size(entry.file_size)
    with file.zip.open(entry) as member:
        version = npy.read_magic(member)
        read_header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, _, dtype = read_header(member)
        if dtype.hasobject:
            raise DataError("it holds Python objects, which could run any code; save plain arrays of numbers")
        if math.prod(shape) * dtype.itemsize > entry.file_size:
            raise DataError(f"the array {name} is shorter than its header says; save the file again")
    return np.asarray(file[name])


def _pair_in(names: Mapping[str, str], part: Part) -> tuple[str, str, bool]:
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
        "there are no arrays named images and labels (or X and y, x_train and y_train ...), "
        f"only {', '.join(names.values()) or 'nothing at all'}"
    )


def _matching(names: Mapping[str, str], word: str) -> tuple[str, str] | None:
    for first, second in _NAMES:
        for shape in ("{}_{}", "{1}_{0}", "{}{}") if word else ("{}",):
            pair = [names.get(shape.format(name, word)) for name in (first, second)]
            if pair[0] and pair[1]:
                return pair[0], pair[1]
    return None
