"""The regions of a plane that nearest neighbors vote for, and their borders.

A plane shows borders that can't be seen in 128 dimensions, but also confuses what those keep apart: each plot
says how often the vote in the plane is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError
from ...search import kneighbors
from .planes import SPACES, Plane, Points
from .request import OptionError, Request, normalized
from .style import INK, LARGE, SMALL, big_label, drawing, label_color, new_figure, show_digit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_regions", "regions"]


@drawing
def regions(
    plane: Plane,
    *,
    ks: Sequence[int] = (1, 5, 25),
    picked: int | None = None,
    caption: str | None = None,
    size: tuple[int, int] | None = None,
) -> Figure:
    """The regions where k nearest neighbors in the plane vote for each label, for several k.

    Parameters
    ----------
    plane : Plane
    ks : sequence of int
        One panel each; each at most the number of references.
    picked : int, optional
        Row of ``plane.asked`` whose neighbors are shown; by default one on which the first and the last k
        disagree.
    caption : str, optional
    size : (int, int), optional
        Pixels.

    Returns
    -------
    matplotlib.figure.Figure
    """
    names = np.unique(np.concatenate([plane.labels, plane.truth]))
    answers = _votes(plane, plane.asked, ks, names)
    if picked is None:
        torn = np.flatnonzero((answers[0] != answers[-1]) & _well_inside(plane))
        picked = int(torn[0]) if len(torn) else 0
    figure = new_figure(
        f"What the k nearest neighbors vote for: {plane.name}",
        f"{caption or ''} {len(plane.labels):,} references (dots); errors counted on {len(plane.truth):,} "
        f"other digits. Lines: borders. Cross: the {plane.truth[picked]} in the corner; rings: neighbors.",
        size or (1600, 900 if len(ks) <= 3 else 1100),
    )
    columns = len(ks) if len(ks) <= 3 else -(-len(ks) // 2)
    panels = figure.subplots(-(-len(ks) // columns), columns, sharex=True, sharey=True, squeeze=False)
    limits = _limits(plane.known)
    for i, (axes, k) in enumerate(zip(panels.ravel(), ks, strict=False)):
        shown = _paint(axes, plane, k, names, limits)
        if i == 0:
            shown[: shown.shape[0] * 2 // 9, : shown.shape[1] * 2 // 9] = -1  # where the picture goes
        _name_regions(axes, shown, limits, LARGE + (2 if columns > 2 else 8))
        _neighbors_of(axes, plane, k, picked)
        wrong = int((answers[i] != plane.truth).sum())
        reads = "the cross is read as" if columns < 3 else "reads"
        share = f"{100 * wrong / len(plane.truth):.1f} % wrong"
        axes.set_title(f"k = {k}: {share}; {reads} {answers[i][picked]}")
        axes.set(xlim=limits[:2], ylim=limits[2:], xticks=[], yticks=[], xlabel=plane.axes[0])
        axes.label_outer()
    picture = panels[0, 0].inset_axes((0.02, 0.02, 0.17, 0.17))
    show_digit(picture, plane.images[picked])
    for axes in panels[:, 0]:
        axes.set_ylabel(plane.axes[1])
    for axes in panels.ravel()[len(ks) :]:
        axes.remove()
    return figure


def _limits(points: Points) -> tuple[float, float, float, float]:
    """Of a window that all but the outermost points lie in."""
    low, high = np.quantile(points, [0.004, 0.996], axis=0)
    room = 0.06 * (high - low)
    (left, bottom), (right, top) = low - room, high + room
    return float(left), float(right), float(bottom), float(top)


def _well_inside(plane: Plane) -> NDArray[np.bool_]:
    left, right, bottom, top = _limits(plane.known)
    at = (plane.asked - [left, bottom]) / [right - left, top - bottom]
    inside: NDArray[np.bool_] = np.all((at > 0.12) & (at < 0.88), axis=1)
    return inside


def _votes(
    plane: Plane, points: Points, ks: Sequence[int], names: NDArray[np.integer]
) -> list[NDArray[np.integer]]:
    """What the neighbors of points answer, for each k; of equal votes the nearest one's label wins."""
    _, found = kneighbors(points, plane.known, max(ks))
    labels = plane.labels[found]
    rows = np.arange(len(points))
    answers = []
    for k in ks:
        votes = (labels[:, :k, None] == names).sum(axis=1).astype(float)
        votes[rows, np.searchsorted(names, labels[:, 0])] += 0.5
        answers.append(names[votes.argmax(axis=1)])
    return answers


def _paint(
    axes: Axes,
    plane: Plane,
    k: int,
    names: NDArray[np.integer],
    limits: tuple[float, float, float, float],
) -> NDArray[np.integer]:
    """Regions in pale colors, with their borders (for k = 1 exact); returns labels, (rows, columns)."""
    from matplotlib.colors import to_rgb

    left, right, bottom, top = limits
    across, up = 360, 300
    x, y = np.linspace(left, right, across), np.linspace(bottom, top, up)
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2).astype(np.float32)
    answers = _votes(plane, grid, [k], names)[0].reshape(up, across)
    colors = np.array([to_rgb(label_color(int(name))) for name in names])
    pale = 1 - 0.38 * (1 - colors)
    axes.imshow(
        pale[np.searchsorted(names, answers)],
        extent=limits,
        origin="lower",
        aspect="auto",
        interpolation="nearest",
        zorder=0,
    )
    if k == 1:
        _voronoi_borders(axes, plane)
    else:
        for name in np.unique(answers):
            axes.contour(x, y, answers == name, levels=[0.5], colors=INK, linewidths=0.6, zorder=1)
    axes.scatter(
        plane.known[:, 0],
        plane.known[:, 1],
        s=16,
        c=colors[np.searchsorted(names, plane.labels)],
        edgecolors="white",
        linewidths=0.4,
        zorder=2,
    )
    return answers


def _voronoi_borders(axes: Axes, plane: Plane) -> None:
    """The edges of Voronoi cells that part two labels."""
    from matplotlib.collections import LineCollection
    from scipy.spatial import Voronoi

    points, first = np.unique(plane.known, axis=0, return_index=True)
    labels = plane.labels[first]
    if len(points) < 5:
        return
    # Far corners around all of it: the edges that matter then have an end.
    middle, reach = points.mean(axis=0), 20 * np.ptp(points, axis=0).max()
    corners = middle + reach * np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]])
    cells = Voronoi(np.concatenate([points, corners]))
    labels = np.concatenate([labels, np.full(4, -1)])
    parted = labels[cells.ridge_points[:, 0]] != labels[cells.ridge_points[:, 1]]
    real = (cells.ridge_points < len(points)).all(axis=1)
    edges = [
        cells.vertices[ridge]
        for ridge, wanted in zip(cells.ridge_vertices, parted & real, strict=True)
        if wanted and min(ridge) >= 0
    ]
    axes.add_collection(LineCollection(edges, colors=INK, linewidths=0.5, zorder=1), autolim=False)


def _neighbors_of(axes: Axes, plane: Plane, k: int, picked: int) -> None:
    point = plane.asked[picked]
    _, found = kneighbors(point[None], plane.known, k)
    near = plane.known[found[0]]
    for other in near:
        axes.plot([point[0], other[0]], [point[1], other[1]], color=INK, linewidth=1.1, zorder=5)
    axes.scatter(
        near[:, 0],
        near[:, 1],
        s=60 if k <= 5 else 34,
        facecolors="none",
        edgecolors=INK,
        linewidths=1.4,
        zorder=5,
    )
    axes.plot(
        *point, marker="X", markersize=14, color="white", markeredgecolor=INK, markeredgewidth=2, zorder=6
    )


def _name_regions(
    axes: Axes,
    answers: NDArray[np.integer],
    limits: tuple[float, float, float, float],
    largest: float,
) -> None:
    """Each label where its region is widest, as large as fits."""
    import cv2

    up, across = answers.shape
    for name in np.unique(answers[answers >= 0]):
        # Paper beyond the window's edge counts as another region, so that no letter is cut.
        mine = np.pad((answers == name).astype(np.uint8), 1)
        room = cv2.distanceTransform(mine, cv2.DIST_L2, 5)
        y, x = np.unravel_index(int(room.argmax()), room.shape)
        left, right, bottom, top = limits
        at = np.array(
            [left + (right - left) * (x - 1) / (across - 1), bottom + (top - bottom) * (y - 1) / (up - 1)]
        )
        big_label(axes, at, int(name), float(np.clip(1.6 * room.max(), SMALL, largest)))


def draw_regions(request: Request) -> Figure:
    """For ``inknn plot regions``: references and others from the same part, none in both."""
    space = request.space or "learned"
    if space not in SPACES:
        raise OptionError(f"--space {space}: there are {', '.join(SPACES)}")
    whole = request.digits("train")
    count = request.limit or 600
    drawn = request.sample(whole, count + 2000)
    n = min(count, len(drawn) // 2)
    if n < 10:
        raise DataError(f"{whole.name}: regions need 20 digits at least, got {len(drawn)}")
    if space == "learned":
        drawn = normalized(drawn)
    ks = request.ks((1, 5, 25), n)
    request.progress("drawing regions", 0.1)
    name, axes, learn = SPACES[space]
    known, labels = drawn.images[:n], drawn.labels[:n]
    project = learn(known, labels, request.seed)
    plane = Plane(
        name, axes, project(known), labels, project(drawn.images[n:]), drawn.labels[n:], drawn.images[n:]
    )
    picked = request.index[0] if request.index else None
    if len(request.index) > 1 or (picked is not None and not 0 <= picked < len(plane.truth)):
        raise OptionError(f"--index: pick one of the digits asked, 0 to {len(plane.truth) - 1:,}")
    caption = f"{whole.name}, seed {request.seed}."
    return regions(plane, ks=ks, picked=picked, caption=caption, size=request.size)
