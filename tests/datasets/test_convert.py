"""Digits of any format are saved in one file, and loaded from it again."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from inknn import datasets
from inknn.datasets import load_digits, write_idx
from inknn.datasets.convert import import_digits, save_digits
from inknn.datasets.load import LabeledDigits
from inknn.errors import DataError, OutputError


class TestImport:
    def test_pictures_of_any_size_are_brought_to_28(self, pictures, test_digits):
        (found,) = import_digits(str(pictures), normalize=True)
        assert found.images.shape == (6, 28, 28)
        assert found.labels.tolist() == sorted(test_digits[1][:6].tolist())
        (remark,) = found.remarks
        assert remark.code == "blank"
        assert "blank.png: no digit found" in remark.message
        order = np.argsort(test_digits[1][:6], kind="stable")
        differences = np.abs(found.images.astype(int) - test_digits[0][order]).mean(axis=(1, 2))
        assert differences.max() < 20  # another digit differs by 40 and more

    def test_blank_pictures_alone_are_an_error(self, tmp_path):
        (tmp_path / "a" / "3").mkdir(parents=True)
        Image.new("L", (90, 90), 255).save(tmp_path / "a" / "3" / "blank.png")
        with pytest.raises(DataError, match="none of the 1 pictures shows a digit"):
            import_digits(str(tmp_path / "a"), normalize=True)

    def test_small_arrays_are_brought_to_28_too(self):
        parts = import_digits("digits8x8", normalize=True)
        assert [part.images.shape for part in parts] == [(898, 28, 28), (899, 28, 28)]
        assert [part.part for part in parts] == ["train", "test"]

    def test_what_is_saved_is_loaded(self, tmp_path, test_digits):
        one = LabeledDigits("a", test_digits[0][:9], test_digits[1][:9].astype(np.int64), tuple("abcabcabc"))
        assert save_digits([one], tmp_path / "a.npz") == [tmp_path / "a.npz"]
        for name in ("x-images-idx3-ubyte", "z-images-idx3-ubyte.gz"):
            images, labels = save_digits([one], tmp_path / name)
            assert labels.name == name.replace("images-idx3", "labels-idx1")
            assert np.array_equal(load_digits(images).images, one.images)
            assert np.array_equal(load_digits(labels).labels, one.labels)
        back = load_digits(tmp_path / "a.npz")
        assert np.array_equal(back.images, one.images)
        assert np.array_equal(back.labels, one.labels)
        assert (back.groups, back.part) == (one.groups, None)

    def test_two_parts_stay_two(self, tmp_path):
        parts = import_digits("digits8x8")
        save_digits(parts, tmp_path / "a.npz")
        for part in parts:
            back = load_digits(tmp_path / "a.npz", part.part)
            assert np.array_equal(back.images, part.images)
            assert back.part == part.part
        with pytest.raises(OutputError, match="--part"):
            save_digits(parts, tmp_path / "a-images-idx3-ubyte")

    def test_gzipped_idx_is_the_same_each_time(self, tmp_path):
        array = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
        for name in ("a.gz", "b.gz"):
            write_idx(tmp_path / name, array)
        assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()
        assert (tmp_path / "a.gz").read_bytes()[:2] == b"\x1f\x8b"
        assert np.array_equal(datasets.read_idx(tmp_path / "a.gz"), array)
