"""Where the data goes: stdout, flushed page by page, or a file that appears once it is complete."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from types import TracebackType
from typing import BinaryIO

from ..errors import OutputError
from ..files import atomic_write


class NobodyReadsError(Exception):
    """The program that was to read our output has ended: no failure, but no reason to go on either.

    Not a ``BrokenPipeError``, which Click would answer by leaving with the exit code 1.
    """


class Sink:
    """A place to write text to, always UTF-8; a context manager.

    Entering it fails, before anything has been read, where nothing could be written later.

    Parameters
    ----------
    path
        The file, or ``None`` or ``"-"`` for stdout.
    option
        The option that names it, for messages.
    """

    def __init__(self, path: str | None, option: str = "-o") -> None:
        self.path = None if path == "-" else path
        self._option = option
        self._stack = ExitStack()
        self._file: BinaryIO

    @property
    def file(self) -> BinaryIO:
        """The open file itself, for what isn't text."""
        return self._file

    def is_terminal(self) -> bool:
        """Whether a person looks at it."""
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
            # File names may hold bytes that are no UTF-8; they go out as they came in.
            self._file.write(text.encode("utf-8", "surrogateescape"))
            self._file.flush()
        except BrokenPipeError as error:
            raise NobodyReadsError from error
        except OSError as error:
            raise self._failure(error) from error

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
            if error is value:  # ours to pass on, not ours to explain
                raise
            raise self._failure(error) from error

    def _open(self) -> BinaryIO:
        if self.path is None:
            if sys.stdout is None:
                raise OutputError("stdout is closed; use -o FILE to write to a file")
            return sys.stdout.buffer
        if os.path.isdir(self.path):
            raise OutputError(f"can't write {self.path}: it is a folder; name a file in it")
        if os.path.exists(self.path):
            if not os.path.isfile(self.path):  # a device or a named pipe must not be replaced by a file
                return self._stack.enter_context(open(self.path, "wb"))
            if not os.access(self.path, os.W_OK):
                raise OutputError(f"can't write {self.path}: it is write-protected; choose another file")
        return self._stack.enter_context(atomic_write(self.path))

    def _failure(self, error: OSError) -> OutputError:
        where = "to stdout" if self.path is None else self.path
        return OutputError(
            f"can't write {where}: {error.strerror or error}; choose another place with {self._option} FILE"
        )
