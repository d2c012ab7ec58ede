"""``inknn evaluate``: how often a model is wrong on a labeled set."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import Literal

import click

from ..progress import terminal_progress
from ..tables import UNFOLDED
from .options import DATA, PATH, QUIET, REPORT, THREADS, FileName, format_option, part_option
from .output import Sink, complain, outputs


@click.command()
@DATA
@click.option(
    "--model",
    metavar="FILE",
    type=PATH,
    help="Evaluate this file of `inknn fit`; mnist is inknn as it comes.  [default: mnist]",
)
@click.option(
    "--preset",
    type=click.Choice(["best", "fast"]),
    help="Of inknn as it comes: best compares doubtful digits as pictures.  [default: as inknn read]",
)
@part_option("test")
@REPORT
@click.option("--output", "-o", type=FileName(), help="Keep the result as JSON, for `inknn plot --from`.")
@format_option("text", "json", help="For people or for programs.")
@THREADS
@QUIET
def evaluate(
    data: str,
    model: str | None,
    preset: str | None,
    part: Literal["train", "test"],
    report: str | None,
    output: str | None,
    format: str,
    quiet: bool,
) -> None:
    """Measure how often a model is wrong on labeled digits.

    DATA is the name of a set, or a path: a folder with folders 0 to 9, a table of files and labels, IDX, NPZ
    or CSV. Of the set mnist, the 10,000 test digits are read; inknn as it comes knows only the 60,000
    training digits.

    The error comes with its 95 % interval (Wilson). With 10,000 digits, 0.50 % and 0.55 % differ by chance
    alone. A digit that inknn refuses to name counts with the label that fits best. Pictures that are not in
    MNIST's normal form are brought into it first.

    A report needs matplotlib: pip install 'inknn[lab]'.

    Examples:

    \b
      inknn evaluate mnist
      inknn evaluate mnist --report mnist.html    a page for the wall
      inknn evaluate our-digits/ --preset fast    a folder with folders 0 to 9
      inknn evaluate digits.npz -f json | jq .averages.macro.f1
    """
    if model not in (None, "mnist") and preset is not None:
        raise click.UsageError("--preset is for inknn as it comes; a model has its own settings")
    with ExitStack() as stack:
        sink, page = stack.enter_context(outputs(report, reads=(data, model)))
        file = None if output is None else stack.enter_context(Sink(output, reads=(data, model)))
        with terminal_progress(quiet) as progress:
            from ..lab import evaluate_data

            if page is not None:
                from ..lab.plots.style import style

                style()  # without matplotlib it ends here
            found = evaluate_data(data, part, model=model, preset=preset, progress=progress)
            if page is not None:
                from ..lab.reports.evaluation_page import evaluation_page

                page.write(evaluation_page(found))
        for note in () if quiet else found.notes:
            complain(note)
        if file is not None:
            file.write(json.dumps(found.to_dict()) + "\n")
        if format == "json":
            sink.write(json.dumps(found.to_dict()) + "\n")
        else:
            from ..lab.reports.evaluation_tables import evaluation_text

            sink.write(evaluation_text(found, None if sink.is_terminal() else UNFOLDED))
