"""A map of digits, with the digits on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .planes import Images, Points
from .style import big_label, drawing, label_color, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["METHODS", "embedding"]

_THUMB = 1 / 23  # of the map's height: a picture of a digit
_NAME = 0.75  # inches of the sheet's height: a name, and the room around it


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
    names = _places_of_labels(at, labels, aspect, max(2 * _THUMB, _NAME / figure.get_figheight()))
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
    at: NDArray[np.floating], labels: NDArray[np.integer], aspect: float, apart: float
) -> dict[int, NDArray[np.floating]]:
    """For each label the place where its digits are densest and purest, ``apart`` from the other names."""
    step = _THUMB / 4
    x, y = np.arange(0, aspect + step, step), np.arange(0, 1 + step, step)
    nodes = np.stack(np.meshgrid(x, y), axis=-1)
    classes = np.unique(labels)
    own = np.stack([_density(at[labels == label], nodes, step) for label in classes])
    merit = own * (own / np.maximum(own.sum(axis=0), np.finfo(float).tiny))
    places: dict[int, NDArray[np.floating]] = {}
    free = np.ones(nodes.shape[:2], dtype=bool)
    for i in np.argsort(-merit.max(axis=(1, 2)), kind="stable"):
        place = nodes.reshape(-1, 2)[np.where(free, merit[i], -1.0).argmax()]
        places[int(classes[i])] = place
        free &= np.abs(nodes - place).max(axis=-1) >= apart
    return places


def _density(points: NDArray[np.floating], nodes: NDArray[np.floating], step: float) -> NDArray[np.float64]:
    """How many points lie near each node of a grid, by a Gaussian window as wide as a picture of a digit."""
    import cv2

    height, width = nodes.shape[:2]
    counts = np.zeros((height, width))
    column, row = np.rint(points / step).astype(int).T
    np.add.at(counts, (row.clip(0, height - 1), column.clip(0, width - 1)), 1.0)
    # The window reaches over the whole map: so there is a best place among those that are left.
    reach = (2 * width - 1, 2 * height - 1)
    return cv2.GaussianBlur(counts, reach, _THUMB / step, borderType=cv2.BORDER_CONSTANT)


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
