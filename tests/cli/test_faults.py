"""What the system refuses is said in one line, with an exit code of its own."""

from __future__ import annotations

import errno
import os
import subprocess
from shlex import join

import cv2
import pytest

from commands import COMMAND, POSIX, one_line
from inknn.cli.faults import as_inknn_error
from inknn.errors import DataError, InknnError, OutputError, ResourceError


@pytest.fixture(autouse=True)
def no_traceback(monkeypatch):
    monkeypatch.delenv("INKNN_TRACEBACK", raising=False)


def os_error(number, name=None):
    return OSError(number, os.strerror(number), name)


class TestAsInknnError:
    @pytest.mark.parametrize(
        ("error", "says"),
        [
            (MemoryError(), "not enough memory"),
            (os_error(errno.ENOMEM), "not enough memory"),
            (ImportError("cv2.so: failed to map segment from shared object"), "not enough memory"),
            (ImportError("a.so: cannot allocate memory in static TLS block"), "not enough memory"),
            (RuntimeError("can't start new thread"), "no more threads"),
            (os_error(errno.EMFILE), "too many files"),
        ],
    )
    def test_what_there_is_too_little_of_is_named(self, error, says):
        meant = as_inknn_error(error)
        assert type(meant) is ResourceError
        assert says in str(meant)
        assert "-j 1" in str(meant)

    def test_opencv_without_memory_is_understood(self):
        error = cv2.error("Failed to allocate 1 bytes")
        error.code = cv2.Error.StsNoMem
        assert type(as_inknn_error(error)) is ResourceError

    def test_a_full_disk_is_an_error_of_output(self):
        assert type(as_inknn_error(os_error(errno.ENOSPC))) is OutputError
        assert "can't write a.csv: " in str(as_inknn_error(os_error(errno.ENOSPC, "a.csv")))

    def test_an_error_of_ours_stays_itself(self):
        error = DataError("it is damaged")
        assert as_inknn_error(error) is error

    @pytest.mark.parametrize(
        "error", [ValueError("a\nb"), os_error(errno.ENOENT), ImportError("no module x")]
    )
    def test_anything_else_is_a_bug_in_one_line(self, error):
        meant = as_inknn_error(error, "inknn failed on it")
        assert meant.exit_code == InknnError.exit_code
        assert str(meant).startswith("inknn failed on it, which is a bug; INKNN_TRACEBACK=1 shows where (")
        assert "\n" not in str(meant)

    def test_a_bug_is_raised_where_its_place_is_wanted(self, monkeypatch):
        monkeypatch.setenv("INKNN_TRACEBACK", "1")
        error = ValueError("x")
        with pytest.raises(ValueError, match="x") as raised:
            as_inknn_error(error)
        assert raised.value is error


@POSIX
def test_a_working_folder_that_is_gone_is_an_error_that_says_so(tmp_path):
    read = join([*COMMAND, "read", "a.png", "--overlay", str(tmp_path)])
    line = f"mkdir gone; cd gone; rmdir ../gone; {read}"
    done = subprocess.run(["sh", "-c", line], capture_output=True, cwd=tmp_path, check=False)
    assert (done.returncode, done.stdout) == (ResourceError.exit_code, b"")
    assert "has been deleted" in one_line(done.stderr)


@POSIX
@pytest.mark.parametrize("megabytes", [200, 300, 400])
def test_a_limit_of_memory_is_an_error_that_says_so(megabytes, folder):
    import resource

    limit = megabytes << 20
    done = subprocess.run(
        [*COMMAND, "read", "seven.png"],
        capture_output=True,
        cwd=folder,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )
    assert (done.returncode, done.stdout) == (ResourceError.exit_code, b"")
    assert "ulimit -v" in one_line(done.stderr)
