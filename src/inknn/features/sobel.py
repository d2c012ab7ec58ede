"""Sobel's derivatives, which measure the edges of an image: their strength and direction."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["sobel_derivatives"]


def sobel_derivatives(images: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Sobel's 3×3 derivatives across and down; beyond the border images are black.

    Parameters
    ----------
    images : float32 (n, height, width)

    Returns
    -------
    across, down : float32 (n, height, width)
    """
    framed = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    across = framed[:, :, 2:] - framed[:, :, :-2]
    down = framed[:, 2:] - framed[:, :-2]
    return (
        across[:, :-2] + 2 * across[:, 1:-1] + across[:, 2:],
        down[:, :, :-2] + 2 * down[:, :, 1:-1] + down[:, :, 2:],
    )
