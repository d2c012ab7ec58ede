"""Digits as pictures: a sheet of them, and the mistakes with the neighbors that misled."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .asking import ask_factory
from .request import Request
from .style import GRAY, INK, LARGE, NORMAL, PALE, SMALL, VERMILLION, drawing, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ...recognizer.predictions import Predictions

__all__ = ["digits", "draw_digits", "draw_mistakes", "mistakes"]

_SHEET, _MISTAKES = 1000, 100
"""Digits on a sheet, and mistakes, at most: more are too small to be told apart, and take minutes."""


@drawing
def digits(
    images: NDArray[np.uint8],
    labels: NDArray[np.integer],
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
    columns = columns or max(1, round(np.sqrt(count * width / height * 1.45)))
    columns = min(columns, count)
    rows = -(-count // columns)
    figure = new_figure(title, caption or f"{count:,} digits", size)
    axes = figure.add_subplot()
    tall, wide = images.shape[1:]
    across, down = 1.12 * wide, 1.5 * tall
    for i, (image, label) in enumerate(zip(images, labels, strict=True)):
        left, top = (i % columns) * across, (i // columns) * down
        _place(axes, image, left, top)
        _write(axes, left + wide / 2, top + 1.05 * tall, str(label), _letters(columns, width, wide, across))
    axes.set(xlim=(-0.06 * wide, columns * across), ylim=(rows * down, -0.06 * tall), aspect="equal")
    axes.axis("off")
    return figure


def _letters(columns: int, width: int, wide: float, across: float) -> float:
    """Letters a third as high as a digit, in points, and never below the smallest."""
    inches = 16 / columns * wide / across
    return float(np.clip(0.3 * 72 * inches, SMALL, LARGE))


def _place(
    axes: Axes, image: NDArray[Any], left: float, top: float, frame: str = PALE, scale: float = 1
) -> None:
    """A digit with its upper left corner at (left, top), in a frame."""
    tall, wide = (scale * side for side in image.shape)
    box = (left, left + wide, top + tall, top)
    axes.imshow(image, cmap="gray_r", vmin=0, vmax=255, extent=box, interpolation="nearest", aspect="auto")
    heavy = frame != PALE
    axes.plot(
        [left, left + wide, left + wide, left, left],
        [top, top, top + tall, top + tall, top],
        color=frame,
        linewidth=3.5 if heavy else 1,
        solid_joinstyle="miter",
        zorder=4 if heavy else 3,
    )


def _write(axes: Axes, x: float, y: float, text: str, size: float, **settings: Any) -> None:
    axes.text(x, y, text, **{"ha": "center", "va": "top", "fontsize": size, "color": INK, **settings})


def draw_digits(request: Request) -> Figure:
    """For ``inknn plot digits``: some drawn at random, or those picked."""
    whole = request.digits("train")
    some = request.some(whole, 60, most=_SHEET)
    how = f"{len(some):,} drawn at random (seed {request.seed})"
    if request.index:
        how = f"digits {', '.join(map(str, request.index))}"
    tall, wide = whole.images.shape[1:]
    return digits(
        some.images,
        some.labels,
        title=f"Digits of {whole.name}",
        caption=f"{how} from {len(whole):,} digits of {wide}×{tall} pixels; the label is below each",
        size=request.size,
    )


@drawing
def mistakes(
    images: NDArray[np.uint8],
    labels: NDArray[np.integer],
    answers: Predictions,
    references: NDArray[np.uint8],
    *,
    limit: int = 12,
    n_neighbors: int = 6,
    caption: str | None = None,
    size: tuple[int, int] | None = None,
) -> Figure:
    """Wrong answers, the surest first, each with the nearest neighbors that led to it.

    Parameters
    ----------
    images : uint8 (n, 28, 28)
    labels : integer (n,)
        The true ones.
    answers : Predictions
        What the recognizer says of ``images``.
    references : uint8 (m, 28, 28)
        Those the indices of neighbors in ``answers`` count.
    limit : int
        Mistakes to show.
    n_neighbors : int
        For each, as far as ``answers`` has them.
    caption : str, optional
    size : (int, int), optional
        Pixels.

    Returns
    -------
    matplotlib.figure.Figure
    """
    wrong = np.flatnonzero(answers.labels != labels)
    shown = wrong[np.argsort(-answers.confidence[wrong], kind="stable")][:limit]
    halves = 2 if len(shown) > 1 else 1
    rows = -(-len(shown) // halves)
    per_row = min(n_neighbors, answers.neighbor_indices.shape[1])
    half = 28 * (2.6 + 1.12 * per_row)
    across, down = halves * half + 14 * (halves - 1) + 2, max(rows, 1) * 40
    share = f"{len(wrong):,} of {len(labels):,} digits read wrong"
    figure = new_figure(
        f"{share}: the surest ones, and what misled them" if len(shown) > 1 else share,
        " ".join(
            [
                "Left of each row the digit asked, with its label and the wrong answer; then its nearest",
                "references with their labels: dark where it is the true one, orange where it is not.",
                caption or "",
            ]
        ).strip(),
        size or (1600, 140 + round(1600 * down / across)),
    )
    axes = figure.add_subplot()
    axes.axis("off")
    if not len(shown):
        _write(axes, 0.5, 0.5, "no mistakes", LARGE, transform=axes.transAxes)
        return figure
    for place, i in enumerate(shown):
        left, top = (place // rows) * (half + 14), (place % rows) * 40
        _mistake(axes, left, top, images[i], int(labels[i]), answers, int(i), references, per_row)
    axes.set(xlim=(-1, across - 1), ylim=(down - 1, -1), aspect="equal")
    return figure


def _mistake(
    axes: Axes,
    left: float,
    top: float,
    image: NDArray[np.uint8],
    label: int,
    answers: Predictions,
    row: int,
    references: NDArray[np.uint8],
    per_row: int,
) -> None:
    _place(axes, image, left, top, INK)
    beside = left + 31
    text = {"ha": "left", "va": "top"}
    _write(axes, beside, top + 1, f"is {label}", NORMAL, fontweight="bold", **text)
    _write(axes, beside, top + 10.5, f"read {answers.labels[row]}", NORMAL, color=VERMILLION, **text)
    _write(axes, beside, top + 20, f"{100 * answers.confidence[row]:.3g} % sure", SMALL, color=GRAY, **text)
    first = left + 28 * 2.6
    for j in range(per_row):
        at = first + j * 28 * 1.12
        theirs = int(answers.neighbor_labels[row, j])
        color = INK if theirs == label else VERMILLION
        _place(axes, references[answers.neighbor_indices[row, j]], at, top)
        _write(axes, at + 14, top + 28.5, str(theirs), SMALL, color=color, fontweight="bold")


def draw_mistakes(request: Request) -> Figure:
    """For ``inknn plot mistakes``: of the factory recognizer on the digits for testing."""
    from ...memory.factory import factory_images

    limit = request.count(12, most=_MISTAKES)
    asked, answers, words = ask_factory(replace(request, limit=None))  # about all; the limit is for mistakes
    return mistakes(
        asked.images,
        asked.labels,
        answers,
        factory_images(),
        limit=limit,
        caption=words,
        size=request.size,
    )
