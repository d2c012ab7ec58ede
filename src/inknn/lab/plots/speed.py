"""Error against time, as other commands measured them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..statistics import wilson_interval
from .style import (
    BLUE,
    SMALL,
    VERMILLION,
    drawing,
    new_figure,
    percent_ticks,
    plain_ticks,
    round_values,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["speed_accuracy"]


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
    from matplotlib.lines import Line2D

    figure = new_figure(
        "Speed against accuracy: the lower left is best", f"{caption} Bars: 95 % interval (Wilson).", size
    )
    axes = figure.add_subplot()
    best_first = sorted(rows, key=lambda row: row["errors"] / row["test"])
    bands = np.array([wilson_interval(int(row["errors"]), int(row["test"])) for row in best_first])
    times = np.array([float(row["ms_per_digit"]) for row in best_first])
    names, colors = [], []
    for number, (row, time, (low, high)) in enumerate(zip(best_first, times, bands, strict=True), start=1):
        color = BLUE if str(row["name"]).startswith("inknn") else VERMILLION
        layer = 100 - number  # the lowest error on top
        # No errors would lie at minus infinity: half an error is drawn.
        rate = max(row["errors"], 0.5) / row["test"]
        point: dict[str, Any] = {"marker": "o", "markersize": 24, "markeredgecolor": "white"}
        axes.errorbar(
            time, rate, [[rate - low], [high - rate]], color=color, capsize=5, zorder=layer, **point
        )
        inside: dict[str, Any] = {"ha": "center", "va": "center_baseline", "fontsize": SMALL}
        axes.text(time, rate, str(number), color="white", fontweight="bold", zorder=layer + 0.5, **inside)
        names.append(f"{number}  {row['name']}, {100 * row['errors'] / row['test']:.2g} %")
        colors.append(color)
    figure.legend(
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
    xlim = (0.5 * times.min(), 2 * times.max())
    ylim = (0.7 * max(float(bands[:, 0].min()), 1e-5), 1.5 * float(bands[:, 1].max()))
    axes.set(xscale="log", yscale="log", xlabel="milliseconds per digit", ylabel="error, % of test digits")
    axes.set(xlim=xlim, ylim=ylim)
    plain_ticks(axes.xaxis, round_values(*xlim))
    plain_ticks(axes.yaxis, round_values(*ylim))
    percent_ticks(axes.yaxis)
    axes.grid(True)
    return figure
