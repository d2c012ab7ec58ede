"""``inknn compare``: methods side by side on the same digits."""

from __future__ import annotations

import json
import textwrap
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from ..errors import InknnError
from ..progress import terminal_progress
from ..tables import Table
from . import INTERRUPTED
from .options import DATA, QUIET, THREADS, FileName, complete_list, format_option, split_names
from .output import Sink, complain

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from ..lab.comparison import Comparison, Row, Task

_FAILED = 1


def _complete(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem | str]:
    from ..lab.methods import METHODS

    return complete_list(begun, METHODS)


def _names(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for text in given for name in split_names(text))


@click.command()
@DATA
@click.option("--quick", is_flag=True, help="Learn 6,000 digits and test 1,000: a minute or two.")
@click.option(
    "--only",
    metavar="NAME[,NAME...]",
    multiple=True,
    callback=_names,
    shell_complete=_complete,
    help="These methods only, like inknn-fast,knn-cosine,svm.",
)
@click.option("--output", "-o", type=FileName(), help="Write the result as JSON.")
@format_option("text", "json", help="Text: a table on a terminal, lines with tabs in a pipe.")
@THREADS
@QUIET
def compare(
    data: str, quick: bool, only: tuple[str, ...], output: str | None, format: str, quiet: bool
) -> int:
    """Compare inknn with plain kNN and other methods.

    The methods are inknn's presets; a vote of three neighbors with every metric and feature; scikit-learn's
    kNN, support vector machine, random forest, logistic regression and network. All learn the training part
    of DATA and are tested on its test part. If DATA has one part, a fifth is held out: whole groups of digits
    (like those of a writer) where they are known, else the last digits of each label.

    Errors come with their 95 % interval (Wilson), differences from inknn's first preset with McNemar's exact
    p. The slowest metrics are tested on fewer digits, drawn at random; the table says how many. MB is what a
    method must keep: the references of kNN, the support vectors, the trees, the coefficients.

    Without --quick, the 70,000 digits of mnist take the better part of an hour. Ctrl-C ends it early: what
    has been measured is shown and written, marked as interrupted. If nothing has been, nothing is written.

    Examples:

    \b
      inknn compare mnist --quick
      inknn compare mnist --only inknn-fast,inknn-best,knn-euclidean,svm -o compared.json
      inknn compare mine/ --quick | cut -f 1,5
    """
    from ..lab.comparison import compare as compare_methods
    from ..lab.comparison import load_task

    with ExitStack() as stack:
        file = None if output is None else stack.enter_context(Sink(output))
        sink = stack.enter_context(Sink(None))
        with terminal_progress(quiet) as progress:
            task = load_task(data, quick=quick, progress=progress)
            result = compare_methods(task, only=only, progress=progress)
        if not quiet:
            for remark in (*task.remarks, *result.remarks()) if result.rows else task.remarks:
                complain(remark)
        _stop_without_rows(result)
        if file is not None:
            file.write(json.dumps(result.to_dict(), indent=1) + "\n")
        _show(result, task, sink, format)
    if result.missing:
        return INTERRUPTED
    return _FAILED if result.failed else 0


def _stop_without_rows(result: Comparison) -> None:
    """If nothing was measured, end before a file with an earlier result is replaced."""
    if result.rows:
        return
    if result.failed:
        name, why = result.failed[0]
        raise InknnError(f"nothing was measured: {name} failed: {why}")
    raise KeyboardInterrupt


def _show(result: Comparison, task: Task, sink: Sink, format: str) -> None:
    if format == "json":
        sink.write(json.dumps(result.to_dict()) + "\n")
    elif sink.is_terminal():
        heads = ("method", "errors", "%", "95 %", "p", "fit, s", "ms a digit", "MB")
        sink.write(Table(heads, [_cells(row) for row in result.rows]).to_text() + "\n")
        sink.write(textwrap.fill(_caption(result, task), 100) + "\n")
    else:
        sink.write(_plain(result).to_tsv())


def _plain(result: Comparison) -> Table:
    """All figures, for programs."""
    counts = ("name", "train", "test", "errors", "error_rate", "low", "high", "only_ours", "only_this")
    heads = (*counts, "p", "fit_seconds", "ms_per_digit", "bytes", "what", "remark")
    rows = []
    for row in result.rows:
        low, high = row.interval
        values = {**row.to_dict(), "low": low, "high": high}
        rows.append([_plain_cell(values[head]) for head in heads])
    return Table(heads, rows)


def _plain_cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    return "" if value is None else str(value)


def _cells(row: Row) -> tuple[str, ...]:
    low, high = row.interval
    p = "" if row.p is None else "<0.001" if row.p < 0.001 else f"{row.p:.3f}"
    return (
        row.name + ("*" if row.remark else ""),
        f"{row.errors:,} of {row.test:,}",
        f"{100 * row.error_rate:.2f}",
        f"{100 * low:.2f}–{100 * high:.2f}",
        p,
        f"{row.fit_seconds:.1f}",
        f"{row.ms_per_digit:.3f}",
        f"{row.bytes / 1e6:.2f}",
    )


def _caption(result: Comparison, task: Task) -> str:
    quick = " (--quick)" if result.quick else ""
    counts = f"{len(task.train):,} digits learned, {len(task.test):,} tested"
    sentences = [f"{result.data}: {counts}{quick}; {result.how}."]
    if result.ours is not None:
        sentences.append(
            f"p: how often a method just as good as {result.ours} would differ from it as much (McNemar, "
            "exact, not corrected for the number of methods)."
        )
    for remark in dict.fromkeys(row.remark for row in result.rows if row.remark):
        names = ", ".join(row.name for row in result.rows if row.remark == remark)
        sentences.append(f"* {names}: {remark}.")
    return " ".join(sentences)
