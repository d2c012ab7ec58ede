"""``inknn evaluate``: how often inknn is wrong on a labelled set."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

from ..progress import terminal_progress
from .sink import Sink


class ReportFormat(StrEnum):
    """The names of ``--format``."""

    text = "text"
    json = "json"


def _complete_set(start: str) -> list[str]:
    from ..lab.evaluate import DATA_SETS

    return [name for name in DATA_SETS if name.startswith(start)]


def evaluate(
    dataset: Annotated[
        str, typer.Argument(metavar="SET", help="The labelled set: mnist.", autocompletion=_complete_set)
    ],
    format: Annotated[ReportFormat, typer.Option("--format", "-f", help="For people or for programs.")] = (
        ReportFormat.text
    ),
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.")] = False,
) -> None:
    """Measure how often inknn is wrong on a labelled set.

    The error comes with its 95 % interval (Wilson): with 10,000 digits, 0.50 % and 0.55 % are the same but
    for chance. mnist is MNIST's test set of 10,000 digits; the recogniser knows only the 60,000 for training.

    Examples:

    \b
      inknn evaluate mnist
      inknn evaluate mnist --format json
    """
    from ..lab.evaluate import evaluate_factory

    with Sink(None) as sink:
        with terminal_progress(quiet) as progress:
            result = evaluate_factory(dataset, progress)
        sink.write(json.dumps(result.to_dict()) + "\n" if format is ReportFormat.json else f"{result}\n")
