"""The parser of each published set, on a small file of the same form."""

from __future__ import annotations

import bz2
import gzip
import zipfile

import numpy as np
import pytest

from inknn.datasets import published, write_idx
from inknn.errors import DataError


class TestPublishedFormats:
    def test_usps(self, tmp_path):
        dark = " ".join(f"{i}:-1" for i in range(1, 256))
        (tmp_path / "a.bz2").write_bytes(bz2.compress(f"1 {dark} 256:1\n10 {dark} 256:0\n".encode()))
        images, labels, _ = published.usps([tmp_path / "a.bz2"] * 2, "train")
        assert images.shape == (2, 16, 16)
        assert images[:, 15, 15].tolist() == [255, 128]
        assert images[:, :15].max() == 0
        assert labels.tolist() == [0, 9]

    def test_qmnist_knows_the_writers(self, tmp_path, test_digits):
        write_idx(tmp_path / "images.gz", test_digits[0][:3])
        rows = np.zeros((3, 8), np.int32)
        rows[:, 0], rows[:, 1], rows[:, 2] = test_digits[1][:3], 4, [7, 8, 9]
        write_idx(tmp_path / "labels.gz", rows)
        images, labels, groups = published.qmnist([tmp_path / "images.gz", tmp_path / "labels.gz"], "train")
        assert np.array_equal(images, test_digits[0][:3])
        assert labels.tolist() == test_digits[1][:3].tolist()
        assert groups == ("hsf4 writer 7", "hsf4 writer 8", "hsf4 writer 9")

    def test_emnist_is_set_upright(self, tmp_path, test_digits):
        images = test_digits[0][:3]
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
            for kind, array in (
                ("images-idx3", images.transpose(0, 2, 1)),
                ("labels-idx1", test_digits[1][:3]),
            ):
                write_idx(tmp_path / kind, array)
                packed = gzip.compress((tmp_path / kind).read_bytes())
                file.writestr(f"gzip/emnist-digits-test-{kind}-ubyte.gz", packed)
        found, labels, _ = published.emnist_digits([tmp_path / "a.zip"], "test")
        assert np.array_equal(found, images)
        assert labels.tolist() == test_digits[1][:3].tolist()
        with pytest.raises(DataError, match="no gzip/emnist-digits-train-images"):
            published.emnist_digits([tmp_path / "a.zip"], "train")
