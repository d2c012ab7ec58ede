"""Draw the pages of a PDF one by one, in another process: see ``pdf_worker`` for the reasons."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import MissingExtraError, PictureError, PictureTooLargeError
from .memory import enough_memory
from .page_range import PageRange

__all__ = ["DPI", "LARGEST_DPI", "SMALLEST_DPI", "draw_pages", "is_pdf"]

DPI = 300
"""Pixels per inch of a drawn page, as scanners give them."""

SMALLEST_DPI, LARGEST_DPI = 36, 1200

_PACKAGE = ("PDF", "pypdfium2", "pdf")
_HEAD = 1024  # bytes in which a PDF says that it is one, as its readers have agreed
_SECONDS = 60.0  # to open a document, and for each page
_WORKER = Path(__file__).with_name("pdf_worker.py")


def is_pdf(head: bytes) -> bool:
    """Whether a file that begins so is a PDF.

    Parameters
    ----------
    head : bytes
        The first 1024 bytes or more.
    """
    return b"%PDF-" in head[:_HEAD]


def draw_pages(
    data: bytes, *, dpi: int, pages: PageRange, max_pixels: int
) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """Draw pages with their annotations and filled-in fields on white.

    Parameters
    ----------
    data : bytes
        The PDF.
    dpi : int
        Pixels per inch.
    pages : PageRange
    max_pixels : int
        Larger pages are refused before they are drawn.

    Yields
    ------
    number : int
        From 1.
    page : uint8 (height, width, 3)
        RGB. A page is drawn when the iterator comes to it.

    Raises
    ------
    MissingExtraError
        If pypdfium2 isn't installed.
    PictureError
        If the PDF is damaged, needs a password, has no pages or none of these, or takes too long.
    PictureTooLargeError
        If a page has more than ``max_pixels`` pixels.
    """
    if find_spec("pypdfium2") is None:
        raise MissingExtraError(*_PACKAGE)
    task = {"bytes": len(data), "dpi": dpi, "max_pixels": max_pixels, "seconds": _SECONDS}
    with _worker() as worker:
        count = _answer(worker, json.dumps(task).encode() + b"\n", data, what="the PDF")["pages"]
        del data  # the worker has it
        for number in pages.of(count):
            yield number, _page(worker, number, dpi, max_pixels)


def _page(worker: subprocess.Popen[bytes], number: int, dpi: int, max_pixels: int) -> NDArray[np.uint8]:
    answer = _answer(worker, b"%d\n" % number, what=f"page {number}")
    if "large" in answer:
        width, height = answer["large"]
        fitting = math.floor(dpi * math.sqrt(max_pixels / (width * height)))
        drawn = f"draw page {number} at {fitting} dpi or less,"
        remedy = drawn if fitting >= SMALLEST_DPI else f"make page {number} smaller"
        raise PictureTooLargeError(width, height, max_pixels, remedy=remedy)
    width, height, stride = answer["width"], answer["height"], answer["stride"]
    with enough_memory(width, height):
        rows = np.empty((height, stride), np.uint8)
    if _pipe(worker.stdout).readinto(rows.data.cast("B")) < rows.nbytes:
        raise _ended(worker, f"page {number}")
    return rows[:, : 3 * width].reshape(height, width, 3)


@contextmanager
def _worker() -> Iterator[subprocess.Popen[bytes]]:
    """A process that waits for a PDF, and ends with the block."""
    from multiprocessing.spawn import get_executable  # also knows Python's place inside other programs

    executable = get_executable()
    if not executable or getattr(sys, "frozen", False):
        raise PictureError("PDF can't be read from inside this program; save the pages as PNG")
    process = subprocess.Popen(
        [os.fsdecode(executable), "-P", str(_WORKER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},  # it finds the packages we find
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    with process:
        try:
            yield process
        finally:
            process.kill()
            with suppress(OSError):  # what it hasn't read is flushed here
                _pipe(process.stdin).close()


def _answer(worker: subprocess.Popen[bytes], *request: bytes, what: str) -> dict[str, Any]:
    """What the worker answers, or why it can't."""
    with suppress(OSError):  # it has ended: then there is no answer either
        for piece in request:
            _pipe(worker.stdin).write(piece)
        _pipe(worker.stdin).flush()
    line = _pipe(worker.stdout).readline()
    if not line.endswith(b"\n"):
        raise _ended(worker, what)
    answer: dict[str, Any] = json.loads(line)
    if "problem" not in answer:
        return answer
    problem, *details = answer["problem"]
    if problem == "large":
        return {problem: details}
    if problem == "missing":
        raise MissingExtraError(*_PACKAGE)
    reason = {
        "locked": "the PDF is protected by a password; save it without one",
        "empty": "the PDF has no pages; export it again",
    }
    raise PictureError(reason.get(problem, f"{what} is damaged or incomplete; get the PDF anew"))


def _ended(worker: subprocess.Popen[bytes], what: str) -> PictureError:
    """Why the worker has gone: its watch ends it with 1, a crash with another code."""
    if worker.wait() == 1:
        return PictureError(f"{what} takes more than {_SECONDS:g} seconds to draw; save the pages as PNG")
    return PictureError(f"{what} is damaged or needs too much memory; save the pages as PNG")


def _pipe(pipe: IO[bytes] | None) -> Any:
    assert pipe is not None  # Popen made both
    return pipe
