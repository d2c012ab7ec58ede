"""What happens to one digit: normalizing, gradient histograms, and shifting pixels to match another digit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...features import GradientSettings, gradient_histograms
from ...glyph import normalize
from ...glyph.deskew import deskew, moments
from ...metrics.edges import edges
from ...metrics.idm import context_costs
from .style import BLUE, GRAY, LARGE, PALE, SMALL, VERMILLION, drawing, new_figure, show_digit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["as_if_scanned", "best_shifts", "distortion", "gradient", "normalizing"]

_SHIFT = 2  # pixels, as in the metric


@drawing
def gradient(
    image: NDArray[np.uint8],
    label: int | None = None,
    *,
    caption: str = "",
    size: tuple[int, int] | None = None,
) -> Figure:
    """The gradient histogram of a digit: in each cell a rose of the directions of the edges there.

    Parameters
    ----------
    image : uint8 (28, 28)
    label : int, optional
    caption : str
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
        f"How inknn sees a {'digit' if label is None else label}: where its edges are, and their directions",
        f"{caption} {grid.points}×{grid.points} cells × {bins} directions = {settings.n_features} numbers. A "
        "petal points from paper to ink; the longer it is, the more edges in this direction are in the cell. "
        f"Cells overlap: the weight of an edge fades with its distance from the middle (σ = {grid.sigma:g} "
        "pixels).",
        size or (1300, 950),
    )
    panels = figure.subplot_mosaic("ac;bc", width_ratios=(1, 2.1))
    show_digit(panels["a"], image)
    panels["a"].set_title("the digit, 28×28 pixels")
    show_digit(panels["b"], straight)
    _edge_arrows(panels["b"], straight)
    panels["b"].set_title(f"straightened to {settings.side}×{settings.side}, with its edges")
    roses = panels["c"]
    roses.imshow(straight, cmap="gray_r", vmin=0, vmax=255 * 3.2, interpolation="bilinear", zorder=0)
    _draw_roses(roses, histogram, (settings.side - 1) / 2, grid.step)
    roses.set(xticks=[], yticks=[], xlim=(-0.8, settings.side - 0.2), ylim=(settings.side - 0.2, -0.8))
    roses.set_title("what is compared: a rose of directions in each cell")
    roses.spines[:].set_visible(False)
    return figure


def _edge_arrows(axes: Axes, image: NDArray[np.floating]) -> None:
    """Arrows from paper to ink, at every other pixel where there is an edge."""
    framed = np.pad(image.astype(float), 1)
    across = framed[:, 2:] - framed[:, :-2]
    down = framed[2:] - framed[:-2]
    dx = across[:-2] + 2 * across[1:-1] + across[2:]
    dy = down[:, :-2] + 2 * down[:, 1:-1] + down[:, 2:]
    strength = np.hypot(dx, dy)
    most = max(float(strength.max()), 1e-9)
    y, x = (2 * part for part in np.nonzero(strength[::2, ::2] > 0.25 * most))
    scale = 2.6 * np.sqrt(strength[y, x] / most) / np.maximum(strength[y, x], 1e-9)
    _arrows(axes, x, y, dx[y, x] * scale, dy[y, x] * scale, VERMILLION, pivot="middle")


def _arrows(
    axes: Axes, x: Any, y: Any, across: NDArray[Any], down: NDArray[Any], color: str, pivot: str = "tail"
) -> None:
    """Arrows in pixels."""
    heads: dict[str, Any] = {"headwidth": 4, "headlength": 4, "headaxislength": 3.6, "width": 0.0065}
    units: dict[str, Any] = {"angles": "xy", "scale_units": "xy", "scale": 1}
    axes.quiver(x, y, across, down, color=color, pivot=pivot, **heads, **units)


def _draw_roses(axes: Axes, histogram: NDArray[np.floating], middle: float, step: float) -> None:
    """The frame of each cell, and a petal for each of its directions, as long as its number."""
    from matplotlib.collections import LineCollection, PolyCollection

    points, _, bins = histogram.shape
    centers = middle + step * (np.arange(points) - (points - 1) / 2)
    most = max(float(histogram.max()), 1e-9)
    half = 0.8 * np.pi / bins
    square = step / 2 * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]])
    petals, frames = [], []
    for row, column in np.ndindex(points, points):
        center = np.array([centers[column], centers[row]])
        frames.append(center + square)
        for b in np.flatnonzero(histogram[row, column] > 0.02 * most):
            angle = 2 * np.pi * b / bins + np.linspace(-half, half, 5)
            length = 0.8 * step * histogram[row, column, b] / most
            rim = center + length * np.column_stack([np.cos(angle), np.sin(angle)])
            petals.append(np.concatenate([center[None], rim]))
    axes.add_collection(LineCollection(frames, colors=PALE, linewidths=0.8, zorder=1))
    axes.add_collection(PolyCollection(petals, facecolors=BLUE, edgecolors="white", linewidths=0.3, zorder=2))


@drawing
def normalizing(
    glyphs: Sequence[NDArray[np.uint8]],
    *,
    labels: NDArray[np.integer] | None = None,
    caption: str = "",
    size: tuple[int, int] | None = None,
) -> Figure:
    """What becomes of glyphs on their way to the metric: as found, in normal form, straightened.

    Parameters
    ----------
    glyphs : sequence of uint8 (height, width)
        Of any sizes, ink bright on black.
    labels : integer (n,), optional
    caption : str
    size : (int, int), optional
        Pixels.

    Returns
    -------
    matplotlib.figure.Figure
    """
    settings = GradientSettings()
    normal = np.stack([normalize(glyph) for glyph in glyphs])
    straight = deskew(normal, settings.side, spread=settings.spread, evening=settings.evening)
    before, after = moments(normal), moments(np.rint(straight).clip(0, 255).astype(np.uint8))
    figure = new_figure(
        "Size, place and slant are not what makes a digit",
        f"{caption} Normal form: the longer side of the ink has 20 pixels, its center of gravity is in the "
        f"middle of 28×28. Straightened, {settings.side}×{settings.side}: sheared until the ink stands "
        "upright, and its width brought half-way to that of all others. Lean (orange line): pixels to the "
        "side for each pixel up. Width: how far the ink spreads sideways (standard deviation), in pixels.",
        size or (1600, 850),
    )
    panels = figure.subplots(3, len(glyphs), squeeze=False)
    for i, glyph in enumerate(glyphs):
        top, middle, bottom = panels[:, i]
        show_digit(top, glyph)
        top.set_xlabel(_size_of_ink(glyph), fontsize=SMALL, color=GRAY)
        if labels is not None:
            top.set_title(str(labels[i]), loc="center", fontsize=LARGE, fontweight="bold")
        for axes, image, measured in ((middle, normal[i], before), (bottom, straight[i], after)):
            slant, width = float(measured.slant[i]), float(measured.spread[i])
            show_digit(axes, image)
            _axis_of_ink(axes, len(image), slant)
            axes.set_xlabel(f"{_lean(slant)}\nwidth {width:.1f}", fontsize=SMALL, color=GRAY)
    for axes, name in zip(panels[:, 0], ("as found", "normal form", "straightened"), strict=True):
        axes.set_ylabel(name, fontweight="bold")
    return figure


def as_if_scanned(images: NDArray[np.uint8], seed: int) -> list[NDArray[np.uint8]]:
    """Digits enlarged, slanted and moved at random: glyphs uint8 (96, 96)."""
    import cv2

    random = np.random.default_rng(seed)
    glyphs = []
    for image in images:
        zoom, shear = random.uniform(1.2, 3.2), random.uniform(-0.45, 0.45)
        move = random.uniform(-26, 26, 2) * (3.4 - zoom) / 2
        turned = np.array([[zoom, -zoom * shear], [0, zoom]])
        change = np.column_stack([turned, 48 + move - turned @ [14, 14]])
        glyphs.append(cv2.warpAffine(image, change, (96, 96), flags=cv2.INTER_CUBIC))
    return glyphs


def _size_of_ink(glyph: NDArray[np.uint8]) -> str:
    rows, columns = (np.flatnonzero((glyph > 60).any(axis=axis)) for axis in (1, 0))
    return f"ink {np.ptp(columns) + 1}×{np.ptp(rows) + 1}" if len(rows) else "no ink"


def _lean(slant: float) -> str:
    return "upright" if abs(slant) < 0.02 else f"leans {abs(slant):.2f} {'left' if slant > 0 else 'right'}"


def _axis_of_ink(axes: Axes, side: int, slant: float) -> None:
    """The line along which the ink leans, through the middle."""
    middle, reach = (side - 1) / 2, 0.48 * side
    axes.plot(
        [middle - slant * reach, middle + slant * reach], [middle - reach, middle + reach], color=VERMILLION
    )
    axes.set(xlim=(-0.5, side - 0.5), ylim=(side - 0.5, -0.5))


@drawing
def distortion(
    image: NDArray[np.uint8],
    references: NDArray[np.uint8],
    *,
    name: str = "the digit",
    reference_names: Sequence[str] = (),
    caption: str = "",
    size: tuple[int, int] | None = None,
) -> Figure:
    """How the pixels of a digit shift to match references (the image distortion model), and what is left.

    Parameters
    ----------
    image : uint8 (28, 28)
    references : uint8 (m, 28, 28)
        One row of the plot each.
    name : str
        Of the digit.
    reference_names : sequence of str (m,)
        Numbers by default.
    caption : str
    size : (int, int), optional
        Pixels.

    Returns
    -------
    matplotlib.figure.Figure
    """
    count = len(references)
    names = reference_names or [f"reference {i}" for i in range(count)]
    figure = new_figure(
        f"How alike are two digits if each pixel may shift by up to {_SHIFT} pixels?",
        f"{caption} Nobody writes a digit twice at quite the same place. So each pixel of the first digit "
        f"looks up to {_SHIFT} pixels around in the second one for the place that fits it best. An arrow "
        "leads from the pixel to that place. The third picture is the second digit, put together from these "
        "places. Orange: where it still differs from the first digit; the darker, the more. The distance "
        "sums this up. It is called image distortion (metric idm).",
        size or (1600, 560 * max(count, 1) - 80 * (count - 1)),
    )
    panels = figure.subplots(count, 4, squeeze=False)
    shifts = [best_shifts(image, reference) for reference in references]
    most = max(1.0, max(float(costs.max()) for _, _, costs, _ in shifts))
    y, x = np.mgrid[:28, :28]
    moved = edges(image[None])[0].any(axis=-1)
    rows = zip(panels, references, names, shifts, strict=True)
    for (first, second, third, last), reference, its_name, (down, across, costs, unmoved) in rows:
        show_digit(first, image)
        shown = moved & ((down != 0) | (across != 0))
        _arrows(first, x[shown], y[shown], 0.8 * across[shown], 0.8 * down[shown], BLUE)
        first.set_title(f"first: {name}, and its shifts")
        show_digit(second, reference)
        second.set_title(f"second: {its_name}")
        framed = np.pad(reference, _SHIFT)
        show_digit(third, framed[y + down + _SHIFT, x + across + _SHIFT])
        third.set_title("the second, shifted to match")
        last.imshow(costs, cmap="Oranges", vmin=0, vmax=most, interpolation="nearest")
        last.contour(image, levels=[110], colors=GRAY, linewidths=1.2)
        last.set(xticks=[], yticks=[])
        last.spines[:].set(visible=True, color=PALE)
        last.set_title(f"distance {np.sqrt(costs.sum()):,.0f}, unshifted {np.sqrt(unmoved.sum()):,.0f}")
    return figure


def best_shifts(
    image: NDArray[np.uint8], reference: NDArray[np.uint8]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    """Where each pixel of a digit finds its best match in a reference.

    Parameters
    ----------
    image, reference : uint8 (28, 28)

    Returns
    -------
    down, across : int64 (28, 28)
        The shift that costs least, in pixels; of equal ones the shortest.
    costs, unmoved : int32 (28, 28)
        Its cost, and that of no shift; the square root of the sum of ``costs`` is the metric ``idm``.
    """
    of_image, of_reference = edges(np.stack([image, reference]))
    costs = context_costs(of_image, of_reference[None], _SHIFT, _SHIFT)[0].reshape(-1, 28, 28)
    down, across = (part.ravel() - _SHIFT for part in np.mgrid[: 2 * _SHIFT + 1, : 2 * _SHIFT + 1])
    order = np.argsort(down * down + across * across, kind="stable")
    best = order[costs[order].argmin(axis=0)]
    return down[best], across[best], costs.min(axis=0), costs[order[0]]
