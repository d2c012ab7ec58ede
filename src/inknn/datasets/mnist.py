"""MNIST, embedded: four IDX files, compressed in the package, unpacked once into the user's cache.

The files are LeCun, Cortes and Burges's originals, byte for byte; their SHA-256 is checked whenever
they are loaded. See ``data/NOTICE`` for authors and license.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..cache import cached
from ..errors import DataError
from ..files import open_regular
from .idx import parse_idx, read_idx, write_idx
from .labeled import Part
from .limits import check_size

_DATA = Path(__file__).with_name("data")

_SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
_FILES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}

Arrays = tuple[NDArray[np.uint8], NDArray[np.uint8]]
"""Images uint8 (n, 28, 28) and their labels uint8 (n,)."""


def load_mnist() -> tuple[Arrays, Arrays]:
    """The 70,000 digits of MNIST, offline.

    The first call unpacks them into the user's cache (about a second).

    Returns
    -------
    (X_train, y_train), (X_test, y_test)
        Images uint8 of shape (60000, 28, 28) and (10000, 28, 28), ink bright on black; labels uint8.

    Raises
    ------
    DataError
        If the package's own files are damaged.
    """
    return load_mnist_part("train"), load_mnist_part("test")


def load_mnist_part(part: Part) -> Arrays:
    """One part of :func:`load_mnist`.

    Parameters
    ----------
    part
        ``"train"`` or ``"test"``.

    Returns
    -------
    images, labels
        uint8 of shape (n, 28, 28) and (n,).

    Raises
    ------
    DataError
        If the package's own files are damaged.
    """
    images, labels = (_load(name) for name in _FILES[part])
    return images, labels


def _load(name: str) -> NDArray[np.uint8]:
    return cached(
        f"inknn-{name}",
        load=lambda path: _read_unpacked(path, name),
        build=lambda: _unpack(name),
        store=write_idx,
    )


def _read_unpacked(path: Path, name: str) -> NDArray[np.uint8]:
    with open_regular(path) as file:
        check_size(os.fstat(file.fileno()).st_size)
        if hashlib.file_digest(file, "sha256").hexdigest() != _SHA256[name]:
            raise DataError(f"{path} is not MNIST's {name}")
    return read_idx(path).astype(np.uint8, copy=False)


def _unpack(name: str) -> NDArray[np.uint8]:
    import lzma  # only ever needed once

    packed = _DATA / f"{name}.xz"
    try:
        plain = lzma.decompress(packed.read_bytes())
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise DataError(f"{packed} can't be unpacked ({error}): install inknn again") from error
    if hashlib.sha256(plain).hexdigest() != _SHA256[name]:
        raise DataError(f"{packed} does not hold MNIST's {name}: install inknn again")
    return parse_idx(plain).astype(np.uint8, copy=False)
