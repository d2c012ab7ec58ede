"""The ``inknn`` command: one file per verb, each a thin shell around the package.

stdout is for data, stderr for messages. Files that fail don't stop the others; the exit code is that of
the first failure (see :mod:`inknn.errors`), 2 for wrong usage, 130 after Ctrl-C, 141 when the reader of
our output has gone.

Nothing heavy is imported here, nor by a verb before it knows what it needs: the whole of ``inknn read``
is to take half a second.
"""

from __future__ import annotations

import os
import signal
import sys
import warnings
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    import typer

BROKEN_PIPE = 128 + 13  # what a shell reports of a program that SIGPIPE has ended
TERMINATED = 128 + 15


def build_app() -> typer.Typer:
    """The command line with all its verbs; a new verb is one file and one line here."""
    import typer

    from . import cache, evaluate, read
    from .version import greet

    app = typer.Typer(
        name="inknn",
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # plain help reads better, and a wrong call is answered in one line
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(greet)
    app.command()(read.read)
    app.command()(evaluate.evaluate)
    app.command()(cache.cache)
    return app


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
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning
            sys.exit(_run(arguments))
    except KeyboardInterrupt:  # so early or so late that no verb was at work
        sys.exit(130)


def _run(arguments: Sequence[str] | None) -> int:
    with suppress(ValueError):  # only the main thread may say what a signal does
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    from ..errors import InknnError
    from .messages import complain

    try:
        build_app()(args=arguments, prog_name="inknn")
    except SystemExit as leaving:
        return _code(leaving)
    except InknnError as error:
        complain(str(error))
        return error.exit_code
    except BrokenPipeError:
        _silence_stdout()
        return BROKEN_PIPE
    return 0


def _code(leaving: SystemExit) -> int:
    code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    if code in (130, TERMINATED) and _threads_at_work():
        # Nobody who pressed Ctrl-C wants to wait for the pictures that other threads are still reading.
        with suppress(OSError, ValueError):
            sys.stderr.flush()
        os._exit(code)
    return code


def _threads_at_work() -> bool:
    import threading

    return threading.active_count() > 1


def _silence_stdout() -> None:
    """Let Python's last flush go nowhere, or it would complain of the broken pipe again."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    from .messages import complain

    complain(str(message))
