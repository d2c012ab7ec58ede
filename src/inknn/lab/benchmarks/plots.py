"""Pictures of benchmark results, from the stored rows alone.

Colors are those of Okabe & Ito ("Color universal design", 2008), which people with any color vision can
tell apart; markers and labels say the same once more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

from .sizes import Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["PLOTS"]

_COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_MARKERS = "osD^vP"


def scaling(rows: Sequence[Row], file: BinaryIO) -> None:
    """Milliseconds a query over the number of references, both logarithmic."""
    from matplotlib.ticker import FuncFormatter

    figure, axes = _canvas()
    for row, color, marker in zip(rows, _COLORS, _MARKERS, strict=False):
        counts, times = row["references"], [1000 * seconds for seconds in row["seconds_per_query"]]
        label = f"{row['name']}: grows as $n^{{{row['exponent']:.2f}}}$"
        axes.plot(counts, times, color=color, marker=marker, linewidth=2, zorder=3, label=label)
    counts = rows[0]["references"]
    least = 1000 * min(row["seconds_per_query"][0] for row in rows)
    linear = [least * n / counts[0] for n in counts]
    axes.plot(counts, linear, ":", color="0.5", linewidth=1.5, label="twice the time for twice as many")
    axes.set(xscale="log", yscale="log", xlabel="references", ylabel="milliseconds a query")
    axes.set_xticks(counts, [f"{count:,}" for count in counts])
    axes.set_xticks([], minor=True)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_title("Exact nearest neighbors among MNIST's digits and deformed ones", fontsize="medium")
    axes.legend(frameon=False, loc="upper left")
    _save(figure, axes, file)


def classifiers(rows: Sequence[Row], file: BinaryIO) -> None:
    """Error with its 95 % interval over milliseconds a digit, both logarithmic."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    figure, axes = _canvas()
    for row, color, marker in zip(rows, _COLORS, _MARKERS, strict=False):
        (low, high), error = row["interval_percent"], row["error_percent"]
        spread = [[error - low], [high - error]]
        axes.errorbar(
            row["ms_per_digit"],
            error,
            spread,
            color=color,
            marker=marker,
            markersize=8,
            capsize=4,
            label=row["name"],
        )
    axes.set(xscale="log", yscale="log", xlabel="milliseconds a digit", ylabel="error on MNIST, %")
    times = [row["ms_per_digit"] for row in rows]
    axes.set_xlim(min(times) / 2, max(times) * 2)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_yticks(
        [tick for tick in (0.2, 0.3, 0.5, 1, 2, 3, 5, 10, 20, 50) if _within(tick, axes.get_ylim())]
    )
    axes.set_title("Better is lower, faster is left; bars are 95 % intervals", fontsize="medium")
    axes.legend(frameon=False, fontsize="small")
    _save(figure, axes, file)


PLOTS: Mapping[str, tuple[str, Callable[[Sequence[Row], BinaryIO], None]]] = {
    "scaling": ("scaling.png", scaling),
    "classifiers": ("accuracy.png", classifiers),
}
"""The benchmarks that have a picture: name → its file's name, and what draws it."""


def _canvas() -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.4), layout="constrained")
    return figure, figure.add_subplot()


def _save(figure: Figure, axes: Any, file: BinaryIO) -> None:
    axes.grid(True, color="0.9", zorder=0)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(file, format="png", dpi=150)


def _within(tick: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= tick <= limits[1]
