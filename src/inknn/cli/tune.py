"""``inknn tune``: which k, metric, features and vote."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from ..progress import terminal_progress
from ..tables import Table
from .options import DATA, QUIET, THREADS, FileName, WholeNumber, complete_list, format_option, split_names
from .output import Sink, complain

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from ..lab.tuning import Curve, TuneResult


def _neighbors(_: click.Context, __: click.Parameter, text: str) -> tuple[int, ...]:
    """Numbers and ranges of neighbors."""
    from ..lab.tuning import parse_ks

    try:
        return parse_ks(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _names(_: click.Context, __: click.Parameter, text: str | None) -> tuple[str, ...] | None:
    """Names between commas."""
    return None if text is None else split_names(text)


def _complete(_: click.Context, option: click.Parameter, begun: str) -> list[CompletionItem | str]:
    from ..lab.pipeline import STEPS
    from ..lab.tuning.fold_errors import WEIGHTS
    from ..metrics import METRICS

    known = {"metrics": tuple(METRICS), "features": STEPS, "weights": WEIGHTS}
    return complete_list(begun, known[option.name or ""])


@click.command()
@DATA
@click.option(
    "-k",
    "ks",
    callback=_neighbors,
    metavar="K",
    default="1-15",
    show_default=True,
    help="Neighbors that vote: 1-15, or 1,3,5, or 1-9,15-45:10 (every tenth).",
)
@click.option(
    "--metric",
    "-m",
    "metrics",
    callback=_names,
    shell_complete=_complete,
    metavar="NAME[,NAME...]",
    help="Distances (inknn metrics lists them), or all. Minkowski's p as minkowski:4. [default: euclidean]",
)
@click.option(
    "--feature",
    "-F",
    "features",
    callback=_names,
    shell_complete=_complete,
    metavar="NAME[,NAME...]",
    help="What is compared: pixels, gradient, zoning, pca:40, deskew+gradient+whitening:64 (one after the "
    "other), learned (as the reader has it) ... [default: pixels]",
)
@click.option(
    "--weights",
    "-w",
    callback=_names,
    shell_complete=_complete,
    metavar="NAME[,NAME]",
    help="Votes: uniform, distance, or both with a comma. [default: uniform]",
)
@click.option("--folds", type=WholeNumber(2, 100), default=5, show_default=True, help="Parts to divide into.")
@click.option("--limit", "-n", type=WholeNumber(min=4), help="Use only so many digits, each label its share.")
@click.option("--fresh", is_flag=True, help="Measure anew what an earlier run has measured.")
@click.option("--output", "-o", type=FileName(), help="Write the result as JSON.")
@click.option("--plot", type=FileName(), help="Draw the best curve: .png, .svg or .pdf.")
@format_option("text", "json", help="Text: tables on a terminal, all curves with tabs in a pipe.")
@THREADS
@QUIET
def tune(
    data: str,
    output: str | None,
    plot: str | None,
    format: str,
    quiet: bool,
    **options: Any,
) -> None:
    """Choose k, metric, features and vote.

    All combinations are tried by cross-validation, on training digits only; features that learn do so without
    the fold that is held out. One search gives the errors for every k and both votes. Where writers or other
    groups of digits are known, none is in two folds. Where they are not, folds are blocks of consecutive
    digits: shuffled folds would have the same writer on both sides.

    The one-standard-error choice is the largest k (the smoothest borders) whose error is within one standard
    error of the lowest. What is measured is kept in the cache: after Ctrl-C the same command continues where
    it stopped.

    Examples:

    \b
      inknn tune mnist
      inknn tune mnist -k 1-9 -F pixels,gradient+whitening -m euclidean,cosine -o tuned.json
      inknn tune mnist -m tangent --limit 3000 --plot curve.png
    """
    from ..datasets import load_digits
    from ..lab.tuning import tune as tune_digits
    from ..metrics import METRICS

    given = {name: value for name, value in options.items() if value is not None}
    given["k"] = given.pop("ks")
    if given.get("metrics") == ("all",):
        given["metrics"] = tuple(METRICS)
    with ExitStack() as stack:
        file = None if output is None else stack.enter_context(Sink(output))
        sink = stack.enter_context(Sink(None))
        draw = None if plot is None else _drawer(plot)
        try:
            with terminal_progress(quiet) as progress:
                digits = load_digits(data, "train", normalize=True, progress=progress)
                result = tune_digits(digits, **given, progress=progress)
                if draw is not None:
                    draw(result)
        except KeyboardInterrupt:
            if not quiet:
                complain("what has been measured is kept; the same command continues from there")
            raise
        if not quiet:
            for remark in (*map(str, digits.remarks), *result.remarks()):
                complain(remark)
        if file is not None:
            file.write(json.dumps(result.to_dict(), indent=1) + "\n")
        _show(result, sink, format)


def _drawer(path: str) -> Any:
    """A function that plots the result; fails now if it could not do so later."""
    from ..lab import plots
    from ..lab.plots.files import check_place
    from ..lab.plots.style import style

    check_place(path)
    style()
    return lambda result: plots.save(plots.k_curve(result.to_dict()), path)


def _show(result: TuneResult, sink: Sink, format: str) -> None:
    if format == "json":
        sink.write(json.dumps(result.to_dict()) + "\n")
    elif sink.is_terminal():
        if len(result.curves) > 1:
            sink.write(_combinations(result).to_text() + "\n")
        caption = textwrap.fill(result.caption, 100)
        sink.write(f"{_curve(result.best).to_text()}\n{caption}\n\n{_how_to_fit(result)}\n")
    else:
        sink.write(_all_curves(result).to_tsv())


def _figures(curve: Curve) -> Iterator[tuple[int, float, float, float]]:
    """k, its error, the standard error and the training error."""
    errors, slacks = curve.validation_error.tolist(), curve.validation_se.tolist()
    return zip(curve.k, errors, slacks, curve.training_error, strict=True)


def _combinations(result: TuneResult) -> Table:
    heads = ("feature", "metric", "votes", "best k", "error", "± 1 SE", "chosen k")
    rows = [
        (
            *(curve.feature, curve.metric, curve.weights, str(curve.best_k)),
            *(f"{curve.best_error:.2%}", f"{curve.best_se:.2%}", str(curve.chosen_k)),
        )
        for curve in result.curves
    ]
    return Table(heads, rows)


def _curve(curve: Curve) -> Table:
    heads = ("", "k", "error", "± 1 SE", "on training digits")
    rows = [(curve.rank_of(k), str(k), *(f"{rate:.2%}" for rate in rates)) for k, *rates in _figures(curve)]
    return Table(heads, rows, curve.name)


def _all_curves(result: TuneResult) -> Table:
    heads = ("feature", "metric", "weights", "k", "error", "standard_error", "training_error", "is")
    rows = [
        (
            *(curve.feature, curve.metric, curve.weights, str(k)),
            *(f"{rate:.6f}" for rate in rates),
            curve.rank_of(k),
        )
        for curve in result.curves
        for k, *rates in _figures(curve)
    ]
    return Table(heads, rows)


def _how_to_fit(result: TuneResult) -> str:
    """The next step, on one line so that it can be copied."""
    if result.fit is None:
        return f"inknn fit can't make a model of this: {result.best.feature}, {result.best.metric} distance."
    return f"Can be fitted with: {result.fit}"
