"""``inknn read``: pictures in, digits out."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import InknnError
from ..progress import terminal_progress
from .formats import FORMATS, open_writer
from .options import PATH, QUIET, Amount, FileName, WholeNumber, format_option
from .output import Sink, complain
from .sources import find_sources
from .work import do, in_order, plan

if TYPE_CHECKING:
    from ..reader.result import Reading


@click.command()
@click.argument("files", metavar="FILE|FOLDER|-...", nargs=-1, required=True, type=PATH)
@format_option(
    *FORMATS,
    help="text: a table on a terminal, bare digits elsewhere; jsonl: one JSON object for each page; "
    "csv: one row for each row of digits.",
)
@click.option("--output", "-o", type=FileName(stdout=True), help="Write to this file, once all is read.")
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
    type=PATH,
    help="Compare with the digits of this file of `inknn fit`; mnist is inknn as it comes.  [default: mnist]",
)
@click.option(
    "--jobs",
    "-j",
    type=WholeNumber(min=1),
    default=1,
    show_default=True,
    help="Pictures to read at the same time.",
)
@click.option(
    "--max-megapixels",
    type=Amount(min=0, min_open=True),
    default=100,
    show_default=True,
    help="Refuse larger pictures, before they fill the memory.",
)
@QUIET
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

    A digit that inknn refuses to name is written ?; JSON and the table show what it could be. Rows in which
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

    CSV: source, page, line (from 1, as in JSON), text, confidence (of the least certain digit; 0 if one is
    no digit), doubtful (how many digits are in doubt), and the row's box in pixels of the upright picture:
    x, y, width, height.

    Exit codes: 0 all pictures were read, 2 wrong usage, 3 a picture can't be read (the others are), 4 the
    model or inknn's own data can't be read, 5 the output can't be written.
    """
    sources = find_sources(list(files), recursive=recursive, report=_ignore if quiet else complain)
    several = len(sources) > 1 or any(os.path.isdir(name) for name in files)
    with Sink(output, reads=[*(source.name for source in sources), model]) as sink:
        writer = open_writer(sink, format, names=several if names is None else names)
        # Lines that appear on the terminal one by one show the progress themselves.
        streams = sink.is_terminal() and format != "text"
        jobs_to_do = plan(sources, overlay)
        code = 0
        with terminal_progress(quiet or streams) as progress:
            from ..reader import DigitReader

            reader = DigitReader(
                model=None if model == "mnist" else model,
                max_pixels=max(1, round(max_megapixels * 1e6)),
                n_jobs=None if jobs == 1 else 1,  # several pictures at once leave no CPU idle for the search
                progress=progress,
            )
            work = partial(do, reader=reader)
            for done, outcome in enumerate(in_order(work, jobs_to_do, jobs), start=1):
                if isinstance(outcome, InknnError):
                    complain(f"{sources[done - 1].name}: {outcome}")
                    code = code or outcome.exit_code
                else:
                    for reading in outcome:
                        _show_warnings(reading, quiet)
                        writer.add(reading)
                progress("reading", done / len(sources))
        writer.close()
    return code


def _ignore(message: str) -> None:
    """``--quiet`` was given."""


def _show_warnings(reading: Reading, quiet: bool) -> None:
    page = f", page {reading.page}" if reading.page > 1 else ""
    for warning in () if quiet else reading.warnings:
        complain(f"{reading.source}{page}: {warning}")
