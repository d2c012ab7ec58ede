"""`inknn completion`: the Tab key completes verbs, options, sets and files."""

from __future__ import annotations

import os
import subprocess

import pytest

from commands import COMMAND, run


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_prints_the_script_of_a_shell(capfd, shell):
    done = run(capfd, "completion", shell)
    assert done.returncode == 0
    assert "_INKNN_COMPLETE" in done.stdout


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("inknn ev", ["plain,evaluate"]),
        ("inknn read --form", ["plain,--format"]),
        ("inknn data info us", ["plain,usps", "file,us"]),
        ("inknn read -o ou", ["file,ou"]),
    ],
)
def test_completes_what_was_begun(words, completed):
    environment = {
        **os.environ,
        "_INKNN_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(words.count(" ")),
    }
    code = "from inknn.cli import main; main()"
    done = subprocess.run([COMMAND[0], "-c", code], env=environment, capture_output=True, text=True)
    assert done.stdout.splitlines() == completed
