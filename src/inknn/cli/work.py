"""The work on one picture of ``inknn read``, and how several are worked on at once."""

from __future__ import annotations

import os
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ..errors import InknnError, OutputError, PictureError, PictureTooLargeError
from .overlays import OVERLAY_SOFTWARE, free_path, overlay_paths
from .sources import STDIN, Source

if TYPE_CHECKING:
    from ..reader import DigitReader
    from ..reader.result import Reading

TRACEBACK_VARIABLE = "INKNN_TRACEBACK"

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Job:
    """A picture to read, and where its overlay goes if one is wanted."""

    source: Source
    overlay: Path | None


def plan(sources: list[Source], overlay: Path | None) -> list[Job]:
    """One job for each source.

    Raises
    ------
    OutputError
        If the overlays' folder can't be made or written.
    """
    if overlay is None:
        return [Job(source, None) for source in sources]
    try:
        overlay.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=overlay):
            pass
    except OSError as error:
        reason = error.strerror or error
        raise OutputError(f"can't write to {overlay}: {reason}; choose another folder") from error
    paths = overlay_paths(sources, overlay)
    return [Job(source, path) for source, path in zip(sources, paths, strict=True)]


def do(job: Job, reader: DigitReader, max_pixels: int) -> list[Reading] | InknnError:
    """The pages of a picture, or why it can't be read.

    Raises
    ------
    InknnError
        If the next picture would fare no better: the data is damaged, the disk is full.
    """
    try:
        if job.source.error is not None:
            raise job.source.error
        picture = _stdin() if job.source.name == STDIN else job.source.name
        readings = list(reader.read_pages(picture))
        if job.overlay is not None:
            _save_overlays(picture, readings, job.overlay, max_pixels)
    except PictureTooLargeError as error:
        return PictureTooLargeError(str(error).replace("max_pixels", "--max-megapixels"))
    except PictureError as error:
        return error
    except InknnError:
        raise
    except Exception as error:  # a bug of ours must not cost the user the other pictures
        if os.environ.get(TRACEBACK_VARIABLE):
            raise
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        return InknnError(
            f"inknn failed on it, which is a bug; {TRACEBACK_VARIABLE}=1 shows where ({reason})"
        )
    return readings


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


def _stdin() -> bytes:
    if sys.stdin is None:
        raise PictureError("stdin is closed; name a file instead")
    return sys.stdin.buffer.read()


def _save_overlays(picture: str | bytes, readings: list[Reading], path: Path, max_pixels: int) -> None:
    from PIL.PngImagePlugin import PngInfo

    from ..files import atomic_write
    from ..ink import open_pages
    from ..reader.overlay import draw_overlay

    mark = PngInfo()
    mark.add_text("Software", OVERLAY_SOFTWARE)  # by which is_overlay() knows it again
    for page, reading in zip(open_pages(picture, max_pixels=max_pixels), readings, strict=True):
        target = path
        if reading.page > 1:
            target = free_path(path.parent, f"{path.stem}-page{reading.page}")
        drawn = draw_overlay(page.color, reading)
        try:
            with atomic_write(target) as file:
                drawn.save(file, "PNG", compress_level=3, pnginfo=mark)  # twice as fast as 6, 5 % larger
        except OSError as error:
            raise OutputError(f"can't write {target}: {error.strerror or error}") from error
