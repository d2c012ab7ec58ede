"""The regions of a plane that nearest neighbors vote for, and their borders.

A plane shows borders that can't be seen in 128 dimensions, but it also mixes what those keep apart: each plot
states how often the vote in the plane is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...recognizer.votes import vote
from ...search import kneighbors
from .planes import Plane, Points
from .style import INK, LARGE, PALE, SMALL, big_label, drawing, label_color, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["regions"]

_PICTURES = 6  # neighbors that are shown as pictures below a panel
_GRID = (300, 360)  # points whose vote is taken, down and across
_CROSS = 12  # half the width of the cross, in points of the grid

Window = tuple[float, float, float, float]


@drawing
def regions(
    plane: Plane,
    *,
    ks: Sequence[int] = (1, 5, 25),
    picked: int | None = None,
    caption: str = "",
    size: tuple[int, int] | None = None,
) -> Figure:
    """The regions where k nearest neighbors in the plane vote for each label, for several k.

    Parameters
    ----------
    plane : Plane
    ks : sequence of int
        One panel each; each at most the number of references.
    picked : int, optional
        The query whose neighbors are shown; by default one on which the first and the last k disagree, with
        neighbors so far away that the lines to them are seen.
    caption : str
    size : (int, int), optional
        Pixels.

    Returns
    -------
    matplotlib.figure.Figure
    """
    answers = [_answers(plane, plane.queries, k) for k in ks]
    window = _window(plane.references)
    if picked is None:
        picked = _torn(plane, answers[0] != answers[-1], ks[-1], window)
    columns = len(ks) if len(ks) <= 3 else -(-len(ks) // 2)
    rows = -(-len(ks) // columns)
    figure = new_figure(
        f"What the k nearest neighbors vote for: {plane.name}",
        f"{caption} Dots: {len(plane.labels):,} references. Errors were counted on {len(plane.truth):,} "
        "other digits; there are many, since two dimensions keep little of a digit. Cross: a "
        f"{plane.truth[picked]}, framed below the plot. Lines lead to its neighbors, shown beside it with "
        "their labels, nearest first.",
        size or (1600, 900 if rows == 1 else 1300),
    )
    panels = figure.subplots(2 * rows, columns, squeeze=False, height_ratios=[6, 1] * rows)
    for place in range(rows * columns):
        row, column = divmod(place, columns)
        axes, strip = panels[2 * row : 2 * row + 2, column]
        if place >= len(ks):
            axes.remove()
            strip.remove()
            continue
        shown = _paint(axes, plane, ks[place], window)
        _name_regions(axes, shown, window, LARGE + (2 if columns > 2 else 8), plane.queries[picked])
        _mark_neighbors(axes, strip, plane, ks[place], picked)
        wrong = 100 * float((answers[place] != plane.truth).mean())
        axes.set_title(f"k = {ks[place]}: {wrong:.1f} % wrong\nthe cross is read as {answers[place][picked]}")
        axes.set(xlim=window[:2], ylim=window[2:], xticks=[], yticks=[], xlabel=plane.axes[0])
        axes.set_ylabel(plane.axes[1] if column == 0 else "")
    return figure


def _window(points: Points) -> Window:
    """Left, right, bottom and top of a window that holds all but the outermost points."""
    low, high = np.quantile(points, [0.004, 0.996], axis=0)
    room = 0.06 * (high - low)
    (left, bottom), (right, top) = (low - room).tolist(), (high + room).tolist()
    return left, right, bottom, top


def _well_inside(points: Points, window: Window) -> NDArray[np.bool_]:
    left, right, bottom, top = window
    at = (points - [left, bottom]) / [right - left, top - bottom]
    inside: NDArray[np.bool_] = np.all((at > 0.12) & (at < 0.88), axis=1)
    return inside


def _torn(plane: Plane, torn: NDArray[np.bool_], k: int, window: Window) -> int:
    """Of the queries in question, the one with the farthest neighbors, or the first of all."""
    rows = np.flatnonzero(torn & _well_inside(plane.queries, window))
    if not len(rows):
        return 0
    left, right, bottom, top = window
    scale = np.array([right - left, top - bottom], dtype=np.float32)  # as seen on the sheet
    distances, _ = kneighbors(plane.queries[rows] / scale, plane.references / scale, k)
    return int(rows[distances[:, -1].argmax()])


def _answers(plane: Plane, points: Points, k: int) -> NDArray[np.integer]:
    """What the k nearest references vote for at each point; of equal votes the nearest one's label wins."""
    classes, codes = np.unique(plane.labels, return_inverse=True)
    distances, found = kneighbors(points, plane.references, k)
    return classes[vote(distances, codes[found], n_labels=len(classes), power=0).labels]


def _paint(axes: Axes, plane: Plane, k: int, window: Window) -> NDArray[np.integer]:
    """Regions in pale colors with their borders; returns labels, (rows, columns)."""
    from matplotlib.colors import to_rgb

    left, right, bottom, top = window
    x, y = np.linspace(left, right, _GRID[1]), np.linspace(bottom, top, _GRID[0])
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2).astype(np.float32)
    answers = _answers(plane, grid, k).reshape(_GRID)
    classes, codes = np.unique(plane.labels, return_inverse=True)
    colors = np.array([to_rgb(label_color(int(label))) for label in classes])
    pale = 1 - 0.5 * (1 - colors)
    axes.imshow(
        pale[np.searchsorted(classes, answers)],
        extent=window,
        origin="lower",
        aspect="auto",
        interpolation="nearest",
        zorder=0,
    )
    for label in np.unique(answers):
        axes.contour(x, y, answers == label, levels=[0.5], colors=INK, linewidths=0.6, zorder=1)
    dots: dict[str, Any] = {"s": 18, "edgecolors": "white", "linewidths": 0.5, "zorder": 2}
    axes.scatter(plane.references[:, 0], plane.references[:, 1], c=0.8 * colors[codes], **dots)
    return answers


def _mark_neighbors(axes: Axes, strip: Axes, plane: Plane, k: int, picked: int) -> None:
    """Lines from a query to its neighbors in a panel, and the pictures of all of them in a strip below."""
    point = plane.queries[picked]
    _, found = kneighbors(point[None], plane.references, k)
    near = plane.references[found[0]]
    for other in near:
        axes.plot([point[0], other[0]], [point[1], other[1]], color=INK, linewidth=1.1, zorder=5)
    rings: dict[str, Any] = {"facecolors": "none", "edgecolors": INK, "linewidths": 1.4, "zorder": 5}
    axes.scatter(near[:, 0], near[:, 1], s=60 if k <= 5 else 34, **rings)
    cross: dict[str, Any] = {
        "marker": "X",
        "markersize": 14,
        "markeredgecolor": INK,
        "markeredgewidth": 2,
        "zorder": 6,
    }
    axes.plot(*point, color="white", **cross)
    _picture(strip, 0, plane.query_images[picked], int(plane.truth[picked]), INK)
    for place, index in enumerate(found[0, :_PICTURES].tolist(), start=1):
        _picture(strip, 0.5 + 1.15 * place, plane.images[index], int(plane.labels[index]), PALE)
    if k > _PICTURES:
        strip.text(0.8 + 1.15 * (_PICTURES + 1), 0.5, f"+ {k - _PICTURES}", fontsize=SMALL, va="center")
    strip.set(xlim=(-0.1, 0.5 + 1.15 * (_PICTURES + 2)), ylim=(1.7, -0.05), aspect="equal", anchor="W")
    strip.axis("off")


def _picture(strip: Axes, left: float, image: NDArray[np.uint8], label: int, frame: str) -> None:
    """A digit one unit wide, its label below."""
    box = (left, left + 1, 1, 0)
    strip.imshow(image, cmap="gray_r", vmin=0, vmax=255, extent=box, interpolation="nearest")
    strip.plot([left, left + 1, left + 1, left, left], [0, 0, 1, 1, 0], color=frame, linewidth=2)
    strip.text(left + 0.5, 1.08, str(label), fontsize=SMALL, ha="center", va="top")


def _name_regions(
    axes: Axes, answers: NDArray[np.integer], window: Window, largest: float, cross: Points
) -> None:
    """Each label where its region is widest, as large as fits, and not on the cross."""
    import cv2

    left, right, bottom, top = window
    up, across = answers.shape
    corner, step = np.array([left, bottom]), np.array([right - left, top - bottom]) / [across - 1, up - 1]
    free = np.ones(answers.shape, np.uint8)
    cv2.circle(free, np.rint((cross - corner) / step).astype(int).tolist(), _CROSS, 0, -1)
    for label in np.unique(answers):
        # Beyond the window's edge lies another region, so that no letter is cut.
        mine = np.pad((answers == label) * free, 1)
        room = cv2.distanceTransform(mine, cv2.DIST_L2, 5)
        y, x = np.unravel_index(int(room.argmax()), room.shape)
        at = corner + step * [x - 1, y - 1]
        big_label(axes, at, int(label), float(np.clip(1.6 * room.max(), SMALL, largest)))
