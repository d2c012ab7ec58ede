"""Straighten slanted digits by their moments: the shear that makes a digit's ink stand upright.

The slant of a digit is the regression of x on y over its ink, ``cov(x, y) / var(y)``. Shearing every row
by that much, about the center of gravity, takes most of the difference between a sloping and an upright
hand away; it was the single most useful step in LeCun, Bottou, Bengio & Haffner, "Gradient-based learning
applied to document recognition" (1998), figure 9.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Moments", "deskew", "moments"]

# Below this variance (squared pixels) all ink lies in one row, and a slant means nothing.
_FLAT = 1e-3
# A stroke spreads at least this much (variance, squared pixels); less would be widened without limit.
_NARROW = 0.5
_CHUNK = 512


class Moments(NamedTuple):
    """Where the ink of each image lies, in pixels; each field is float64 ``(n,)``."""

    x: NDArray[np.float64]
    """Column of the center of gravity."""
    y: NDArray[np.float64]
    """Row of the center of gravity."""
    slant: NDArray[np.float64]
    """Columns to the right per row down."""
    spread: NDArray[np.float64]
    """Standard deviation of the ink's columns once the slant is taken away, at least √½."""


def moments(images: NDArray[np.uint8]) -> Moments:
    """Center of gravity, slant and width of each image.

    Parameters
    ----------
    images : uint8 (n, height, width)
        Ink bright on black.

    Returns
    -------
    Moments
        Without ink the center is (0, 0), without slant.
    """
    images = np.asarray(images, dtype=np.uint8)
    row, column = (np.arange(side, dtype=np.float64) for side in images.shape[1:])
    # Pixel values and coordinates are whole numbers, so these sums are exact in float64 in any order.
    by_row = images.sum(axis=2, dtype=np.int64).astype(np.float64)
    by_column = images.sum(axis=1, dtype=np.int64).astype(np.float64)
    ink = np.maximum(by_row.sum(axis=1), 1.0)
    x = by_column @ column / ink
    y = by_row @ row / ink
    variance_x = by_column @ (column * column) / ink - x * x
    variance_y = by_row @ (row * row) / ink - y * y
    first_x = images.astype(np.float64) @ column
    covariance = first_x @ row / ink - x * y
    upright = variance_y <= _FLAT
    slant = np.where(upright, 0.0, covariance / np.where(upright, 1.0, variance_y))
    straight_x = (variance_x - 2 * slant * covariance) + slant * slant * variance_y
    return Moments(x, y, slant, np.sqrt(np.maximum(straight_x, _NARROW)))


def deskew(
    images: NDArray[np.uint8], side: int = 32, *, spread: float = 4.0, evening: float = 0.0
) -> NDArray[np.float32]:
    """Shear each image upright and put its center of gravity in the middle of a square.

    On the way its width can be brought nearer to that of other digits, the way moment normalization does
    (Liu, Nakashima, Sako & Fujisawa, "Handwritten digit recognition: investigation of normalization and
    feature extraction techniques", 2004): it is scaled by ``(spread / the image's)`` to the power of
    ``evening``. One bilinear resampling does it all. Ink pushed beyond the square is lost.

    Parameters
    ----------
    images : uint8 (n, height, width)
        Ink bright on black; black beyond the border.
    side : int
        Side of the squares returned, in pixels.
    spread : float
        Standard deviation of the ink's columns to aim for, in pixels.
    evening : float
        0 leaves the width as it is, 1 gives all images the same.

    Returns
    -------
    float32 (n, side, side)
        Gray levels, 0 to 255.
    """
    images = np.asarray(images, dtype=np.uint8)
    straight = np.empty((len(images), side, side), dtype=np.float32)
    for start in range(0, len(images), _CHUNK):
        chunk = images[start : start + _CHUNK]
        straight[start : start + _CHUNK] = _resample(chunk, side, spread, evening)
    return straight


def _resample(images: NDArray[np.uint8], side: int, spread: float, evening: float) -> NDArray[np.float32]:
    count, height, width = images.shape
    x, y, slant, spreads = (moment[:, None] for moment in moments(images))
    offset = np.arange(side, dtype=np.float64) - (side - 1) / 2
    row = y + offset
    first = x + slant * (row - y)  # column of the image in the middle of each row of the square
    scale = (spreads / spread) ** evening  # pixels of the image per pixel of the square

    # All pixels of a row of the square lie in one row of the image: blend its two lines, then along it.
    # A black frame takes the indices that fall outside, once they are clipped.
    framed = np.zeros((count, height + 2, width), dtype=np.float32)
    framed[:, 1:-1] = images
    above, down = _split(row, height)
    image = np.arange(count)[:, None]
    lines = np.zeros((count * side, width + 4), dtype=np.float32)
    blended = (1 - down[..., None]) * framed[image, np.maximum(above + 1, 0)]
    blended += down[..., None] * framed[image, np.minimum(above + 2, height + 1)]
    lines[:, 2 : 2 + width] = blended.reshape(count * side, width)

    column = first[:, :, None] + (scale * offset)[:, None, :]
    left, right = _split(column.reshape(count * side, side), width)
    at = left + 2 + (width + 4) * np.arange(count * side)[:, None]
    flat = lines.ravel()
    straight = (1 - right) * flat[at] + right * flat[at + 1]
    return straight.reshape(count, side, side)


def _split(position: NDArray[np.float64], length: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Whole part, clipped to −2 .. length, and fraction of a position along ``length`` pixels."""
    whole = np.floor(position)
    fraction = (position - whole).astype(np.float32)
    return np.clip(whole, -2, length).astype(np.int64), fraction
