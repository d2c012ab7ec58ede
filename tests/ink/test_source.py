"""The bytes of a picture are read wherever they are, up to a limit."""

from __future__ import annotations

import io
import os
import threading

import pytest

from inknn.errors import PictureError, PictureFileTooLargeError
from inknn.ink.decode import open_pages
from inknn.ink.source import max_bytes, name_of, read_bytes

DATA = b"twelve bytes"
POSIX = pytest.mark.skipif(os.name != "posix", reason="POSIX only")


class Endless(io.RawIOBase):
    """A file without an end, which counts what is read of it."""

    def __init__(self):
        self.given = 0

    def read(self, size=-1):
        assert size > 0, "the whole of an endless file was asked for"
        self.given += size
        return bytes(size)


def sources(data, path):
    path.write_bytes(data)
    return [path, str(path), data, bytearray(data), memoryview(data), io.BytesIO(data)]


def test_as_many_bytes_as_the_limit_are_read(tmp_path):
    for source in sources(DATA, tmp_path / "a"):
        assert read_bytes(source, len(DATA)) == DATA


def test_one_byte_more_is_refused(tmp_path):
    for source in sources(DATA, tmp_path / "a"):
        with pytest.raises(PictureFileTooLargeError, match="MB"):
            read_bytes(source, len(DATA) - 1)


def test_an_endless_file_is_read_up_to_the_limit():
    file = Endless()
    with pytest.raises(PictureFileTooLargeError):
        list(open_pages(file, max_pixels=1000))
    assert file.given <= 2 * max_bytes(1000)


@POSIX
def test_a_file_of_known_size_is_refused_unread(tmp_path):
    path = tmp_path / "sparse.png"
    with path.open("wb") as file:
        file.truncate(200 << 30)
    with pytest.raises(PictureFileTooLargeError):
        list(open_pages(path))


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="there is no such device")
def test_a_device_is_refused():
    with pytest.raises(PictureError, match="device"):
        read_bytes("/dev/zero", 100)


@POSIX
def test_a_named_pipe_is_read_up_to_the_limit(tmp_path):
    path = tmp_path / "pipe"
    for limit in (len(DATA), len(DATA) - 1):
        os.mkfifo(path)
        writer = threading.Thread(target=path.write_bytes, args=(DATA,))
        writer.start()
        if limit < len(DATA):
            with pytest.raises(PictureFileTooLargeError):
                read_bytes(path, limit)
        else:
            assert read_bytes(path, limit) == DATA
        writer.join()
        path.unlink()


def test_a_file_in_text_mode_is_a_type_error(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG")
    for file in (io.StringIO("text"), path.open()):
        with file, pytest.raises(TypeError, match="binary"):
            read_bytes(file, 100)


def test_stdin_is_named_by_a_dash():
    file = io.BytesIO(DATA)
    file.name = "<stdin>"
    assert name_of(file) == "-"
