"""A map of digits, with the digits on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError
from .planes import Images, Points, learned_metric
from .request import OptionError, Request, normalized
from .style import big_label, drawing, label_color, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["METHODS", "draw_embedding", "embedding"]


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


def _flattened(vectors: NDArray[np.float32], seed: int) -> Points:
    from sklearn.decomposition import PCA

    return PCA(2, random_state=seed).fit_transform(vectors)


METHODS: Mapping[str, tuple[str, Callable[[NDArray[np.float32], int], Points]]] = {
    "tsne": ("t-SNE, which keeps neighbors together; distances between groups mean nothing", _tsne),
    "isomap": ("Isomap, which keeps distances along the neighbors", _isomap),
    "pca": ("its two principal axes, a straight view", _flattened),
}
"""How :func:`embedding` brings the learned space into a plane: words, and the function."""


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
    """A map of digits: each at its point, drawn where there is room for its picture.

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
    figure = new_figure(title, caption or f"{len(labels):,} digits", (width, height))
    axes = figure.add_subplot()
    low, high = points.min(axis=0), points.max(axis=0)
    aspect = width / (0.86 * height)
    # In units of the map's height, in the middle of the sheet.
    across, up = np.maximum(high - low, 1e-12)
    scale = max(across / aspect, up)
    room = np.minimum([aspect * scale / across, scale / up], stretch)
    at = (points - (low + high) / 2) / scale * room + [aspect / 2, 0.5]
    thumb = 1 / 23
    placed = _room_for(at, 0.74 * thumb)
    colors = [label_color(int(label)) for label in labels]
    axes.scatter(at[:, 0], at[:, 1], s=10, c=colors, alpha=0.5, linewidths=0, zorder=1)
    for i in placed:
        x, y = at[i]
        box = (x - thumb / 2, x + thumb / 2, y - thumb / 2, y + thumb / 2)
        axes.imshow(_tinted(images[i], colors[i]), extent=box, interpolation="bilinear", zorder=2)
    for label in np.unique(labels):
        mine = at[labels == label]
        above = np.array([np.median(mine[:, 0]), np.quantile(mine[:, 1], 0.96) + 1.3 * thumb])
        if (np.abs(at[placed] - above).max(axis=1) > 0.9 * thumb).all():  # it covers no digit
            big_label(axes, above, int(label))
    axes.set(
        xlim=(-thumb, aspect + thumb), ylim=(-thumb, 1 + 2 * thumb), aspect="equal", xticks=[], yticks=[]
    )
    axes.set(xlabel="axes without unit: only what lies beside what counts", ylabel="")
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure


def _room_for(at: NDArray[np.floating], apart: float) -> list[int]:
    """Greedily, points of which no two are nearer than ``apart`` both across and down."""
    placed: list[int] = []
    for i in range(len(at)):
        if not placed or (np.abs(at[placed] - at[i]).max(axis=1) >= apart).all():
            placed.append(i)
    return placed


def _tinted(image: NDArray[np.uint8], color: str) -> NDArray[np.floating]:
    """The ink in a darker shade of a color, on nothing: RGBA, (height, width, 4)."""
    from matplotlib.colors import to_rgb

    ink = image / 255.0
    shown = np.empty((*image.shape, 4))
    shown[..., :3] = 0.72 * np.array(to_rgb(color))
    shown[..., 3] = ink
    return shown


def draw_embedding(request: Request) -> Figure:
    """For ``inknn plot embedding``: the metric learned from the digits drawn, others laid out in it."""
    method = request.method or "tsne"
    if method not in METHODS:
        raise OptionError(f"--method {method}: there are {', '.join(METHODS)}")
    whole = request.digits("train")
    count = request.limit or 1500
    drawn = normalized(request.sample(whole, 3 * count))
    # The metric has not seen what it lays out, where there are digits enough: else it flatters.
    shown = min(count, len(drawn) // 2)
    if shown < 10:
        raise DataError(f"{whole.name}: a map needs 20 digits at least, got {len(drawn)}")
    request.progress("learning the metric", 0.1)
    embed = learned_metric(drawn.images[shown:], drawn.labels[shown:])
    request.progress("laying out the map", 0.4)
    words, lay_out = METHODS[method]
    points = lay_out(embed(drawn.images[:shown]), request.seed)
    return embedding(
        drawn.images[:shown],
        drawn.labels[:shown],
        points,
        title=f"A map of {whole.name}'s digits: near is alike in the learned metric",
        caption=f"{shown:,} digits, laid out by {words} (seed {request.seed}); the metric was learned "
        f"from {len(drawn) - shown:,} others. Small dots: digits without room for their picture.",
        stretch=1.5 if method == "tsne" else 1.0,  # whose distances mean nothing anyway
        size=request.size,
    )
