"""MNIST is there, offline and undamaged."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from inknn import cache, datasets
from inknn.datasets import mnist
from inknn.errors import DataError


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    """A cache folder of this test alone, with nothing in it."""
    monkeypatch.setenv("INKNN_CACHE_DIR", str(tmp_path))
    return tmp_path


class TestMnist:
    def test_has_70000_labeled_digits(self):
        (X_train, y_train), (X_test, y_test) = datasets.load_mnist()
        assert (X_train.shape, X_train.dtype) == ((60000, 28, 28), np.uint8)
        assert (y_train.shape, y_train.dtype) == ((60000,), np.uint8)
        assert (X_test.shape, X_test.dtype) == ((10000, 28, 28), np.uint8)
        assert (y_test.shape, y_test.dtype) == ((10000,), np.uint8)
        # Published counts of the ten digits.
        assert np.bincount(y_train).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
        assert np.bincount(y_test).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]

    def test_is_unpacked_into_the_cache_once(self, empty_cache, monkeypatch):
        images, _ = datasets.load_mnist_part("test")
        assert sorted(p.name for p in empty_cache.glob("inknn-*")) == [
            "inknn-t10k-images-idx3-ubyte",
            "inknn-t10k-labels-idx1-ubyte",
        ]
        monkeypatch.setattr(mnist, "_unpack", None)  # would fail if it were called again
        assert np.array_equal(datasets.load_mnist_part("test")[0], images)

    def test_is_unpacked_again_when_cut_short(self, empty_cache):
        images, _ = datasets.load_mnist_part("test")
        path = empty_cache / "inknn-t10k-images-idx3-ubyte"
        path.write_bytes(path.read_bytes()[:-1])
        assert np.array_equal(datasets.load_mnist_part("test")[0], images)

    @pytest.mark.parametrize("kept", [0, 5000, 10007])
    def test_is_unpacked_again_when_damaged(self, empty_cache, kept):
        _, labels = datasets.load_mnist_part("test")
        path = empty_cache / "inknn-t10k-labels-idx1-ubyte"
        whole = path.read_bytes()
        path.write_bytes(whole[:kept] + b"\xff" * (len(whole) - kept))
        assert np.array_equal(datasets.load_mnist_part("test")[1], labels)
        assert path.read_bytes() == whole

    def test_damage_in_the_package_is_an_error_that_says_what_to_do(self, empty_cache, tmp_path, monkeypatch):
        monkeypatch.setattr(mnist, "_DATA", tmp_path)
        with pytest.raises(DataError, match="install inknn again"):
            datasets.load_mnist_part("test")
        (tmp_path / "t10k-images-idx3-ubyte.xz").write_bytes(b"not xz")
        with pytest.raises(DataError, match="install inknn again"):
            datasets.load_mnist_part("test")

    def test_is_read_where_nothing_can_be_written(self, tmp_path, monkeypatch):
        (tmp_path / "file").write_bytes(b"")
        (tmp_path / "temporary").mkdir()
        monkeypatch.setenv("INKNN_CACHE_DIR", str(tmp_path / "file" / "cache"))
        monkeypatch.setattr(cache.tempfile, "tempdir", str(tmp_path / "temporary"))
        with pytest.warns(UserWarning, match="can't write to the cache folder"):
            assert datasets.load_mnist_part("test")[0].shape == (10000, 28, 28)

    def test_two_processes_may_unpack_at_once(self, empty_cache):
        code = "from inknn import datasets; print(datasets.load_mnist_part('test')[0].sum())"
        started = [
            subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
            for _ in range(3)
        ]
        assert len({process.communicate()[0] for process in started}) == 1
        assert not [path for path in empty_cache.iterdir() if path.suffix == ".tmp"]

    def test_its_pixels_may_be_changed_without_harm_to_others(self):
        images, _ = datasets.load_mnist_part("test")
        images[:] = 0
        assert datasets.load_mnist_part("test")[0].any()
