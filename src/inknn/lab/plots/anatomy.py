"""What happens to one digit: normalizing, gradient histograms, and distortion to meet another digit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...features import GradientSettings, gradient_histograms
from ...glyph import normalize
from ...glyph.deskew import deskew, moments
from ...metrics.edges import edges
from ...metrics.idm import context_costs
from ...search import kneighbors
from .request import Request, normalized
from .style import BLUE, GRAY, LARGE, SMALL, VERMILLION, drawing, new_figure, show_digit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["distortion", "draw_distortion", "draw_gradient", "draw_normalizing", "gradient", "normalizing"]

_SHIFT = 2  # pixels, as in the metric
_COLUMNS = 10  # digits side by side whose words can still be read


@drawing
def gradient(
    image: NDArray[np.uint8],
    label: int | None = None,
    *,
    caption: str | None = None,
    size: tuple[int, int] | None = None,
) -> Figure:
    """The gradient histogram of a digit: in each cell a rose of the directions of the edges there.

    Parameters
    ----------
    image : uint8 (28, 28)
    label : int, optional
    caption : str, optional
    size : (int, int), optional
        Pixels.

    Returns
    -------
    matplotlib.figure.Figure
    """
    settings = GradientSettings()
    grid, bins = settings.grids[0], settings.bins
    straight = deskew(image[None], settings.side, spread=settings.spread, evening=settings.evening)[0]
    histogram = gradient_histograms(image[None], settings)[0].reshape(grid.points, grid.points, bins)
    figure = new_figure(
        "How inknn sees "
        + ("a digit" if label is None else f"a {label}")
        + ": which way its edges run, and where",
        f"{caption or ''} {grid.points}×{grid.points} cells × {bins} directions = {settings.n_features} "
        "numbers; a petal points from paper to ink, and its length is that number. Cells overlap: each is a "
        f"Gaussian window of σ = {grid.sigma:g} pixels.",
        size or (1300, 950),
    )
    panels = figure.subplot_mosaic("ac;bc", width_ratios=(1, 2.1))
    first, second, third = (panels[name] for name in "abc")
    show_digit(first, image)
    first.set_title("the digit, 28×28 pixels")
    show_digit(second, straight)
    _edge_arrows(second, straight)
    second.set_title(f"straightened, {settings.side}×{settings.side}; its edges")
    pale = third.imshow(straight, cmap="gray_r", vmin=0, vmax=255 * 3.2, interpolation="bilinear")
    pale.set_zorder(0)
    centers = (settings.side - 1) / 2 + grid.step * (np.arange(grid.points) - (grid.points - 1) / 2)
    _roses(third, histogram, centers, 0.8 * grid.step / max(float(histogram.max()), 1e-9))
    third.set(xticks=[], yticks=[], xlim=(-0.8, settings.side - 0.2), ylim=(settings.side - 0.2, -0.8))
    third.set_title("what is compared: in each cell a rose of directions")
    for spine in third.spines.values():
        spine.set_visible(False)
    return figure


def _edge_arrows(axes: Axes, image: NDArray[np.floating]) -> None:
    """Arrows from paper to ink, every other pixel, where there is an edge."""
    framed = np.pad(image.astype(float), 1)
    across = framed[:, 2:] - framed[:, :-2]
    down = framed[2:] - framed[:-2]
    dx = across[:-2] + 2 * across[1:-1] + across[2:]
    dy = down[:, :-2] + 2 * down[:, 1:-1] + down[:, 2:]
    strength = np.hypot(dx, dy)
    y, x = (part * 2 for part in np.nonzero(strength[::2, ::2] > 0.25 * max(float(strength.max()), 1e-9)))
    scale = (
        2.6 * np.sqrt(strength[y, x] / max(float(strength.max()), 1e-9)) / np.maximum(strength[y, x], 1e-9)
    )
    axes.quiver(
        x,
        y,
        dx[y, x] * scale,
        dy[y, x] * scale,
        angles="xy",
        scale_units="xy",
        scale=1,
        color=VERMILLION,
        pivot="middle",
        width=0.007,
        headwidth=4,
        headlength=4,
        headaxislength=3.6,
    )


def _roses(axes: Axes, histogram: NDArray[np.floating], centers: NDArray[np.floating], scale: float) -> None:
    """A petal for each direction of each cell, as long as its number."""
    from matplotlib.collections import LineCollection, PolyCollection

    bins = histogram.shape[2]
    half = 0.8 * np.pi / bins
    petals, cells = [], []
    reach = (centers[1] - centers[0]) / 2
    for row, y in enumerate(centers):
        for column, x in enumerate(centers):
            cells.append(
                [
                    (x - reach, y - reach),
                    (x + reach, y - reach),
                    (x + reach, y + reach),
                    (x - reach, y + reach),
                    (x - reach, y - reach),
                ]
            )
            for b in np.flatnonzero(histogram[row, column] > 0.02 * histogram.max()):
                length, angle = scale * histogram[row, column, b], 2 * np.pi * b / bins
                turn = np.linspace(angle - half, angle + half, 5)
                rim = np.column_stack([x + length * np.cos(turn), y + length * np.sin(turn)])
                petals.append(np.concatenate([[[x, y]], rim]))
    axes.add_collection(LineCollection(cells, colors="#c9cdd2", linewidths=0.8, zorder=1))
    axes.add_collection(PolyCollection(petals, facecolors=BLUE, edgecolors="white", linewidths=0.3, zorder=2))


def draw_gradient(request: Request) -> Figure:
    """For ``inknn plot gradient``."""
    whole = normalized(request.digits("train"))
    (index,) = request.picked(whole, (0,))
    return gradient(
        whole.images[index],
        int(whole.labels[index]),
        caption=f"Digit {index:,} of {whole.name}.",
        size=request.size,
    )


@drawing
def normalizing(
    glyphs: list[NDArray[np.uint8]],
    *,
    labels: NDArray[np.integer] | None = None,
    caption: str | None = None,
    size: tuple[int, int] | None = None,
) -> Figure:
    """What becomes of glyphs on their way to the metric: found, in normal form, straightened.

    Parameters
    ----------
    glyphs : list of uint8 (height, width)
        Of any sizes, ink bright on black.
    labels : integer (n,), optional
    caption : str, optional
    size : (int, int), optional
        Pixels.

    Returns
    -------
    matplotlib.figure.Figure
    """
    settings = GradientSettings()
    normal = np.stack([normalize(glyph) for glyph in glyphs])
    straight = deskew(normal, settings.side, spread=settings.spread, evening=settings.evening)
    found = moments(normal)
    after = moments(np.rint(straight).clip(0, 255).astype(np.uint8))
    figure = new_figure(
        "Size, place and slant are not what makes a digit",
        f"{caption or ''} Normal form: the ink's longer side 20 pixels, its center of gravity in the middle "
        f"of 28×28. Straightened: sheared upright and half-way to the same width, {settings.side}×"
        f"{settings.side}. Lean: columns a row; width: standard deviation of the ink's columns, in pixels.",
        size or (1600, 850),
    )
    panels = figure.subplots(3, len(glyphs), squeeze=False)
    for i, glyph in enumerate(glyphs):
        top, middle, bottom = panels[:, i]
        show_digit(top, glyph)
        top.set_xlabel(_size_of_ink(glyph), fontsize=SMALL, color=GRAY)
        if labels is not None:
            top.set_title(str(labels[i]), loc="center", fontsize=LARGE, fontweight="bold")
        for axes, image, side, slant, spread in (
            (middle, normal[i], 28, found.slant[i], found.spread[i]),
            (bottom, straight[i], settings.side, after.slant[i], after.spread[i]),
        ):
            show_digit(axes, image)
            _axis_of_ink(axes, side, float(slant))
            axes.set_xlabel(f"{_lean(float(slant))}\nwidth {spread:.1f}", fontsize=SMALL, color=GRAY)
    for axes, name in zip(panels[:, 0], ("as found", "normal form", "straightened"), strict=True):
        axes.set_ylabel(name, fontweight="bold")
    return figure


def _size_of_ink(glyph: NDArray[np.uint8]) -> str:
    rows, columns = (np.flatnonzero((glyph > 60).any(axis=axis)) for axis in (1, 0))
    return f"ink {np.ptp(columns) + 1}×{np.ptp(rows) + 1}" if len(rows) else "no ink"


def _lean(slant: float) -> str:
    if abs(slant) < 0.02:
        return "upright"
    return f"leans {abs(slant):.2f} {'left' if slant > 0 else 'right'}"


def _axis_of_ink(axes: Axes, side: int, slant: float) -> None:
    """The line along which the ink leans, through its middle."""
    middle, reach = (side - 1) / 2, 0.48 * side
    axes.plot(
        [middle - slant * reach, middle + slant * reach], [middle - reach, middle + reach], color=VERMILLION
    )
    axes.set(xlim=(-0.5, side - 0.5), ylim=(side - 0.5, -0.5))


def draw_normalizing(request: Request) -> Figure:
    """For ``inknn plot normalizing``: digits of MNIST's size are first made into glyphs of other sizes."""
    whole = request.digits("train")
    some = request.some(whole, 8, most=_COLUMNS)
    images, labels = some.images, some.labels
    words = f"{len(images)} digits of {whole.name} (seed {request.seed})"
    glyphs = list(images)
    if images.shape[1:] == (28, 28):
        glyphs = _as_if_scanned(images, request.seed)
        words += ", enlarged, slanted and moved at random as if found on a page"
    return normalizing(glyphs, labels=labels, caption=f"{words}.", size=request.size)


def _as_if_scanned(images: NDArray[np.uint8], seed: int) -> list[NDArray[np.uint8]]:
    """Glyphs of many sizes and slants, anywhere in their frames."""
    import cv2

    random = np.random.default_rng(seed)
    glyphs = []
    for image in images:
        zoom, shear = random.uniform(1.2, 3.2), random.uniform(-0.45, 0.45)
        left, top = random.uniform(-26, 26, 2) * (3.4 - zoom) / 2
        change = np.array([[zoom, -zoom * shear, 0], [0, zoom, 0]])
        change[:, 2] = 48 + np.array([left, top]) - change[:, :2] @ [14, 14]
        glyphs.append(cv2.warpAffine(image, change, (96, 96), flags=cv2.INTER_CUBIC))
    return glyphs


@drawing
def distortion(
    one: NDArray[np.uint8],
    others: NDArray[np.uint8],
    *,
    names: tuple[str, list[str]] | None = None,
    caption: str | None = None,
    size: tuple[int, int] | None = None,
) -> Figure:
    """How the pixels of a digit shift to meet other digits (the image distortion model), and what is left.

    Parameters
    ----------
    one : uint8 (28, 28)
        The digit asked.
    others : uint8 (m, 28, 28)
        References: one row of the plot each.
    names : (str, list of str), optional
        What to call it, and them.
    caption : str, optional
    size : (int, int), optional
        Pixels.

    Returns
    -------
    matplotlib.figure.Figure
    """
    called, theirs = names or ("the digit asked", [f"reference {i}" for i in range(len(others))])
    figure = new_figure(
        "Image distortion: each pixel may shift by two to meet the other digit",
        f"{caption or ''} Arrows: the shift that costs a pixel's 3×3 edges least; of equal ones the "
        "shortest. Right: what it still costs; the distance is the root of the sum, of what it were unmoved.",
        size or (1600, 560 * max(len(others), 1) - 80 * (len(others) - 1)),
    )
    panels = figure.subplots(len(others), 4, squeeze=False)
    shifts = [best_shifts(one, other) for other in others]
    most = max(1.0, max(float(costs.max()) for _, _, costs, _ in shifts))
    for row, (other, name, (down, across, costs, unmoved)) in enumerate(
        zip(others, theirs, shifts, strict=True)
    ):
        asked, reference, met, left = panels[row]
        show_digit(asked, one)
        _shift_arrows(asked, one, other, down, across)
        asked.set_title(f"{called}: shifts")
        show_digit(reference, other)
        reference.set_title(name)
        y, x = np.mgrid[:28, :28]
        framed = np.pad(other, _SHIFT)
        show_digit(met, framed[y + down + _SHIFT, x + across + _SHIFT])
        met.set_title("its pixels, fetched by them")
        left.imshow(costs, cmap="Oranges", vmin=0, vmax=most, interpolation="nearest")
        left.contour(one, levels=[110], colors=GRAY, linewidths=1.2)
        left.set(xticks=[], yticks=[])
        left.set_title(f"left over: {np.sqrt(costs.sum()):.0f} of {np.sqrt(unmoved.sum()):.0f}")
        for spine in left.spines.values():
            spine.set(visible=True, color="#d8dadd")
    return figure


def best_shifts(
    one: NDArray[np.uint8], other: NDArray[np.uint8]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    """Where each pixel of a digit finds its match in another one.

    Parameters
    ----------
    one, other : uint8 (28, 28)

    Returns
    -------
    down, across : int64 (28, 28)
        The shift that costs least, in pixels; of equal ones the shortest.
    costs, unmoved : int32 (28, 28)
        What it costs, and what no shift would; the square root of the sum of the first is the metric ``idm``.
    """
    of_one, of_other = edges(np.stack([one, other]))
    costs = context_costs(of_one, of_other[None], _SHIFT, _SHIFT)[0].reshape(-1, 28, 28)
    down, across = (part.ravel() - _SHIFT for part in np.mgrid[: 2 * _SHIFT + 1, : 2 * _SHIFT + 1])
    order = np.argsort(down * down + across * across, kind="stable")
    best = order[costs[order].argmin(axis=0)]
    return down[best], across[best], costs.min(axis=0), costs[order[0]]


def _shift_arrows(
    axes: Axes, one: NDArray[np.uint8], other: NDArray[np.uint8], down: NDArray[Any], across: NDArray[Any]
) -> None:
    seen = edges(one[None])[0].any(axis=-1) & ((down != 0) | (across != 0))
    y, x = np.nonzero(seen)
    axes.quiver(
        x,
        y,
        across[y, x],
        down[y, x],
        angles="xy",
        scale_units="xy",
        scale=1.25,
        color=BLUE,
        width=0.006,
        headwidth=4.5,
        headlength=4.5,
        headaxislength=4,
    )


def draw_distortion(request: Request) -> Figure:
    """For ``inknn plot distortion``: two digits, or one and the nearest of its label and of another."""
    whole = normalized(request.digits("train"))
    first = request.picked(whole, (4, 0))[0]
    if len(request.index) > 1:
        others = np.array([request.index[1]])
    else:
        others = _friend_and_enemy(
            whole.images[:5000], whole.labels[:5000], whole.images[first], int(whole.labels[first]), first
        )
    return distortion(
        whole.images[first],
        whole.images[others],
        names=(f"a {whole.labels[first]}", [f"a {whole.labels[i]} (digit {i:,})" for i in others]),
        caption=f"Digit {first:,} of {whole.name}.",
        size=request.size,
    )


def _friend_and_enemy(
    images: NDArray[np.uint8], labels: NDArray[np.integer], image: NDArray[np.uint8], label: int, own: int
) -> NDArray[np.int64]:
    """The nearest digits, in pixels, of the label and of another one."""
    found = []
    for group in (labels == label, labels != label):
        rows = np.flatnonzero(group & (np.arange(len(labels)) != own))
        if len(rows):
            vectors = np.ascontiguousarray(images[rows].reshape(len(rows), -1))
            _, near = kneighbors(image.reshape(1, -1), vectors, 1)
            found.append(rows[near[0, 0]])
    return np.array(found, dtype=np.int64)
