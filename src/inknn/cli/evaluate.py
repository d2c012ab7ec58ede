"""``inknn evaluate``: how often inknn is wrong on a labeled set."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from ..progress import terminal_progress
from .options import FileName, complete_data
from .output import Sink, complain, outputs

if TYPE_CHECKING:
    from ..lab.evaluate import Evaluation


@click.command()
@click.argument("data", metavar="DATA", shell_complete=complete_data)
@click.option(
    "--model",
    metavar="FILE",
    type=click.Path(),
    help="Evaluate this file of `inknn fit`; mnist is inknn as it comes.  [default: mnist]",
)
@click.option(
    "--preset",
    type=click.Choice(["best", "fast"]),
    help="Of inknn as it comes: best compares doubtful digits as pictures.  [default: as inknn read]",
)
@click.option(
    "--part",
    type=click.Choice(["test", "train"]),
    default="test",
    show_default=True,
    help="Which part of DATA, where it has two.",
)
@click.option(
    "--report",
    metavar="FILE.html",
    type=FileName(),
    help="Write a page with all figures, curves and the worst mistakes in pictures: one file, works offline.",
)
@click.option(
    "--format",
    "-f",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people or for programs.",
)
@click.option("--quiet", "-q", is_flag=True, help="No warnings and no progress bar.")
def evaluate(
    data: str, model: str | None, preset: str | None, part: str, report: str | None, format: str, quiet: bool
) -> None:
    """Measure how often inknn is wrong on labeled digits.

    DATA is the name of a set, or a path: a folder with folders 0 to 9, a table of files and labels, IDX, NPZ
    or CSV. The set mnist is MNIST's 10,000 test digits; inknn as it comes knows only the 60,000 for training.

    The error comes with its 95 % interval (Wilson): with 10,000 digits, 0.50 % and 0.55 % are the same but
    for chance. A digit that inknn refuses to name counts by its best label. Pictures that are not in MNIST's
    normal form are brought into it first.

    Examples:

    \b
      inknn evaluate mnist
      inknn evaluate mnist --report mnist.html    a page for the wall
      inknn evaluate our-digits/ --preset fast    a folder with folders 0 to 9
      inknn evaluate digits.npz -f json | jq .averages.macro.f1
    """
    if model not in (None, "mnist") and preset is not None:
        raise click.UsageError("--preset is for inknn as it comes; a model has its own settings")
    with outputs(report, reads=(data, model)) as (sink, page):
        with terminal_progress(quiet) as progress:
            from ..lab.evaluate import evaluate_data

            found = evaluate_data(
                data,
                "train" if part == "train" else "test",
                model=model,
                preset=preset,
                progress=progress,
            )
            if page is not None:
                from ..lab.evaluation_page import page_of

                page.write(page_of(found))
        for note in () if quiet else found.notes:
            complain(note)
        _write(sink, found, format)


def _write(sink: Sink, found: Evaluation, format: str) -> None:
    if format == "json":
        sink.write(json.dumps(found.to_dict()) + "\n")
        return
    from ..lab.evaluation_tables import plain_text

    sink.write(_in_color(found) if sink.is_terminal() else plain_text(found))


def _in_color(found: Evaluation) -> str:
    from rich.console import Console, Group
    from rich.table import Table
    from rich.text import Text

    from ..lab.evaluation_tables import summary, tables

    figures = Table(box=None, show_header=False, pad_edge=False)
    for name, value in summary(found):
        figures.add_row(Text(name, "dim"), Text(value, "bold" if name in ("errors", "error") else ""))
    parts: list[Table | Text] = [figures]
    for table in tables(found):
        drawn = Table(box=None, pad_edge=False, header_style="dim")
        for column, head in enumerate(table.heads):
            right = column > 0 and table.is_number(column)
            drawn.add_column(head, justify="right" if right else "left", overflow="fold")
        for number, row in enumerate(table.rows):
            last = number == len(table.rows) - 1 - table.totals
            drawn.add_row(*map(Text, row), end_section=last)
        parts += [Text(f"\n{table.title}", "bold"), drawn]
    console = Console()
    with console.capture() as capture:
        console.print(Group(*parts))
    return capture.get()
