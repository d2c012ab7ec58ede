"""Long work shows a bar, but only to a person, and it never touches stdout."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from inknn import progress
from inknn.progress import PREPARING, no_progress, step_of, terminal_progress

WORK = (
    "import time\n"
    "from inknn.progress import terminal_progress\n"
    "with terminal_progress(quiet={quiet}) as progress:\n"
    "    progress('preparing [b]', 0.0)\n"
    "    time.sleep({seconds})\n"
    "    progress('preparing [b]', 0.4)\n"
    "    print('data', flush=True)\n"
    "    progress('reading', 0.5)\n"
)


def on_a_terminal(code):
    """What a person sees on stderr, and what goes to stdout, a pipe."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    out, _ = process.communicate()
    seen = b""
    try:
        while piece := os.read(ours, 1 << 16):
            seen += piece
    except OSError:  # Linux says so when the other side has closed
        pass
    os.close(ours)
    assert process.returncode == 0
    return seen.decode(), out


class TestTerminalProgress:
    def test_long_work_shows_what_is_done_and_how_far_it_is(self):
        seen, out = on_a_terminal(WORK.format(quiet=False, seconds=0.6))
        assert "preparing [b]" in seen
        assert "50%" in seen
        assert "reading" in seen
        assert out == b"data\n"

    def test_short_work_shows_nothing(self):
        assert on_a_terminal(WORK.format(quiet=False, seconds=0)) == ("", b"data\n")

    def test_quiet_shows_nothing(self):
        assert on_a_terminal(WORK.format(quiet=True, seconds=0.6)) == ("", b"data\n")

    def test_off_a_terminal_work_that_is_done_once_has_one_line(self, capsys):
        for options, lines in (({}, 1), ({"bar": False}, 1), ({"quiet": True}, 0)):
            with terminal_progress(**options) as report:
                for what in ("loading", PREPARING, "fitting", PREPARING):
                    report(what, 0.5)
            out, err = capsys.readouterr()
            assert (out, err.count("\n")) == ("", lines)
            assert err.startswith("inknn: preparing the index, this once") or not lines

    def test_nobody_at_a_terminal_nothing_shown(self):
        code = WORK.format(quiet=False, seconds=0.6)
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
        assert (done.stdout, done.stderr) == (b"data\n", b"")

    def test_the_bar_is_gone_even_after_a_failure(self, monkeypatch):
        closed = []
        monkeypatch.setattr(progress.sys.stderr, "isatty", lambda: True, raising=False)
        monkeypatch.setattr(progress._Bar, "close", lambda self: closed.append(1))

        def failing():
            with terminal_progress():
                raise ValueError("failed")

        with pytest.raises(ValueError, match="failed"):
            failing()
        assert closed == [1]

    def test_a_closed_stderr_is_no_reason_to_fail(self, monkeypatch):
        monkeypatch.setattr(progress.sys, "stderr", None)
        with terminal_progress() as tell:
            assert tell is no_progress


def test_steps_of_equal_length_share_the_progress():
    told = []
    for i, name in enumerate(("first", "")):
        step = step_of(lambda what, part: told.append((what, part)), i, 2, name)
        step("starts", 0.0)
        step("is half done", 0.5)
    assert told == [
        ("first, starts", 0.0),
        ("first, is half done", 0.25),
        ("starts", 0.5),
        ("is half done", 0.75),
    ]
