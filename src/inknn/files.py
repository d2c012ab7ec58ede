"""Files: written whole or not at all, checked before the work, listed in the order people expect.

A file is written beside its final name and moved there in one step: nobody ever sees half a file, and a
process that has mapped an older one keeps it until it ends.
"""

from __future__ import annotations

import os
import re
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from .errors import DataError, OutputError

__all__ = [
    "LONGEST_NAME",
    "OPTIONAL_SUFFIXES",
    "PICTURE_SUFFIXES",
    "Staging",
    "atomic_write",
    "check_folder",
    "check_writable",
    "drop_unfinished",
    "entries_in",
    "fitting_name",
    "is_picture",
    "natural_order",
    "open_regular",
    "output_error",
    "output_file",
    "try_writing",
]

PathLike = str | os.PathLike[str]

PICTURE_SUFFIXES = frozenset(
    [
        *(".avif", ".bmp", ".dib", ".gif", ".jfif", ".jp2", ".jpe", ".jpeg", ".jpg", ".pbm", ".pgm", ".png"),
        *(".pnm", ".ppm", ".tif", ".tiff", ".webp"),
    ]
)
"""What a folder is searched for; a picture that is named itself may be called anything."""

LONGEST_NAME = 255
"""Of a file, in bytes: what nearly all file systems allow."""

OPTIONAL_SUFFIXES = {
    ".heic": ("pillow_heif", "heif"),
    ".heif": ("pillow_heif", "heif"),
    ".hif": ("pillow_heif", "heif"),
    ".pdf": ("pypdfium2", "pdf"),
}
"""Pictures that an optional package opens: its module, and the extra of inknn that installs it."""

# Files that are being written, for a process that leaves without waiting for its threads.
_unfinished: set[Path] = set()


class Staging:
    """Files that take their names together, once all of them are complete; a context manager.

    If the block ends with an exception, ``KeyboardInterrupt`` included, no file is changed and nothing is
    left behind.

    Examples
    --------
    >>> folder = Path(tempfile.mkdtemp())
    >>> with Staging() as staging:
    ...     for name in ("a", "b"):
    ...         with staging.write(folder / name) as file:
    ...             _ = file.write(b"whole")
    ...     os.listdir(folder) == ["a", "b"]
    False
    >>> sorted(os.listdir(folder))
    ['a', 'b']
    """

    def __init__(self) -> None:
        self._targets: dict[Path, Path] = {}

    def __enter__(self) -> Staging:
        return self

    @contextmanager
    def write(self, path: PathLike) -> Iterator[BinaryIO]:
        """Open a hidden file in the folder of ``path``, which it will replace.

        A link keeps pointing at its target, and an existing file keeps its permissions.

        Raises
        ------
        OSError
            If the folder can't be written or the disk is full.
        """
        target = Path(os.path.realpath(path))
        temporary = target.with_name(f".inknn-{os.getpid()}-{os.urandom(4).hex()}.tmp")
        # os.open, because tempfile's files are closed to everyone but the user whatever the umask is.
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        _unfinished.add(temporary)
        try:
            descriptor = os.open(temporary, flags, 0o666)
            with open(descriptor, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            with suppress(OSError):  # there is no older file, or its permissions can't be carried over
                os.chmod(temporary, stat.S_IMODE(target.stat().st_mode))
        except BaseException:
            _drop(temporary)
            raise
        self._targets[temporary] = target

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                for temporary, target in self._targets.items():
                    os.replace(temporary, target)
        finally:
            for temporary in self._targets:
                _drop(temporary)  # it is gone already where all went well


@contextmanager
def atomic_write(path: PathLike) -> Iterator[BinaryIO]:
    """Open a file that takes its name only once it is complete; see :class:`Staging`.

    Raises
    ------
    OSError
        If the folder can't be written or the disk is full.
    """
    with Staging() as staging, staging.write(path) as file:
        yield file


@contextmanager
def output_file(path: PathLike) -> Iterator[BinaryIO]:
    """:func:`atomic_write` for a file that the user has named.

    Raises
    ------
    OutputError
        If it can't be written.
    """
    try:
        with atomic_write(path) as file:
            yield file
    except OSError as error:
        raise output_error(path, error) from error


def output_error(path: PathLike, error: OSError) -> OutputError:
    """What to raise where a file or folder the user has named can't be written."""
    return OutputError(f"can't write {os.fspath(path)}: {error.strerror or error}; choose another place")


def check_writable(path: PathLike, *, reads: Iterable[PathLike | None] = ()) -> None:
    """Fail before the work where its result could not be written afterwards.

    Parameters
    ----------
    path
        The file to write. A device or a named pipe is always accepted.
    reads
        Files that are to be read, which ``path`` must not replace; None and missing files are ignored.

    Raises
    ------
    OutputError
        If it can't be written; the message says what to do.
    """
    try:
        _check_writable(path, reads)
    except OSError as error:
        raise output_error(path, error) from error


def _check_writable(path: PathLike, reads: Iterable[PathLike | None]) -> None:
    name, place = os.fspath(path), Path(os.path.realpath(path))
    if place.is_dir():
        raise OutputError(f"can't write {name}: it is a folder; name a file in it")
    if place.exists() and not place.is_file():
        return
    if not place.parent.is_dir():
        raise OutputError(f"can't write {name}: there is no folder {Path(name).parent}; make it first")
    if place.exists():
        if any(read is not None and os.path.exists(read) and os.path.samefile(place, read) for read in reads):
            raise OutputError(f"can't write {name}: it is one of the files to read; choose another file")
        if not os.access(place, os.W_OK):
            raise OutputError(f"can't write {name}: it is write-protected; choose another file")
    try_writing(place.parent)


def check_folder(folder: PathLike) -> None:
    """Make a folder if it isn't there yet, and fail where nothing can be written to it.

    Raises
    ------
    OutputError
        If it can't be made or written.
    """
    try:
        os.makedirs(folder, exist_ok=True)
        try_writing(folder)
    except OSError as error:
        raise output_error(folder, error) from error


def try_writing(folder: PathLike) -> None:
    """Write an empty file, which is gone at once; an :class:`OSError` says why that is impossible."""
    # os.access is not enough: it says yes to root and knows nothing of quotas.
    with tempfile.TemporaryFile(dir=folder, prefix=".inknn-"):
        pass


def drop_unfinished() -> None:
    """Delete what threads are still writing, right before the process leaves without them."""
    for temporary in list(_unfinished):
        _drop(temporary)


def entries_in(folder: PathLike, *, recursive: bool) -> Iterator[os.DirEntry[str] | OSError]:
    """What is in a folder but for hidden files and folders; links to folders are not followed.

    Parameters
    ----------
    folder
        The folder.
    recursive
        Whether to list the folders inside it too, however deep they are.

    Yields
    ------
    os.DirEntry or OSError
        Whatever is no folder; the error, with the folder's name, where a folder can't be listed.
    """
    waiting = [os.fspath(folder)]
    while waiting:
        place = waiting.pop()
        try:
            with os.scandir(place) as entries:
                visible = [entry for entry in entries if not entry.name.startswith(".")]
        except OSError as error:
            error.filename = place
            yield error
            continue
        for entry in visible:
            if not entry.is_dir(follow_symlinks=False):
                yield entry
            elif recursive:
                waiting.append(entry.path)


def is_picture(path: PathLike) -> bool:
    """Whether a file in a folder is taken for a picture, by its name; hidden files are not."""
    name = os.path.basename(path)
    return not name.startswith(".") and os.path.splitext(name)[1].lower() in PICTURE_SUFFIXES


def fitting_name(stem: str, end: str) -> str:
    """The name ``stem + end``, the stem cut where the name would be longer than :data:`LONGEST_NAME`."""
    while len(os.fsencode(stem + end)) > LONGEST_NAME:
        stem = stem[:-1]
    return stem + end


def open_regular(path: PathLike) -> BufferedReader:
    """Open a file to read it, but neither a pipe nor a device, which may keep one waiting or never end.

    Raises
    ------
    DataError
        If it is no regular file.
    OSError
        If it can't be opened.
    """
    file = open(path, "rb", opener=_open_at_once)  # noqa: SIM115  # the caller closes it
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise DataError(f"{os.fspath(path)} is no regular file; write its contents to a file first")
    return file


def natural_order(path: PathLike) -> list[tuple[int, int, str]]:
    """Sort key by which ``scan2`` comes before ``scan10``.

    Examples
    --------
    >>> sorted(["scan10.png", "Scan2.png", "scan1.png"], key=natural_order)
    ['scan1.png', 'Scan2.png', 'scan10.png']
    """
    pieces = re.split(r"([0-9]+)", os.fspath(path))
    return [(1, int(piece), piece) if piece.isdecimal() else (0, 0, piece.lower()) for piece in pieces]


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))  # a pipe would wait for somebody to write


def _drop(temporary: Path) -> None:
    with suppress(OSError):
        os.unlink(temporary)
    _unfinished.discard(temporary)
