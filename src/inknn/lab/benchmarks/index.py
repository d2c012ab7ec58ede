"""The prepared index, as a new user meets it: how long it takes, and what it needs of disk and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ...cache import CACHE_VARIABLE
from ...progress import Progress
from . import starting
from .sizes import Row, Size

__all__ = ["index"]

_BUILDING = 12.0  # seconds, about: for the progress only
_TICK = 0.2


def index(size: Size, progress: Progress) -> Iterator[Row]:
    """One row: built in an empty cache, then opened by another process, which answers."""
    with tempfile.TemporaryDirectory(prefix="inknn-bench-") as folder:
        built = _run("build", folder, lambda s: progress("preparing", 0.8 * min(1.0, s / _BUILDING)))
        disk = sum(path.stat().st_size for path in Path(folder).glob("inknn-index-*"))
        answered = _run("answer", folder, lambda _: progress("answering", 0.8))
    yield {"name": "prepared index", "disk_mb": disk / 1e6, **built, **answered}


def _run(what: str, folder: str, tell: Callable[[float], None]) -> Row:
    """What :mod:`.starting` measured in a process that shares nothing with this one."""
    started = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-P", starting.__file__, what],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, CACHE_VARIABLE: folder},
        start_new_session=True,  # Ctrl-C is for us, who end it
    ) as process:
        try:
            while True:
                tell(time.monotonic() - started)
                try:
                    out, _ = process.communicate(timeout=_TICK)
                    break
                except subprocess.TimeoutExpired:
                    pass
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise RuntimeError(f"a process that measures ended with exit code {process.returncode}")
    measured: Row = json.loads(out)
    return measured
