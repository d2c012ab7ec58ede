"""The process that opens one PDF and draws its pages on request; ``pdf`` starts it and talks to it.

It is a process of its own because PDFium serves one thread only, can't be interrupted, and may be made to
crash or to work for ever by a hostile file. It is run as a script, so that it loads nothing else of inknn.

First comes a line of JSON with the task and then the PDF itself; the answer is a line with the number of
pages. Then each line has the number of a page; the answer is a line with its size and then its pixels. A
line with a ``problem`` ends it all.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import math
import os
import signal
import sys
from typing import Any, BinaryIO

POINTS_PER_INCH = 72 * (1 + 1e-6)  # sides are float32: rounding them up must add no row or column
CRASHED = 3
"""Exit code after an error that nobody has foreseen, such as one of memory."""

_MEMORY = 2 << 30  # bytes beside those of the file and the page: PDFium needs a small part of it
_BYTES_PER_PIXEL = 8  # of the page: twice what it takes


class Refusal(Exception):
    """Why a PDF or a page can't be drawn; the arguments are a problem's name and its details."""


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more."""
    task = json.loads(requests.readline())
    data = requests.read(task["bytes"])
    _limit_memory(len(data), task["max_pixels"])
    try:
        with _watch(task["seconds"]):
            document = _open(data)
        _send(answers, {"pages": len(document)})
        for request in requests:
            with _watch(task["seconds"]):
                bitmap = _draw(document, int(request), task["dpi"], task["max_pixels"])
            _send(answers, {"width": bitmap.width, "height": bitmap.height, "stride": bitmap.stride})
            answers.write(bitmap.buffer)
            answers.flush()
            bitmap.close()
    except Refusal as refusal:
        _send(answers, {"problem": refusal.args})


def _open(data: bytes) -> Any:
    try:
        import pypdfium2
        from pypdfium2 import raw
    except (ImportError, OSError):  # OSError: its library can't be loaded
        raise Refusal("missing") from None
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        problems = {
            raw.FPDF_ERR_SUCCESS: "empty",
            raw.FPDF_ERR_PASSWORD: "locked",
            raw.FPDF_ERR_SECURITY: "locked",
        }
        raise Refusal(problems.get(error.err_code, "damaged")) from None
    document.init_forms()
    return document


def _draw(document: Any, number: int, dpi: int, max_pixels: int) -> Any:
    """The bitmap of a page, RGB on white."""
    import pypdfium2

    try:
        sides = document.get_page_size(number - 1)
        if not all(map(math.isfinite, sides)):
            raise Refusal("damaged")
        # As PDFium does it, but before it reads what is on the page.
        width, height = (max(1, math.ceil(side * (dpi / POINTS_PER_INCH))) for side in sides)
        if width * height > max_pixels:
            raise Refusal("large", width, height)
        page = document[number - 1]
        bitmap = page.render(scale=dpi / POINTS_PER_INCH, rev_byteorder=True)
        page.close()
    except (pypdfium2.PdfiumError, ValueError):
        raise Refusal("damaged") from None
    return bitmap


@contextlib.contextmanager
def _watch(seconds: float) -> Any:
    """End the process, whatever it is doing, if the block takes longer."""
    faulthandler.dump_traceback_later(seconds, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


def _limit_memory(file: int, max_pixels: int) -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    wanted = _MEMORY + 2 * file + _BYTES_PER_PIXEL * max_pixels
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    with contextlib.suppress(OSError, ValueError, OverflowError):
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash leaves no file


def _send(answers: BinaryIO, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer).encode() + b"\n")
    answers.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who started this, and who ends it
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever PDFium prints is no answer
    try:
        serve(sys.stdin.buffer, channel)
    except Exception:  # not the 1 of a page that takes too long
        sys.exit(CRASHED)
