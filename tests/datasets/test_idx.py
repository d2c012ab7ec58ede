"""IDX files are read exactly or refused; images find their labels."""

from __future__ import annotations

import gzip
import os
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from inknn.datasets import limits, load_digits, read_idx, write_idx
from inknn.datasets.idx import parse_idx
from inknn.errors import DataError
from labeled_digits import COUNT, same

IDX_TYPES = ["uint8", "int8", "int16", "int32", "float32", "float64"]


idx_arrays = st.sampled_from(IDX_TYPES).flatmap(
    lambda dtype: arrays.arrays(dtype, arrays.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=5))
)


def header(*sizes, code=8, zeros=0):
    return struct.pack(f">HBB{len(sizes)}I", zeros, code, len(sizes), *sizes)


class TestLimit:
    @pytest.mark.parametrize("pack", [bytes, gzip.compress])
    def test_what_would_fill_the_memory_is_not_unpacked(self, tmp_path, monkeypatch, pack):
        monkeypatch.setattr(limits, "MAX_BYTES", 1000)
        (tmp_path / "a").write_bytes(pack(header(1001) + bytes(1001)))
        with pytest.raises(DataError, match="limit"):
            read_idx(tmp_path / "a")


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


class TestPairs:
    @pytest.mark.parametrize("ends", [("", ""), (".gz", ""), (".gz", ".gz")])
    @pytest.mark.parametrize("named", [0, 1])
    def test_the_other_file_lies_beside_it(self, tmp_path, digits, ends, named):
        files = (tmp_path / f"my-images-idx3-ubyte{ends[0]}", tmp_path / f"my-labels-idx1-ubyte{ends[1]}")
        write_idx(files[0], digits[0])
        write_idx(files[1], digits[1].astype(np.uint8))
        assert same(load_digits(files[named]), digits)
        assert same(load_digits(tmp_path), digits)

    def test_a_folder_as_of_mnist_has_two_parts(self, tmp_path, digits):
        for name, part in (("train", slice(0, 8)), ("t10k", slice(8, COUNT))):
            write_idx(tmp_path / f"{name}-images-idx3-ubyte", digits[0][part])
            write_idx(tmp_path / f"{name}-labels-idx1-ubyte", digits[1][part].astype(np.uint8))
        assert same(load_digits(tmp_path, "train"), (digits[0][:8], digits[1][:8]))
        assert same(load_digits(tmp_path, "test"), (digits[0][8:], digits[1][8:]))

    def test_labels_of_eight_columns_are_those_of_qmnist(self, tmp_path, digits):
        rows = np.zeros((COUNT, 8), np.int32)
        rows[:, 0] = digits[1]
        write_idx(tmp_path / "q-images-idx3-ubyte", digits[0])
        write_idx(tmp_path / "q-labels-idx2-int", rows)
        assert same(load_digits(tmp_path), digits)

    def test_missing_labels_are_asked_for_by_name(self, tmp_path, digits):
        write_idx(tmp_path / "a-images-idx3-ubyte", digits[0])
        with pytest.raises(DataError, match="put them there as a-labels-idx1-ubyte"):
            load_digits(tmp_path / "a-images-idx3-ubyte")

    def test_counts_that_differ_are_told(self, tmp_path, digits):
        write_idx(tmp_path / "a-images-idx3-ubyte", digits[0])
        write_idx(tmp_path / "a-labels-idx1-ubyte", digits[1][:5].astype(np.uint8))
        with pytest.raises(DataError, match="12 pictures and 5 labels"):
            load_digits(tmp_path / "a-images-idx3-ubyte")

    def test_another_name_says_how_it_should_be(self, tmp_path, digits):
        write_idx(tmp_path / "digits", digits[0])
        with pytest.raises(DataError, match="name the two as MNIST's are"):
            load_digits(tmp_path / "digits")
