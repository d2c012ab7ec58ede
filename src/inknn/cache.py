"""The user's cache folder: where it is, and what inknn keeps there.

Two things are made again from the package whenever they are missing: the unpacked MNIST files and the
prepared index. Published sets that have been fetched are kept beside them. Every file's name starts with
``inknn-``, so that clearing the cache can't touch anything else, whichever folder ``INKNN_CACHE_DIR``
names. Of several processes that start at once, one prepares and the others wait for it.
"""

from __future__ import annotations

import logging
import os
import stat
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from .errors import DataError
from .files import try_writing

__all__ = ["CACHE_VARIABLE", "cache_dir", "cached", "clear_cache", "first_time"]

CACHE_VARIABLE = "INKNN_CACHE_DIR"
_PREFIX = "inknn-"
_log = logging.getLogger(__name__)

_T = TypeVar("_T")

# Folders already known to be writable, or replaced by a temporary one, in this process: one warning each.
_settled: dict[Path | None, Path] = {}


def cache_dir() -> Path:
    """The folder to write cached files to; made if it isn't there yet.

    ``INKNN_CACHE_DIR`` if set, else the platform's cache folder for ``inknn``. Where that can't be
    written (a read-only home, or none), a private folder of this user among the temporary files serves, with
    one warning.

    Returns
    -------
    Path
        An existing folder that can be written.

    Raises
    ------
    DataError
        If the temporary folder can't be written either, or ``INKNN_CACHE_DIR`` names the home of an unknown
        user.
    """
    wanted = _wanted_dir()
    settled = _settled.get(wanted)
    if settled is None or not settled.is_dir():
        settled = _settled[wanted] = _settle(wanted)
    return settled


def cached(
    name: str,
    *,
    load: Callable[[Path], _T],
    build: Callable[[], _T],
    store: Callable[[Path, _T], None],
) -> _T:
    """What the cached file ``name`` holds; built, stored and loaded again if missing or damaged.

    A good file in the wanted folder is used even where that folder is read-only, so an administrator
    may prepare it for everybody.

    Parameters
    ----------
    name
        File name inside the cache folder; starts with ``inknn-``.
    load
        Reads a file; raises ``FileNotFoundError`` or :class:`~inknn.errors.DataError` if it is no use.
    build
        Makes the value from nothing.
    store
        Writes the value to a path through :func:`~inknn.files.atomic_write`.

    Returns
    -------
    T
        The loaded value, or the built one where it can't be stored (with a warning).
    """
    if not name.startswith(_PREFIX):
        raise ValueError(f"cached files are named {_PREFIX}..., not {name!r}")
    wanted = _wanted_dir()
    if wanted is not None:
        try:
            value = load(wanted / name)
            _log.debug("%s loaded from the cache", name)
            return value
        except (OSError, DataError) as error:
            _log.debug("%s not loaded from the cache: %s", name, error)
    path = cache_dir() / name
    with _one_at_a_time(path):
        with suppress(OSError, DataError):  # another process may have built it while we waited
            return load(path)
        _log.debug("preparing %s", path)
        value = build()
        try:
            store(path, value)
        except OSError as error:
            warnings.warn(
                f"can't keep {path} ({error.strerror or error}): it is prepared anew each time; free some "
                f"space or set {CACHE_VARIABLE} to another folder",
                stacklevel=2,
            )
            return value
        with suppress(OSError, DataError):  # somebody may have cleared the cache
            return load(path)
        return value


def first_time(what: str) -> bool:
    """Whether this is the first call with ``what`` since the cache was cleared; for warnings given once.

    Parameters
    ----------
    what
        Letters, digits, dots and hyphens.

    Returns
    -------
    bool
        Always True where the cache can't be written.
    """
    try:
        os.close(os.open(cache_dir() / f"{_PREFIX}{what}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    except FileExistsError:
        return False
    except (OSError, DataError):
        return True
    return True


def clear_cache() -> tuple[int, int]:
    """Delete everything inknn keeps in its cache, leftovers of killed processes included.

    Returns
    -------
    files, bytes : int, int
        How much was deleted.

    Raises
    ------
    DataError
        If a file can't be deleted.
    """
    files = size = 0
    for folder in _folders_in_use():
        for path in sorted(folder.iterdir()):
            is_ours = path.name.startswith((_PREFIX, f".{_PREFIX}"))
            if not is_ours or not path.is_file() or path.is_symlink():
                continue
            try:
                found = path.stat().st_size
                path.unlink()
            except FileNotFoundError:  # another process was faster
                continue
            except OSError as error:
                raise DataError(f"can't delete {path}: {error.strerror or error}") from error
            if found:  # locks and marks are empty
                files, size = files + 1, size + found
    return files, size


def _folders_in_use() -> set[Path]:
    """The wanted folder and, only where that can't be written, those that serve in its place."""
    wanted = _wanted_dir()
    folders = set() if wanted is None else {wanted}
    if wanted is None or not _can_be_made(wanted):
        folders |= {_settled[wanted]} if wanted in _settled else set()
        with suppress(OSError):  # there may be no place for temporary files
            folders.add(_temporary_dir())
    return {folder for folder in folders if folder.is_dir()}


def _can_be_made(wanted: Path) -> bool:
    """Whether a folder can be written, or made where it is not there yet."""
    try:
        try_writing(next(folder for folder in (wanted, *wanted.parents) if folder.exists()))
    except OSError:
        return False
    return True


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    """Hold the lock for ``path``; the system releases it when the process ends, however it ends.

    Where there are no locks (Windows, some network file systems), or something is in the lock's place, all
    processes build, and the last one wins: files are written whole.
    """
    lock = _opened_lock(path.with_name(f".{path.name}.lock"))
    try:
        yield
    finally:
        if lock is not None:
            os.close(lock)


def _opened_lock(path: Path) -> int | None:
    """The descriptor of a lock that this process holds; a link is not followed, and no file is changed."""
    try:
        import fcntl

        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666)
    except (ImportError, OSError) as error:
        _log.debug("no lock: %s", error)
        return None
    with suppress(OSError):
        fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def _wanted_dir() -> Path | None:
    """The folder to prefer; None for a user without a home."""
    named = os.environ.get(CACHE_VARIABLE)
    if named:
        try:
            return Path(named).expanduser().absolute()
        except RuntimeError:
            raise DataError(
                f"{CACHE_VARIABLE}={named}: there is no such user's home; set it to another folder"
            ) from None
    from platformdirs import user_cache_path  # 10 ms, and most processes name no other folder

    try:
        path = user_cache_path("inknn", appauthor=False)
    except RuntimeError:
        return None
    return None if path.parts[0] == "~" else path  # which older releases of platformdirs leave as it is


def _temporary_dir() -> Path:
    user = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
    return Path(tempfile.gettempdir()) / f"inknn-cache-{user}"


def _settle(wanted: Path | None) -> Path:
    """``wanted`` if it can be written, else a private temporary folder."""
    if wanted is None:
        trouble = "there is no home folder for the cache"
    else:
        try:
            wanted.mkdir(parents=True, exist_ok=True)
            try_writing(wanted)
            return wanted
        except OSError as error:
            trouble = f"can't write to the cache folder {wanted} ({error.strerror or error})"
    try:
        folder = _temporary_dir()
        folder.mkdir(mode=0o700, exist_ok=True)
        if not _is_private(folder):  # someone else may have put files here for us to load
            folder = Path(tempfile.mkdtemp(prefix="inknn-cache-"))
        try_writing(folder)
    except OSError as error:
        raise DataError(
            f"no folder to prepare the index in: {trouble}, nor to one of temporary files "
            f"({error.strerror or error}); set {CACHE_VARIABLE} to a folder that can be written"
        ) from error
    warnings.warn(
        f"{trouble}: using {folder}; set {CACHE_VARIABLE} to choose another",
        stacklevel=3,
    )
    return folder


def _is_private(folder: Path) -> bool:
    if not hasattr(os, "getuid"):
        return True  # elsewhere the temporary folder itself belongs to the user
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
