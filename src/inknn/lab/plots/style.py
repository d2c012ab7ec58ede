"""How all plots look: dark ink on white, large letters, colors that color-blind people can tell apart.

A plot is laid out on a sheet 16 inches wide, whatever its size in pixels, with letters of 14 points at least:
at 1600 pixels they are as large as on a slide. pyplot and its state are never touched: functions return a
``matplotlib.figure.Figure`` of their own, to save, to show in a notebook or to draw on.

The ten label colors were searched for: any two differ by 15 or more in CIE Lab, where 2.3 is the least
difference that people see, in the pale tones of regions too, and for people who don't see red or green. Blue
and yellow are told apart less well by the few who don't see blue, but still by 12. Color never stands alone:
labels are written beside what they color. The other colors are Okabe & Ito's.
"""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ParamSpec

import numpy as np
from numpy.typing import NDArray

from ...errors import MissingExtraError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "BLUE",
    "GRAY",
    "GREEN",
    "INK",
    "LABEL_COLORS",
    "PURPLE",
    "SERIES",
    "VERMILLION",
    "big_label",
    "drawing",
    "halo",
    "label_color",
    "new_figure",
    "percent_ticks",
    "plain_ticks",
    "round_values",
    "show_digit",
    "style",
]

LABEL_COLORS = (
    "#c00eeb",
    "#eebc00",
    "#6b4600",
    "#f339ac",
    "#570381",
    "#bfb195",
    "#db6d00",
    "#92d75b",
    "#383924",
    "#0ac1ff",
)
"""A color for each digit, 0 to 9."""

INK, GRAY, PALE = "#1a1a1a", "#5f6368", "#d8dadd"
BLUE, VERMILLION, GREEN, PURPLE, ORANGE = "#0072B2", "#D55E00", "#009E73", "#AA4499", "#B97900"
SERIES = ((BLUE, "o"), (VERMILLION, "s"), (GREEN, "^"), (PURPLE, "D"), (ORANGE, "v"), (INK, "P"))
"""Color and marker of the lines of a plot."""

WIDTH_INCHES = 16.0
SMALL, NORMAL, LARGE = 14, 17, 24

_SETTINGS: dict[Any, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same everywhere
    "font.size": NORMAL,
    "axes.titlesize": NORMAL + 1,
    "axes.titlelocation": "left",
    "axes.labelsize": NORMAL,
    "xtick.labelsize": NORMAL - 1,
    "ytick.labelsize": NORMAL - 1,
    "legend.fontsize": NORMAL - 1,
    "legend.frameon": False,
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    "axes.edgecolor": GRAY,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "xtick.color": GRAY,
    "ytick.color": GRAY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "grid.color": PALE,
    "axes.axisbelow": True,
    "lines.linewidth": 2.8,
    "lines.markersize": 9,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "savefig.facecolor": "white",
    "svg.hashsalt": "inknn",  # the same picture has the same bytes
    "pdf.fonttype": 42,  # letters stay letters
    "path.simplify": True,
}

P = ParamSpec("P")


def drawing(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Let a function draw in this style; it raises MissingExtraError without matplotlib."""

    @functools.wraps(draw)
    def styled(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with style():
            return draw(*args, **kwargs)

    return styled


def style() -> Any:
    """A context in which matplotlib draws in this style.

    Raises
    ------
    MissingExtraError
        If matplotlib isn't installed.
    """
    try:
        import matplotlib as mpl
    except ImportError:
        raise MissingExtraError("drawing", "matplotlib", "lab") from None
    return mpl.rc_context(_SETTINGS)


def new_figure(title: str, caption: str, size: tuple[int, int] | None = None) -> Figure:
    """An empty figure with its title above and its caption below.

    Parameters
    ----------
    title, caption : str
        What the plot shows; and of how many digits, with which settings.
    size : (int, int), optional
        Width and height in pixels; 1600 × 900 by default.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    width, height = size or (1600, 900)
    figure = Figure(
        figsize=(WIDTH_INCHES, WIDTH_INCHES * height / width),
        dpi=width / WIDTH_INCHES,
        layout=ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.1, wspace=0.02, hspace=0.02),
    )
    lines = "\n".join(textwrap.wrap(caption.strip(), 152))
    figure.suptitle(textwrap.fill(title, 82), x=0.012, ha="left", fontsize=LARGE, fontweight="bold")
    figure.supxlabel(lines, x=0.012, ha="left", fontsize=SMALL, color=GRAY)
    return figure


def show_digit(axes: Axes, image: NDArray[Any]) -> None:
    """A picture of ink, dark on white, in a thin frame."""
    axes.imshow(image, cmap="gray_r", vmin=0, vmax=255, interpolation="nearest")
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set(visible=True, color=PALE)


def label_color(label: int) -> str:
    """The color of a digit."""
    return LABEL_COLORS[int(label) % len(LABEL_COLORS)]


def halo(width: float = 4.0) -> Any:
    """Path effects that keep letters legible on any ground."""
    from matplotlib import patheffects

    return [patheffects.withStroke(linewidth=width, foreground="white")]


def big_label(axes: Axes, at: NDArray[np.floating], label: int, size: float = LARGE + 4) -> None:
    """A label among its digits, legible on any color."""
    axes.text(
        float(at[0]),
        float(at[1]),
        str(label),
        fontsize=size,
        fontweight="bold",
        ha="center",
        va="center",
        path_effects=halo(5),
        zorder=7,
    )


def percent_ticks(axis: Any) -> None:
    """Ticks of shares, 0 to 1, as percent."""
    from matplotlib.ticker import FuncFormatter

    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.3g} %"))


def plain_ticks(axis: Any, values: Sequence[float]) -> None:
    """Ticks at these values, written out, and none between; for logarithmic axes."""
    from matplotlib.ticker import FixedLocator, NullLocator

    axis.set_major_locator(FixedLocator(list(values)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(lambda value, _: f"{value:,.6g}")


def round_values(low: float, high: float) -> list[float]:
    """1, 2, 5, 10, 20 ... from low to high; powers of ten alone where these are far apart."""
    first, last = int(np.floor(np.log10(low))), int(np.ceil(np.log10(high)))
    factors = (1,) if high / low > 300 else (1, 2, 5)
    values = [factor * 10.0**power for power in range(first, last + 1) for factor in factors]
    return [value for value in values if low <= value * 1.0001 and value <= high * 1.0001]
