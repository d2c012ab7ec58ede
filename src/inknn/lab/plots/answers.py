"""What a recognizer gets wrong, and what its confidence is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..statistics import wilson_interval
from .asking import ask_factory
from .request import Request
from .style import BLUE, GRAY, INK, LARGE, PALE, SMALL, VERMILLION, drawing, halo, new_figure, percent_ticks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ...recognizer.predictions import Predictions
    from ..scores import Scores

__all__ = [
    "calibration",
    "confusion",
    "draw_calibration",
    "draw_confusion",
    "draw_risk_coverage",
    "risk_coverage",
]


def _rate(errors: int, count: int) -> str:
    low, high = wilson_interval(errors, count)
    return f"{100 * errors / count:.2f} % (95 % interval {100 * low:.2f}–{100 * high:.2f})"


def _scores(labels: NDArray[np.integer], answers: Predictions) -> Scores:
    """The figures of ``inknn evaluate``, so that plots and reports agree."""
    from ..scores import Scores

    classes = np.arange(answers.shares.shape[1])
    return Scores(
        labels, answers.labels, answers.probabilities(), classes, answers.confidence, answers.verdicts
    )


@drawing
def confusion(
    labels: NDArray[np.integer],
    answers: NDArray[np.integer],
    *,
    caption: str | None = None,
    size: tuple[int, int] | None = None,
) -> Figure:
    """Which label was read as which, with each label's error and each answer's.

    Parameters
    ----------
    labels, answers : integer (n,)
        True and answered, n ≥ 1.
    caption : str, optional
    size : (int, int), optional
        Pixels.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from sklearn.metrics import confusion_matrix

    names = np.unique(np.concatenate([labels, answers]))
    table = confusion_matrix(labels, answers, labels=names)
    right, count = np.diag(table), int(table.sum())
    off = table - np.diag(right)
    figure = new_figure(
        f"Read wrong: {off.sum():,} of {count:,} digits",
        f"{caption or ''} Error {_rate(int(off.sum()), count)}. Gray: read right; blue: mistakes, "
        "the more the darker; a dot is none.",
        size or (1400, 1150),
    )
    axes = figure.add_subplot()
    axes.imshow(
        np.where(off > 0, off, np.nan), cmap="Blues", vmin=-0.35 * max(off.max(), 1), vmax=max(off.max(), 1)
    )
    for i in range(len(names)):
        for j in range(len(names)):
            text, color = f"{table[i, j]:,}" if table[i, j] else "·", INK
            if i == j:
                axes.fill(
                    [j - 0.5, j + 0.5, j + 0.5, j - 0.5],
                    [i - 0.5, i - 0.5, i + 0.5, i + 0.5],
                    color="#eceef0",
                )
                color = GRAY
            elif off[i, j] > 0.55 * off.max():
                color = "white"
            bold = "bold" if i != j and off[i, j] else "normal"
            axes.text(j, i, text, ha="center", va="center", color=color, fontweight=bold)
    asked, answered = table.sum(axis=1), table.sum(axis=0)
    for i in range(len(names)):
        axes.text(len(names) - 0.3, i, _of(off[i].sum(), asked[i]), va="center", fontsize=SMALL)
        axes.text(
            i,
            len(names) - 0.3,
            _of(off[:, i].sum(), answered[i], "\n"),
            ha="center",
            va="top",
            fontsize=SMALL,
        )
    axes.text(len(names) - 0.3, -0.62, "missed", fontsize=SMALL, color=GRAY, va="bottom")
    axes.text(-0.62, len(names) - 0.3, "false", fontsize=SMALL, color=GRAY, ha="right", va="top")
    axes.set(xticks=range(len(names)), yticks=range(len(names)), xticklabels=names, yticklabels=names)
    axes.set(xlabel="read as", ylabel="is", xlim=(-0.5, len(names) + 1.4), ylim=(len(names) + 0.45, -0.5))
    axes.xaxis.set_label_position("top")
    axes.xaxis.labelpad = axes.yaxis.labelpad = 14
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure


def _of(errors: int, count: int, between: str = "  ") -> str:
    return f"{errors:,}{between}{100 * errors / count:.2f} %" if count else "–"


@drawing
def risk_coverage(
    labels: NDArray[np.integer],
    answers: Predictions,
    *,
    caption: str | None = None,
    size: tuple[int, int] | None = None,
) -> Figure:
    """How much fewer the errors are once the least sure answers go to a person.

    Parameters
    ----------
    labels : integer (n,)
        The true ones.
    answers : Predictions
    caption : str, optional
    size : (int, int), optional
        Pixels.

    Returns
    -------
    matplotlib.figure.Figure
    """
    scores = _scores(labels, answers)
    curve = scores.risk_coverage
    kept, errors = np.array([(point.accepted, point.errors) for point in curve]).T
    aside = 1 - kept / scores.count
    low, high = np.array([wilson_interval(int(e), int(n)) for e, n in zip(errors, kept, strict=True)]).T
    figure = new_figure(
        "Errors left once the least sure answers are set aside",
        f"{caption or ''} {scores.count:,} digits; without setting aside the error is "
        f"{_rate(scores.errors, scores.count)}. Band: 95 % interval (Wilson).",
        size,
    )
    axes = figure.add_subplot()
    axes.fill_between(aside, low, high, color=BLUE, alpha=0.15, linewidth=0)
    axes.plot(aside, errors / kept, color=BLUE, marker="o", markersize=5)
    digit = next(group for group in scores.verdicts if group.name == "digit")
    if digit.count:
        at = (1 - digit.count / scores.count, digit.error_rate)
        axes.plot(*at, marker="D", markersize=13, color=VERMILLION)
        axes.annotate(
            f'answers with the verdict "digit":\n{100 * at[0]:.2g} % set aside, '
            f"{digit.errors:,} of {digit.count:,} wrong",
            at,
            xytext=(28, 34),
            textcoords="offset points",
            color=VERMILLION,
            arrowprops={"arrowstyle": "-", "color": VERMILLION},
            path_effects=halo(),
        )
    # Without errors there is no curve to look at closely.
    far = min(1.0, max(1.25 * float(aside.max()), 0.01 if scores.errors else 0.1))
    if not scores.errors:
        axes.text(0.5, 0.7, "no errors", transform=axes.transAxes, ha="center", fontsize=LARGE)
    axes.set(xlim=(-0.015 * far, far), ylim=(0, 1.25 * max(float(high[-1]), 1e-3)))
    axes.set(xlabel="digits set aside, % of all", ylabel="errors among the rest, %")
    percent_ticks(axes.xaxis)
    percent_ticks(axes.yaxis)
    axes.grid(True)
    return figure


@drawing
def calibration(
    labels: NDArray[np.integer],
    answers: Predictions,
    *,
    caption: str | None = None,
    size: tuple[int, int] | None = None,
) -> Figure:
    """Whether answers of 90 % confidence are right nine times in ten.

    Parameters
    ----------
    labels : integer (n,)
        The true ones.
    answers : Predictions
    caption : str, optional
    size : (int, int), optional
        Pixels.

    Returns
    -------
    matplotlib.figure.Figure
    """
    scores = _scores(labels, answers)
    figure = new_figure(
        "Is it right as often as it says?",
        f"{caption or ''} {scores.count:,} digits, grouped by confidence; bars: 95 % interval (Wilson). "
        f"Expected calibration error {100 * scores.calibration_error:.2f} %. "
        "Points on the line keep their promise; above it inknn is too modest, below too sure.",
        size,
    )
    axes, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    axes.plot([0, 1], [0, 1], color=GRAY, linewidth=1.5, linestyle=(0, (5, 4)))
    floor = 1.0
    for group in scores.reliability:
        (low, high), share = group.interval, group.accuracy
        floor = min(floor, low)
        reach = [[max(0.0, share - low)], [max(0.0, high - share)]]
        axes.errorbar(
            group.confidence, share, reach, color=BLUE, marker="o", markersize=11, capsize=6, linewidth=2.2
        )
        below.bar(
            group.low,
            group.count,
            width=group.high - group.low,
            align="edge",
            color=BLUE,
            alpha=0.75,
            edgecolor="white",
        )
    lowest = min(0.55, scores.reliability[0].low - 0.02)
    axes.set(
        ylabel="answers that are right, %",
        xlim=(max(0.0, lowest), 1.01),
        ylim=(max(0.0, min(lowest, floor) - 0.03), 1.02),
    )
    below.set(ylabel="digits", xlabel="confidence, %", yscale="log", ylim=(0.7, 3 * scores.count))
    percent_ticks(axes.yaxis)
    percent_ticks(below.xaxis)
    for each in (axes, below):
        each.grid(True, color=PALE)
    return figure


def draw_confusion(request: Request) -> Figure:
    """For ``inknn plot confusion``."""
    asked, answers, words = ask_factory(request)
    return confusion(asked.labels, answers.labels, caption=words, size=request.size)


def draw_risk_coverage(request: Request) -> Figure:
    """For ``inknn plot risk-coverage``."""
    asked, answers, words = ask_factory(request)
    return risk_coverage(asked.labels, answers, caption=words, size=request.size)


def draw_calibration(request: Request) -> Figure:
    """For ``inknn plot calibration``."""
    asked, answers, words = ask_factory(request)
    return calibration(asked.labels, answers, caption=words, size=request.size)
