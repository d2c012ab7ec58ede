"""Where a command writes to: data to stdout or a file, messages to stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO

from ..errors import OutputError
from ..files import atomic_write, check_writable, output_error

if TYPE_CHECKING:
    from ..remarks import Remark
    from ..tables import Table

__all__ = ["NobodyReadsError", "Sink", "complain", "outputs"]


class NobodyReadsError(Exception):
    """The program that was to read our output has ended: no failure, but no reason to go on either.

    Not a ``BrokenPipeError``, on which Click would leave with the exit code 1.
    """


_PLAIN = str.maketrans("–×…·", "-x~.")  # what stands for characters of ours that a terminal lacks


class Sink:
    """Writes text to stdout or to a file that appears once it is complete.

    In UTF-8; a terminal of another encoding gets what it can show, and the rest as escapes.

    A context manager. Entering it fails, before anything has been read, where nothing could be written later.

    Parameters
    ----------
    path
        The file, or ``None`` or ``"-"`` for stdout.
    reads
        Files that are to be read, which ``path`` must not replace.
    """

    def __init__(self, path: str | None, *, reads: Iterable[str | None] = ()) -> None:
        self.path = None if path == "-" else path
        self._reads = reads
        self._stack = ExitStack()
        self._file: BinaryIO

    @property
    def file(self) -> BinaryIO:
        """The open file itself, for what isn't text."""
        return self._file

    def is_terminal(self) -> bool:
        """Whether it is a terminal, and a person reads it."""
        return self.path is None and sys.stdout is not None and sys.stdout.isatty()

    def write(self, text: str) -> None:
        """Write a piece of text, and let a pipe see it at once.

        Raises
        ------
        NobodyReadsError
            If it is a pipe and the other side has been closed.
        OutputError
            If it can't be written.
        """
        try:
            self._file.write(self._encoded(text))
            self._file.flush()
        except BrokenPipeError as error:
            raise NobodyReadsError from error
        except OSError as error:
            raise self._failure(error) from error

    def write_table(self, table: Table) -> None:
        """Write aligned columns to a terminal, tab-separated lines elsewhere."""
        self.write(table.to_text() if self.is_terminal() else table.to_tsv())

    def _encoded(self, text: str) -> bytes:
        if self.is_terminal() and not sys.stdout.encoding.lower().startswith("utf"):
            return text.translate(_PLAIN).encode(sys.stdout.encoding, "backslashreplace")
        # File names may hold bytes that are not UTF-8; they are written as they were given.
        return text.encode("utf-8", "surrogateescape")

    def __enter__(self) -> Sink:
        try:
            self._file = self._open()
        except OSError as error:
            raise self._failure(error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._stack.__exit__(kind, value, trace)
        except OSError as error:
            if error is value:  # not one of writing: passed on as it is
                raise
            raise self._failure(error) from error

    def _open(self) -> BinaryIO:
        if self.path is None:
            if sys.stdout is None:
                raise OutputError("stdout is closed; use -o FILE to write to a file")
            return sys.stdout.buffer
        check_writable(self.path, reads=self._reads)
        if os.path.exists(self.path) and not os.path.isfile(self.path):
            # A device or a named pipe must not be replaced by a file.
            return self._stack.enter_context(open(self.path, "wb"))
        return self._stack.enter_context(atomic_write(self.path))

    def _failure(self, error: OSError) -> OutputError:
        if self.path is None:
            return OutputError(f"can't write to stdout: {error.strerror or error}")
        return output_error(self.path, error)


@contextmanager
def outputs(
    path: str | None = None, *, reads: Iterable[str | None] = ()
) -> Iterator[tuple[Sink, Sink | None]]:
    """Stdout and, where the user has named one, a file: checked before the work that fills them.

    Parameters
    ----------
    path
        The file, if there is one; it appears when the block ends without an error.
    reads
        Files that are to be read, which ``path`` must not replace.

    Yields
    ------
    stdout, file : Sink, Sink or None

    Raises
    ------
    OutputError
        If one of them can't be written.
    """
    with ExitStack() as stack:
        file = None if path is None else stack.enter_context(Sink(path, reads=reads))
        yield stack.enter_context(Sink(None)), file


def complain(message: str | Remark) -> None:
    """Write ``inknn: message`` to stderr, on one line; a stderr that nobody reads is no reason to stop."""
    from ..tables import printable

    if sys.stderr is None:
        return
    with suppress(OSError, ValueError):
        sys.stderr.write(f"inknn: {printable(str(message))}\n")
        sys.stderr.flush()
