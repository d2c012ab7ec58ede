"""Digits as pictures: a sheet of them, and mistakes with the neighbors that led to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..mistakes import Mistake
from .style import GRAY, INK, LARGE, NORMAL, PALE, SMALL, VERMILLION, WIDTH_INCHES, drawing, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["digits", "mistakes"]

_SIDE = 28  # pixels of a digit in normal form, the unit of the sheet of mistakes
_ROW = 40  # a mistake's height, with the labels below
_NO_PICTURE = np.zeros((_SIDE, _SIDE), np.uint8)  # of a neighbor, in a model that keeps none


@drawing
def digits(
    images: NDArray[np.uint8],
    labels: Sequence[Any] | NDArray[Any],
    *,
    columns: int | None = None,
    title: str = "Digits and their labels",
    caption: str | None = None,
    size: tuple[int, int] | None = None,
) -> Figure:
    """A sheet of digits, each with its label.

    Parameters
    ----------
    images : uint8 (n, height, width)
        Ink bright on black; n ≥ 1.
    labels : (n,)
        What to write below each: numbers or words.
    columns : int, optional
        Digits in a row; as many as fill the sheet by default.
    title, caption : str, optional
    size : (int, int), optional
        Pixels.

    Returns
    -------
    matplotlib.figure.Figure
    """
    count = len(images)
    if count == 0 or len(labels) != count:
        raise ValueError(f"there must be one label for each digit, got {len(labels)} for {count}")
    width, height = size or (1600, 900)
    columns = min(columns or max(1, round(np.sqrt(count * width / height * 1.45))), count)
    rows = -(-count // columns)
    figure = new_figure(title, f"{count:,} digits" if caption is None else caption, size)
    axes = figure.add_subplot()
    tall, wide = images.shape[1:]
    across, down = 1.12 * wide, 1.5 * tall
    # Letters a third as high as a digit, in points, and never below the smallest.
    letters = float(np.clip(0.3 * 72 * WIDTH_INCHES / columns * wide / across, SMALL, LARGE))
    for i, (image, label) in enumerate(zip(images, labels, strict=True)):
        left, top = (i % columns) * across, (i // columns) * down
        _place(axes, image, left, top)
        _write(axes, left + wide / 2, top + 1.05 * tall, str(label), letters, ha="center")
    axes.set(xlim=(-0.06 * wide, columns * across), ylim=(rows * down, -0.06 * tall), aspect="equal")
    axes.axis("off")
    return figure


@drawing
def mistakes(
    worst: Sequence[Mistake],
    errors: int,
    count: int,
    *,
    caption: str = "",
    size: tuple[int, int] | None = None,
) -> Figure:
    """Wrong answers with the nearest neighbors that led to them.

    Parameters
    ----------
    worst : sequence of Mistake
        Those to show, as :func:`inknn.lab.mistakes.worst_mistakes` finds them.
    errors, count : int
        How many answers are wrong, of how many.
    caption : str
    size : (int, int), optional
        Pixels.

    Returns
    -------
    matplotlib.figure.Figure
    """
    neighbors = max((len(mistake.neighbors) for mistake in worst), default=0)
    halves = 2 if len(worst) > 1 and neighbors <= 8 else 1
    rows = max(-(-len(worst) // halves), 1)
    half = _SIDE * (2.7 + 1.12 * neighbors)
    across, down = halves * half + _SIDE / 2 * (halves - 1) + 2, rows * _ROW
    share = f"{errors:,} of {count:,} digits read wrong"
    figure = new_figure(
        f"{share}: the most confident, and what misled them" if len(worst) > 1 else share,
        "Framed: a digit that was read wrong, with its label and the answer. Beside it: its nearest "
        "neighbors, which voted on the answer, each above its label; orange where that isn't the digit's. "
        f"{caption}",
        size or (1600, 140 + round(1600 * down / across)),
    )
    axes = figure.add_subplot()
    axes.axis("off")
    if not worst:
        _write(axes, 0.5, 0.5, "no mistakes", LARGE, ha="center", transform=axes.transAxes)
        return figure
    for place, mistake in enumerate(worst):
        _mistake(axes, (place // rows) * (half + _SIDE / 2), (place % rows) * _ROW, mistake)
    axes.set(xlim=(-1, across - 1), ylim=(down - 1, -1), aspect="equal")
    return figure


def _mistake(axes: Axes, left: float, top: float, mistake: Mistake) -> None:
    """A mistake and its neighbors in a row, its upper left corner at (left, top)."""
    _place(axes, mistake.image, left, top, INK)
    beside = left + 1.1 * _SIDE
    _write(axes, beside, top + 1, f"is {mistake.truth}", NORMAL, fontweight="bold")
    _write(axes, beside, top + 10.5, f"read {mistake.answer}", NORMAL, color=VERMILLION)
    _write(axes, beside, top + 20, f"{100 * mistake.confidence:.3g} % sure", SMALL, color=GRAY)
    for j, near in enumerate(mistake.neighbors):
        at = left + _SIDE * (2.7 + 1.12 * j)
        color = INK if near.label == mistake.truth else VERMILLION
        _place(axes, _NO_PICTURE if near.image is None else near.image, at, top)
        below = {"color": color, "fontweight": "bold", "ha": "center"}
        _write(axes, at + _SIDE / 2, top + _SIDE + 0.5, str(near.label), SMALL, **below)


def _place(axes: Axes, image: NDArray[Any], left: float, top: float, frame: str = PALE) -> None:
    """A digit with its upper left corner at (left, top), in a frame."""
    tall, wide = image.shape
    right, bottom = left + wide, top + tall
    box = (left, right, bottom, top)
    axes.imshow(image, cmap="gray_r", vmin=0, vmax=255, extent=box, interpolation="nearest", aspect="auto")
    heavy = frame != PALE
    axes.plot(
        [left, right, right, left, left],
        [top, top, bottom, bottom, top],
        color=frame,
        linewidth=3.5 if heavy else 1,
        solid_joinstyle="miter",
        zorder=4 if heavy else 3,
    )


def _write(axes: Axes, x: float, y: float, text: str, size: float, **settings: Any) -> None:
    axes.text(x, y, text, **{"va": "top", "fontsize": size, **settings})
