"""``inknn read``: pictures in, digits out."""

from __future__ import annotations

import os
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from ..errors import InknnError, OutputError, PictureError
from ..progress import terminal_progress
from .formats import Format, open_writer
from .messages import complain
from .sink import Sink
from .sources import STDIN, Source, find_sources, is_same_file, overlay_paths

if TYPE_CHECKING:
    from ..reader import DigitReader
    from ..reading import Reading

TRACEBACK_VARIABLE = "INKNN_TRACEBACK"

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def read(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE|FOLDER|-...", help="Pictures, folders of them, or - for stdin."),
    ],
    format: Annotated[
        Format,
        typer.Option(
            "--format",
            "-f",
            help="text: a table on a terminal, bare digits elsewhere; jsonl: one JSON object for each page; "
            "csv: one row for each row of digits.",
        ),
    ] = Format.text,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write to this file, once all is read."),
    ] = None,
    overlay: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Save each picture there with its boxes and digits drawn in, as NAME.png."
        ),
    ] = None,
    names: Annotated[
        bool | None,
        typer.Option(
            "--names/--no-names",
            help="text: begin each line with the picture's name and a tab.  [default: where there are several]",
            show_default=False,
        ),
    ] = None,
    recursive: Annotated[
        bool, typer.Option("--recursive", "-r", help="Look for pictures in the folders inside a folder too.")
    ] = False,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Pictures to read at the same time.")] = 1,
    max_megapixels: Annotated[
        float, typer.Option(min=0.001, help="Refuse larger pictures, before they fill the memory.")
    ] = 100.0,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No warnings and no progress bar.")] = False,
) -> None:
    """Read the digits in pictures: photos, scans and drawings.

    A digit that inknn refuses to name is written [bold]?[/bold]. JSON and the overlay say what it could be.

    [bold]Examples[/bold]

    \b
      inknn read photo.jpg                    a table: digits, confidence, doubt
      inknn read scans/ -o marks.csv -f csv   a folder, into a spreadsheet
      inknn read *.png -f jsonl | jq .        everything inknn knows, for programs
      inknn read form.png --overlay seen/     the picture with boxes and digits
      curl -s URL | inknn read -              a picture from a pipe

    [bold]Text[/bold]  One line for each row of digits. Where several pictures or a folder are given, the
    picture's name and a tab come first, and a picture without digits has a line of its own.

    [bold]CSV[/bold]  source, page, line (from 1), text, confidence (of the least certain digit), doubtful (how many
    digits are), and the row's box in pixels of the upright picture: x, y, width, height.

    [bold]Exit codes[/bold]  0 all were read, 2 wrong usage, 3 a picture can't be read (the others are), 4 inknn's
    data can't be prepared, 5 the output can't be written.
    """
    sources = find_sources(files, recursive=recursive)
    if output is not None and is_same_file(output, sources):
        raise OutputError(f"can't write {output}: it is one of the pictures to read; choose another file")
    shown = names if names is not None else len(sources) > 1 or any(os.path.isdir(name) for name in files)
    with Sink(output) as sink:
        overlays = None if overlay is None else _overlays(sources, overlay)
        writer = open_writer(sink, format, names=shown)
        # Lines that appear on the terminal one by one show the progress themselves.
        streams = sink.is_terminal() and format is not Format.text
        with terminal_progress(quiet or streams) as progress:
            from ..reader import DigitReader

            work = _Work(DigitReader(max_pixels=int(max_megapixels * 1e6), progress=progress), overlays)
            code = 0
            for number, (source, outcome) in enumerate(
                _in_order(work, list(enumerate(sources)), jobs), start=1
            ):
                if isinstance(outcome, InknnError):
                    complain(f"{source.name}: {outcome}")
                    code = code or outcome.exit_code
                else:
                    for reading in outcome:
                        _warn(reading, quiet)
                        writer.add(reading)
                progress("reading", number / len(sources))
        writer.close()
    raise typer.Exit(code)


@dataclass(frozen=True)
class _Work:
    """What is done with one source, in whichever thread."""

    reader: DigitReader
    overlays: list[Path] | None

    def __call__(self, numbered: tuple[int, Source]) -> tuple[Source, list[Reading] | InknnError]:
        number, source = numbered
        try:
            if source.error is not None:
                raise source.error
            picture = _stdin() if source.name == STDIN else source.name
            readings = [reading for reading in self.reader.read_pages(picture)]
            if self.overlays is not None:
                _save_overlays(picture, readings, self.overlays[number], self.reader.max_pixels)
        except PictureError as error:
            return source, error
        except InknnError:
            raise
        except Exception as error:  # a bug of ours must not cost the user the other pictures
            if os.environ.get(TRACEBACK_VARIABLE):
                raise
            return source, InknnError(
                f"inknn failed on it, which is a bug: {type(error).__name__}: {error}; "
                f"{TRACEBACK_VARIABLE}=1 shows where"
            )
        return source, readings


def _stdin() -> bytes:
    if sys.stdin is None:
        raise PictureError("stdin is closed; name a file instead")
    return sys.stdin.buffer.read()


def _warn(reading: Reading, quiet: bool) -> None:
    page = f", page {reading.page}" if reading.page > 1 else ""
    for warning in () if quiet else reading.warnings:
        complain(f"{reading.source}{page}: {warning}")


def _overlays(sources: list[Source], folder: Path) -> list[Path]:
    """The overlays' paths, in a folder that can be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OutputError(
            f"can't write to {folder}: {error.strerror or error}; choose another folder"
        ) from error
    return overlay_paths(sources, folder)


def _save_overlays(picture: str | bytes, readings: list[Reading], path: Path, max_pixels: int) -> None:
    from ..cache import atomic_write
    from ..ink import open_pages
    from ..overlay import draw_overlay

    for page, reading in zip(open_pages(picture, max_pixels=max_pixels), readings, strict=True):
        target = path if reading.page == 1 else path.with_name(f"{path.stem}-page{reading.page}.png")
        try:
            with atomic_write(target) as file:
                draw_overlay(page.colour, reading).save(file, "PNG")
        except OSError as error:
            raise OutputError(f"can't write {target}: {error.strerror or error}") from error


def _in_order(work: Callable[[_Item], _Result], items: list[_Item], jobs: int) -> Iterator[_Result]:
    """Like ``map``, in ``jobs`` threads; only a few results wait at a time."""
    if jobs == 1 or len(items) == 1:
        yield from map(work, items)
        return
    pool = ThreadPoolExecutor(jobs)
    waiting: deque[Future[_Result]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) >= 2 * jobs:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
