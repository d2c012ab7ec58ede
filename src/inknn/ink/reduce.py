"""Smaller copies of an image."""

from __future__ import annotations

from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

Pixel = TypeVar("Pixel", np.uint8, np.float32)


def block_max(image: NDArray[Pixel], side: int) -> NDArray[Pixel]:
    """The largest value of each block of ``side`` × ``side`` pixels; the last blocks may be smaller.

    Parameters
    ----------
    image : ndarray of shape (height, width)
    side : int
        1 gives the image itself.

    Returns
    -------
    ndarray of shape (⌈height / side⌉, ⌈width / side⌉), dtype as ``image``
    """
    if side == 1:
        return image
    largest = cv2.dilate(image, np.ones((side, side), np.uint8), anchor=(0, 0))
    return np.ascontiguousarray(largest[::side, ::side], image.dtype)
