"""Gradient histograms: the directions of the edges of the ink, and roughly where they are.

A digit is straightened, the direction of its edges is measured at each pixel, and the strength of the
edges is summed by direction and place. Two digits of the same shape are then close together even where
their strokes differ in thickness or miss each other by a pixel. The distance between raw pixels lacks that.

The steps, for each image:

1. straighten, center and bring the width half-way to a common one, by moments (:mod:`inknn.glyph.deskew`), on
a square
   of ``side`` pixels;
2. Sobel's 3×3 derivatives, black beyond the square, and the square root of their length: the strength;
3. edge strength shared between the two nearest of ``bins`` directions (signed: dark-to-bright differs from
   bright-to-dark), in proportion to the angle;
4. each direction's map blurred by a Gaussian and sampled on a grid, for each grid of the settings;
5. square root, which tames the strongest edges;
6. each grid's histogram scaled to length one.

The idea of step 3 and 4 is that of Lowe's SIFT (2004) and Dalal & Triggs' HOG (2005), in the form that
Liu, Nakashima, Sako & Fujisawa, "Handwritten digit recognition: benchmarking of state-of-the-art
techniques" (2003) found best for digits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .._native import kernels
from ..glyph.deskew import deskew
from ..threads import available_threads, over_blocks
from .sobel import sobel_derivatives

__all__ = ["GradientSettings", "Grid", "gradient_histograms", "gradient_histograms_numpy"]

_BLOCK = 256
_EPSILON = np.float32(1e-6)
# Sobel's derivative of less than a hundredth of a gray level: what rounding leaves where there is no edge.
# Two square roots would make it count.
_NO_EDGE = np.float32(0.04)


@dataclass(frozen=True, slots=True)
class Grid:
    """A square grid of Gaussian windows, centered on the image.

    ``points`` to a side, ``step`` pixels apart, each a Gaussian of standard deviation ``sigma`` pixels.
    """

    points: int = 8
    step: float = 4.0
    sigma: float = 1.6

    def weights(self, side: int) -> NDArray[np.float32]:
        """Weight of each pixel of a line in each window of that line, float32 ``(points, side)``."""
        center = (side - 1) / 2 + self.step * (np.arange(self.points) - (self.points - 1) / 2)
        away = (np.arange(side) - center[:, None]) / self.sigma
        return (np.exp(-0.5 * away * away) / (self.sigma * np.sqrt(2 * np.pi))).astype(np.float32)


@dataclass(frozen=True, slots=True)
class GradientSettings:
    """Settings of :func:`gradient_histograms`, chosen by cross-validation on MNIST's training images.

    Attributes
    ----------
    side : int
        Of the straightened image, in pixels; at most 64.
    bins : int
        Directions; at most 16.
    grids : tuple of Grid
        At most 16 points to a side, 1024 windows in all.
    spread, evening : float
        Bring digits to a common width; see :func:`inknn.glyph.deskew.deskew`.
    root_of_strength : bool
        Take the square root of the strength of edges first, so that faint ones count too.
    """

    side: int = 32
    bins: int = 12
    grids: tuple[Grid, ...] = (Grid(),)
    spread: float = 4.0
    evening: float = 0.5
    root_of_strength: bool = True

    def __post_init__(self) -> None:
        # The kernel's limits (_native/isa/tasks.hpp); its arrays are on the stack.
        if not 1 <= self.side <= 64 or not 1 <= self.bins <= 16:
            raise ValueError(f"side must be 1 to 64 and bins 1 to 16, got {self.side} and {self.bins}")
        points = [grid.points for grid in self.grids]
        if not points or min(points) < 1 or max(points) > 16 or sum(n * n for n in points) > 1024:
            raise ValueError(f"grids must have 1 to 16 points, and 1024 windows in all, got {points}")

    @property
    def n_features(self) -> int:
        """Length of the vector made from one image."""
        return self.bins * sum(grid.points**2 for grid in self.grids)


def gradient_histograms(
    images: NDArray[np.uint8],
    settings: GradientSettings | None = None,
    *,
    n_threads: int | None = None,
) -> NDArray[np.float32]:
    """Describe digits by histograms of the direction of their edges.

    Parameters
    ----------
    images : uint8 (n, 28, 28)
        Digits in MNIST's normal form: ink bright on black.
    settings : GradientSettings, optional
        The default suits handwritten digits.
    n_threads : int, optional
        Threads to use; all CPUs by default. The result does not depend on it.

    Returns
    -------
    float32 (n, settings.n_features)
        For each grid a row-major grid of ``bins`` directions, of length one; zeros for a blank image.

    Raises
    ------
    ValueError
        If the images have another shape or type.
    """
    images = np.asarray(images)
    if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != (28, 28):
        raise ValueError(f"images must be uint8 (n, 28, 28), got {images.dtype} {images.shape}")
    settings = settings or GradientSettings()
    threads = available_threads(n_threads)
    histograms = np.empty((len(images), settings.n_features), dtype=np.float32)
    native = kernels()
    weights = [grid.weights(settings.side) for grid in settings.grids]
    flat = np.concatenate([weight.ravel() for weight in weights])
    points = np.array([grid.points for grid in settings.grids], dtype=np.int32)

    def describe(start: int, stop: int) -> None:
        block = np.ascontiguousarray(images[start:stop])
        if native is None:
            histograms[start:stop] = gradient_histograms_numpy(block, settings)
        else:
            native.gradient_histograms(
                block,
                settings.side,
                settings.bins,
                settings.spread,
                settings.evening,
                settings.root_of_strength,
                points,
                flat,
                histograms[start:stop],
            )

    over_blocks(describe, len(images), _BLOCK, threads)
    return histograms


def gradient_histograms_numpy(
    images: NDArray[np.uint8], settings: GradientSettings | None = None
) -> NDArray[np.float32]:
    """The definition of :func:`gradient_histograms`, and the substitute where there is no kernel.

    Parameters and result are the same; memory grows by about 200 kB an image.
    """
    settings = settings or GradientSettings()
    straight = deskew(images, settings.side, spread=settings.spread, evening=settings.evening)
    bin_maps = _directions(straight, settings)
    parts = []
    for grid in settings.grids:
        weights = grid.weights(settings.side)
        # (n, bins, y, x) · (x, column) → (n, bins, y, column), then the same for y.
        by_column = bin_maps @ weights.T
        pooled = weights @ by_column
        part = np.sqrt(pooled).transpose(0, 2, 3, 1).reshape(len(images), -1)
        norm = np.sqrt(np.einsum("ij,ij->i", part, part))
        parts.append(part / (norm + _EPSILON)[:, None])
    return np.concatenate(parts, axis=1)


def _directions(images: NDArray[np.float32], settings: GradientSettings) -> NDArray[np.float32]:
    """Edge strength by direction: float32 (n, side, side) → (n, bins, side, side)."""
    count, side, _ = images.shape
    bins = settings.bins
    dx, dy = sobel_derivatives(images)
    strength = np.sqrt(dx * dx + dy * dy)
    strength[strength < _NO_EDGE] = 0
    if settings.root_of_strength:
        strength = np.sqrt(strength)
    position = np.arctan2(dy, dx) * np.float32(bins / (2 * np.pi))
    position += np.float32(bins) * (position < 0)
    lower = np.floor(position)
    upper_part = strength * (position - lower)
    lower = lower.astype(np.int64) % bins
    maps = np.zeros((count, bins, side, side), dtype=np.float32)
    # The two bins of a pixel differ, so each assignment touches every pixel once.
    np.put_along_axis(maps, lower[:, None], (strength - upper_part)[:, None], axis=1)
    np.put_along_axis(maps, (lower[:, None] + 1) % bins, upper_part[:, None], axis=1)
    return maps
