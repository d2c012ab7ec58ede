"""How all plots look: dark ink on white, letters for the back row, colors that color-blind people can tell.

A plot is laid out on 16 inches of width, whatever its size in pixels, with letters of 14 points at least:
at 1600 pixels they are as large as on a slide. Nothing here touches pyplot or its state; functions return a
``matplotlib.figure.Figure`` of their own, to save, to show in a notebook or to draw on.

The ten colors of the labels are Petroff's ("Accessible color sequences for data visualization", 2021), found
by optimizing how well people with each kind of color vision tell all ten apart. Color never stands alone:
labels are written beside what they color. The others are Okabe & Ito's.
"""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ParamSpec

import numpy as np
from numpy.typing import NDArray

from ...errors import InknnError

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
    "show_digit",
    "wrapped",
]

LABEL_COLORS = (
    "#3f90da",
    "#ffa90e",
    "#bd1f01",
    "#94a4a2",
    "#832db6",
    "#a96b59",
    "#e76300",
    "#b9ac70",
    "#717581",
    "#92dadd",
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
    """Draw in this style, and say what to install where matplotlib is missing."""

    @functools.wraps(draw)
    def styled(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with style():
            return draw(*args, **kwargs)

    return styled


def style() -> Any:
    """A context in which matplotlib draws in this style.

    Raises
    ------
    InknnError
        If matplotlib isn't installed.
    """
    try:
        import matplotlib as mpl
    except ImportError:
        raise InknnError("plots need matplotlib: pip install 'inknn[lab]'") from None
    return mpl.rc_context(_SETTINGS)


def new_figure(title: str, caption: str, size: tuple[int, int] | None = None) -> Figure:
    """An empty figure with its title above and its caption below.

    Parameters
    ----------
    title, caption : str
        What it shows; and of how many digits, with which settings.
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
    figure.suptitle(wrapped(title, 82), x=0.012, ha="left", fontsize=LARGE, fontweight="bold")
    figure.supxlabel(wrapped(caption.strip()), x=0.012, ha="left", fontsize=SMALL, color=GRAY)
    return figure


def wrapped(text: str, width: int = 158) -> str:
    """Text in lines that fit a plot's width."""
    return "\n".join(textwrap.wrap(text, width))


def show_digit(axes: Axes, image: NDArray[Any], **settings: Any) -> None:
    """A picture of ink, dark on white, in a thin frame."""
    shown = {"cmap": "gray_r", "vmin": 0, "vmax": 255, "interpolation": "nearest", **settings}
    axes.imshow(image, **shown)
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set(visible=True, color=PALE)


def label_color(label: int) -> str:
    """The color of a digit."""
    return LABEL_COLORS[int(label) % len(LABEL_COLORS)]


def halo(width: float = 4.0) -> Any:
    """Path effects that keep letters legible on any ground."""
    from matplotlib import patheffects

    return [patheffects.withStroke(linewidth=width, foreground="white")]


def percent_ticks(axis: Any) -> None:
    """Ticks of shares, 0 to 1, as per cent."""
    from matplotlib.ticker import FuncFormatter

    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.3g} %"))


def plain_ticks(axis: Any, values: Sequence[float], form: str = "{:,.6g}") -> None:
    """Ticks at these values, written out; none between (for logarithmic axes)."""
    from matplotlib.ticker import FixedLocator, NullLocator

    axis.set_major_locator(FixedLocator(list(values)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(lambda value, _: form.format(value))


def nice_decades(low: float, high: float) -> list[float]:
    """1, 2, 5, 10, ... from low to high, one beyond each: few enough to be written out."""
    steps = [
        m * 10.0**e
        for e in range(int(np.floor(np.log10(low))) - 1, int(np.ceil(np.log10(high))) + 1)
        for m in (1, 2, 5)
    ]
    if high / low > 300:
        steps = [
            step for step in steps if np.isclose(np.log10(step) % 1, 0) or np.isclose(np.log10(step) % 1, 1)
        ]
    return [step for step in steps if low <= step * 1.0001 and step <= high * 1.0001]


def big_label(axes: Axes, at: NDArray[np.floating], label: int, size: float = LARGE + 4) -> None:
    """A label where its digits are, legible on any color."""
    axes.text(
        float(at[0]),
        float(at[1]),
        str(label),
        fontsize=size,
        fontweight="bold",
        ha="center",
        va="center",
        color=INK,
        path_effects=halo(5),
        zorder=7,
    )
