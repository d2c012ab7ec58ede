"""How many cases the long attack has.

A test that takes ``seeds`` and is marked ``hostile(modest=6, full=1000)`` attacks once for each seed: 6 times
in every run of the tests, and 1,000 times with ``pytest -m hostile``. The numbers of ``full`` are those of an
attack of 3,000 cases over all; ``INKNN_HOSTILE_CASES`` makes it larger or smaller. The same seed makes the
same attack.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator

import pytest

CASES_VARIABLE = "INKNN_HOSTILE_CASES"
_CASES = 3000
_CHUNK = 25  # seeds of one test: small enough to be divided among processes


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seeds" not in metafunc.fixturenames:
        return
    marker = metafunc.definition.get_closest_marker("hostile")
    assert marker is not None, "a test that takes seeds is marked hostile(modest=..., full=...)"
    count = seed_count(marker.kwargs["modest"], marker.kwargs["full"], metafunc.config.option.markexpr)
    chunks = [range(start, min(start + _CHUNK, count)) for start in range(0, count, _CHUNK)]
    metafunc.parametrize("seeds", chunks, ids=[f"{chunk.start}-{chunk.stop - 1}" for chunk in chunks])


def seed_count(modest: int, full: int, marks: str) -> int:
    """How many seeds a test gets where pytest was called with ``-m MARKS``."""
    if CASES_VARIABLE not in os.environ and ("hostile" not in marks or "not hostile" in marks):
        return modest
    return max(modest, full * int(os.environ.get(CASES_VARIABLE, _CASES)) // _CASES)


@pytest.fixture(scope="session")
def command() -> Iterator[Callable[..., object]]:
    """Runs a command of inknn in a process of its own; see ``forked.Commands``."""
    if sys.platform != "linux":
        pytest.skip("the limits and devices of Linux")
    from forked import Commands

    with Commands() as commands:
        yield commands
