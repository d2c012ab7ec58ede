"""The work on one picture of ``inknn read``, and how several are worked on at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ..errors import InknnError, MissingExtraError, PictureError, PictureTooLargeError
from ..files import Staging, check_folder, output_error
from .faults import as_inknn_error
from .overlays import check_replaceable, folded_place, free_path, overlay_paths, save_overlay
from .sources import Source

if TYPE_CHECKING:
    from ..reader import DigitReader
    from ..reader.result import Reading

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Job:
    """A picture to read, and where its overlay goes if one is wanted.

    ``taken`` are the places of other pictures' overlays, which no further page may take; ``force`` lets it
    replace overlays of other pictures.
    """

    source: Source
    overlay: Path | None
    taken: frozenset[str] = frozenset()
    force: bool = False


def plan(sources: list[Source], overlay: Path | None, *, force: bool = False) -> list[Job]:
    """One job for each source.

    Raises
    ------
    OutputError
        If the overlays' folder can't be made or written; or, without ``force``, an overlay of another picture
        would be replaced.
    """
    if overlay is None:
        return [Job(source, None) for source in sources]
    check_folder(overlay)
    paths = overlay_paths([source.name for source in sources], overlay)
    if not force:
        for source, path in zip(sources, paths, strict=True):
            check_replaceable(path, source.name)
    taken = frozenset(map(folded_place, paths))
    return [Job(source, path, taken, force) for source, path in zip(sources, paths, strict=True)]


def do(
    job: Job, reader: DigitReader, pages: str | None = None, report: Callable[[Reading], None] | None = None
) -> list[Reading] | InknnError:
    """The pages of a picture, or why it can't be read.

    Parameters
    ----------
    job
    reader
    pages
        Which pages; all by default.
    report
        Called with each page as soon as it has been read.

    Raises
    ------
    InknnError
        If the next picture would fail for the same reason: the data is damaged, the disk is full.
    """
    try:
        readings = []
        for reading in _read(job, reader, pages):
            readings.append(reading)
            if report is not None:
                report(reading)
        return readings
    except PictureTooLargeError as error:
        return error.naming("--max-megapixels")
    except (PictureError, MissingExtraError) as error:
        return error
    except InknnError:
        raise
    except Exception as error:  # a bug of ours must not cost the user the other pictures
        return as_inknn_error(error, "inknn failed on it")


def _read(job: Job, reader: DigitReader, pages: str | None) -> Iterator[Reading]:
    picture = job.source.picture()
    if job.overlay is None:
        yield from reader.read_pages(picture, pages=pages)
        return
    with Staging() as staging:  # of a picture that is damaged on its last page no overlay is left
        for reading, page in reader.read_pages_in_color(picture, pages=pages):
            path = job.overlay
            if reading.page > 1:
                path = free_path(path.parent, f"{path.stem}-page{reading.page}", job.taken)
                if not job.force:
                    check_replaceable(path, job.source.name)
            try:
                with staging.write(path) as file:
                    save_overlay(page, reading, file)
            except OSError as error:
                raise output_error(path, error) from error
            del page  # before the next one is opened
            yield reading


def in_order(work: Callable[[_Item], _Result], items: list[_Item], threads: int) -> Iterator[_Result]:
    """Like ``map``, in several threads; only a few results wait at a time."""
    if threads == 1 or len(items) == 1:
        yield from map(work, items)
        return
    pool = ThreadPoolExecutor(threads)
    waiting: deque[Future[_Result]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) >= 2 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
