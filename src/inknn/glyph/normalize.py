"""The MNIST normal form.

The steps are those by which MNIST was made from NIST's scans, as reconstructed by C. Yadav and
L. Bottou, "Cold Case: the Lost MNIST Digits" (2019): crop to the ink, square, average down to
20×20, stretch the brightest pixel to 255, paste into 28×28 by the barycenter. Half a pixel off is
invisible to the eye and costs a nearest-neighbor reader real accuracy.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

SIDE = 28
"""Side of the normal form in pixels."""

INNER = 20
"""Side of the box the ink is scaled into."""

SMALLEST = 10
"""Ink smaller than this is not enlarged to fill the box: a dot stays a dot."""


def normalize(ink: ArrayLike) -> NDArray[np.uint8]:
    """Bring one glyph into the normal form of MNIST.

    Parameters
    ----------
    ink : array_like of shape (height, width)
        Ink bright on a black (zero) background, any numeric or boolean dtype, any size.

    Returns
    -------
    ndarray of shape (28, 28), dtype uint8
        Longer side of the ink 20 px (less where it had under :data:`SMALLEST`), brightest pixel 255,
        barycenter of each axis in (14, 15]. All zero where there is no ink.

    Raises
    ------
    ValueError
        If ``ink`` is not two-dimensional, or has negative or non-finite values.

    Examples
    --------
    >>> bar = np.zeros((100, 60)); bar[10:90, 25:35] = 1
    >>> image = normalize(bar)
    >>> image.shape, int(image.max()), int((image.max(axis=1) > 0).sum())
    ((28, 28), 255, 20)
    """
    pixels = np.asarray(ink)
    if pixels.ndim != 2:
        raise ValueError(f"ink must be one gray picture of shape (height, width), got shape {pixels.shape}")
    if pixels.dtype.kind not in "buif":
        raise ValueError(f"ink must be numbers, got {pixels.dtype}")
    if pixels.size and not (np.isfinite(pixels).all() and pixels.min() >= 0):
        raise ValueError("ink must be finite and not negative, bright on black")
    brightest = pixels.max(initial=0)
    pixels = (pixels / brightest if brightest else pixels).astype(np.float32)
    square = _square(_crop(pixels))
    if square is None:
        return np.zeros((SIDE, SIDE), np.uint8)
    small = cv2.resize(square, (INNER, INNER), interpolation=cv2.INTER_AREA)
    return _paste(np.rint(small * (255.0 / small.max())).astype(np.uint8))


def _crop(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """The tight bounding box of all that is not zero; empty where all is zero."""
    rows = np.flatnonzero(pixels.any(axis=1))
    columns = np.flatnonzero(pixels.any(axis=0))
    if not rows.size:
        return pixels[:0, :0]
    return pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _square(crop: NDArray[np.float32]) -> NDArray[np.float32] | None:
    if not crop.size:
        return None
    height, width = crop.shape
    side = max(height, width, SMALLEST)
    square = np.zeros((side, side), np.float32)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = crop
    return square


def _paste(small: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Put the 20×20 picture where its barycenter falls into (14, 15] of the 28×28 one.

    As in MNIST itself, what falls over the edge is cut off (3 of the 10,000 test images).
    """
    top, left = (_offset(small.sum(axis=axis, dtype=np.float64)) for axis in (1, 0))
    canvas = np.zeros((SIDE + 2 * INNER, SIDE + 2 * INNER), np.uint8)
    canvas[INNER + top : 2 * INNER + top, INNER + left : 2 * INNER + left] = small
    return canvas[INNER : INNER + SIDE, INNER : INNER + SIDE].copy()


def _offset(profile: NDArray[np.float64]) -> int:
    """Whole offset along one axis from the ink summed over the other."""
    barycenter = float(profile @ (np.arange(INNER) + 0.5) / profile.sum())
    return math.floor(15 - barycenter)
