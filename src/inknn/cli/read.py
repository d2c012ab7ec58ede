"""``inknn read``: pictures in, digits out."""

from __future__ import annotations

import math
import os
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import InknnError, OutputError
from ..progress import terminal_progress
from .formats import FORMATS, open_writer, rows_with_digits
from .messages import complain
from .sink import Sink
from .sources import find_sources, is_same_file
from .work import do, in_order, plan

if TYPE_CHECKING:
    from ..reader.result import Reading


NO_DIGIT = "no digits found: nothing on it looks like one"

# Click would stop at the first file that can't be read, before the others are.
_PATH = click.Path(readable=False)


def _finite(context: click.Context, option: click.Parameter, value: float) -> float:
    if not math.isfinite(value):
        raise click.BadParameter(f"{value} is no number of megapixels.", context, option)
    return value


def _file_name(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    if value is not None and (not value or value.endswith(("/", os.sep))):
        raise click.BadParameter(f"'{value}' is no name of a file.", context, option)
    return value


@click.command()
@click.argument("files", metavar="FILE|FOLDER|-...", nargs=-1, required=True, type=_PATH)
@click.option(
    "--format",
    "-f",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="text: a table on a terminal, bare digits elsewhere; jsonl: one JSON object for each page; "
    "csv: one row for each row of digits.",
)
@click.option(
    "--output",
    "-o",
    metavar="FILE",
    type=_PATH,
    callback=_file_name,
    help="Write to this file, once all is read.",
)
@click.option(
    "--overlay",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Save each picture there as NAME.png, with boxes and digits drawn; these are never read themselves.",
)
@click.option(
    "--names/--no-names",
    default=None,
    help="text: begin each line with the picture's name and a tab (the default for several).",
)
@click.option("--recursive", "-r", is_flag=True, help="Look for pictures in the folders inside a folder too.")
@click.option(
    "--model",
    metavar="FILE",
    type=_PATH,
    help="Compare with the digits of this file of `inknn fit`; mnist is inknn as it comes.  [default: mnist]",
)
@click.option(
    "--jobs",
    "-j",
    metavar="N",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Pictures to read at the same time.",
)
@click.option(
    "--max-megapixels",
    metavar="N",
    type=click.FloatRange(min=0, min_open=True),
    callback=_finite,
    default=100,
    show_default=True,
    help="Refuse larger pictures, before they fill the memory.",
)
@click.option("--quiet", "-q", is_flag=True, help="No warnings and no progress bar.")
def read(
    files: tuple[str, ...],
    format: str,
    output: str | None,
    overlay: Path | None,
    names: bool | None,
    recursive: bool,
    model: str | None,
    jobs: int,
    max_megapixels: float,
    quiet: bool,
) -> int:
    """Read the digits in pictures: photos, scans and drawings.

    A digit that inknn refuses to name is written ?; JSON and the table say what it could be. Rows in which
    nothing looks like a digit are left out, except from JSON.

    Examples:

    \b
      inknn read photo.jpg                    a table: digits, confidence, doubt
      inknn read scans/ -f csv -o marks.csv   a folder, into a spreadsheet
      inknn read *.png -f jsonl | jq .        everything inknn knows, for programs
      inknn read form.png --overlay seen/     the picture with boxes and digits
      curl -s ADDRESS | inknn read -          a picture from a pipe

    Text: one line for each row of digits. Where several pictures or a folder are given, the picture's name
    and a tab come first, and a picture without digits has a line of its own. A name with a tab or a newline
    in it is written as a JSON string.

    CSV: source, page, line (from 1, as in JSON), text, confidence (of the least certain digit; 0 where one
    is none), doubtful (how many digits are), and the row's box in pixels of the upright picture: x, y,
    width, height.

    Exit codes: 0 all were read, 2 wrong usage, 3 a picture can't be read (the others are), 4 inknn's data
    can't be prepared, 5 the output can't be written.
    """
    sources = find_sources(list(files), recursive=recursive, tell=_silence if quiet else complain)
    if output is not None and is_same_file(output, sources):
        raise OutputError(f"can't write {output}: it is one of the pictures to read; choose another file")
    several = len(sources) > 1 or any(os.path.isdir(name) for name in files)
    with Sink(output) as sink:
        writer = open_writer(sink, format, names=several if names is None else names)
        # Lines that appear on the terminal one by one show the progress themselves.
        streams = sink.is_terminal() and format != "text"
        todo = plan(sources, overlay)
        code = 0
        with terminal_progress(quiet or streams) as progress:
            from ..reader import DigitReader

            max_pixels = max(1, round(max_megapixels * 1e6))
            # Pictures side by side leave no CPU idle for the search to take.
            known = None if model == "mnist" else model
            reader = DigitReader(
                model=known, max_pixels=max_pixels, n_jobs=None if jobs == 1 else 1, progress=progress
            )
            work = partial(do, reader=reader, max_pixels=max_pixels)
            for done, outcome in enumerate(in_order(work, todo, jobs), start=1):
                if isinstance(outcome, InknnError):
                    complain(f"{sources[done - 1].name}: {outcome}")
                    code = code or outcome.exit_code
                else:
                    for reading in map(_with_warning, outcome):
                        _warn(reading, quiet)
                        writer.add(reading)
                progress("reading", done / len(sources))
        writer.close()
    return code


def _with_warning(reading: Reading) -> Reading:
    """The reading; with a warning if there is something on the picture and nothing of it will be written."""
    if reading.lines and not reading.warnings and not rows_with_digits(reading):
        return replace(reading, warnings=(NO_DIGIT,))
    return reading


def _silence(message: str) -> None:
    """Tell nobody."""


def _warn(reading: Reading, quiet: bool) -> None:
    page = f", page {reading.page}" if reading.page > 1 else ""
    for warning in () if quiet else reading.warnings:
        complain(f"{reading.source}{page}: {warning}")
