"""Files of labeled digits that were crafted or damaged are refused in one line or read; none does harm."""

from __future__ import annotations

import gzip
import os
import struct
import zipfile

import numpy as np
import pytest
from crafted_data import FORMATS
from PIL import Image


@pytest.fixture(scope="module")
def digits(test_digits):
    """Twelve digits of 8×8 pixels, which make small files, and their labels."""
    return test_digits[0][:12, 2:26:3, 2:26:3], test_digits[1][:12]


@pytest.mark.hostile(modest=20, full=1000)
def test_crafted_digits_are_refused_or_read(seeds, digits, command, tmp_path):
    for seed in seeds:
        folder = tmp_path / str(seed)
        folder.mkdir()
        Image.fromarray(digits[0][0]).save(folder / "1.png")
        os.mkfifo(folder / "pipe")
        data = FORMATS[seed % 4](folder, digits, np.random.default_rng(seed))
        imported, normalize = seed // 4 % 3 > 0, ["--normalize"] * (seed // 4 % 3 > 1)
        words = ("import", "-o", "out.npz", *normalize) if imported else ("info",)
        done = command("data", *words, data, cwd=folder).check(0, 4)
        assert (folder / "out.npz").exists() == (imported and done.code == 0), seed
        if imported and done.code == 0:
            with np.load(folder / "out.npz") as found:
                assert all(found[name].dtype == np.uint8 for name in found.files if "groups" not in name)


def packed_zeros(path) -> None:
    """Write a small file that unpacks to gigabytes, in the format that its name says."""
    zeros, shape = bytes(1 << 24), (4_000_000, 28, 28)
    if path.suffix == ".npz":
        header = str({"descr": "|u1", "fortran_order": False, "shape": shape}).encode()
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr("labels.npy", b"")
            with archive.open("images.npy", "w", force_zip64=True) as member:
                member.write(b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header)
                for _ in range(40):
                    member.write(zeros)
        return
    start = struct.pack(">HBB3I", 0, 8, 3, *shape) if "idx" in path.name else b""
    # Of gzip, files after each other are one file.
    path.write_bytes(gzip.compress(start) + gzip.compress(zeros, 1) * 200)


@pytest.mark.parametrize("name", ["a.csv.gz", "images-idx3-ubyte.gz", "a.npz"])
def test_what_unpacks_to_gigabytes_is_refused_before_the_memory_is_full(command, tmp_path, name):
    packed_zeros(tmp_path / name)
    (tmp_path / "labels-idx1-ubyte").write_bytes(bytes(8))
    done = command("data", "info", name, cwd=tmp_path).check(4)
    assert "limit" in done.stderr


@pytest.mark.parametrize("place", ["/dev/zero", "/dev/stdin", "sparse", "sparse.csv", "pipe", "pipe.npz"])
def test_what_never_ends_is_refused_at_once(command, tmp_path, place):
    for name in ("sparse", "sparse.csv"):
        (tmp_path / name).write_bytes(b"1,")
        os.truncate(tmp_path / name, 200 << 30)
    for name in ("pipe", "pipe.npz"):
        os.mkfifo(tmp_path / name)
    for words in (("data", "info", place), ("predict", place, "a.png"), ("read", "--model", place, "a.png")):
        command(*words, cwd=tmp_path, stdin="/dev/zero").check(4)
