"""``inknn compare``: our nearest neighbors beside others' methods."""

from __future__ import annotations

import json
import textwrap
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from ..errors import InknnError
from ..progress import terminal_progress
from . import INTERRUPTED
from .columns import write_table, write_tabs
from .options import complete_data, complete_list, split_names
from .output import Sink, complain

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from ..lab.compare import Comparison, Row, Task

_FAILED = 1


def _complete(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem | str]:
    from ..lab.methods import METHODS

    return complete_list(begun, METHODS)


def _names(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for text in given for name in split_names(text))


@click.command()
@click.argument("data", metavar="DATA", shell_complete=complete_data)
@click.option("--quick", is_flag=True, help="6,000 digits to learn and 1,000 to ask: a minute or two.")
@click.option(
    "--only",
    metavar="NAME[,NAME...]",
    multiple=True,
    callback=_names,
    shell_complete=_complete,
    help="These methods only, like inknn-fast,knn-cosine,svm.",
)
@click.option("--output", "-o", type=click.Path(), metavar="FILE", help="Keep the result as JSON.")
@click.option(
    "--format",
    "-f",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Text: a table on a terminal, lines with tabs in a pipe.",
)
@click.option("--quiet", "-q", is_flag=True, help="No progress bar, and no remarks.")
def compare(
    data: str, quick: bool, only: tuple[str, ...], output: str | None, format: str, quiet: bool
) -> int:
    """Compare inknn with plain kNN and with other methods, on the same digits.

    Our presets; a vote of three neighbors in every metric and feature; scikit-learn's support vector
    machine, random forest, logistic regression and network. All learn the training part of DATA and are
    asked about its test part; of what has one part, a fifth is held out. Errors come with their 95 %
    interval (Wilson), differences from inknn's first preset with McNemar's exact p. The slowest metrics are
    asked about fewer digits, drawn at random; the table says how many. MB is what a method must keep: the
    references of kNN, the support vectors, the trees, the coefficients.

    Without --quick the 70,000 digits of mnist take the better part of an hour. Ctrl-C ends it early, and what
    is done is shown and kept, marked as interrupted; before the first method is done nothing is written.

    Examples:

    \b
      inknn compare mnist --quick
      inknn compare mnist --only inknn-fast,inknn-best,knn-euclidean,svm -o compared.json
      inknn compare mine/ --quick | cut -f 1,5
    """
    from ..lab.compare import compare as compare_methods
    from ..lab.compare import load_task

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
    """Where nothing was measured, leave before a file with an earlier result is replaced."""
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
        write_table(sink, heads, map(_cells, result.rows), numbers=7)
        sink.write("\n" + textwrap.fill(_caption(result, task), 100) + "\n")
    else:
        plain = [row.to_dict() for row in result.rows]
        columns = ("name", "train", "test", "errors", "error_rate", "low", "high", "only_ours", "only_this")
        costs = ("p", "fit_seconds", "ms_per_digit", "bytes", "what", "remark")
        for row in plain:
            row["low"], row["high"] = row["interval"]
        rows = ([_number(row[column]) for column in (*columns, *costs)] for row in plain)
        write_tabs(sink, (*columns, *costs), rows)


def _number(value: object) -> object:
    return f"{value:.6g}" if isinstance(value, float) else value


def _cells(row: Row) -> tuple[str, ...]:
    low, high = row.interval
    chance = "" if row.p is None else "< 0.001" if row.p < 0.001 else f"{row.p:.3f}"
    return (
        row.name + ("*" if row.remark else ""),
        f"{row.errors:,} of {row.test:,}",
        f"{100 * row.error_rate:.2f}",
        f"{100 * low:.2f}–{100 * high:.2f}",
        chance,
        f"{row.fit_seconds:.1f}",
        f"{row.ms_per_digit:.3f}",
        f"{row.bytes / 1e6:.2f}",
    )


def _caption(result: Comparison, task: Task) -> str:
    said = [
        f"{result.data}: {result.how}; {len(task.train):,} digits learned, {len(task.test):,} asked",
        "(--quick)." if result.quick else ".",
    ]
    if result.ours is not None:
        said.append(
            f"p: how often a method just as good as {result.ours} would differ from it as much (McNemar, "
            "exact, not corrected for the number of methods)."
        )
    for remark in dict.fromkeys(row.remark for row in result.rows if row.remark):
        names = ", ".join(row.name for row in result.rows if row.remark == remark)
        said.append(f"* {names}: {remark}.")
    return " ".join(said).replace(" .", ".")
