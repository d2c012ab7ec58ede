"""Arrays kept on disk come back as they were, mapped and aligned, or not at all."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from inknn.errors import DataError
from inknn.memory import container
from inknn.memory.container import read_arrays, write_arrays

number_arrays = arrays.arrays(
    st.sampled_from(["bool", "uint8", "int64", "float32", ">f8", "uint16"]),
    arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5),
)
named_arrays = st.dictionaries(st.text(max_size=8), number_arrays, max_size=4)


@pytest.fixture
def example(tmp_path):
    """A file of two arrays."""
    path = tmp_path / "example"
    write_arrays(
        path,
        {"ink": np.arange(100, dtype=np.float32), "labels": np.ones(7, np.uint8)},
        kind="test",
        version=3,
    )
    return path


def read(path):
    return read_arrays(path, kind="test", version=3)


def with_header(path, change):
    """Change the JSON header, checksums and all, as someone would who means harm."""
    whole = path.read_bytes()
    described = json.loads(whole[28 : 28 + struct.unpack_from("<8sIIQ", whole)[2]])
    change(described)
    rewrite(path, json.dumps(described).encode())


def rewrite(path, header):
    """Give a file another header, with the right checksum."""
    whole = path.read_bytes()
    magic, layout, length, _ = struct.unpack_from("<8sIIQ", whole)
    body = whole[container._padded(28 + length) :]
    start = container._padded(28 + len(header))
    prefix = struct.pack("<8sIIQ", magic, layout, len(header), start + len(body))
    checksum = struct.pack("<I", zlib.crc32(header, zlib.crc32(prefix)))
    path.write_bytes((prefix + checksum + header).ljust(start, b"\0") + body)


class TestRoundTrip:
    @given(named_arrays)
    def test_what_is_written_is_read(self, tmp_path_factory, written):
        path = tmp_path_factory.mktemp("container") / "a"
        write_arrays(path, written, kind="test", version=3)
        back = read(path)
        assert list(back) == list(written)
        for name, array in written.items():
            assert back[name].shape == array.shape
            assert back[name].dtype == array.dtype.newbyteorder("<")
            assert np.array_equal(back[name], array, equal_nan=array.dtype.kind == "f")

    def test_arrays_larger_than_a_block(self, tmp_path):
        large = np.random.default_rng(0).integers(0, 256, 3 * container._BLOCK + 5, np.uint8)
        write_arrays(tmp_path / "a", {"large": large, "small": large[:3]}, kind="test", version=3)
        assert np.array_equal(read(tmp_path / "a")["large"], large)
        assert np.array_equal(read(tmp_path / "a")["small"], large[:3])

    def test_arrays_are_aligned_and_read_only(self, example):
        for array in read(example).values():
            assert array.ctypes.data % 64 == 0
            assert not array.flags.writeable

    def test_arrays_outlive_the_file(self, example):
        back = read(example)
        example.unlink()
        assert back["ink"].sum() == 4950

    def test_any_layout_in_memory_is_written(self, tmp_path):
        turned = np.arange(12.0).reshape(3, 4).T[::-1]
        write_arrays(tmp_path / "a", {"turned": turned}, kind="test", version=3)
        assert np.array_equal(read(tmp_path / "a")["turned"], turned)

    @pytest.mark.parametrize("values", [np.array(["a"]), np.array([object()]), np.array([1j])])
    def test_only_numbers_are_kept(self, tmp_path, values):
        with pytest.raises(TypeError, match="only numbers"):
            write_arrays(tmp_path / "a", {"values": values}, kind="test", version=3)
        assert not (tmp_path / "a").exists()


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="there a mapped file can't be cut short")
class TestForeignDamage:
    """In a process of its own: what must not happen would end this one."""

    @pytest.mark.parametrize("mode", [0o666, 0o660])
    def test_a_file_that_others_may_cut_short_stays_whole_for_who_has_opened_it(self, tmp_path, mode):
        write_arrays(tmp_path / "a", {"a": np.arange(1 << 20)}, kind="test", version=3)
        (tmp_path / "a").chmod(mode)
        code = (
            "import os, sys\n"
            "from inknn.memory import read_arrays\n"
            "a = read_arrays(sys.argv[1], kind='test', version=3)['a']\n"
            "os.truncate(sys.argv[1], 0)\n"
            "assert a.ctypes.data % 64 == 0 and not a.flags.writeable\n"
            "print(a.sum())\n"
        )
        done = subprocess.run([sys.executable, "-c", code, tmp_path / "a"], capture_output=True, check=False)
        assert (done.returncode, done.stdout) == (0, b"549755289600\n")


class TestRefusals:
    def test_every_byte_is_under_guard(self, example):
        whole = example.read_bytes()
        for position in range(len(whole)):
            damaged = bytearray(whole)
            damaged[position] ^= 0x10
            example.write_bytes(damaged)
            with pytest.raises(DataError):
                read(example)

    def test_a_file_cut_short_anywhere(self, example):
        whole = example.read_bytes()
        for length in range(len(whole)):
            example.write_bytes(whole[:length])
            with pytest.raises(DataError):
                read(example)

    def test_a_file_that_is_too_long(self, example):
        example.write_bytes(example.read_bytes() + b"\0")
        with pytest.raises(DataError, match="bytes long"):
            read(example)

    @given(st.binary(max_size=200))
    def test_a_foreign_file(self, tmp_path_factory, data):
        path = tmp_path_factory.mktemp("container") / "a"
        path.write_bytes(data)
        with pytest.raises(DataError, match="not an inknn data file"):
            read(path)

    def test_another_kind_or_version(self, example):
        with pytest.raises(DataError, match="holds test version 3, not test version 4"):
            read_arrays(example, kind="test", version=4)
        with pytest.raises(DataError, match="holds test version 3, not other version 3"):
            read_arrays(example, kind="other", version=3)

    def test_another_layout(self, example, monkeypatch):
        monkeypatch.setattr(container, "_FORMAT", 2)
        with pytest.raises(DataError, match="this inknn reads format 2"):
            read(example)

    @pytest.mark.parametrize(
        "entry",
        [
            {"dtype": "O"},
            {"dtype": "nonsense"},
            {"dtype": [["a", "<f4"]]},
            {"shape": [10**12]},
            {"shape": [-1]},
            {"shape": "long"},
            {"shape": [1.5]},
            {"offset": -64},
            {"offset": 1},
            {"shape": [10**30, 0]},
            {"shape": [True]},
            {"shape": [1] * 40},
            {"dtype": ">f4"},
            {"dtype": "f4,,"},
            {"dtype": "(2,)f4"},
            {"dtype": 4},
            {"name": 0.5},
            {"name": None},
            {"offset": 10**12},
            {"offset": None},
        ],
    )
    def test_a_header_that_lies(self, example, entry):
        with_header(example, lambda described: described["arrays"][0].update(entry))
        with pytest.raises(DataError, match="makes no sense"):
            read(example)

    def test_a_header_as_deep_as_functions_can_be_nested(self, example):
        rewrite(example, header=b"[" * 100_000)
        with pytest.raises(DataError, match="makes no sense"):
            read(example)

    def test_a_header_of_gigabytes_is_not_read(self, example):
        prefix = struct.pack("<8sIIQ", b"\x93inknn\r\n", 1, 1 << 31, 1 << 33)
        example.write_bytes(prefix + bytes(4))
        os.truncate(example, 1 << 33)  # takes no room on the disk
        with pytest.raises(DataError, match="damaged in its header"):
            read(example)

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
    def test_a_pipe(self, tmp_path):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(DataError, match="regular file"):
            read(tmp_path / "pipe")

    def test_arrays_that_are_too_much_for_one_file(self, tmp_path):
        huge = np.broadcast_to(np.zeros(1), (1 << 30,))
        with pytest.raises(DataError, match=r"8\.6 GB"):
            write_arrays(tmp_path / "a", {"a": huge}, kind="test", version=3)

    @pytest.mark.parametrize("missing", ["kind", "version", "arrays", "blocks"])
    def test_a_header_that_tells_too_little(self, example, missing):
        with_header(example, lambda described: described.pop(missing))
        with pytest.raises(DataError):
            read(example)

    def test_a_missing_file_is_missing(self, tmp_path):
        with pytest.raises(FileNotFoundError):
            read(tmp_path / "a")
