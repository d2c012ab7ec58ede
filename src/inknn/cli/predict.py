"""``inknn predict``: single digits, each a picture or a row of a set."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from ..errors import InknnError
from ..files import is_picture
from ..progress import terminal_progress
from ..tables import Table, csv_line, decimals, printable
from .options import QUIET, THREADS, FileName, format_option, part_option
from .output import Sink, complain
from .sources import STDIN, find_sources

if TYPE_CHECKING:
    from ..memory import Model
    from ..progress import Progress
    from ..reader.predict import Prediction

_HEADS = ("source", "label", "verdict", "confidence", "credibility", "neighbors")


@click.command()
@click.argument("model", metavar="MODEL")
@click.argument("digits", metavar="PICTURE|FOLDER|DATA...", nargs=-1, required=True)
@format_option(
    "text",
    "csv",
    "jsonl",
    help="text: a table on a terminal, names and labels elsewhere; csv; jsonl: a JSON object for each digit.",
)
@click.option("--output", "-o", type=FileName(stdout=True), help="Write to this file, once all is done.")
@click.option("--recursive", "-r", is_flag=True, help="Look for pictures in the folders inside a folder too.")
@part_option("test")
@THREADS
@QUIET
def predict(
    model: str,
    digits: tuple[str, ...],
    format: str,
    output: str | None,
    recursive: bool,
    part: str,
    quiet: bool,
) -> int:
    """Predict which digit each picture shows.

    Each picture is taken for one digit, as cut out of a form; for whole pages there is `inknn read`. MODEL is
    a file of `inknn fit`, or mnist for inknn as it comes. DATA is a set by name, or a file of labeled
    digits: IDX, NPZ or CSV; its digits are named by their number.

    Examples:

    \b
      inknn predict ours.inknn cells/*.png
      inknn predict mnist cells/ -f csv -o cells.csv
      inknn predict ours.inknn digits.npz -f jsonl | jq .label

    Exit codes: 0 all digits were predicted, 1 a picture needs an optional package, 3 a picture can't be read
    (the others are), 4 the model or the data can't be read, 5 the output can't be written, 6 the system has
    no more memory, threads or files to give.
    """
    from ..memory import open_model

    code = 0
    with ExitStack() as stack:
        sink = stack.enter_context(Sink(output))
        with terminal_progress(quiet) as progress:
            known = open_model(model, progress=progress)
            write = _writer(sink, format)
            for outcome in _outcomes(known, digits, recursive, part, quiet, progress):
                if isinstance(outcome, tuple):
                    name, error = outcome
                    complain(f"{name}: {error.reason}")
                    code = code or error.exit_code
                    continue
                if outcome.note and not quiet:
                    complain(f"{outcome.source}: {outcome.note}")
                write.add(outcome)
        write.close()
    return code


def _outcomes(
    model: Model, names: tuple[str, ...], recursive: bool, part: str, quiet: bool, progress: Progress
) -> Iterator[Prediction | tuple[str, InknnError]]:
    """Predictions in the order of the names; for a picture that can't be read, its name and the error."""
    from ..reader.predict import predict_digits, predict_picture

    for name in names:
        if _is_data(name):
            from ..datasets import load_digits

            found = load_digits(name, "train" if part == "train" else "test", progress=progress)
            numbered = [f"{found.name}:{i}" for i in range(len(found))]
            yield from predict_digits(model, found.images, numbered, progress)
            continue
        sources = find_sources([name], recursive=recursive, report=_silence if quiet else complain)
        for done, source in enumerate(sources, start=1):
            try:
                yield predict_picture(model, source.picture(), source.name)
            except InknnError as error:
                yield source.name, error
            progress("reading", done / len(sources))


def _is_data(name: str) -> bool:
    from ..datasets.catalog import CATALOG

    if os.path.isdir(name) or name == STDIN or is_picture(name):
        return False
    return name in CATALOG or os.path.splitext(name)[1].lower() in (".npz", ".csv", ".gz") or "idx3" in name


def _silence(message: str) -> None:
    """Print nothing."""


class _Lines:
    """Names and labels, one a line."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink

    def add(self, prediction: Prediction) -> None:
        self.sink.write(f"{printable(prediction.source)}\t{prediction.label}\n")

    def close(self) -> None:
        """Nothing is left to write."""


class _JsonLines(_Lines):
    def add(self, prediction: Prediction) -> None:
        self.sink.write(json.dumps(prediction.to_dict()) + "\n")


class _Csv(_Lines):
    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        sink.write(csv_line(_HEADS))

    def add(self, prediction: Prediction) -> None:
        self.sink.write(csv_line(_cells(prediction)))


class _Table(_Lines):
    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self.rows: list[tuple[str, ...]] = []

    def add(self, prediction: Prediction) -> None:
        self.rows.append(_cells(prediction))

    def close(self) -> None:
        self.sink.write_table(Table(_HEADS, self.rows))


def _cells(prediction: Prediction) -> tuple[str, ...]:
    return (
        prediction.source,
        str(prediction.label),
        prediction.verdict,
        decimals(prediction.confidence, 4),
        decimals(prediction.credibility, 4),
        " ".join(str(neighbor.label) for neighbor in prediction.neighbors),
    )


def _writer(sink: Sink, format: str) -> _Lines:
    if format == "csv":
        return _Csv(sink)
    if format == "jsonl":
        return _JsonLines(sink)
    return _Table(sink) if sink.is_terminal() else _Lines(sink)
