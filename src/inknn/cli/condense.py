"""``inknn condense``: fewer references, and what they cost."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import click

from ..files import check_writable, output_file
from ..progress import terminal_progress
from .options import DATA, QUIET, THREADS, FileName, format_option
from .output import Sink

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from ..lab.condensation import Condensed

_KINDS = (".npz", ".inknn")


def _complete_method(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem | str]:
    from ..lab.selection import SELECTIONS

    return [name for name in SELECTIONS if name.startswith(begun)]


@click.command()
@DATA
@click.option(
    "--output",
    "-o",
    required=True,
    type=FileName(),
    help="File to write: digits and labels (FILE.npz), or a model of them (FILE.inknn).",
)
@click.option(
    "--method",
    metavar="NAME",
    shell_complete=_complete_method,
    help="condensed, edited, edited-condensed, medoids or random.  [default: edited-condensed; medoids with "
    "--keep]",
)
@click.option(
    "--keep",
    metavar="N|P%",
    help="How many digits medoids and random keep, at least one for each label.  [default: 10%]",
)
@format_option("text", "json", help="For people or for programs.")
@THREADS
@QUIET
def condense(data: str, output: str, method: str | None, keep: str | None, format: str, quiet: bool) -> None:
    """Keep fewer training digits, and measure the cost.

    \b
      condensed         digits that the borders between labels need (Hart 1968)
      edited            all but those whose neighbors outvote them (Wilson 1972)
      edited-condensed  edited first, then condensed
      medoids           the digits in the middle of clusters within each label
      random            drawn at random, to compare with

    The cost is measured on a fifth of the digits, held out: whole groups (like those of a writer) where they
    are known, else the last digits of each label. They are classified with all the other digits as
    references, with those kept, with as many drawn at random, and with those kept in a metric learned from
    nothing else.

    A model (FILE.inknn) keeps the metric learned from all digits. A model fitted to the digits kept
    (FILE.npz) learns the metric from them alone: its errors are those of the last line.

    Examples:

    \b
      inknn condense mnist -o small.inknn
      inknn condense mnist --keep 5% -o small.npz
      inknn condense our-digits/ --method edited -o tidy.npz
    """
    if os.path.splitext(output)[1].lower() not in _KINDS:
        raise click.UsageError(f"-o must end in {' or '.join(_KINDS)}, got {output}")
    check_writable(output, reads=[data])
    with Sink(None) as sink:
        with terminal_progress(quiet) as progress:
            from ..datasets import load_digits
            from ..lab.condensation import check_options
            from ..lab.condensation import condense as condense_digits

            check_options(method, keep)
            digits = load_digits(data, "train", normalize=True, progress=progress)
            found = condense_digits(digits, method, keep, progress=progress)
        _save(found, output)
        sink.write(json.dumps(found.to_dict()) + "\n" if format == "json" else str(found))


def _save(found: Condensed, path: str) -> None:
    from ..lab.condensation import save_digits

    with output_file(path) as file:
        if path.lower().endswith(".npz"):
            save_digits(found, file)
        else:
            found.classifier.save(file)
