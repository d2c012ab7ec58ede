"""A map of digits, with the digits on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...search import kneighbors
from .planes import Images, Points
from .style import big_label, drawing, label_color, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["METHODS", "embedding"]

_THUMB = 1 / 23  # of the map's height: a picture of a digit


def _tsne(vectors: NDArray[np.float32], seed: int) -> Points:
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    perplexity = min(30.0, (len(vectors) - 1) / 3)
    # Its threads wait for each other: on a busy machine they make ten seconds' work last a minute.
    with threadpool_limits(1):
        return TSNE(perplexity=perplexity, init="pca", max_iter=500, random_state=seed).fit_transform(vectors)


def _isomap(vectors: NDArray[np.float32], seed: int) -> Points:
    from sklearn.manifold import Isomap

    return Isomap(n_neighbors=min(10, len(vectors) - 1)).fit_transform(vectors)


def _pca(vectors: NDArray[np.float32], seed: int) -> Points:
    from sklearn.decomposition import PCA

    return PCA(2, random_state=seed).fit_transform(vectors)


METHODS: Mapping[str, tuple[str, Callable[[NDArray[np.float32], int], Points]]] = {
    "tsne": ("t-SNE, which keeps neighbors together; distances between groups mean nothing", _tsne),
    "isomap": ("Isomap, which keeps distances along chains of neighbors", _isomap),
    "pca": ("their first two principal components", _pca),
}
"""Ways to lay out vectors in a plane for :func:`embedding`: words for the caption, and the function."""


@drawing
def embedding(
    images: Images,
    labels: NDArray[np.integer],
    points: NDArray[np.floating],
    *,
    title: str = "A map of digits",
    caption: str | None = None,
    stretch: float = 1.0,
    size: tuple[int, int] | None = None,
) -> Figure:
    """A map of digits: each at its point, drawn where there is room for its picture, every label named.

    Parameters
    ----------
    images : uint8 (n, height, width)
    labels : integer (n,)
    points : (n, 2)
    title, caption : str, optional
    stretch : float
        How much wider than high, or the reverse, a unit may become to fill the sheet.
    size : (int, int), optional
        Pixels.

    Returns
    -------
    matplotlib.figure.Figure
    """
    width, height = size or (1500, 1200)
    figure = new_figure(title, f"{len(labels):,} digits" if caption is None else caption, (width, height))
    axes = figure.add_subplot()
    aspect = width / (0.86 * height)
    at = _on_sheet(points, aspect, stretch)
    names = _places_of_labels(at, labels)
    colors = [label_color(int(label)) for label in labels]
    axes.scatter(at[:, 0], at[:, 1], s=10, c=colors, alpha=0.5, linewidths=0, zorder=1)
    for i in _room_for(at, list(names.values())):
        (x, y), half = at[i], _THUMB / 2
        box = (x - half, x + half, y - half, y + half)
        axes.imshow(_tinted(images[i], colors[i]), extent=box, interpolation="bilinear", zorder=2)
    for label, place in names.items():
        big_label(axes, place, label)
    limits = (-_THUMB, aspect + _THUMB), (-_THUMB, 1 + _THUMB)
    axes.set(xlim=limits[0], ylim=limits[1], aspect="equal", xticks=[], yticks=[])
    axes.set(xlabel="the axes have no unit: only nearness has a meaning")
    axes.spines[:].set_visible(False)
    return figure


def _on_sheet(points: NDArray[np.floating], aspect: float, stretch: float) -> NDArray[np.floating]:
    """The points in units of the map's height, in the middle of a sheet ``aspect`` wide and 1 high."""
    low, high = points.min(axis=0), points.max(axis=0)
    across, up = np.maximum(high - low, 1e-12)
    scale = max(across / aspect, up)
    room = np.minimum([aspect * scale / across, scale / up], stretch)
    return (points - (low + high) / 2) / scale * room + [aspect / 2, 0.5]


def _places_of_labels(
    at: NDArray[np.floating], labels: NDArray[np.integer]
) -> dict[int, NDArray[np.floating]]:
    """For each label a point of one of its digits, among its like and apart from the other labels' names."""
    points = at.astype(np.float32)
    _, near = kneighbors(points, points, min(30, len(points)))
    like = (labels[near] == labels[:, None]).mean(axis=1)
    places: dict[int, NDArray[np.floating]] = {}
    for label in np.unique(labels).tolist():
        mine = np.flatnonzero(labels == label)
        middle = np.linalg.norm(at[mine] - np.median(at[mine], axis=0), axis=1)
        taken = np.array([*places.values()]).reshape(-1, 2)
        apart = np.linalg.norm(at[mine, None] - taken[None], axis=-1).min(axis=1, initial=2 * _THUMB)
        best = np.argmax(like[mine] - middle + 10 * np.minimum(apart / (2 * _THUMB), 1))
        places[label] = at[mine[best]]
    return places


def _room_for(at: NDArray[np.floating], names: list[NDArray[np.floating]]) -> list[int]:
    """Greedily, digits whose pictures cover neither names nor, but for their margins, each other."""
    free = np.abs(at[:, None] - np.array(names)[None]).max(axis=-1).min(axis=1) >= 0.9 * _THUMB
    placed: list[int] = []
    for i in np.flatnonzero(free).tolist():
        if not placed or (np.abs(at[placed] - at[i]).max(axis=1) >= 0.74 * _THUMB).all():
            placed.append(i)
    return placed


def _tinted(image: NDArray[np.uint8], color: str) -> NDArray[np.floating]:
    """The ink in a darker shade of a color, on nothing: RGBA, (height, width, 4)."""
    from matplotlib.colors import to_rgb

    shown = np.empty((*image.shape, 4))
    shown[..., :3] = 0.72 * np.array(to_rgb(color))
    shown[..., 3] = image / 255.0
    return shown
