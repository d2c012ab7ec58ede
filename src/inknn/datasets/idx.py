"""The IDX format of MNIST and its kin, and the pairs of files that hold images and their labels.

A file is two zero bytes, a type code, the number of dimensions, big-endian sizes, raw values. LeCun's MNIST
page describes it. A header may claim any size, so the claim is compared with the file's length before memory
is allocated for it.
"""

from __future__ import annotations

import gzip
import io
import math
import os
import re
import struct
import zlib
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import DataError
from ..files import Staging, atomic_write, open_regular
from .arrays import as_ink, part_in_name
from .limits import check_size

__all__ = [
    "idx_parts",
    "looks_like_idx",
    "parse_idx",
    "read_idx",
    "read_idx_pair",
    "write_idx",
    "write_idx_pair",
]

_DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_CODES = {np.dtype(text): code for code, text in _DTYPES.items()}

_MAX_DIMENSIONS = 32  # as many as every NumPy has
_DEFLATE_LIMIT = 1032  # deflate can't make more of one byte than this (zlib's technical notes)


def read_idx(path: str | os.PathLike[str]) -> NDArray[np.generic]:
    """Read an IDX file, gzipped or not.

    Parameters
    ----------
    path
        The file. Whether it is gzipped is seen from its first bytes, not from its name.

    Returns
    -------
    ndarray
        Shape and type as the header says; in the machine's own byte order.

    Raises
    ------
    DataError
        If the file is no IDX file, is shorter or longer than its header says, is damaged, or holds more than
        :data:`inknn.datasets.limits.MAX_BYTES`.
    FileNotFoundError
        If there is no such file.
    """
    with open_regular(path) as file:
        length = os.fstat(file.fileno()).st_size
        zipped = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        try:
            if zipped:
                with gzip.GzipFile(fileobj=file) as plain:
                    return _read(plain, length * _DEFLATE_LIMIT, exactly=False)
            return _read(file, length, exactly=True)
        except (DataError, EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise DataError(f"{os.fspath(path)} is not a whole IDX file: {error}") from error


def parse_idx(data: bytes) -> NDArray[np.generic]:
    """The array in an IDX file that is in memory already; errors as in :func:`read_idx`."""
    try:
        return _read(io.BytesIO(data), len(data), exactly=True)
    except DataError as error:
        raise DataError(f"not a whole IDX file: {error}") from error


def write_idx(path: str | os.PathLike[str], array: ArrayLike) -> None:
    """Write an array as an IDX file, in one step.

    Parameters
    ----------
    path
        The file to write; gzipped if it ends in ``.gz``.
    array
        At least one dimension; uint8, int8, int16, int32, float32 or float64.

    Raises
    ------
    TypeError
        If IDX has no code for the array's type.
    ValueError
        If a dimension is too large for the header, or there is none.
    OSError
        If the file can't be written.
    """
    with atomic_write(path) as file:
        _write(file, array, gzipped=os.fspath(path).endswith(".gz"))


def write_idx_pair(path: Path, images: NDArray[np.uint8], labels: NDArray[np.integer]) -> list[Path]:
    """Write images and, beside them, their labels; both files appear together.

    Parameters
    ----------
    path
        The file of images, with "images" in its name; the labels have "labels" there.
    images : uint8 (n, height, width)
    labels : integers (n,)
        0 to 255.

    Returns
    -------
    list of Path
        The two files.

    Raises
    ------
    OSError
        If they can't be written.
    """
    beside = _beside(path, "images", "labels")
    with Staging() as staging:
        for place, array in ((path, images), (beside, labels.astype(np.uint8))):
            with staging.write(place) as file:
                _write(file, array, gzipped=place.suffix == ".gz")
    return [path, beside]


def read_idx_pair(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Pictures and labels of a pair of IDX files, given one of them.

    ``train-images-idx3-ubyte.gz`` goes with ``train-labels-idx1-ubyte``, gzipped or not.

    Raises
    ------
    DataError
        If the name has neither "images" nor "labels" in it, the other file is not there, or one is damaged.
    """
    images, labels = _pair_of(path)
    pictures = read_idx(images)
    values: NDArray[Any] = read_idx(labels)
    if values.ndim == 2 and values.shape[1] == 8:  # QMNIST: the label, then where NIST has the digit
        values = values[:, 0]
    try:
        return as_ink(pictures, values)
    except DataError as error:
        raise DataError(f"{images}: {error}") from None


def idx_parts(folder: Path) -> dict[str, Path]:
    """The files of images in a folder, by the part in their names: "train", "test", or "" for neither.

    Raises
    ------
    DataError
        If two are of the same part.
    """
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if not re.search(r"images.*idx\d", path.name) or path.name.startswith("."):
            continue
        part = part_in_name(path.name)
        if part in found and found[part].name.removesuffix(".gz") != path.name.removesuffix(".gz"):
            raise DataError(f"{folder} holds both {found[part].name} and {path.name}; name the one you mean")
        found[part] = path
    return found


def looks_like_idx(path: str | os.PathLike[str]) -> bool:
    """Whether a file starts as an IDX file does, or is gzipped and named as one."""
    with open_regular(path) as file:
        start = file.read(4)
    if start[:2] == b"\x1f\x8b":
        return "idx" in Path(path).name or "ubyte" in Path(path).name
    return len(start) == 4 and start[:2] == b"\0\0" and start[2] in (8, 9, 11, 12, 13, 14)


def _pair_of(path: Path) -> tuple[Path, Path]:
    """The files of images and labels that belong together by MNIST's names."""
    for one, other in (("images", "labels"), ("labels", "images")):
        if one not in path.name:
            continue
        wanted = _partner(path.name, one, other)
        found = sorted(p for p in path.parent.iterdir() if wanted.fullmatch(p.name))
        if not found:
            example = _beside(path, one, other).name
            raise DataError(f"{path} has no {other} beside it; put them there as {example}")
        return (path, found[0]) if one == "images" else (found[0], path)
    raise DataError(
        f"{path} is an IDX file named neither images nor labels; name the two as MNIST's are, "
        "such as train-images-idx3-ubyte and train-labels-idx1-ubyte"
    )


def _beside(path: Path, one: str, other: str) -> Path:
    """What the other file of a pair is called."""
    dimensions = ("idx3", "idx1") if other == "labels" else ("idx1", "idx3")
    return path.with_name(path.name.replace(one, other).replace(*dimensions))


def _partner(name: str, one: str, other: str) -> re.Pattern[str]:
    stem = re.sub(r"(\.gz)?$", "", name)
    before, after = stem.split(one, 1)
    # QMNIST's labels are "idx2-int": eight numbers a digit.
    after = re.sub(r"idx\d-\w+", "@", after)
    after = re.escape(after).replace("@", r"idx\d-\w+")
    return re.compile(rf"{re.escape(before)}{other}{after}(\.gz)?")


def _write(file: BinaryIO | gzip.GzipFile, array: ArrayLike, *, gzipped: bool) -> None:
    values = np.asarray(array)
    code = _CODES.get(values.dtype.newbyteorder(">"))
    if code is None:
        raise TypeError(
            f"IDX has no type for {values.dtype}; use uint8, int8, int16, int32, float32 or float64"
        )
    if not 1 <= values.ndim <= _MAX_DIMENSIONS or max(values.shape) >= 1 << 32:
        raise ValueError(f"IDX can't hold an array of shape {values.shape}")
    with ExitStack() as stack:
        if gzipped:  # without name and time, so that the same array always gives the same bytes
            file = stack.enter_context(gzip.GzipFile("", "wb", fileobj=file, mtime=0))
        file.write(struct.pack(f">HBB{values.ndim}I", 0, code, values.ndim, *values.shape))
        file.write(np.ascontiguousarray(values, dtype=_DTYPES[code]).data)


def _read(file: BinaryIO | gzip.GzipFile, length: int, *, exactly: bool) -> NDArray[np.generic]:
    """Read header and values; ``length`` is the file's, exactly or at most."""
    zeros, code, dimensions = struct.unpack(">HBB", _take(file, 4))
    if zeros or code not in _DTYPES or not 1 <= dimensions <= _MAX_DIMENSIONS:
        raise DataError(f"it starts with {struct.pack('>HBB', zeros, code, dimensions).hex(' ')}")
    shape = struct.unpack(f">{dimensions}I", _take(file, 4 * dimensions))
    dtype = np.dtype(_DTYPES[code])
    size = math.prod(shape) * dtype.itemsize
    missing = 4 + 4 * dimensions + size - length
    described = f"its header promises {' × '.join(map(str, shape))} values"
    if missing > 0 or (exactly and missing < 0):
        raise DataError(
            f"{described}, and it is {abs(missing)} bytes too {'short' if missing > 0 else 'long'}"
        )
    check_size(size)
    try:
        values = np.empty(shape, dtype)
    except ValueError as error:  # sizes around a zero can be too large for any address
        raise DataError(described) from error
    _fill(file, values.reshape(-1).view(np.uint8).data)
    if file.read(1):
        raise DataError(f"{described}, and more follows")
    return values.astype(dtype.newbyteorder("="), copy=False)


def _fill(file: BinaryIO | gzip.GzipFile, buffer: memoryview) -> None:
    done = 0
    while done < len(buffer):
        count = file.readinto(buffer[done:])  # type: ignore[union-attr]
        if not count:
            raise DataError(f"it ends {len(buffer) - done} bytes early")
        done += count


def _take(file: BinaryIO | gzip.GzipFile, count: int) -> bytes:
    taken = file.read(count)
    if len(taken) != count:
        raise DataError("it ends in its header")
    return taken
