"""Get the files of a published set into the cache, whole and undamaged, or say what to do instead."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, Literal
from urllib.parse import urlsplit

from ..cache import cache_dir
from ..errors import DataError, FetchError, MissingExtraError
from ..files import atomic_write, open_regular
from ..progress import Progress, no_progress
from .catalog import Entry, Published

__all__ = ["State", "fetch", "fetched_files", "place_of", "state_of"]

State = Literal["good", "missing", "damaged"]

_TIMEOUT = 30  # seconds without a byte
_CHUNK = 1 << 16


def place_of(file: Published) -> Path:
    """Where a file is kept, whether it is there or not."""
    return cache_dir() / f"inknn-{file.name}"


def state_of(file: Published) -> State:
    """Whether a file is there, and is what it should be."""
    path = place_of(file)
    try:
        return "good" if _sha256(path) == file.sha256 else "damaged"
    except DataError:  # something else is in its place
        return "damaged"
    except FileNotFoundError:
        return "missing"
    except OSError as error:
        raise DataError(f"{path} can't be read: {error.strerror or error}") from error


def fetched_files(entry: Entry) -> list[Path]:
    """The files of a set, checked.

    Raises
    ------
    DataError
        If one is missing or damaged; it says how to get it.
    """
    for file in entry.files:
        state = state_of(file)
        if state == "missing":
            raise DataError(
                f"{entry.name} is not here yet: inknn data fetch {entry.name} gets it ({_size(entry)})"
            )
        if state == "damaged":
            raise DataError(
                f"{place_of(file)} is damaged (its SHA-256 is another): "
                f"inknn data fetch {entry.name} gets it anew"
            )
    return [place_of(file) for file in entry.files]


def fetch(entry: Entry, *, mirror: str | None = None, progress: Progress = no_progress) -> list[Path]:
    """Get what is missing or damaged of a set.

    Mirrors are tried in turn. A file takes its name only once its SHA-256 is right; whatever goes wrong,
    nothing is left behind.

    Parameters
    ----------
    entry
        The set.
    mirror : str, optional
        Try only this address: a folder that has the files under the names they are published by.
    progress : callable
        Called with what is being done and the part of it that is done.

    Returns
    -------
    list of Path
        The files that have been fetched; none if all were there.

    Raises
    ------
    FetchError
        If no mirror gave a file; it says why, and where to put it by hand.
    MissingExtraError
        If pooch is not installed.
    DataError
        If the cache can't be written.
    """
    wanted = [file for file in entry.files if state_of(file) != "good"]
    for file in wanted:
        _fetch_one(file, _addresses(file, mirror), progress)
    return [place_of(file) for file in wanted]


def _addresses(file: Published, mirror: str | None) -> Sequence[str]:
    if mirror is None:
        return file.urls
    name = urlsplit(file.urls[0]).path.rsplit("/", 1)[-1]
    return (f"{mirror.rstrip('/')}/{name}",)


def _fetch_one(file: Published, urls: Sequence[str], progress: Progress) -> None:
    path = place_of(file)
    failures = []
    for url in urls:
        try:
            _download(url, path, file, progress)
            return
        except _Refused as error:
            failures.append(f"{_server(url)}: {error}")
        except OSError as error:  # all of requests' errors are of this kind, and those of our own disk
            if _is_of_network(error):
                failures.append(f"{_server(url)}: {_reason(error)}")
            else:
                raise DataError(f"can't write {path}: {error.strerror or error}") from error
    raise FetchError(
        f"can't fetch {file.name} ({'; '.join(failures)}); try again later, or get {urls[0]} by other means "
        f"and put it at {path} (SHA-256 {file.sha256})"
    )


class _Refused(Exception):
    """What came is not the file."""


def _download(url: str, path: Path, file: Published, progress: Progress) -> None:
    try:
        import pooch
    except ImportError:
        raise MissingExtraError("inknn data fetch", "pooch", "lab") from None
    bar = _Bar(f"fetching {file.name}", progress)
    # Without compression on the way: otherwise the length in the header is not that of the file.
    download = pooch.HTTPDownloader(
        progressbar=bar, chunk_size=_CHUNK, timeout=_TIMEOUT, headers={"Accept-Encoding": "identity"}
    )
    try:
        with atomic_write(path) as target:
            hashed = _Hashed(target)
            download(url, hashed, None)
            found = hashed.sha256.hexdigest()
            if found != file.sha256:
                raise _Refused(f"it gave another file (SHA-256 {found[:12]}..., {target.tell():,} bytes)")
    except ValueError as error:  # requests of an address that is none
        raise _Refused(_reason(error)) from None


class _Hashed:
    """A file that computes the SHA-256 of what is written to it."""

    def __init__(self, file: BinaryIO) -> None:
        self.sha256 = hashlib.sha256()
        self._file = file

    def write(self, data: bytes) -> None:
        """Write, and add to the checksum."""
        self._file.write(data)
        self.sha256.update(data)

    def flush(self) -> None:
        """The file is flushed once, when it is complete."""


class _Bar:
    """The interface of a tqdm bar, as pooch expects it; calls our progress function."""

    def __init__(self, what: str, progress: Progress) -> None:
        self.total = 0
        self._what, self._progress, self._done = what, progress, 0

    def update(self, count: int) -> None:
        """``count`` more bytes have come."""
        self._done += count
        if self.total:
            self._progress(self._what, min(self._done / self.total, 1.0))

    def reset(self) -> None:
        """Begin anew."""
        self._done = 0

    def close(self) -> None:
        """Nothing is open."""


def _is_of_network(error: OSError) -> bool:
    from requests.exceptions import RequestException

    return isinstance(error, (RequestException, TimeoutError))


def _reason(error: Exception) -> str:
    """Why a request failed, in a few words; requests' own words are long and name Python objects."""
    from requests import exceptions

    response: Any = getattr(error, "response", None)
    if response is not None:
        return f"{response.status_code} {response.reason}"
    for kind, reason in (
        (exceptions.SSLError, "its certificate is not trusted"),
        (exceptions.ProxyError, "the proxy gave no connection"),
        (exceptions.Timeout, f"no answer for {_TIMEOUT} seconds"),
        (exceptions.ChunkedEncodingError, "the connection broke"),
        (exceptions.ConnectionError, "no connection"),
        (exceptions.TooManyRedirects, "it redirects in a circle"),
    ):
        if isinstance(error, kind):
            return reason
    return " ".join(str(error).split())[:120]


def _server(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else url


def _sha256(path: Path) -> str:
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _size(entry: Entry) -> str:
    return f"{max(entry.megabytes, 1):.0f} MB"
