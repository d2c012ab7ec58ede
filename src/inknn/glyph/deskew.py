"""Straighten slanted digits by their moments: the shear that makes a digit's ink stand upright.

The slant of a digit is the regression of x on y over its ink, ``cov(x, y) / var(y)``. Shearing every row
by that much, about the centre of gravity, takes most of the difference between a sloping and an upright
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
_CHUNK = 512


class Moments(NamedTuple):
    """Where the ink of each image lies, in pixels; each field is float64 ``(n,)``."""

    x: NDArray[np.float64]
    """Column of the centre of gravity."""
    y: NDArray[np.float64]
    """Row of the centre of gravity."""
    slant: NDArray[np.float64]
    """Columns to the right per row down."""


def moments(images: NDArray[np.uint8]) -> Moments:
    """Centre of gravity and slant of each image; zeros for an image without ink.

    Parameters
    ----------
    images : uint8 (n, height, width)
        Ink bright on black.

    Returns
    -------
    Moments
    """
    images = np.asarray(images, dtype=np.uint8)
    row, column = (np.arange(side, dtype=np.float64) for side in images.shape[1:])
    # Pixel values and coordinates are whole numbers, so these sums are exact in float64 in any order.
    by_row = images.sum(axis=2, dtype=np.int64).astype(np.float64)
    by_column = images.sum(axis=1, dtype=np.int64).astype(np.float64)
    ink = np.maximum(by_row.sum(axis=1), 1.0)
    x = by_column @ column / ink
    y = by_row @ row / ink
    variance_y = by_row @ (row * row) / ink - y * y
    first_x = images.astype(np.float64) @ column
    covariance = first_x @ row / ink - x * y
    upright = variance_y <= _FLAT
    slant = np.where(upright, 0.0, covariance / np.where(upright, 1.0, variance_y))
    return Moments(x, y, slant)


def deskew(images: NDArray[np.uint8], side: int = 32) -> NDArray[np.float32]:
    """Shear each image upright and put its centre of gravity in the middle of a square.

    One bilinear resampling does both. Ink pushed beyond the square is lost.

    Parameters
    ----------
    images : uint8 (n, height, width)
        Ink bright on black; black beyond the border.
    side : int
        Side of the squares returned, in pixels.

    Returns
    -------
    float32 (n, side, side)
        Grey levels, 0 to 255.
    """
    images = np.asarray(images, dtype=np.uint8)
    straight = np.empty((len(images), side, side), dtype=np.float32)
    for start in range(0, len(images), _CHUNK):
        chunk = images[start : start + _CHUNK]
        straight[start : start + _CHUNK] = _resample(chunk, side)
    return straight


def _resample(images: NDArray[np.uint8], side: int) -> NDArray[np.float32]:
    count, height, width = images.shape
    x, y, slant = moments(images)
    # Whole pixels never move against each other: the fraction is the same for all rows of an image, and
    # for all columns of a row. That makes bilinear interpolation two cheap blends.
    row = (y[:, None] - (side - 1) / 2) + np.arange(side)
    column = (x[:, None] - (side - 1) / 2) + slant[:, None] * (row - y[:, None])
    row_floor, column_floor = np.floor(row), np.floor(column)
    row_blend = (row - row_floor).astype(np.float32)[:, :, None]
    column_blend = (column - column_floor).astype(np.float32)[:, :, None]

    # A black frame on all sides, wide enough that every index, once clipped, reads black where it must.
    image = np.arange(count)[:, None]
    framed = np.zeros((count, height + 2, width), dtype=np.float32)
    framed[:, 1:-1] = images
    rows = row_floor.astype(np.int64) + 1
    above = framed[image, np.clip(rows, 0, height + 1)]
    below = framed[image, np.clip(rows + 1, 0, height + 1)]
    lines = np.zeros((count, side, width + 2 * side + 2), dtype=np.float32)
    lines[:, :, side + 1 : side + 1 + width] = (1 - row_blend) * above + row_blend * below
    first = np.clip(column_floor.astype(np.int64), -side - 1, width) + side + 1
    windows = np.lib.stride_tricks.sliding_window_view(lines, side + 1, axis=2)
    line = windows[image, np.arange(side), first]
    return (1 - column_blend) * line[:, :, :-1] + column_blend * line[:, :, 1:]
