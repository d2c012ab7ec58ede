"""Error over k, and over the number of references."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError
from ..statistics import wilson_interval
from .measuring import measure_learning
from .request import Request, normalized
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
    nice_decades,
    percent_ticks,
    plain_ticks,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_k_curve", "draw_learning_curve", "k_curve", "learning_curve"]

_KEYS = ("k", "validation_error", "validation_se", "training_error", "chosen_k", "best_k")


@drawing
def k_curve(result: Mapping[str, Any], *, size: tuple[int, int] | None = None) -> Figure:
    """Error over the number of neighbors that vote, on digits held out and on those learned.

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

    Raises
    ------
    DataError
        If it lacks something.
    """
    missing = [key for key in _KEYS if key not in result]
    if missing:
        raise DataError(
            f"no result of inknn tune: it lacks {', '.join(missing)}; make one with inknn tune -o"
        )
    try:
        k, error, slack, training = (np.asarray(result[key], dtype=float).reshape(-1) for key in _KEYS[:4])
        best, chosen = int(result["best_k"]), int(result["chosen_k"])
    except (TypeError, ValueError):
        raise DataError("no result of inknn tune: what should be numbers is none") from None
    if (
        not len(k)
        or not len(k) == len(error) == len(slack) == len(training)
        or best not in k
        or chosen not in k
    ):
        raise DataError("no result of inknn tune: its lists don't fit each other")
    figure = new_figure(_k_title(k, error, slack, best, chosen), _k_caption(result), size)
    axes = figure.add_subplot()
    axes.fill_between(k, error - slack, error + slack, color=BLUE, alpha=0.15, linewidth=0)
    axes.plot(k, error, color=BLUE, marker="o")
    axes.plot(k, training, color=VERMILLION, marker="s")
    at = {int(value): i for i, value in enumerate(k)}
    high = float(max(error[at[each]] + slack[at[each]] for each in (best, chosen)))
    # Above the curves there is room for the words on the best and the chosen k, one over the other.
    top = max(1.35 * float(max((error + slack).max(), training.max(), 1e-4)), 1.75 * high)
    threshold = float(error[at[best]] + slack[at[best]])
    axes.axhline(threshold, color=GRAY, linewidth=1.3, linestyle=(0, (5, 4)))
    span = max(float(k.max() - k.min()), 1.0)
    axes.text(k.max() + 0.03 * span, threshold, "best + 1 SE", fontsize=SMALL, color=GRAY, va="center")
    to_the_right = (best + chosen) / 2 < k.mean()
    # The leader of the outer one passes beside the words of the inner one.
    outer = min(best, chosen) if to_the_right else max(best, chosen)
    for which in sorted({best, chosen}):
        name = " and ".join(word for word, each in (("least", best), ("chosen", chosen)) if each == which)
        lift = 0.3 if which == outer and best != chosen else 0.16
        room = (k.max() - which if to_the_right else which - k.min()) / span
        starts = to_the_right if room > 0.3 else which < k.mean()  # never over the edge of the plot
        axes.annotate(
            f"k = {which}: {name}\n{100 * error[at[which]]:.2f} ± {100 * slack[at[which]]:.2f} %",
            (which, error[at[which]]),
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
        axes.plot(
            which,
            error[at[which]],
            "o",
            markersize=18,
            fillstyle="none",
            color=BLUE,
            markeredgewidth=2.4,
        )
    for name, line, color in (("held out", error, BLUE), ("learned", training, VERMILLION)):
        below = line is training
        axes.text(
            k[-1],
            line[-1] + (-0.03 if below else 0.045) * top,
            name,
            color=color,
            fontweight="bold",
            ha="right",
            va="top" if below else "bottom",
            path_effects=halo(),
        )
    axes.text(
        0.0,
        -0.085,
        "← wiggly borders: every odd digit has its own island",
        transform=axes.transAxes,
        fontsize=SMALL,
        color=GRAY,
        va="top",
    )
    axes.text(
        1.0,
        -0.085,
        "smooth borders: small groups are outvoted →",
        transform=axes.transAxes,
        fontsize=SMALL,
        color=GRAY,
        va="top",
        ha="right",
    )
    axes.set(xlabel="k, neighbors that vote", ylabel="error, % of digits", ylim=(0, top))
    axes.set_xlim(k.min() - 0.02 * span, k.max() + 0.02 * span)
    axes.set_xticks(_spaced(k, span / 24))
    percent_ticks(axes.yaxis)
    axes.grid(True, axis="y")
    return figure


def _spaced(values: NDArray[Any], apart: float) -> list[float]:
    """Those of ascending values that lie so far apart."""
    kept: list[float] = []
    for value in values:
        if not kept or value - kept[-1] >= apart:
            kept.append(float(value))
    return kept


def _k_title(k: NDArray[Any], error: NDArray[Any], slack: NDArray[Any], best: int, chosen: int) -> str:
    as_good = k[error <= (error + slack)[list(k).index(best)]].astype(int)
    if len(as_good) > 1:
        others = f"{len(as_good) - 1} others, up to k = {as_good.max()}"
        return f"k = {best} errs least; {others}, are within one standard error"
    return f"k = {best} errs least"


def _k_caption(result: Mapping[str, Any]) -> str:
    known = [str(result["data"])] if "data" in result else []
    known += [f"{int(result['count']):,} digits"] if "count" in result else []
    known += [f"{result['folds']} folds"] if "folds" in result else []
    known += [f"{key} {result[key]}" for key in ("feature", "metric", "weights") if result.get(key)]
    return (
        f"{', '.join(known)}. Blue: digits held out, ± 1 standard error of the folds. Orange: digits asked "
        "about that are references themselves. The gap is variance, what both have in common is bias."
    )


def draw_k_curve(request: Request) -> Figure:
    """For ``inknn plot k-curve``: of a result of ``inknn tune``, or measured on some digits."""
    if request.is_result:
        return k_curve(request.result("inknn tune -o"), size=request.size)
    from ..tuning import tune

    found = tune(request.digits("train"), limit=request.limit or 3000, progress=request.progress)
    return k_curve(found.to_dict(), size=request.size)


@drawing
def learning_curve(
    rows: Sequence[Mapping[str, Any]], *, caption: str | None = None, size: tuple[int, int] | None = None
) -> Figure:
    """Error over the number of references, both on logarithmic axes.

    Parameters
    ----------
    rows : sequence of mappings
        ``name``, ``references``, ``errors`` and ``count``: one for each point.
    caption : str, optional
    size : (int, int), optional
        Pixels.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = new_figure(
        "More references, fewer errors",
        f"{caption or ''} Bands: 95 % interval (Wilson).",
        size,
    )
    axes = figure.add_subplot()
    names = list(dict.fromkeys(row["name"] for row in rows))
    lowest, highest = 1.0, 0.0
    ends = []
    for name, (color, marker) in zip(names, SERIES, strict=False):
        mine = sorted((row for row in rows if row["name"] == name), key=lambda row: row["references"])
        counts = np.array([row["references"] for row in mine])
        rates = np.array([max(row["errors"], 0.5) / row["count"] for row in mine])
        bands = np.array([wilson_interval(row["errors"], row["count"]) for row in mine])
        low, high = np.maximum(bands[:, 0], 0.1 / mine[0]["count"]), bands[:, 1]
        axes.fill_between(counts, low, high, color=color, alpha=0.14, linewidth=0)
        axes.plot(counts, rates, color=color, marker=marker)
        share = mine[-1]["errors"] / mine[-1]["count"]
        ends.append((f"{name}\n{100 * share:.1f} %", (counts[-1], rates[-1]), color))
        lowest, highest = min(lowest, float(low.min())), max(highest, float(high.max()))
    every = sorted({row["references"] for row in rows})
    axes.set(xscale="log", yscale="log", xlabel="references", ylabel="error, % of digits asked")
    axes.set(
        xlim=(0.85 * every[0], every[-1] * (every[-1] / every[0]) ** 0.3), ylim=(0.85 * lowest, 1.1 * highest)
    )
    plain_ticks(axes.xaxis, every)
    plain_ticks(axes.yaxis, [*nice_decades(0.85 * lowest, 1.1 * highest)])
    percent_ticks(axes.yaxis)
    axes.grid(True)
    _name_ends(axes, ends)
    return figure


def _name_ends(axes: Axes, ends: Sequence[tuple[str, tuple[float, float], str]]) -> None:
    """Words in two lines beside the ends of lines, moved apart as little as need be where the lines meet.

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
            fontsize=NORMAL,
            fontweight="bold",
            annotation_clip=False,
        )


def draw_learning_curve(request: Request) -> Figure:
    """For ``inknn plot learning-curve``: references and digits asked from the same part, none in both."""
    whole = request.digits("train")
    most = request.limit or 6000
    drawn = normalized(request.sample(whole, most + 2000))
    split = min(most, len(drawn) * 3 // 4)
    sizes = [count for count in (30, 100, 300, 1000, 3000, 10_000, 30_000) if count < 0.8 * split] + [split]
    if split < 10:
        raise DataError(f"{whole.name}: a learning curve needs more than {len(drawn)} digits")
    rows = measure_learning(
        drawn.images[:split],
        drawn.labels[:split],
        drawn.images[split:],
        drawn.labels[split:],
        sizes=sizes,
        progress=request.progress,
    )
    return learning_curve(
        rows,
        caption=f"{whole.name}: each point asks the same {len(drawn) - split:,} other digits of the part for "
        f"training (drawn with seed {request.seed}).",
        size=request.size,
    )
