"""The parsers of the published sets, one function for each set.

Each takes the set's files, in the catalog's order, and the name of a part. It returns pictures uint8
(n, height, width), ink bright on black, labels int64 (n,), and groups where they are known.
"""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from .arrays import as_ink
from .idx import parse_idx, read_idx
from .labeled import Part
from .mnist import load_mnist_part

__all__ = ["digits8x8", "emnist_digits", "mnist", "optdigits", "qmnist", "usps"]

Digits = tuple[NDArray[np.uint8], NDArray[np.int64], tuple[str, ...] | None]


def mnist(_: Sequence[Path], part: Part) -> Digits:
    """The embedded digits."""
    images, labels = load_mnist_part(part)
    return images, labels.astype(np.int64), None


def digits8x8(_: Sequence[Path], part: Part) -> Digits:
    """The digits that come with scikit-learn, in the halves of its own example of classifying them.

    The digits are in the order in which people wrote them, so that few people are in both halves.
    """
    from sklearn.datasets import load_digits

    values, labels = load_digits(return_X_y=True)
    half = len(labels) // 2
    chosen = slice(None, half) if part == "train" else slice(half, None)
    return *as_ink(values[chosen], labels[chosen]), None


def optdigits(files: Sequence[Path], part: Part) -> Digits:
    """Lines of 64 pixels from 0 to 16 and the label."""
    path = files[0 if part == "train" else 1]
    try:
        values = np.loadtxt(path, dtype=np.uint8, delimiter=",", ndmin=2)
    except ValueError as error:
        raise DataError(f"{path} is no table of pixels: {error}") from None
    return *as_ink(values[:, :-1], values[:, -1]), None


def usps(files: Sequence[Path], part: Part) -> Digits:
    """LIBSVM's files: 256 pixels from −1 to 1; its class 1 is the digit 0."""
    from sklearn.datasets import load_svmlight_file

    path = files[0 if part == "train" else 1]
    try:
        values, classes = load_svmlight_file(str(path), n_features=256)
    except (ValueError, OSError, EOFError) as error:
        raise DataError(f"{path} is no LIBSVM file: {error}") from None
    # Scaled here, because as_ink would take another scale if some file had no paper, which is −1.
    return *as_ink(np.rint((values.toarray() + 1) * 127.5).astype(np.uint8), classes - 1), None


def qmnist(files: Sequence[Path], part: Part) -> Digits:
    """IDX; the labels have eight columns, of which 0 is the digit, 1 NIST's series and 2 the writer."""
    images, extended = files[:2] if part == "train" else files[2:]
    rows = read_idx(extended)
    if rows.ndim != 2 or rows.shape[1] != 8:
        raise DataError(f"{extended} has not the eight columns of QMNIST's labels")
    groups = tuple(f"hsf{series} writer {writer}" for series, writer in rows[:, 1:3].tolist())
    return *as_ink(read_idx(images), rows[:, 0]), groups


def emnist_digits(files: Sequence[Path], part: Part) -> Digits:
    """Two of the IDX files in EMNIST's archive; its pictures lie on their side."""
    images, labels = (
        _unzipped(files[0], f"gzip/emnist-digits-{part}-{kind}-ubyte.gz")
        for kind in ("images-idx3", "labels-idx1")
    )
    return *as_ink(np.ascontiguousarray(images.transpose(0, 2, 1)), labels), None


def _unzipped(archive: Path, member: str) -> NDArray[Any]:
    try:
        with zipfile.ZipFile(archive) as file:
            return parse_idx(gzip.decompress(file.read(member)))
    except (zipfile.BadZipFile, gzip.BadGzipFile, KeyError, EOFError, zlib.error) as error:
        raise DataError(f"{archive} has no {member} that can be read: {error}") from None
