"""Labeled digits in all formats, damaged or crafted by chance: one function for each format.

Each takes an empty folder, digits and a random generator, writes what it makes into the folder, and returns
the name to give to a command.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import struct
import zipfile
from itertools import cycle

import numpy as np
from PIL import Image

__all__ = ["FORMATS", "damaged"]

_MARKS = (
    *(b",", b";", b"\t", b" ", b'"', b"\n", b"\r", b"\0", b"\xff\xfe", b"\xef\xbb\xbf"),
    *(b"label", b"nan", b"9e99", b"-1", "٣".encode()),
)
_HEADS = (b"", b"label,file\n", b"file;label;writer\n", b"label," + b",".join([b"p"] * 64) + b"\n")
_NAMES = (b"1.png", b"../1.png", b"", b"a" * 300, b"/dev/zero", b"pipe", b"\xc3\xa4.png", b".", b"a\0b")
_NPY_HEADERS = (
    "{'descr': '|u1', 'fortran_order': False, 'shape': (12, 8, 8)}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999, 28, 28)}",
    "{'descr': '<f8', 'fortran_order': True, 'shape': (12, 12)}",
    "{'descr': '|O', 'fortran_order': False, 'shape': (12,)}",
    "{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (12,)}",
    "{'descr': '<M8[s]', 'fortran_order': False, 'shape': ()}",
    *("{'descr': '<U9', 'shape': (3,)}", "{}", "7", "(" * 300, "\"'", "\n", ""),
)
_TYPES = ("<f4", "<i8", "|b1", "<U2", "<c8", "|S3", "<f2", "<M8[s]", ">u2", "<f16")
_ARRAYS = ("images", "labels", "groups", "x_train", "y_train", "x_test", "y_test", "X", "y", "data")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_FOLDERS = (
    "0",
    "7",
    "٣",
    "ten",
    "-1",
    "train",
    "test",
    "labels.csv",
    ".hidden",
    "images-idx3-ubyte",
    "a" * 255,
)


def _one_of(things, chance):
    return things[chance.integers(len(things))]


def damaged(data: bytes, chance) -> bytes:
    """The bytes, some of them changed, repeated, put in or cut off."""
    changed = bytearray(data)
    for _ in range(chance.integers(1, 6)):
        place, way = chance.integers(len(changed) + 1), chance.integers(4)
        if way == 0:
            changed[place : place + 1] = bytes([chance.integers(256)])
        elif way == 1:
            changed[place:place] = _one_of(_MARKS, chance)
        elif way == 2:
            del changed[place : place + chance.integers(1, 40)]
        else:
            changed[place:place] = changed[: chance.integers(200)]
    return bytes(changed[: chance.integers(len(changed) + 1)] if chance.random() < 0.2 else changed)


def _perhaps_damaged(data: bytes, chance, share: float) -> bytes:
    return damaged(data, chance) if chance.random() < share else data


def table(folder, digits, chance) -> str:
    """A table of pixels or of files, packed or not."""
    if chance.random() < 0.3:
        lines = [b"%d,%s" % pair for pair in zip(digits[1], cycle(_NAMES), strict=False)]
    else:
        rows = np.column_stack([digits[1], digits[0].reshape(len(digits[0]), -1)])
        lines = [b",".join(b"%d" % number for number in row) for row in rows]
    text = _perhaps_damaged(_one_of(_HEADS, chance) + b"\n".join(lines), chance, 0.8)
    pack = _one_of((bytes, bytes, gzip.compress, gzip.compress, lzma.compress, bz2.compress), chance)
    (folder / "a.csv").write_bytes(_perhaps_damaged(pack(text), chance, 0.2))
    return "a.csv"


def npz(folder, digits, chance) -> str:
    """An archive of arrays, some of whose headers lie."""
    file = io.BytesIO()
    names = {"images": 0, "labels": 1} | {name: chance.integers(2) for name in chance.choice(_ARRAYS, 2)}
    with zipfile.ZipFile(file, "w", _one_of(_METHODS, chance)) as archive:
        for name, which in names.items():
            archive.writestr(f"{name}.npy", _npy(digits[which], chance))
    data = bytearray(file.getvalue())
    if chance.random() < 0.1:  # the flag of an encrypted file, in both of its headers
        for mark, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
            data[data.index(mark) + place] |= 1
    (folder / "a.npz").write_bytes(_perhaps_damaged(bytes(data), chance, 0.3))
    return "a.npz"


def _npy(array, chance) -> bytes:
    if chance.random() < 0.3:
        array = array.astype(_one_of(_TYPES, chance))
    if chance.random() < 0.2:
        array = array.reshape(_one_of([(-1,), (1, -1), (-1, 1, 1, 1), (2, -1)], chance))
    if chance.random() < 0.1:
        array = _one_of([array[:0], array.reshape(-1)[0]], chance)
    member = io.BytesIO()
    np.save(member, array)
    data = member.getvalue()
    if chance.random() < 0.3:
        header = _one_of(_NPY_HEADERS, chance).encode()
        version = bytes([chance.integers(1, 4), 0])
        data = b"\x93NUMPY" + version + struct.pack("<H", len(header)) + header + data
    return _perhaps_damaged(data, chance, 0.1)


def idx(folder, digits, chance) -> str:
    """A pair of IDX files, with headers and contents of any kind."""
    for name, values in (("images-idx3", digits[0]), ("labels-idx1", digits[1])):
        sizes, code = list(values.shape), 8
        if chance.random() < 0.3:
            sizes = chance.choice([0, 1, 3, 12, 65535, 2**31, 2**32 - 1], chance.integers(6)).tolist()
        if chance.random() < 0.2:
            code = int(chance.integers(7, 16))
        count = len(sizes) if chance.random() < 0.9 else chance.integers(256)
        header = struct.pack(f">HBB{len(sizes)}I", 0, code, count, *sizes)
        data = _perhaps_damaged(header + values.tobytes(), chance, 0.3)
        data = gzip.compress(data) if chance.random() < 0.4 else data
        (folder / f"{name}-ubyte").write_bytes(_perhaps_damaged(data, chance, 0.1))
    return "images-idx3-ubyte" if chance.random() < 0.8 else "."


def folders(folder, digits, chance) -> str:
    """Folders with pictures, and with much else."""
    top = folder / "digits"
    top.mkdir()
    for name in chance.choice(_FOLDERS, chance.integers(1, 5), replace=False):
        inner, way = top / name, chance.integers(6)
        if way == 0:
            inner.write_bytes(damaged(b"file,label\n1.png,3\n", chance))
        elif way == 1:
            inner.symlink_to(_one_of([top, "nowhere"], chance))
        elif way == 2:
            os.mkfifo(inner)
        else:
            inner.mkdir()
            for number in range(chance.integers(4)):
                _draw(inner / f"{number}.png", digits[0][number], chance)
    return "digits"


def _draw(path, digit, chance) -> None:
    if chance.random() < 0.7:
        Image.fromarray(digit).resize((_one_of([8, 8, 8, 9], chance),) * 2).save(path)
    elif chance.random() < 0.5:
        path.write_bytes(damaged(b"\x89PNG\r\n\x1a\n", chance))
    else:
        path.symlink_to("/dev/zero")


FORMATS = (table, npz, idx, folders)
