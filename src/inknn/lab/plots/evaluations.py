"""What a model gets wrong, and what its confidence is worth: drawn from an evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..statistics import wilson_interval
from .style import (
    BLUE,
    GRAY,
    INK,
    LARGE,
    PALE,
    SMALL,
    VERMILLION,
    drawing,
    halo,
    new_figure,
    percent_ticks,
    plain_ticks,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["calibration", "confusion", "risk_coverage"]


@drawing
def confusion(
    counts: ArrayLike,
    classes: Sequence[Any],
    *,
    caption: str = "",
    size: tuple[int, int] | None = None,
) -> Figure:
    """Which label got which answer, with the errors of each label and of each answer.

    Parameters
    ----------
    counts : int (c, c)
        How many digits of each label (row) got each answer (column), as
        :func:`sklearn.metrics.confusion_matrix` counts them; not all zero.
    classes : sequence (c,)
        The labels.
    caption : str
    size : (int, int), optional
        Pixels.

    Returns
    -------
    matplotlib.figure.Figure
    """
    table = np.asarray(counts, dtype=np.int64)
    c, total = len(table), int(table.sum())
    wrong = table - np.diag(np.diag(table))
    errors = int(wrong.sum())
    figure = new_figure(
        f"Read wrong: {errors:,} of {total:,} digits",
        f"{caption} Error {_rate(errors, total)}. A row has the digits of one label, a column those with one "
        "answer. Gray: right answers. Orange: mistakes, the stronger the more there are.",
        size or (1600, 1000),
    )
    axes = figure.add_subplot()
    # The root keeps single mistakes visible beside many of one kind.
    strength = 0.12 + 0.48 * np.sqrt(wrong / max(int(wrong.max()), 1))
    for i, j in np.ndindex(table.shape):
        if i != j and not table[i, j]:
            continue
        color, alpha = (GRAY, 0.12) if i == j else (VERMILLION, strength[i, j])
        axes.bar(j, 1, 1, i - 0.5, color=color, alpha=alpha, linewidth=0)
        letters: dict[str, Any] = {"color": GRAY} if i == j else {"color": INK, "fontweight": "bold"}
        axes.text(j, i, f"{table[i, j]:,}", ha="center", va="center", **letters)
    edges = np.arange(c + 1) - 0.5
    axes.hlines(edges, -0.5, c - 0.5, color=PALE, linewidth=1)
    axes.vlines(edges, -0.5, c - 0.5, color=PALE, linewidth=1)
    beside: dict[str, Any] = {"fontsize": SMALL, "color": GRAY}
    axes.text(c - 0.35, -0.62, "errors", va="bottom", **beside)
    axes.text(-0.62, c - 0.3, "errors", ha="right", va="top", **beside)
    for i in range(c):
        missed, mistaken = _share(wrong[i], table[i]), _share(wrong[:, i], table[:, i])
        axes.text(c - 0.35, i, ", ".join(missed), va="center", fontsize=SMALL)
        axes.text(i, c - 0.3, "\n".join(mistaken), ha="center", va="top", fontsize=SMALL)
    axes.set(xticks=range(c), yticks=range(c), xticklabels=classes, yticklabels=classes)
    axes.set(xlim=(-0.5, c + 0.12 * c), ylim=(c + 0.06 * c, -0.5))
    axes.set_xlabel("answer", x=c / 2 / (0.5 + 1.12 * c))  # above the middle of the table
    axes.set_ylabel("label", y=1 - c / 2 / (0.5 + 1.06 * c))
    axes.xaxis.set_label_position("top")
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return figure


def _rate(errors: int, count: int) -> str:
    low, high = wilson_interval(errors, count)
    return f"{100 * errors / count:.2f} % (95 % interval {100 * low:.2f} to {100 * high:.2f} %)"


def _share(wrong: NDArray[np.int64], counts: NDArray[np.int64]) -> tuple[str, ...]:
    """The errors of one label or answer, and their share; a dash where it doesn't occur."""
    errors, count = int(wrong.sum()), int(counts.sum())
    return (f"{errors:,}", f"{100 * errors / count:.2f} %") if count else ("–",)


@drawing
def risk_coverage(
    points: Sequence[Mapping[str, Any]],
    verdict: Mapping[str, Any] | None = None,
    *,
    caption: str = "",
    size: tuple[int, int] | None = None,
) -> Figure:
    """The error among the other answers once the least confident ones are set aside.

    Drawn as steps, since answers of equal confidence are set aside together. The area under the steps is the
    AURC.

    Parameters
    ----------
    points : sequence of mappings
        ``accepted`` and ``errors``: one for each limit of confidence; the last one accepts all answers. As
        :attr:`inknn.lab.scores.Scores.risk_coverage`, as plain values.
    verdict : mapping, optional
        ``name``, ``count`` and ``errors`` of the answers with a verdict, to mark them.
    caption : str
    size : (int, int), optional
        Pixels.

    Returns
    -------
    matplotlib.figure.Figure
    """
    steps = sorted(((int(point["accepted"]), int(point["errors"])) for point in points), reverse=True)
    accepted, errors = np.array(steps).T
    total, wrong = steps[0]
    aside = 1 - accepted / total
    low, high = np.array([wilson_interval(e, n) for n, e in steps]).T
    figure = new_figure(
        "Errors left once the least confident answers are set aside",
        f"{caption} {total:,} digits; the error of all answers is {_rate(wrong, total)}. "
        "Band: 95 % interval (Wilson).",
        size,
    )
    axes = figure.add_subplot()
    # Without errors there is no curve to look at closely.
    right = min(1.0, max(1.15 * float(aside.max()), 0.01 if wrong else 0.1))
    top = 1.25 * max(float(high[0]), 1e-3)
    axes.fill_between(aside, low, np.minimum(high, top), step="post", color=BLUE, alpha=0.15, linewidth=0)
    dots = "o" if len(steps) <= 50 else None
    axes.plot(aside, errors / accepted, drawstyle="steps-post", color=BLUE, marker=dots, markersize=6)
    if verdict is not None and verdict["count"]:
        _mark_verdict(axes, verdict, total, right, top)
    if not wrong:
        axes.text(0.5, 0.7, "no errors", transform=axes.transAxes, ha="center", fontsize=LARGE)
    axes.set(xlim=(-0.015 * right, right), ylim=(0, top))
    axes.set(xlabel="answers set aside, % of all", ylabel="errors among the others, %")
    percent_ticks(axes.xaxis)
    percent_ticks(axes.yaxis)
    axes.grid(True)
    return figure


def _mark_verdict(axes: Axes, verdict: Mapping[str, Any], total: int, right: float, top: float) -> None:
    """A diamond where the answers with a verdict are, with their figures."""
    count, errors = int(verdict["count"]), int(verdict["errors"])
    x, y = 1 - count / total, errors / count
    axes.plot(x, y, marker="D", markersize=13, color=VERMILLION)
    axes.annotate(
        f"verdict “{verdict['name']}”:\n{100 * x:.2g} % set aside,\n{errors:,} of {count:,} wrong",
        (x, y),
        xytext=(-28 if x > 0.6 * right else 28, 40 if y < 0.6 * top else -80),
        textcoords="offset points",
        ha="right" if x > 0.6 * right else "left",
        color=VERMILLION,
        arrowprops={"arrowstyle": "-", "color": VERMILLION},
        path_effects=halo(),
    )


@drawing
def calibration(
    bins: Sequence[Mapping[str, Any]],
    *,
    caption: str = "",
    size: tuple[int, int] | None = None,
) -> Figure:
    """Whether answers of 90 % confidence are right nine times in ten.

    Parameters
    ----------
    bins : sequence of mappings
        ``low``, ``high``, ``count``, ``right`` and ``confidence`` (their mean): one for each bin of
        confidence, ascending. As :attr:`inknn.lab.scores.Scores.reliability`, as plain values.
    caption : str
    size : (int, int), optional
        Pixels.

    Returns
    -------
    matplotlib.figure.Figure
    """
    low, high, confidence = (
        np.array([each[key] for each in bins], float) for key in ("low", "high", "confidence")
    )
    count, right = (np.array([each[key] for each in bins], int) for key in ("count", "right"))
    accuracy = right / count
    ends = np.array([wilson_interval(int(r), int(n)) for r, n in zip(right, count, strict=True)]).T
    difference = float(np.sum(count * np.abs(accuracy - confidence)) / count.sum())
    figure = new_figure(
        "Are answers right as often as their confidence says?",
        f"{caption} {count.sum():,} digits, by confidence; bars: 95 % interval (Wilson). Expected "
        f"calibration error {100 * difference:.2f} %. On the dashed line confidence and accuracy are equal; "
        "above it the confidence is too low, below it too high.",
        size,
    )
    axes, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    reach = np.maximum([accuracy - ends[0], ends[1] - accuracy], 0.0)
    bars: dict[str, Any] = {"color": BLUE, "linestyle": "none", "marker": "o", "markersize": 11, "capsize": 6}
    axes.errorbar(confidence, accuracy, reach, **bars)
    floor = 0.7  # a logarithmic axis has no zero, and one digit must be seen
    below.bar(low, count - floor, high - low, floor, align="edge", color=BLUE, alpha=0.75, edgecolor="white")
    left = max(0.0, min(0.55, float(low[0]) - 0.02))
    bottom = max(0.0, min(left, float(ends[0].min())) - 0.03)
    least = max(left, bottom)
    axes.plot([least, 1], [least, 1], color=GRAY, linewidth=1.5, linestyle=(0, (5, 4)), zorder=1)
    axes.set(ylabel="answers that are right, %", xlim=(left, 1.01), ylim=(bottom, 1.02))
    most = 3 * int(count.sum())
    below.set(ylabel="digits", xlabel="confidence, %", yscale="log", ylim=(floor, most))
    plain_ticks(below.yaxis, [10**power for power in range(0, 12, 2) if 10**power < most])
    percent_ticks(axes.yaxis)
    percent_ticks(below.xaxis)
    axes.grid(True)
    below.grid(True)
    return figure
