"""Named arrays in one file that is mapped into memory, not read: how models and the prepared index are kept.

Layout, little-endian throughout::

    0   8 s  magic: \\x93inknn\\r\\n (a text-mode copy breaks it visibly, as in PNG)
    8   u32  format version of this layout
    12  u32  length of the JSON header in bytes
    16  u64  length of the whole file in bytes
    24  u32  CRC-32 of bytes 0..23 and of the JSON header
    28  ...  JSON header: kind and version of the content, name, dtype, shape and offset of each array,
             CRC-32 of each block of the body; then zeros up to a multiple of 64
    ..  ...  body: the arrays, each at a multiple of 64 bytes from the start, zeros between

Every byte is covered by a checksum, but for the zeros before the body, which must be zeros. The body is
checked in blocks by several threads: 40 MB take about 15 ms on two cores, a third of what SHA-256 takes on
a processor without instructions for it. CRC-32 guards against damage, not against malice; a malicious file
can at most hold wrong arrays.
"""

from __future__ import annotations

import json
import math
import mmap
import os
import struct
import zlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..files import atomic_write

_MAGIC = b"\x93inknn\r\n"
_FORMAT = 1
_PREFIX = struct.Struct("<8sIIQ")  # magic, format, header length, file length
_CRC = struct.Struct("<I")
_HEADER_AT = _PREFIX.size + _CRC.size
_ALIGNMENT = 64  # a cache line, and the widest vector register
_BLOCK = 1 << 22  # bytes under one checksum: enough to make up for starting a thread
_THREADS = 4  # more would only wait for the memory


def write_arrays(
    path: str | os.PathLike[str] | BinaryIO, arrays: Mapping[str, NDArray[Any]], *, kind: str, version: int
) -> None:
    """Write arrays to a file, in one step.

    Parameters
    ----------
    path
        The file to write, or one that is open for it.
    arrays
        Names and arrays; booleans, integers and floats of any shape.
    kind
        What the arrays are, like ``"model"``; :func:`read_arrays` refuses any other kind.
    version
        Its version; :func:`read_arrays` refuses any other.

    Raises
    ------
    TypeError
        If an array holds anything but numbers.
    OSError
        If the file can't be written.
    """
    plain = {name: _little_endian(name, array) for name, array in arrays.items()}
    entries: list[dict[str, Any]] = []
    size = 0
    for name, array in plain.items():
        entries.append({"name": name, "dtype": array.dtype.str, "shape": array.shape, "offset": size})
        size += _padded(array.nbytes)
    body = np.zeros(size, np.uint8)
    for entry, array in zip(entries, plain.values(), strict=True):
        start = entry["offset"]
        body[start : start + array.nbytes] = array.reshape(-1).view(np.uint8)
    blocks = _block_checksums(body.data)
    header = json.dumps({"kind": kind, "version": version, "arrays": entries, "blocks": blocks}).encode()
    start = _padded(_HEADER_AT + len(header))
    prefix = _PREFIX.pack(_MAGIC, _FORMAT, len(header), start + size)
    with atomic_write(path) if isinstance(path, str | os.PathLike) else nullcontext(path) as file:
        file.write(prefix + _CRC.pack(zlib.crc32(header, zlib.crc32(prefix))) + header)
        file.write(bytes(start - _HEADER_AT - len(header)))
        file.write(body.data)


def read_arrays(path: str | os.PathLike[str], *, kind: str, version: int) -> dict[str, NDArray[Any]]:
    """Map a file of :func:`write_arrays` into memory and check all of it.

    Parameters
    ----------
    path
        The file.
    kind, version
        What it must hold.

    Returns
    -------
    dict of str to ndarray
        Read-only arrays, each at a multiple of 64 bytes, in the order they were written. The file stays
        mapped as long as one of them lives.

    Raises
    ------
    DataError
        If the file is damaged, cut short, of another kind or version, or not in this format at all.
    FileNotFoundError
        If it doesn't exist.
    """
    path = Path(path)
    with open(path, "rb") as file:
        head = file.read(_HEADER_AT)
        if len(head) < _HEADER_AT or not head.startswith(_MAGIC):
            raise DataError(f"{path} is not an inknn data file")
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    _, layout, header_length, length = _PREFIX.unpack_from(head)
    if layout != _FORMAT:
        raise DataError(f"{path} has format {layout}, this inknn reads format {_FORMAT}")
    if length != len(mapped):
        raise DataError(f"{path} should be {length} bytes long and is {len(mapped)}")
    header = mapped[_HEADER_AT : _HEADER_AT + header_length]
    start = _padded(_HEADER_AT + header_length)
    checksum = zlib.crc32(header, zlib.crc32(head[: _PREFIX.size]))
    if checksum != _CRC.unpack_from(head, _PREFIX.size)[0] or start > length:
        raise DataError(f"{path} is damaged in its header")
    if any(mapped[_HEADER_AT + header_length : start]):
        raise DataError(f"{path} is damaged after its header")
    try:
        described = json.loads(header)
        found = (described["kind"], described["version"])
        if found != (kind, version):
            raise DataError(f"{path} holds {found[0]} version {found[1]}, not {kind} version {version}")
        with memoryview(mapped) as whole, whole[start:] as body:
            if _block_checksums(body) != described["blocks"]:
                raise DataError(f"{path} is damaged")
        return {entry["name"]: _array(mapped, start, entry) for entry in described["arrays"]}
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path} has a header that makes no sense: {error!r}") from error


def _array(mapped: mmap.mmap, start: int, entry: dict[str, Any]) -> NDArray[Any]:
    dtype, shape = np.dtype(entry["dtype"]), tuple(entry["shape"])
    if dtype.kind not in "biuf" or any(size < 0 for size in shape) or entry["offset"] < 0:
        raise ValueError(f"{dtype} {shape} at {entry['offset']}")
    flat = np.frombuffer(mapped, dtype, math.prod(shape), start + entry["offset"])
    return flat.reshape(shape)


def _little_endian(name: str, array: NDArray[Any]) -> NDArray[Any]:
    values = np.asarray(array)
    if values.dtype.kind not in "biuf":
        raise TypeError(f"{name} holds {values.dtype}; only numbers can be kept")
    # ascontiguousarray would make one dimension of none.
    return np.asarray(values, dtype=values.dtype.newbyteorder("<"), order="C")


def _block_checksums(body: memoryview) -> list[int]:
    blocks = [body[start : start + _BLOCK] for start in range(0, len(body), _BLOCK)]
    if len(blocks) < 2:
        return [zlib.crc32(block) for block in blocks]
    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(zlib.crc32, blocks))


def _padded(size: int) -> int:
    return -(-size // _ALIGNMENT) * _ALIGNMENT
