"""Run the commands of ``inknn data`` in this process, as their users do."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from inknn.cli import main


def run(capfd, *arguments):
    """Exit code, stdout and stderr of a command."""
    capfd.readouterr()
    with pytest.raises(SystemExit) as leaving:
        main(["data", *map(str, arguments)])
    out, err = capfd.readouterr()
    return SimpleNamespace(returncode=leaving.value.code, stdout=out, stderr=err)


def one_line(stderr):
    assert stderr.count("\n") == 1
    assert stderr.startswith("inknn: ")
    return stderr[7:-1]
