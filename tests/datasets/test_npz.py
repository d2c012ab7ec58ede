"""NPZ files under the usual names of arrays; nothing in them is run."""

from __future__ import annotations

import struct
import zipfile

import numpy as np
import pytest

from inknn.datasets import limits, load_digits
from inknn.errors import DataError
from labeled_digits import COUNT, same


def packed(path, **members):
    """A zip file of these bytes, each under its name and ``.npy``."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(f"{name}.npy", data)
    return path


def npy(header, data=b""):
    """An array file with this text for a header."""
    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(header)) + header + data


LABELS = npy(b"{'descr': '|u1', 'fortran_order': False, 'shape': (1,)}", b"7")


class TestCraftedFiles:
    @pytest.mark.parametrize(
        "header",
        [
            b"{'descr': '|u1', 'fortran_order': False, 'shape': (1000000, 1000, 730)}",
            b"{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,)}",
            b"{'descr': '|u1', 'fortran_order': False, 'shape': (1, 2",
            b"{'descr': '|u1', 'fortran_order': False, 'shape': (-1, 28, 28)}",
            b"{'descr': [], 'fortran_order': False, 'shape': (1,)}",
            b"{'descr': 'q7', 'fortran_order': False, 'shape': (1,)}",
            b"'" + b"(" * 5000,
            b"(" * 5000 + b")" * 5000,
            b"\xff\xfe",
        ],
    )
    def test_a_header_that_makes_no_sense_is_refused(self, tmp_path, header):
        path = packed(tmp_path / "a.npz", images=npy(header), labels=LABELS)
        with pytest.raises(DataError, match=r"a\.npz"):
            load_digits(path)

    def test_an_encrypted_file_is_refused(self, tmp_path, digits):
        np.savez(tmp_path / "a.npz", images=digits[0], labels=digits[1])
        data = bytearray((tmp_path / "a.npz").read_bytes())
        for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            at = -1
            while (at := data.find(mark, at + 1)) >= 0:
                data[at + place] |= 1
        (tmp_path / "a.npz").write_bytes(data)
        with pytest.raises(DataError, match="password"):
            load_digits(tmp_path / "a.npz")

    @pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
    def test_damage_in_other_ways_of_packing_is_refused(self, tmp_path, method):
        with zipfile.ZipFile(tmp_path / "a.npz", "w", method) as file:
            for name in ("images.npy", "labels.npy"):
                file.writestr(name, LABELS * 9)
        data = (tmp_path / "a.npz").read_bytes()
        (tmp_path / "a.npz").write_bytes(data[:60] + bytes(20) + data[80:])
        with pytest.raises(DataError, match="not a whole NPZ"):
            load_digits(tmp_path / "a.npz")

    def test_what_would_fill_the_memory_is_not_unpacked(self, tmp_path, monkeypatch):
        monkeypatch.setattr(limits, "MAX_BYTES", 784_000)
        header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (1000, 28, 28)}"
        path = packed(tmp_path / "a.npz", images=npy(header, bytes(784_000)), labels=LABELS)
        with pytest.raises(DataError, match="limit"):
            load_digits(path)


class TestNpz:
    @pytest.mark.parametrize(
        ("images", "labels"), [("images", "labels"), ("X", "y"), ("data", "target"), ("x_train", "y_train")]
    )
    def test_arrays_may_be_called_as_is_usual(self, tmp_path, digits, images, labels):
        np.savez_compressed(tmp_path / "a.npz", **{images: digits[0], labels: digits[1]})
        assert same(load_digits(tmp_path / "a.npz", "test"), digits)

    @pytest.mark.parametrize("form", ["x_{}", "X{}", "{}_images", "images_{}"])
    def test_two_parts_are_told_apart(self, tmp_path, digits, form):
        labels = {"x_{}": "y_{}", "X{}": "y{}"}.get(form, form.replace("images", "labels"))
        arrays = {}
        for part, some in (("train", slice(0, 8)), ("test", slice(8, COUNT))):
            arrays |= {form.format(part): digits[0][some], labels.format(part): digits[1][some]}
        np.savez(tmp_path / "a.npz", **arrays)
        assert same(load_digits(tmp_path / "a.npz", "train"), (digits[0][:8], digits[1][:8]))
        assert same(load_digits(tmp_path / "a.npz", "test"), (digits[0][8:], digits[1][8:]))

    def test_python_objects_are_refused(self, tmp_path, digits):
        np.savez(tmp_path / "a.npz", images=digits[0], labels=np.array(["3"] * COUNT, object))
        with pytest.raises(DataError, match="Python objects"):
            load_digits(tmp_path / "a.npz")

    def test_other_arrays_are_named(self, tmp_path, digits):
        np.savez(tmp_path / "a.npz", pictures=digits[0])
        with pytest.raises(DataError, match="only pictures"):
            load_digits(tmp_path / "a.npz")

    def test_a_file_cut_short_is_refused(self, tmp_path, digits):
        np.savez(tmp_path / "a.npz", images=digits[0], labels=digits[1])
        whole = (tmp_path / "a.npz").read_bytes()
        for count in (10, len(whole) // 2, len(whole) - 1):
            (tmp_path / "a.npz").write_bytes(whole[:count])
            with pytest.raises(DataError):
                load_digits(tmp_path / "a.npz")
