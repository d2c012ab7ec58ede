"""Error against time, of what other commands have measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError
from ..statistics import wilson_interval
from .request import Request
from .style import (
    BLUE,
    INK,
    SMALL,
    VERMILLION,
    drawing,
    halo,
    new_figure,
    nice_decades,
    percent_ticks,
    plain_ticks,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_speed_accuracy", "speed_accuracy"]

_METHODS = ("inknn-fast", "inknn-best", "knn-euclidean", "knn-gradient", "forest", "svm")
"""What is measured in some seconds; ``inknn compare`` measures more."""


_NAMED = 10
"""Points of which each can have its name beside it; more are numbered."""


@drawing
def speed_accuracy(
    rows: Sequence[Mapping[str, Any]], *, caption: str | None = None, size: tuple[int, int] | None = None
) -> Figure:
    """Error against the time of an answer, both on logarithmic axes; the best are at the lower left.

    Parameters
    ----------
    rows : sequence of mappings
        ``name``, ``ms_per_digit``, ``errors`` and ``test``: one for each classifier.
    caption : str, optional
    size : (int, int), optional
        Pixels.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = new_figure(
        "Speed against accuracy: the lower left is best",
        f"{caption or ''} Bars: 95 % interval (Wilson).".strip(),
        size,
    )
    axes = figure.add_subplot()
    times = np.array([float(row["ms_per_digit"]) for row in rows])
    rates = np.array([max(row["errors"], 0.5) / row["test"] for row in rows])
    bands = np.array([wilson_interval(int(row["errors"]), int(row["test"])) for row in rows])
    for row, time, rate, (low, high) in zip(rows, times, rates, bands, strict=True):
        color, marker = (BLUE, "o") if _is_ours(row) else (VERMILLION, "s")
        axes.errorbar(
            time, rate, [[rate - low], [high - rate]], color=color, marker=marker, capsize=5, markersize=12
        )
    axes.set(xscale="log", yscale="log", xlabel="milliseconds a digit", ylabel="error, % of digits asked")
    xlim = (0.5 * times.min(), 4 * times.max())
    ylim = (0.7 * max(float(bands[:, 0].min()), 1e-5), 1.5 * float(bands[:, 1].max()))
    axes.set(xlim=xlim, ylim=ylim)
    plain_ticks(axes.xaxis, nice_decades(*xlim))
    plain_ticks(axes.yaxis, nice_decades(*ylim))
    percent_ticks(axes.yaxis)
    axes.grid(True)
    if len(rows) > _NAMED:
        _number_points(figure, axes, rows, times, rates)
    else:
        _name_points(figure, axes, rows, times, rates)
    return figure


def _is_ours(row: Mapping[str, Any]) -> bool:
    return str(row["name"]).startswith("inknn")


def _number_points(
    figure: Figure, axes: Axes, rows: Sequence[Mapping[str, Any]], times: NDArray[Any], rates: NDArray[Any]
) -> None:
    """A number in each point, and what it means at the side, the least error first."""
    from matplotlib.lines import Line2D

    names, colors = [], []
    for number, i in enumerate(np.argsort(rates, kind="stable"), start=1):
        color = BLUE if _is_ours(rows[i]) else VERMILLION
        axes.plot(
            times[i], rates[i], "o", color=color, markersize=24, markeredgecolor="white", zorder=100 - number
        )
        inside: dict[str, Any] = {
            "ha": "center",
            "va": "center_baseline",
            "fontsize": SMALL,
            "zorder": 100 - number,
        }
        axes.text(times[i], rates[i], str(number), color="white", fontweight="bold", **inside)
        names.append(f"{number}  {rows[i]['name']}, {100 * rates[i]:.2g} %")
        colors.append(color)
    nothing = [Line2D([], [], linestyle="none") for _ in names]
    figure.legend(
        nothing,
        names,
        loc="outside right upper",
        fontsize=SMALL,
        handlelength=0,
        handletextpad=0,
        labelspacing=0.22,
        labelcolor=colors,
        ncols=-(-len(names) // 32),
    )


def _name_points(
    figure: Figure, axes: Axes, rows: Sequence[Mapping[str, Any]], times: NDArray[Any], rates: NDArray[Any]
) -> None:
    """Names beside the points: on the side where no other point is, moved down from other names."""
    place = axes.transData.transform(np.column_stack([times, rates]))
    dpi = figure.dpi
    height = 1.5 * SMALL * dpi / 72
    taken: list[tuple[float, float, float]] = []
    for i in np.argsort(-place[:, 1]):
        name = f"{rows[i]['name']}, {100 * rates[i]:.2g} %"
        wide = 0.62 * SMALL * len(name) * dpi / 72
        x, y = place[i] + [16, 0.8 * height]
        others = np.delete(place, i, axis=0)
        crowded = (
            (others[:, 0] > x - 8) & (others[:, 0] < x + wide) & (np.abs(others[:, 1] - y) < 2.5 * height)
        )
        left = bool(crowded.any()) and place[i, 0] - 16 - wide > axes.transData.transform(axes.viewLim.min)[0]
        start = place[i, 0] - 16 - wide if left else x
        while any(start < end and start + wide > begin and abs(y - at) < height for begin, end, at in taken):
            y -= 0.25 * height
        taken.append((start, start + wide, y))
        spot = axes.transData.inverted().transform((place[i, 0] - 16 if left else x, y))
        ours = _is_ours(rows[i])
        axes.text(
            float(spot[0]),
            float(spot[1]),
            name,
            fontsize=SMALL + 1,
            va="center",
            ha="right" if left else "left",
            color=BLUE if ours else INK,
            path_effects=halo(),
            fontweight="bold" if ours else "normal",
        )


def draw_speed_accuracy(request: Request) -> Figure:
    """For ``inknn plot speed-accuracy``: of what ``inknn compare`` wrote, or of some methods now."""
    result = request.result("inknn compare -o") if request.is_result else _compared(request)
    rows, machine = measured_classifiers(result)
    if not rows:
        raise DataError(
            f"{request.data} has no measured methods in it; measure some with inknn compare DATA -o FILE"
        )
    train, asked = (max(int(row.get(key) or 0) for row in rows) for key in ("train", "test"))
    known = [str(result["data"])] if isinstance(result.get("data"), str) else []
    known += [f"{train:,} digits known"] if train else []
    known += [f"{asked:,} asked, all at once"]
    known += (
        [f"{machine['cores']} cores, {machine['processor']}"]
        if {"cores", "processor"} <= set(machine)
        else []
    )
    fewer = any(row["test"] < asked for row in rows)
    caption = ", ".join(known) + "." + (" The slowest were asked fewer." if fewer else "")
    return speed_accuracy(rows, caption=caption, size=request.size)


def _compared(request: Request) -> dict[str, Any]:
    """A quick comparison of some methods, on few digits."""
    from ..comparison import Task, compare, load_task

    task = load_task(request.data, quick=True, progress=request.progress)
    few = Task(request.sample(task.train, request.limit or 2000), task.test, task.how, True)
    return compare(few, only=_METHODS, progress=request.progress).to_dict()


def measured_classifiers(result: Mapping[str, Any]) -> tuple[list[dict[str, Any]], Mapping[str, Any]]:
    """The classifiers of a result that were measured in full, and the machine's facts."""
    rows, machine = result.get("rows") or [], result.get("machine") or {}
    good = [dict(row) for row in rows if isinstance(row, Mapping) and _is_measured(row)]
    return good, machine if isinstance(machine, Mapping) else {}


def _is_measured(row: Mapping[str, Any]) -> bool:
    time, errors, asked = (row.get(key) for key in ("ms_per_digit", "errors", "test"))
    return (
        isinstance(row.get("name"), str)
        and isinstance(time, int | float)
        and time > 0
        and isinstance(errors, int)
        and isinstance(asked, int)
        and 0 <= errors <= asked
        and asked > 0
    )
