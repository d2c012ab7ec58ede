"""The ``inknn`` command: one file per verb, each a thin shell around the package.

stdout is for data, stderr for messages. Files that fail don't stop the others; the exit code is that of
the first failure (see :mod:`inknn.errors`), 2 for wrong usage, 130 after Ctrl-C, 141 when the reader of
our output has gone, 143 after SIGTERM.

Nothing heavy is imported here, nor by a verb before it is needed: all of ``inknn read`` should take half a
second. Click is used rather than Typer, which adds 0.3 s to every start because it validates arguments with
Pydantic.

``start`` is the command itself, ``options`` and ``output`` are what verbs share. Of ``inknn read``,
``sources`` finds the pictures, ``work`` reads them, ``overlays`` names and saves overlays, and ``formats``
writes the readings. ``faults`` explains what goes wrong below inknn.
"""

from __future__ import annotations

import gc
import os
import re
import signal
import sys
import warnings
from collections.abc import Sequence
from contextlib import suppress
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, NoReturn

from ..errors import OutputError, ResourceError
from .faults import as_inknn_error

if TYPE_CHECKING:
    import click

INTERRUPTED = 128 + 2  # what a shell reports of a program that a signal has ended: SIGINT,
BROKEN_PIPE = 128 + 13  # SIGPIPE,
TERMINATED = 128 + 15  # SIGTERM

_LEAST_ADDRESS_SPACE = 640 << 20
"""In bytes. Reading a small picture takes about 530 MB with two threads; most of them are libraries."""


def build_app() -> click.Group:
    """The command line with all its verbs imported, for documentation and tests."""
    import click

    from .start import VERBS, start

    with click.Context(start) as context:
        for verb in VERBS:
            start.get_command(context, verb)
    return start


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave the process.

    Parameters
    ----------
    arguments
        The words after ``inknn``; those of the process by default.

    Raises
    ------
    SystemExit
        Always, with the exit code.
    """
    try:
        if arguments is None:
            _prepare_process()
        with warnings.catch_warnings():
            warnings.showwarning = _show_nothing if _is_quiet(arguments) else _show_warning
            code = _run(arguments)
    except KeyboardInterrupt:  # before or after a verb was at work
        code = INTERRUPTED
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    except Exception as error:
        ended = _signal_behind(error)
        code = _report(error) if ended is None else ended
    if code == INTERRUPTED and not _is_quiet(arguments):
        _report_interruption()
    if arguments is None and code in (INTERRUPTED, TERMINATED) and _threads_at_work():
        from ..files import drop_unfinished

        # After Ctrl-C nobody wants to wait for the pictures that other threads are still reading.
        drop_unfinished()
        os._exit(code)
    sys.exit(code)


def _prepare_process() -> None:
    """Settings of a process that runs nothing but inknn."""
    _fill_closed_descriptors()
    _check_address_space()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # help and messages hold characters that ASCII has not
            stream.reconfigure(errors="backslashreplace")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    # Otherwise a tenth of the start goes into looking for garbage among modules that were just loaded.
    gc.set_threshold(100_000, 20, 20)


def _fill_closed_descriptors() -> None:
    """Open nothing at the numbers of stdin, stdout and stderr where these are closed.

    A file of ours would get such a number, and with it the messages that C libraries write to stderr.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free


def _check_address_space() -> None:
    """Work with OpenBLAS where there is a limit: it ends the process when it can't reserve what it wants.

    Raises
    ------
    ResourceError
        If the limit is too low to read a picture.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit == resource.RLIM_INFINITY:
        return
    if limit < _LEAST_ADDRESS_SPACE:
        raise ResourceError(
            f"there is not enough memory: inknn needs {_LEAST_ADDRESS_SPACE >> 20} MB of address space, and "
            f"the limit is {limit >> 20} MB; raise it (ulimit -v)"
        )
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # by default it reserves memory for each core


def _run(arguments: Sequence[str] | None) -> int:
    import click

    from .output import NobodyReadsError
    from .start import start

    try:
        done = start.main(arguments, prog_name="inknn", standalone_mode=False)
        return done if isinstance(done, int) else 0
    except click.ClickException as error:
        if sys.stderr is not None:  # Click would print it to stdout
            error.show()
        return error.exit_code
    except click.Abort:
        return INTERRUPTED
    except NobodyReadsError:
        _silence_stdout()
        return BROKEN_PIPE


def _report(error: Exception) -> int:
    """Say in one line what went wrong; the exit code."""
    from .output import complain

    meant = as_inknn_error(error)
    complain(str(meant))
    if isinstance(meant, OutputError):
        _silence_stdout()
    return meant.exit_code


def _signal_behind(error: BaseException) -> int | None:
    """The exit code of a signal that came while a lock was being taken.

    Python then raises an error about the lock, whose context is what the signal raised.
    """
    behind = error.__context__
    while behind is not None:
        if isinstance(behind, KeyboardInterrupt):
            return INTERRUPTED
        if isinstance(behind, SystemExit) and isinstance(behind.code, int):
            return behind.code
        behind = behind.__context__
    return None


def _is_quiet(arguments: Sequence[str] | None) -> bool:
    """Whether ``--quiet`` was given, for messages that no verb prints itself."""
    words = sys.argv[1:] if arguments is None else arguments
    return any(word == "--quiet" or re.fullmatch(r"-[a-z]*q[a-z]*", word) for word in words)


def _report_interruption() -> None:
    from .output import complain

    with suppress(OSError, ValueError, AttributeError):
        if sys.stderr.isatty():  # which shows ^C at the start of this line
            sys.stderr.write("\n")
    complain("interrupted")


def _threads_at_work() -> bool:
    import threading

    return threading.active_count() > 1


def _silence_stdout() -> None:
    """Send Python's last flush nowhere: it would report the failure again."""
    if sys.stdout is None:
        return
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _show_nothing(*_: Any, **__: Any) -> None:
    """``--quiet`` was given."""


def _show_warning(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
    from ..errors import MissingKernelsWarning
    from .output import complain

    if issubclass(category, MissingKernelsWarning):  # it stays as true, so it is shown only once
        from .. import __version__
        from ..cache import first_time

        if not first_time(f"no-kernels-{__version__}"):
            return
    complain(str(message))
