"""The IDX format: two zero bytes, a type code, the number of dimensions, big-endian sizes, raw values.

The format is described at the end of LeCun's MNIST page. A header may promise any size, so the promise
is held against the file's length before memory is set aside for it.
"""

from __future__ import annotations

import gzip
import io
import math
import os
import struct
import zlib
from contextlib import ExitStack
from typing import BinaryIO

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import DataError
from ..files import atomic_write

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
        If the file is no IDX file, is shorter or longer than its header says, or is damaged.
    FileNotFoundError
        If there is no such file.
    """
    length = os.stat(path).st_size
    with open(path, "rb") as file:
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
    values = np.asarray(array)
    code = _CODES.get(values.dtype.newbyteorder(">"))
    if code is None:
        raise TypeError(
            f"IDX has no type for {values.dtype}; use uint8, int8, int16, int32, float32 or float64"
        )
    if not 1 <= values.ndim <= _MAX_DIMENSIONS or max(values.shape) >= 1 << 32:
        raise ValueError(f"IDX can't hold an array of shape {values.shape}")
    with ExitStack() as stack:
        file: BinaryIO | gzip.GzipFile = stack.enter_context(atomic_write(path))
        if os.fspath(path).endswith(".gz"):
            # Without name and time, so that the same array always gives the same bytes.
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
