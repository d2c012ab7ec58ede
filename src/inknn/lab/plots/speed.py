"""Error against time, as other commands measured them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..statistics import wilson_interval
from .style import (
    BLUE,
    INK,
    SMALL,
    VERMILLION,
    drawing,
    halo,
    new_figure,
    percent_ticks,
    plain_ticks,
    round_values,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["speed_accuracy"]

_NAMED = 10
"""So many points have their names beside them; more points are numbered."""


@drawing
def speed_accuracy(
    rows: Sequence[Mapping[str, Any]], *, caption: str = "", size: tuple[int, int] | None = None
) -> Figure:
    """Error against the time of an answer, both on logarithmic axes; the best are at the lower left.

    Parameters
    ----------
    rows : sequence of mappings
        ``name``, ``ms_per_digit``, ``errors`` and ``test``: one for each classifier.
    caption : str
    size : (int, int), optional
        Pixels.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = new_figure(
        "Speed against accuracy: the lower left is best", f"{caption} Bars: 95 % interval (Wilson).", size
    )
    axes = figure.add_subplot()
    times = np.array([float(row["ms_per_digit"]) for row in rows])
    # No errors would lie at minus infinity: half an error is drawn.
    rates = np.array([max(row["errors"], 0.5) / row["test"] for row in rows])
    bands = np.array([wilson_interval(int(row["errors"]), int(row["test"])) for row in rows])
    for row, time, rate, (low, high) in zip(rows, times, rates, bands, strict=True):
        marker = "o" if _is_ours(row) else "s"
        reach = [[rate - low], [high - rate]]
        axes.errorbar(time, rate, reach, color=_color(row), marker=marker, capsize=5, markersize=12)
    xlim = (0.5 * times.min(), 4 * times.max())
    ylim = (0.7 * max(float(bands[:, 0].min()), 1e-5), 1.5 * float(bands[:, 1].max()))
    axes.set(xscale="log", yscale="log", xlabel="milliseconds per digit", ylabel="error, % of test digits")
    axes.set(xlim=xlim, ylim=ylim)
    plain_ticks(axes.xaxis, round_values(*xlim))
    plain_ticks(axes.yaxis, round_values(*ylim))
    percent_ticks(axes.yaxis)
    axes.grid(True)
    write = _name_points if len(rows) <= _NAMED else _number_points
    write(axes, rows, times, rates)
    return figure


def _is_ours(row: Mapping[str, Any]) -> bool:
    return str(row["name"]).startswith("inknn")


def _color(row: Mapping[str, Any]) -> str:
    return BLUE if _is_ours(row) else VERMILLION


def _number_points(
    axes: Axes, rows: Sequence[Mapping[str, Any]], times: NDArray[Any], rates: NDArray[Any]
) -> None:
    """A number in each point, and a list of the names at the side, the least error first."""
    from matplotlib.lines import Line2D

    names, colors = [], []
    for number, i in enumerate(np.argsort(rates, kind="stable"), start=1):
        colors.append(_color(rows[i]))
        names.append(f"{number}  {_named(rows[i], rates[i])}")
        above: dict[str, Any] = {"zorder": 100 - number}  # the least error on top
        axes.plot(times[i], rates[i], "o", color=colors[-1], markersize=24, markeredgecolor="white", **above)
        inside: dict[str, Any] = {"ha": "center", "va": "center_baseline", "fontsize": SMALL, **above}
        axes.text(times[i], rates[i], str(number), color="white", fontweight="bold", **inside)
    axes.figure.legend(
        [Line2D([], [], linestyle="none")] * len(names),
        names,
        loc="outside right upper",
        fontsize=SMALL,
        handlelength=0,
        handletextpad=0,
        labelspacing=0.22,
        labelcolor=colors,
        ncols=-(-len(names) // 32),
    )


def _named(row: Mapping[str, Any], rate: float) -> str:
    return f"{row['name']}, {100 * rate:.2g} %"


def _name_points(
    axes: Axes, rows: Sequence[Mapping[str, Any]], times: NDArray[Any], rates: NDArray[Any]
) -> None:
    """Names beside the points: on the side where no other point is, moved down from other names."""
    place = axes.transData.transform(np.column_stack([times, rates]))
    pixels = axes.figure.dpi / 72  # per point
    height = 1.5 * SMALL * pixels
    taken: list[tuple[float, float, float]] = []
    for i in np.argsort(-place[:, 1]):
        name = _named(rows[i], rates[i])
        wide = 0.62 * SMALL * len(name) * pixels
        x, y = place[i] + [16, 0.8 * height]
        others = np.delete(place, i, axis=0)
        crowded = (
            (others[:, 0] > x - 8) & (others[:, 0] < x + wide) & (np.abs(others[:, 1] - y) < 2.5 * height)
        )
        left = bool(crowded.any()) and place[i, 0] - 16 - wide > axes.bbox.x0
        start = place[i, 0] - 16 - wide if left else x
        while any(start < end and start + wide > begin and abs(y - at) < height for begin, end, at in taken):
            y -= 0.25 * height
        taken.append((start, start + wide, y))
        at = axes.transData.inverted().transform((place[i, 0] - 16 if left else x, y))
        axes.text(
            float(at[0]),
            float(at[1]),
            name,
            fontsize=SMALL + 1,
            va="center",
            ha="right" if left else "left",
            color=BLUE if _is_ours(rows[i]) else INK,
            path_effects=halo(),
            fontweight="bold" if _is_ours(rows[i]) else "normal",
        )
