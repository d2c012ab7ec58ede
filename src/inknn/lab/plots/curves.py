"""Error over k, and over the number of references."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..statistics import wilson_interval
from .style import (
    BLUE,
    GRAY,
    NORMAL,
    SERIES,
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

__all__ = ["k_curve", "learning_curve"]

_LISTS = ("k", "validation_error", "validation_se", "training_error")


@drawing
def k_curve(result: Mapping[str, Any], *, size: tuple[int, int] | None = None) -> Figure:
    """Error over the number of neighbors that vote, on digits held out and on training digits.

    Parameters
    ----------
    result : mapping
        ``k``, ``validation_error``, ``validation_se``, ``training_error``: one number for each k, errors 0 to
        1; ``best_k`` and ``chosen_k``; and, for the caption, ``data``, ``count``, ``folds``, ``metric``,
        ``feature``, ``weights``. ``inknn tune -o`` writes it.
    size : (int, int), optional
        Pixels.

    Returns
    -------
    matplotlib.figure.Figure
    """
    k, error, slack, training = (np.array(result[key], dtype=float) for key in _LISTS)
    best, chosen = int(result["best_k"]), int(result["chosen_k"])
    within = k[error <= error[k == best] + slack[k == best]].astype(int)
    figure = new_figure(
        f"k = {best} has the lowest error"
        + (
            f"; {len(within) - 1} others, up to k = {within.max()}, are within one standard error"
            if len(within) > 1
            else ""
        ),
        _k_caption(result),
        size,
    )
    axes = figure.add_subplot()
    axes.fill_between(k, error - slack, error + slack, color=BLUE, alpha=0.15, linewidth=0)
    axes.plot(k, error, color=BLUE, marker="o")
    axes.plot(k, training, color=VERMILLION, marker="s")
    marked = np.isin(k, [best, chosen])
    high = float((error + slack)[marked].max())
    # Above the curves there is room for the words on the best and the chosen k, one over the other.
    top = max(1.35 * float(max((error + slack).max(), training.max(), 1e-4)), 1.75 * high)
    span = max(float(k.max() - k.min()), 1.0)
    threshold = float((error + slack)[k == best][0])
    axes.axhline(threshold, color=GRAY, linewidth=1.3, linestyle=(0, (5, 4)))
    axes.text(k.max() + 0.03 * span, threshold, "best + 1 SE", fontsize=SMALL, color=GRAY, va="center")
    _mark_ks(axes, k, error, slack, best, chosen, high, top)
    for name, line, color, lift, va in (
        ("held out", error, BLUE, 0.045, "bottom"),
        ("training", training, VERMILLION, -0.03, "top"),
    ):
        at = (k[-1], line[-1] + lift * top)
        axes.text(*at, name, color=color, fontweight="bold", ha="right", va=va, path_effects=halo())
    for x, text, ha in (
        (0.0, "← small k: jagged borders, odd digits decide", "left"),
        (1.0, "large k: smooth borders, rare shapes are outvoted →", "right"),
    ):
        axes.text(x, -0.085, text, transform=axes.transAxes, fontsize=SMALL, color=GRAY, va="top", ha=ha)
    axes.set(ylabel="error, % of digits", ylim=(0, top))
    axes.set_xlabel("k, number of neighbors that vote", labelpad=30)
    axes.set_xlim(k.min() - 0.02 * span, k.max() + 0.02 * span)
    axes.set_xticks(_spaced(k, span / 24))
    percent_ticks(axes.yaxis)
    axes.grid(True, axis="y")
    return figure


def _mark_ks(
    axes: Axes,
    k: NDArray[np.float64],
    error: NDArray[np.float64],
    slack: NDArray[np.float64],
    best: int,
    chosen: int,
    high: float,
    top: float,
) -> None:
    """Rings around the best and the chosen k, with words above that neither overlap nor leave the plot."""
    span = max(float(k.max() - k.min()), 1.0)
    to_the_right = (best + chosen) / 2 < k.mean()
    # The leader of the outer one passes beside the words of the inner one.
    outer = min(best, chosen) if to_the_right else max(best, chosen)
    for which in sorted({best, chosen}):
        at = int(np.flatnonzero(k == which)[0])
        name = " and ".join(word for word, each in (("lowest", best), ("chosen", chosen)) if each == which)
        lift = 0.3 if which == outer and best != chosen else 0.16
        room = (k.max() - which if to_the_right else which - k.min()) / span
        starts = to_the_right if room > 0.3 else which < k.mean()
        axes.annotate(
            f"k = {which}: {name}\n{100 * error[at]:.2f} ± {100 * slack[at]:.2f} %",
            (which, error[at]),
            xytext=(which, high + lift * top),
            ha="left" if starts else "right",
            color=BLUE,
            arrowprops={
                "arrowstyle": "-",
                "color": BLUE,
                "shrinkB": 8,
                "relpos": (0.0 if starts else 1.0, 0.0),
            },
            path_effects=halo(),
        )
        ring: dict[str, Any] = {"marker": "o", "markersize": 18, "fillstyle": "none", "markeredgewidth": 2.4}
        axes.plot(which, error[at], color=BLUE, **ring)


def _spaced(values: NDArray[Any], apart: float) -> list[float]:
    """Those of ascending values that lie so far apart."""
    kept: list[float] = []
    for value in values:
        if not kept or value - kept[-1] >= apart:
            kept.append(float(value))
    return kept


def _k_caption(result: Mapping[str, Any]) -> str:
    known = [str(result["data"])] if "data" in result else []
    known += [f"{int(result['count']):,} digits"] if "count" in result else []
    known += [f"{result['folds']} folds"] if "folds" in result else []
    known += [f"{key} {result[key]}" for key in ("feature", "metric", "weights") if result.get(key)]
    return (
        f"{', '.join(known)}. Blue: error on digits that were held out, ± 1 standard error over the folds. "
        "Orange: error on the references themselves. The gap between the two is variance; the error that "
        "both share is bias."
    )


@drawing
def learning_curve(
    rows: Sequence[Mapping[str, Any]], *, caption: str = "", size: tuple[int, int] | None = None
) -> Figure:
    """Error over the number of references, both on logarithmic axes.

    Parameters
    ----------
    rows : sequence of mappings
        ``name``, ``references``, ``errors`` and ``count``: one for each point.
    caption : str
    size : (int, int), optional
        Pixels.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = new_figure("More references, fewer errors", f"{caption} Bands: 95 % interval (Wilson).", size)
    axes = figure.add_subplot()
    lowest, highest = 1.0, 0.0
    ends = []
    for name, (color, marker) in zip(dict.fromkeys(row["name"] for row in rows), SERIES, strict=False):
        mine = sorted((row for row in rows if row["name"] == name), key=lambda row: row["references"])
        references = [row["references"] for row in mine]
        # No errors would lie at minus infinity: half an error is drawn.
        rates = [max(row["errors"], 0.5) / row["count"] for row in mine]
        low, high = np.array([wilson_interval(row["errors"], row["count"]) for row in mine]).T
        low = np.maximum(low, 0.1 / mine[0]["count"])
        axes.fill_between(references, low, high, color=color, alpha=0.14, linewidth=0)
        axes.plot(references, rates, color=color, marker=marker)
        last = 100 * mine[-1]["errors"] / mine[-1]["count"]
        ends.append((f"{name}\n{last:.1f} %", (references[-1], rates[-1]), color))
        lowest, highest = min(lowest, float(low.min())), max(highest, float(high.max()))
    every = sorted({row["references"] for row in rows})
    right = every[-1] * (every[-1] / every[0]) ** 0.3  # room for the names
    bottom, top = 0.85 * lowest, 1.1 * highest
    axes.set(xscale="log", yscale="log", xlabel="references", ylabel="error, % of digits")
    axes.set(xlim=(0.85 * every[0], right), ylim=(bottom, top))
    plain_ticks(axes.xaxis, every)
    plain_ticks(axes.yaxis, round_values(bottom, top))
    percent_ticks(axes.yaxis)
    axes.grid(True)
    _name_ends(axes, ends)
    return figure


def _name_ends(axes: Axes, ends: Sequence[tuple[str, tuple[float, float], str]]) -> None:
    """Words in two lines beside the ends of lines, moved apart as little as possible where the lines meet.

    Least squares under an order is isotonic regression: of the heights less the room that the words below
    take up.
    """
    from sklearn.isotonic import isotonic_regression

    points = 72 / axes.figure.dpi
    own = points * (axes.transData.transform([at for _, at, _ in ends])[:, 1] - axes.bbox.y0)
    order = np.argsort(own, kind="stable")
    gap = 2.7 * NORMAL
    below = gap * np.arange(len(ends))
    highest = max(points * axes.bbox.height - gap / 2 - below[-1], gap / 2)
    heights = isotonic_regression(own[order] - below, y_min=gap / 2, y_max=highest) + below
    for i, height in zip(order, heights, strict=True):
        words, at, color = ends[i]
        axes.annotate(
            words,
            at,
            xytext=(14, height - own[i]),
            textcoords="offset points",
            va="center",
            color=color,
            fontweight="bold",
            annotation_clip=False,
        )
