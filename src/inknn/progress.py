"""Progress of long work: a function that is called with what is being done and how much of it is done.

Functions that may take seconds accept a ``progress`` argument of type :data:`Progress` and call it now and
then. They don't know whether a bar is drawn.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import rich.progress

Progress = Callable[[str, float], None]
"""``progress(what, fraction)``: what is being done, and the part of it that is done, 0 to 1."""

PREPARING = "preparing the index"
"""What is reported before the work that is done once on each machine."""

_PATIENCE = 0.5
"""Seconds of work before a bar appears: a bar that flashes only distracts."""


def no_progress(what: str, fraction: float) -> None:
    """The progress function that does nothing."""


def step_of(progress: Progress, place: int, count: int, name: str = "") -> Progress:
    """The progress of one of several steps of equal length.

    Parameters
    ----------
    progress
        That of all steps together.
    place, count
        Which of how many it is, from 0.
    name
        Put before what the step reports.

    Returns
    -------
    Progress
    """
    start = f"{name}, " if name else ""
    return lambda what, fraction: progress(f"{start}{what}", (place + fraction) / count)


@contextmanager
def terminal_progress(quiet: bool = False, *, bar: bool = True) -> Iterator[Progress]:
    """A progress bar on stderr while the ``with`` block runs.

    It is drawn only if stderr is a terminal and the work lasts longer than half a second, and it is
    gone when the block ends. Elsewhere one line is written where the index has to be prepared, so that nobody
    takes the first run for one that hangs.

    Parameters
    ----------
    quiet
        Draw and write nothing at all.
    bar
        Without it, the line is all there is on a terminal too.

    Yields
    ------
    Progress
        The function to report to; may be called from any thread.
    """
    if quiet or sys.stderr is None:
        yield no_progress
        return
    if not bar or not sys.stderr.isatty():
        yield _Notice()
        return
    drawn = _Bar()
    try:
        yield drawn
    finally:
        drawn.close()


class _Notice:
    """Writes one line, before the work that is done once."""

    def __init__(self) -> None:
        self._is_written = False

    def __call__(self, what: str, fraction: float) -> None:
        if what == PREPARING and not self._is_written:
            self._is_written = True
            with suppress(OSError, ValueError):  # nobody reads it
                sys.stderr.write(f"inknn: {PREPARING}, this once; it takes about ten seconds ...\n")
                sys.stderr.flush()


class _Bar:
    """A rich progress bar that waits a while before it appears."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._lock = threading.Lock()
        self._drawn: rich.progress.Progress | None = None
        self._task: rich.progress.TaskID | None = None
        self._what = ""

    def __call__(self, what: str, fraction: float) -> None:
        with self._lock:
            if self._drawn is None:
                if time.monotonic() - self._start < _PATIENCE or fraction >= 1:
                    return
                self._drawn = self._draw()
            if self._task is None or what != self._what:
                if self._task is not None:
                    self._drawn.remove_task(self._task)
                self._task, self._what = self._drawn.add_task(what, total=1.0), what
            self._drawn.update(self._task, completed=fraction)

    def close(self) -> None:
        if self._drawn is not None:
            self._drawn.stop()

    @staticmethod
    def _draw() -> rich.progress.Progress:
        from rich.console import Console  # 0.1 s, and most runs never draw
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        drawn = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            # rich would send stdout through this console too: data would end up on stderr.
            redirect_stdout=False,
        )
        drawn.start()
        return drawn
