"""MNIST is there, offline and unharmed; IDX files are read exactly or refused."""

from __future__ import annotations

import gzip
import os
import struct
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from inknn import cache, datasets
from inknn.datasets import mnist, read_idx, write_idx
from inknn.datasets.idx import parse_idx
from inknn.errors import DataError

IDX_TYPES = ["uint8", "int8", "int16", "int32", "float32", "float64"]

idx_arrays = st.sampled_from(IDX_TYPES).flatmap(
    lambda dtype: arrays.arrays(dtype, arrays.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=5))
)


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    """A cache folder of this test alone, with nothing in it."""
    monkeypatch.setenv("INKNN_CACHE_DIR", str(tmp_path))
    return tmp_path


def header(*sizes, code=8, zeros=0):
    return struct.pack(f">HBB{len(sizes)}I", zeros, code, len(sizes), *sizes)


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


class TestIdxRoundTrip:
    @given(idx_arrays)
    def test_what_is_written_is_read(self, tmp_path_factory, array):
        path = tmp_path_factory.mktemp("idx") / "a"
        write_idx(path, array)
        back = read_idx(path)
        assert back.dtype == array.dtype
        assert back.shape == array.shape
        assert np.array_equal(back, array, equal_nan=array.dtype.kind == "f")

    @given(idx_arrays)
    def test_gzipped_too(self, tmp_path_factory, array):
        path = tmp_path_factory.mktemp("idx") / "named as you like"
        write_idx(path, array)
        path.write_bytes(gzip.compress(path.read_bytes()))
        assert np.array_equal(read_idx(path), array, equal_nan=array.dtype.kind == "f")

    def test_the_bytes_are_as_published(self, tmp_path):
        write_idx(tmp_path / "a", np.array([[1, -2, 3]], np.int16))
        assert (tmp_path / "a").read_bytes().hex() == "00000b0200000001000000030001fffe0003"

    def test_any_layout_in_memory_is_written(self, tmp_path):
        array = np.arange(12, dtype=">i4").reshape(3, 4).T
        write_idx(tmp_path / "a", array)
        assert np.array_equal(read_idx(tmp_path / "a"), array)

    @pytest.mark.parametrize("dtype", ["int64", "uint16", "bool", "U3", "complex64"])
    def test_types_without_a_code_are_refused(self, tmp_path, dtype):
        with pytest.raises(TypeError, match="IDX has no"):
            write_idx(tmp_path / "a", np.zeros(3, dtype))
        assert os.listdir(tmp_path) == []

    def test_a_number_alone_is_refused(self, tmp_path):
        with pytest.raises(ValueError, match="shape"):
            write_idx(tmp_path / "a", np.uint8(3))


class TestIdxRefusals:
    @given(idx_arrays, st.data())
    def test_a_file_cut_short_anywhere(self, tmp_path_factory, array, data):
        path = tmp_path_factory.mktemp("idx") / "a"
        write_idx(path, array)
        whole = path.read_bytes()
        path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
        with pytest.raises(DataError):
            read_idx(path)

    @given(idx_arrays, st.data())
    def test_a_gzipped_file_cut_short_anywhere(self, tmp_path_factory, array, data):
        path = tmp_path_factory.mktemp("idx") / "a"
        write_idx(path, array)
        whole = gzip.compress(path.read_bytes())
        path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
        with pytest.raises(DataError):
            read_idx(path)

    @given(idx_arrays, st.binary(min_size=1, max_size=9))
    def test_trailing_bytes(self, tmp_path_factory, array, trailing):
        path = tmp_path_factory.mktemp("idx") / "a"
        write_idx(path, array)
        whole = path.read_bytes() + trailing
        for data in (whole, gzip.compress(whole)):
            path.write_bytes(data)
            with pytest.raises(DataError):
                read_idx(path)

    @given(st.binary(max_size=40))
    def test_anything_is_read_or_refused_and_never_crashes(self, data):
        try:
            array = parse_idx(data)
        except DataError:
            return
        assert len(data) == 4 + 4 * array.ndim + array.nbytes

    @pytest.mark.parametrize(
        "data",
        [
            pytest.param(header(3, zeros=1) + b"abc", id="no zeros"),
            pytest.param(header(3, code=7) + b"abc", id="unknown type"),
            pytest.param(header() + b"", id="no dimensions"),
            pytest.param(struct.pack(">HBB", 0, 8, 255) + b"\0\0\0\1" * 255 + b"a", id="255 dimensions"),
            pytest.param(header(2**32 - 1, 2**32 - 1, 2**32 - 1) + b"abc", id="absurd size"),
            pytest.param(header(2**32 - 1, 2**32 - 1, 2**32 - 1, 0), id="absurd size around nothing"),
            pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(20), id="a picture"),
            pytest.param(b"", id="empty"),
        ],
    )
    @pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
    def test_a_header_that_is_wrong(self, tmp_path, data, pack):
        (tmp_path / "a").write_bytes(pack(data))
        with pytest.raises(DataError, match="not a whole IDX file"):
            read_idx(tmp_path / "a")

    @pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
    def test_no_memory_is_set_aside_for_a_promise(self, tmp_path, pack, monkeypatch):
        def refused(*_):
            raise AssertionError("memory was set aside")

        (tmp_path / "a").write_bytes(pack(header(2**20, 28, 28) + bytes(1000)))
        monkeypatch.setattr("inknn.datasets.idx.np.empty", refused)
        with pytest.raises(DataError, match="too short"):
            read_idx(tmp_path / "a")

    def test_a_missing_file_is_missing(self, tmp_path):
        with pytest.raises(FileNotFoundError):
            read_idx(tmp_path / "a")
