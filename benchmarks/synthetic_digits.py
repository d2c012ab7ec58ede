"""A million digits from MNIST's 60,000: slight random deformations.

Loosli, Canu & Bottou ("Training invariant support vector machines using selective sampling", 2007) made
millions of digits from MNIST's by small deformations. Here each digit is rotated, slanted, stretched, shifted
by parts of a pixel about its center of gravity, and bent by a smooth random field. Every deformation is a sum
of a few fixed fields. One matrix product therefore gives the source of every pixel of a thousand digits, and
one call of OpenCV interpolates them: ten times as fast as :func:`inknn.features.augmentation.deform`.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["deformed", "synthetic_digits"]

_SIDE = 28
_FRAME = 2  # pixels around each digit of a stack: with MNIST's own four, no digit reaches the next
_FRAMED = _SIDE + 2 * _FRAME
_BATCH = 1000  # digits in a stack: OpenCV's remap takes pictures of up to 32,767 rows
_KNOTS = 5  # the bending field is random at 5 × 5 places, and smooth between them
_ROTATION = np.deg2rad(8)
_SLANT = 0.15
_STRETCH = 0.10
_SHIFT = 0.4  # pixels
_BEND = 0.5  # pixels, standard deviation


def synthetic_digits(count: int, digits: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The given digits and as many deformed ones as wanted, all different, the same in every call.

    Parameters
    ----------
    count : int
    digits : uint8 (n, 28, 28)
        They come first, then all of them deformed, then all of them deformed differently, and so on.

    Returns
    -------
    uint8 (count, 784)
    """
    known = min(count, len(digits))
    result = np.empty((count, _SIDE * _SIDE), np.uint8)
    result[:known] = digits[:known].reshape(known, -1)
    for start in range(known, count, _BATCH):
        stop = min(start + _BATCH, count)
        sources = digits[np.arange(start, stop) % len(digits)]
        result[start:stop] = deformed(sources, np.random.default_rng([2026, start])).reshape(stop - start, -1)
    return result


def deformed(digits: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """Each digit slightly deformed; its brightest pixel is 255, as in MNIST's normal form.

    Parameters
    ----------
    digits : uint8 (n, 28, 28)
        n ≤ 1000.
    random : Generator

    Returns
    -------
    uint8 (n, 28, 28)
    """
    count = len(digits)
    stack = np.zeros((count, _FRAMED, _FRAMED), np.uint8)
    stack[:, _FRAME:-_FRAME, _FRAME:-_FRAME] = digits
    columns, rows = (part.reshape(count, _SIDE, _SIDE) for part in _sources(digits, random))
    rows += (np.arange(count, dtype=np.float32) * _FRAMED)[:, None, None]
    result = cv2.remap(
        stack.reshape(count * _FRAMED, _FRAMED),
        columns.reshape(count * _SIDE, _SIDE),
        rows.reshape(count * _SIDE, _SIDE),
        cv2.INTER_CUBIC,  # linear interpolation would blur, and blurred digits are nearer to each other
    ).reshape(count, _SIDE, _SIDE)
    brightest = np.maximum(result.max(axis=(1, 2), keepdims=True), 1)
    return np.rint(result * (np.float32(255) / brightest)).astype(np.uint8)


def _sources(
    digits: NDArray[np.uint8], random: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Column and row of the framed digit from which each pixel comes, float32 (n, 784)."""
    count = len(digits)
    angle, slant, stretch = (
        random.uniform(-most, most, count).astype(np.float32) for most in (_ROTATION, _SLANT, _STRETCH)
    )
    cos, sin, longer = np.cos(angle), np.sin(angle), np.exp(stretch)
    # Coefficients of (1, x, y): a linear map about the center of gravity, and a shift.
    x_by_x, x_by_y = cos * longer, sin * longer + slant
    y_by_x, y_by_y = -sin / longer, cos / longer
    x0, y0 = _centers(digits)
    shift_x, shift_y = random.uniform(-_SHIFT, _SHIFT, (2, count)).astype(np.float32)
    linear_x = np.stack([x0 + shift_x - x_by_x * x0 - x_by_y * y0, x_by_x, x_by_y], axis=1)
    linear_y = np.stack([y0 + shift_y - y_by_x * x0 - y_by_y * y0, y_by_x, y_by_y], axis=1)
    bends = random.normal(0, _BEND, (2, count, _KNOTS * _KNOTS)).astype(np.float32)
    fields = _fields()
    limit = np.float32(_SIDE + _FRAME)  # beyond the digit everything is black
    columns, rows = (
        np.clip(np.hstack([linear, bend]) @ fields, -_FRAME, limit) + np.float32(_FRAME)
        for linear, bend in ((linear_x, bends[0]), (linear_y, bends[1]))
    )
    return columns, rows


def _fields() -> NDArray[np.float32]:
    """The fixed fields: 1, x, y and one smooth bump for each knot, float32 (28, 784)."""
    y, x = np.mgrid[:_SIDE, :_SIDE].astype(np.float32)
    bumps = [
        cv2.resize(bump.reshape(_KNOTS, _KNOTS), (_SIDE, _SIDE), interpolation=cv2.INTER_CUBIC)
        for bump in np.eye(_KNOTS * _KNOTS, dtype=np.float32)
    ]
    return np.stack([np.ones_like(x), x, y, *bumps]).reshape(-1, _SIDE * _SIDE)


def _centers(digits: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Column and row of each digit's center of gravity."""
    places = np.arange(_SIDE, dtype=np.float32)
    by_column = digits.sum(axis=1, dtype=np.float32)
    by_row = digits.sum(axis=2, dtype=np.float32)
    ink = np.maximum(by_row.sum(axis=1), 1)
    return by_column @ places / ink, by_row @ places / ink
