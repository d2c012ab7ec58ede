"""Digits that tests draw."""

from __future__ import annotations

import numpy as np


def slanted_bar(slant):
    """A bar two pixels wide that leans ``slant`` columns per row, about the image's center."""
    image = np.zeros((28, 28), np.uint8)
    for row in range(6, 22):
        column = 13.0 + slant * (row - 13.5)
        left = int(column)
        image[row, left : left + 3] = np.rint(
            255 * np.array([1 - (column - left), 1, column - left]) * [1, 1, 1]
        ).astype(np.uint8)
    return image
