"""Edges of digits in eight bits, which the distortion models compare.

Sobel's two derivatives, black beyond the border, in steps of 26 gray levels, so that each fits a signed byte
and the squared difference of two pixels' 3×3 surroundings fits sixteen bits: a processor then works on
16 pixels at once. The strongest edge Sobel's operator can find in bytes has length √(765² + 765²) ≈ 1082.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .._native import kernels
from ..features.sobel import sobel_derivatives
from ..threads import available_threads, over_blocks

__all__ = ["edges", "edges_numpy"]

_QUANTUM = 26
_STRONGEST = np.float32(1082)
_BLOCK = 1024


def edges(
    images: NDArray[np.uint8], *, root_of_strength: bool = False, n_threads: int | None = None
) -> NDArray[np.int8]:
    """Derivatives of each pixel, across and down.

    Parameters
    ----------
    images : uint8 (n, 28, 28)
    root_of_strength : bool
        Replace the length of each derivative by its square root, scaled so that the longest stays as it is.
        Faint edges then count for more.
    n_threads : int, optional
        All CPUs by default.

    Returns
    -------
    int8 (n, 28, 28, 2)
        No component is larger than 42.
    """
    images = np.ascontiguousarray(images)
    if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != (28, 28):
        raise ValueError(f"images must be uint8 (n, 28, 28), got {images.dtype} {images.shape}")
    native = kernels()
    result = np.empty((len(images), 28, 28, 2), dtype=np.int8)

    def derive(start: int, stop: int) -> None:
        if native is None:
            result[start:stop] = edges_numpy(images[start:stop], root_of_strength=root_of_strength)
        else:
            native.edges(images[start:stop], root_of_strength, result[start:stop])

    over_blocks(derive, len(images), _BLOCK, available_threads(n_threads))
    return result


def edges_numpy(images: NDArray[np.uint8], *, root_of_strength: bool = False) -> NDArray[np.int8]:
    """The definition of :func:`edges`, and the substitute where there is no kernel."""
    across, down = sobel_derivatives(images.astype(np.float32))
    scale = np.full(across.shape, np.float32(1) / _QUANTUM, dtype=np.float32)
    if root_of_strength:
        strength = np.sqrt(np.maximum(across * across + down * down, np.float32(1)))
        scale[:] = np.sqrt(_STRONGEST / strength) / np.float32(_QUANTUM)
    both = np.stack([across * scale, down * scale], axis=-1)
    # Rounded to the nearest whole number: 512 makes it positive, so that the conversion rounds down.
    return ((both + np.float32(512.5)).astype(np.int32) - 512).astype(np.int8)
