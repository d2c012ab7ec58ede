"""Run the command line as its users do."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import NamedTuple
from unittest import mock

import pytest

from inknn.cli import main

POSIX = pytest.mark.skipif(os.name != "posix", reason="signals, pipes and devices of POSIX")

COMMAND = (sys.executable, "-m", "inknn")


class Done(NamedTuple):
    """How a command ended, and what it wrote."""

    returncode: int
    stdout: str
    stderr: str


def inknn(*arguments, **options):
    """Run a command in a process of its own; its exit code, stdout and stderr as bytes."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        check=False,
        env={**os.environ, "INKNN_TRACEBACK": "1"},  # a bug of ours shows where it is
        **options,
    )


def start(*arguments, **options):
    """Start a command in a process of its own, with pipes for stdout and stderr."""
    return subprocess.Popen(
        [*COMMAND, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options
    )


def run(capfd, *arguments):
    """Run a command in this process, which is quicker; its exit code, stdout and stderr as text."""
    capfd.readouterr()
    # A bug of ours shows where it is.
    with mock.patch.dict(os.environ, INKNN_TRACEBACK="1"), pytest.raises(SystemExit) as leaving:
        main([str(argument) for argument in arguments])
    return Done(leaving.value.code, *capfd.readouterr())


def one_line(stderr):
    """The one message on stderr, bytes or text; no more, and no traceback."""
    text = stderr.decode() if isinstance(stderr, bytes) else stderr
    (line,) = text.splitlines()
    assert line.startswith("inknn: ")
    return line
