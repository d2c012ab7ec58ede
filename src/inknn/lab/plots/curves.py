"""Error over k, and over the number of references."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..statistics import wilson_interval
from .style import (
    BLUE,
    GRAY,
    SERIES,
    VERMILLION,
    drawing,
    new_figure,
    percent_ticks,
    plain_ticks,
    round_values,
)

if TYPE_CHECKING:
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
    from matplotlib.ticker import MaxNLocator

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
    axes.plot(k, error, color=BLUE, marker="o", label="digits held out, ± 1 standard error (SE)")
    axes.plot(k, training, color=VERMILLION, marker="s", label="training digits, among their own neighbors")
    threshold = float((error + slack)[k == best][0])
    axes.axhline(threshold, color=GRAY, linewidth=1.3, linestyle=(0, (5, 4)), label="lowest error + 1 SE")
    for which, name, marker in ((best, "lowest error", "o"), (chosen, "chosen", "s")):
        at = int(np.flatnonzero(k == which)[0])
        label = f"k = {which}, {name}: {100 * error[at]:.2f} ± {100 * slack[at]:.2f} %"
        ring: dict[str, Any] = {"markersize": 20, "markeredgewidth": 2.4, "fillstyle": "none"}
        axes.plot(which, error[at], marker, color=BLUE, label=label, **ring)
    axes.legend(loc="upper left", ncols=2)
    top = 1.5 * max(float((error + slack).max()), float(training.max()), 1e-4)
    axes.set(xlabel="k, number of neighbors that vote", ylabel="error, % of digits", ylim=(0, top))
    axes.xaxis.set_major_locator(MaxNLocator(24, integer=True))
    percent_ticks(axes.yaxis)
    axes.grid(True, axis="y")
    return figure


def _k_caption(result: Mapping[str, Any]) -> str:
    known = [str(result["data"])] if "data" in result else []
    known += [f"{int(result['count']):,} digits"] if "count" in result else []
    known += [f"{result['folds']} folds"] if "folds" in result else []
    known += [f"{key} {result[key]}" for key in ("feature", "metric", "weights") if result.get(key)]
    return (
        f"{', '.join(known)}. With a small k, single odd digits decide: the two curves lie far apart "
        "(variance). With a large k, rare shapes are outvoted: both errors grow (bias). Chosen: the largest "
        "k whose error is at most one standard error above the lowest."
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
    # No errors would lie at minus infinity: half an error is drawn.
    lowest, highest = 1.0, 0.0
    lines: dict[str, list[Mapping[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: row["references"]):
        lines.setdefault(row["name"], []).append(row)
    worst_first = sorted(lines, key=lambda name: -lines[name][-1]["errors"] / lines[name][-1]["count"])
    for name, (color, marker) in zip(worst_first, SERIES, strict=False):
        references, errors, counts = (
            np.array([row[key] for row in lines[name]]) for key in ("references", "errors", "count")
        )
        low, high = np.array([wilson_interval(int(e), int(n)) for e, n in zip(errors, counts, strict=True)]).T
        low = np.maximum(low, 0.1 / counts)
        axes.fill_between(references, low, high, color=color, alpha=0.14, linewidth=0)
        label = f"{name}: {100 * errors[-1] / counts[-1]:.1f} %"
        axes.plot(references, np.maximum(errors, 0.5) / counts, color=color, marker=marker, label=label)
        lowest, highest = min(lowest, float(low.min())), max(highest, float(high.max()))
    every = sorted({row["references"] for row in rows})
    bottom, top = 0.85 * lowest, 1.1 * highest
    axes.set(xscale="log", yscale="log", xlabel="references", ylabel="error, % of digits")
    axes.set(xlim=(0.85 * every[0], 1.15 * every[-1]), ylim=(bottom, top))
    plain_ticks(axes.xaxis, every)
    plain_ticks(axes.yaxis, round_values(bottom, top))
    percent_ticks(axes.yaxis)
    axes.grid(True)
    axes.legend(title="error with all references", alignment="left", loc="lower left")
    return figure
