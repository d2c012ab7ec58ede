"""``inknn read``: pictures in, digits out."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import InknnError, OutputError
from ..progress import terminal_progress
from .formats import Format, open_writer
from .messages import complain
from .sink import Sink
from .sources import find_sources, is_same_file
from .work import do, in_order, plan

if TYPE_CHECKING:
    from ..reading import Reading


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
        typer.Option(metavar="DIR", help="Save each picture there as NAME.png, with boxes and digits drawn."),
    ] = None,
    names: Annotated[
        bool | None,
        typer.Option(
            "--names/--no-names",
            help="text: begin each line with the picture's name and a tab (the default for several).",
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

    A digit that inknn refuses to name is written ?; JSON and the table say what it could be.

    Examples:

    \b
      inknn read photo.jpg                    a table: digits, confidence, doubt
      inknn read scans/ -f csv -o marks.csv   a folder, into a spreadsheet
      inknn read *.png -f jsonl | jq .        everything inknn knows, for programs
      inknn read form.png --overlay seen/     the picture with boxes and digits
      curl -s ADDRESS | inknn read -          a picture from a pipe

    Text: One line for each row of digits. Where several pictures or a folder are given, the
    picture's name and a tab come first, and a picture without digits has a line of its own.

    CSV: source, page, line (from 1), text, confidence (of the least certain digit), doubtful
    (how many digits are), and the row's box in pixels of the upright picture: x, y, width, height.

    Exit codes: 0 all were read, 2 wrong usage, 3 a picture can't be read (the others are), 4
    inknn's data can't be prepared, 5 the output can't be written.
    """
    sources = find_sources(files, recursive=recursive)
    if output is not None and is_same_file(output, sources):
        raise OutputError(f"can't write {output}: it is one of the pictures to read; choose another file")
    several = len(sources) > 1 or any(os.path.isdir(name) for name in files)
    with Sink(output) as sink:
        writer = open_writer(sink, format, names=several if names is None else names)
        # Lines that appear on the terminal one by one show the progress themselves.
        streams = sink.is_terminal() and format is not Format.text
        todo = plan(sources, overlay)
        code = 0
        with terminal_progress(quiet or streams) as progress:
            from ..reader import DigitReader

            max_pixels = round(max_megapixels * 1e6)
            work = partial(
                do, reader=DigitReader(max_pixels=max_pixels, progress=progress), max_pixels=max_pixels
            )
            for done, outcome in enumerate(in_order(work, todo, jobs), start=1):
                if isinstance(outcome, InknnError):
                    complain(f"{sources[done - 1].name}: {outcome}")
                    code = code or outcome.exit_code
                else:
                    for reading in outcome:
                        _warn(reading, quiet)
                        writer.add(reading)
                progress("reading", done / len(sources))
        writer.close()
    raise typer.Exit(code)


def _warn(reading: Reading, quiet: bool) -> None:
    page = f", page {reading.page}" if reading.page > 1 else ""
    for warning in () if quiet else reading.warnings:
        complain(f"{reading.source}{page}: {warning}")
