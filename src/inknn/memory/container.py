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

inknn replaces such a file by another, and never changes it, so a process keeps what it has mapped. A program
that cuts a mapped file short would end that process with SIGBUS. So a file that others may change is read
into memory instead: one of another user, root excepted, or one that its group or everybody may write. What
remains is that the user's own programs, or a disk that fails, take a mapped file away.
"""

from __future__ import annotations

import json
import math
import mmap
import os
import re
import stat
import struct
import zlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..files import atomic_write, open_regular
from ..threads import available_threads

_MAGIC = b"\x93inknn\r\n"
_FORMAT = 1
_PREFIX = struct.Struct("<8sIIQ")  # magic, format, header length, file length
_CRC = struct.Struct("<I")
_HEADER_AT = _PREFIX.size + _CRC.size
_ALIGNMENT = 64  # a cache line, and the widest vector register
_BLOCK = 1 << 22  # bytes under one checksum: enough to make up for starting a thread
_THREADS = 4  # at most: more would only wait for the memory
_LONGEST_HEADER = 1 << 20  # bytes; some twenty arrays have 3,000
_LONGEST = 1 << 32  # bytes of a file; the checksums of so many take seconds
_MOST_DIMENSIONS = 8
_DTYPE = re.compile(r"[<|][biuf][1248]")


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
    DataError
        If the file would be longer than 4 GiB.
    OSError
        If the file can't be written.
    """
    plain = {name: _little_endian(name, array) for name, array in arrays.items()}
    entries: list[dict[str, Any]] = []
    size = 0
    for name, array in plain.items():
        entries.append({"name": name, "dtype": array.dtype.str, "shape": array.shape, "offset": size})
        size += _padded(array.nbytes)
    if size > _LONGEST - _LONGEST_HEADER:
        raise DataError(f"{size / 1e9:.1f} GB are too much for one file; fit fewer digits")
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
    """Map a file of :func:`write_arrays` into memory, or read it where others may change it; check all of it.

    Parameters
    ----------
    path
        The file.
    kind, version
        What it must hold.

    Returns
    -------
    dict of str to ndarray
        Read-only arrays, each at a multiple of 64 bytes, in the order they were written. A file that is
        mapped stays so as long as one of them lives.

    Raises
    ------
    DataError
        If the file is damaged, cut short, of another kind or version, or not in this format at all.
    FileNotFoundError
        If it doesn't exist.
    """
    path = Path(path)
    with open_regular(path) as file:
        head = file.read(_HEADER_AT)
        if len(head) < _HEADER_AT or not head.startswith(_MAGIC):
            raise DataError(f"{path} is not an inknn data file")
        _, layout, header_length, length = _PREFIX.unpack_from(head)
        status = os.fstat(file.fileno())
        if layout != _FORMAT:
            raise DataError(f"{path} has format {layout}, this inknn reads format {_FORMAT}")
        if length != status.st_size:
            raise DataError(f"{path} should be {length} bytes long and is {status.st_size}")
        start = _padded(_HEADER_AT + header_length)
        if header_length > _LONGEST_HEADER or length > _LONGEST or start > length:
            raise DataError(f"{path} is damaged in its header")
        mapped = _mapped(file) if _is_ours_alone(status) else _read(file, length)
    if len(mapped) != length:
        raise DataError(f"{path} is being changed; try again")
    header = bytes(mapped[_HEADER_AT : _HEADER_AT + header_length])
    checksum = zlib.crc32(header, zlib.crc32(head[: _PREFIX.size]))
    if checksum != _CRC.unpack_from(head, _PREFIX.size)[0]:
        raise DataError(f"{path} is damaged in its header")
    if any(mapped[_HEADER_AT + header_length : start]):
        raise DataError(f"{path} is damaged after its header")
    try:
        described = json.loads(header)
        found = (described["kind"], described["version"])
        if found != (kind, version):
            raise DataError(f"{path} holds {found[0]} version {found[1]}, not {kind} version {version}")
        if _block_checksums(mapped[start:]) != described["blocks"]:
            raise DataError(f"{path} is damaged")
        return dict(_named_array(mapped, start, entry) for entry in described["arrays"])
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise DataError(f"{path} has a header that makes no sense: {error!r:.200}") from error


def _is_ours_alone(status: os.stat_result) -> bool:
    """Whether nobody but this user and root can change a file."""
    if not hasattr(os, "getuid"):
        return True  # elsewhere a mapped file can't be cut short
    return status.st_uid in (os.getuid(), 0) and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _mapped(file: BufferedReader) -> memoryview:
    return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _read(file: BufferedReader, length: int) -> memoryview:
    """The whole file, at a multiple of 64 bytes in memory; shorter where the file has become so."""
    room = np.empty(length + _ALIGNMENT, np.uint8)
    start = -room.ctypes.data % _ALIGNMENT
    whole = room.data[start : start + length]
    file.seek(0)
    return whole[: file.readinto(whole)].toreadonly()


def _named_array(mapped: memoryview, start: int, entry: dict[str, Any]) -> tuple[str, NDArray[Any]]:
    name = entry["name"]
    if not isinstance(name, str):
        raise TypeError(f"an array named {name}")
    shape, offset = tuple(entry["shape"]), entry["offset"]
    if not _DTYPE.fullmatch(entry["dtype"]) or len(shape) > _MOST_DIMENSIONS:
        raise ValueError(f"{entry['dtype']} {shape}")
    if any(type(size) is not int or not 0 <= size <= _LONGEST for size in (*shape, offset)):
        raise ValueError(f"{shape} at {offset}")
    dtype = np.dtype(entry["dtype"])
    if offset % _ALIGNMENT or start + offset + math.prod(shape) * dtype.itemsize > len(mapped):
        raise ValueError(f"{dtype} {shape} at {offset}")
    return name, np.frombuffer(mapped, dtype, math.prod(shape), start + offset).reshape(shape)


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
    with ThreadPoolExecutor(min(_THREADS, available_threads())) as pool:
        return list(pool.map(zlib.crc32, blocks))


def _padded(size: int) -> int:
    return -(-size // _ALIGNMENT) * _ALIGNMENT
