"""``inknn read``: pictures in, digits out."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import InknnError, ParameterError
from ..progress import terminal_progress
from .formats import FORMATS, open_writer
from .options import PATH, QUIET, THREADS, Amount, FileName, WholeNumber, format_option
from .output import Sink, complain
from .sources import find_sources
from .work import do, in_order, plan

if TYPE_CHECKING:
    from ..reader.result import Reading


def _check_pages(context: click.Context, parameter: click.Parameter, pages: str | None) -> str | None:
    from ..ink.page_range import PageRange

    try:
        if pages is not None:
            PageRange.parse(pages)
    except ParameterError as error:
        raise click.BadParameter(f"{error}.", context, parameter) from None
    return pages


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
    help="Save each picture there as NAME.png, or under a longer name where pictures share one, with boxes "
    "and digits drawn; these are never read themselves.",
)
@click.option("--force", is_flag=True, help="Replace overlays of other pictures in DIR too.")
@click.option(
    "--names/--no-names",
    default=None,
    help="text: begin each line with the picture's name and a tab (the default for several, and for pages).",
)
@click.option("--recursive", "-r", is_flag=True, help="Look for pictures in the folders inside a folder too.")
@click.option(
    "--pages",
    metavar="PAGES",
    callback=_check_pages,
    help="Read only these pages of a PDF or TIFF file, as 2-5 or 1,3,7-.  [default: all]",
)
@click.option(
    "--dpi",
    type=WholeNumber(36, 1200),
    default=300,
    show_default=True,
    help="Pixels per inch at which the pages of a PDF are drawn.",
)
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
    help="Pictures to read at the same time; if several, each uses one thread, or those of --threads.",
)
@THREADS
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
    force: bool,
    names: bool | None,
    recursive: bool,
    pages: str | None,
    dpi: int,
    model: str | None,
    jobs: int,
    max_megapixels: float,
    quiet: bool,
) -> int:
    """Read the digits in photos, scans, drawings and PDF files.

    A digit that inknn refuses to name is written ?; JSON and the table show what it could be. Rows in which
    nothing looks like a digit are left out, except from JSON.

    Examples:

    \b
      inknn read photo.jpg                    a table: digits, confidence, doubt
      inknn read scans/ -f csv -o marks.csv   a folder, into a spreadsheet
      inknn read *.png -f jsonl | jq .        everything inknn knows, for programs
      inknn read form.png --overlay seen/     the picture with boxes and digits
      inknn read forms.pdf --pages 2-5        pages of a PDF: pip install 'inknn[pdf]'
      curl -s ADDRESS | inknn read -          a picture from a pipe

    Text: one line for each row of digits. Where several pictures or a folder are given, the picture's name
    and a tab come first, and a picture without digits has a line of its own. Where a file has several pages,
    its name ends with the page's number: scan.pdf#page=2. A name with a tab or a newline in it is written as
    a JSON string.

    CSV: source, page, line (from 1, as in JSON), text, confidence (of the least certain digit; 0 if one is
    no digit), doubtful (how many digits are in doubt), the row's box in pixels of the upright picture: x, y,
    width, height; and error: why the picture can't be read. JSON has an object with source and error then.

    Exit codes: 0 all pictures were read, 1 a picture needs an optional package (the others are read), 2 wrong
    usage, 3 a picture can't be read (the others are), 4 the model or inknn's own data can't be read, 5 the
    output can't be written, or an overlay of another picture is in its place, 6 the system has no more
    memory, threads or files to give.
    """
    sources = find_sources(list(files), recursive=recursive, report=_ignore if quiet else complain)
    several = len(sources) > 1 or any(os.path.isdir(name) for name in files)
    with Sink(output, reads=[*(source.name for source in sources), model]) as sink:
        writer = open_writer(sink, format, names=True if several and names is None else names)
        # Lines that appear on the terminal one by one show the progress themselves.
        streams = sink.is_terminal() and format != "text"
        jobs_to_do = plan(sources, overlay, force=force)
        code = done = 0
        with terminal_progress(quiet, bar=not streams) as progress:
            from ..reader import DigitReader
            from ..threads import thread_limit

            reader = DigitReader(
                model=None if model == "mnist" else model,
                max_pixels=max(1, round(max_megapixels * 1e6)),
                dpi=dpi,
                # Several pictures at once leave no CPU idle for the search.
                n_jobs=1 if jobs > 1 and thread_limit() is None else None,
                progress=progress,
            )

            def report(reading: Reading) -> None:
                if reading.page > 1:
                    progress(f"reading page {reading.page} of {reading.source}", done / len(sources))

            work = partial(do, reader=reader, pages=pages, report=report)
            for source, outcome in zip(sources, in_order(work, jobs_to_do, jobs), strict=True):
                if isinstance(outcome, InknnError):
                    complain(f"{source.name}: {outcome.reason}")
                    writer.fail(source.name, outcome.reason)
                    code = code or outcome.exit_code
                else:
                    for reading in outcome:
                        _show_warnings(reading, quiet)
                        writer.add(reading, paged=len(outcome) > 1)
                done += 1
                progress("reading", done / len(sources))
        writer.close()
    return code


def _ignore(message: str) -> None:
    """``--quiet`` was given."""


def _show_warnings(reading: Reading, quiet: bool) -> None:
    page = f", page {reading.page}" if reading.page > 1 else ""
    for warning in () if quiet else reading.warnings:
        complain(f"{reading.source}{page}: {warning}")
