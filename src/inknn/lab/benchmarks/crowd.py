"""A million digits out of sixty thousand: MNIST's own, then slightly deformed ones, quickly.

A search is asked how it grows, and there are no more than 70,000 real digits. Loosli, Canu & Bottou
("Training invariant support vector machines using selective sampling", 2007) made millions of MNIST's by
small deformations; so do we. Each digit is turned, slanted, stretched, moved by parts of a pixel about its
center of gravity, and bent by a smooth random field. All of these are sums of a few fixed fields, so one
product of matrices says where every pixel of a thousand digits comes from, and OpenCV fetches them in one
call, from the digits stacked in one tall picture: ten times as quick as
:func:`inknn.features.augmentation.deform`, which draws each digit larger and in normal form again.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["crowd", "deformed"]

_SIDE = 28
_FRAME = 2  # pixels around each digit of a stack; with MNIST's own four, nothing reaches the next one
_TALL = _SIDE + 2 * _FRAME
_BATCH = 1000  # of _TALL rows each: OpenCV's remap takes pictures of up to 32,767 rows
_KNOTS = 5  # the bending field is free at 5 × 5 places, and smooth between
_TURN = np.deg2rad(8)
_SLANT = 0.15
_STRETCH = 0.10
_MOVE = 0.4  # pixels
_BEND = 0.5  # pixels, standard deviation


def crowd(count: int, digits: NDArray[np.uint8], tell: Callable[[float], None]) -> NDArray[np.uint8]:
    """As many digits as wanted, no two deformed alike.

    Parameters
    ----------
    count : int
    digits : uint8 (n, 28, 28)
        They come first; then all of them deformed, then all of them deformed otherwise, and so on.
    tell : callable
        Told the part that is done, 0 to 1.

    Returns
    -------
    uint8 (count, 784)
        Always the same ones.
    """
    known = min(count, len(digits))
    result = np.empty((count, _SIDE * _SIDE), np.uint8)
    result[:known] = digits[:known].reshape(known, -1)
    for start in range(known, count, _BATCH):
        tell(start / count)
        stop = min(start + _BATCH, count)
        sources = digits[np.arange(start, stop) % len(digits)]
        result[start:stop] = deformed(sources, np.random.default_rng([2026, start])).reshape(stop - start, -1)
    tell(1.0)
    return result


def deformed(digits: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """Each digit slightly deformed, its brightest pixel 255 again as in MNIST's normal form.

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
    stack = np.zeros((count, _TALL, _TALL), np.uint8)
    stack[:, _FRAME:-_FRAME, _FRAME:-_FRAME] = digits
    across, down = (part.reshape(count, _SIDE, _SIDE) for part in _origins(digits, random))
    down += (np.arange(count, dtype=np.float32) * _TALL)[:, None, None]
    fetched = cv2.remap(
        stack.reshape(count * _TALL, _TALL),
        across.reshape(count * _SIDE, _SIDE),
        down.reshape(count * _SIDE, _SIDE),
        cv2.INTER_CUBIC,  # linear interpolation would blur, and blurred digits are easier to tell from others
    ).reshape(count, _SIDE, _SIDE)
    brightest = np.maximum(fetched.max(axis=(1, 2), keepdims=True), 1)
    return np.rint(fetched * (np.float32(255) / brightest)).astype(np.uint8)


def _origins(
    digits: NDArray[np.uint8], random: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Column and row in its framed picture from which each pixel of each digit comes, float32 (n, 784)."""
    count = len(digits)
    turn, slant, stretch = (
        random.uniform(-most, most, count).astype(np.float32) for most in (_TURN, _SLANT, _STRETCH)
    )
    cos, sin, longer = np.cos(turn), np.sin(turn), np.exp(stretch)
    # Rows of (1, x, y) → where they come from, about the center of gravity, which moves a little.
    x_by_x, x_by_y = cos * longer, sin * longer + slant
    y_by_x, y_by_y = -sin / longer, cos / longer
    x0, y0 = _centers(digits)
    move_x, move_y = random.uniform(-_MOVE, _MOVE, (2, count)).astype(np.float32)
    linear_x = np.stack([x0 + move_x - x_by_x * x0 - x_by_y * y0, x_by_x, x_by_y], axis=1)
    linear_y = np.stack([y0 + move_y - y_by_x * x0 - y_by_y * y0, y_by_x, y_by_y], axis=1)
    knots = random.normal(0, _BEND, (2, count, _KNOTS * _KNOTS)).astype(np.float32)
    fields = _fields()
    limit = np.float32(_SIDE + _FRAME)  # as far out as there is nothing but black
    across, down = (
        np.clip(np.hstack([linear, bend]) @ fields, -_FRAME, limit) + np.float32(_FRAME)
        for linear, bend in ((linear_x, knots[0]), (linear_y, knots[1]))
    )
    return across, down


def _fields() -> NDArray[np.float32]:
    """The fixed fields: 1, x and y, and one smooth bump for each knot, float32 (28, 784)."""
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
