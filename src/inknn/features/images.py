"""Digits in either of the two shapes that are common."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["as_images"]


def as_images(X: ArrayLike) -> NDArray[np.uint8]:
    """Digits as uint8 ``(n, 28, 28)``.

    Parameters
    ----------
    X : uint8 (n, 28, 28) or (n, 784)
        Ink bright on black, rows first. Whole numbers from 0 to 255 of another type (as ``fetch_openml``
        and CSV files give) are taken too.

    Raises
    ------
    ValueError
        If the shape is another one, or a value is no whole number from 0 to 255.
    """
    images = np.asarray(X)
    if images.ndim == 2 and images.shape[1] == 784:
        images = images.reshape(-1, 28, 28)
    if images.ndim != 3 or images.shape[1:] != (28, 28):
        hint = "; one image is X[None]" if images.shape in ((28, 28), (784,)) else ""
        raise ValueError(f"X must be (n, 28, 28) or (n, 784), got {images.shape}{hint}")
    if images.dtype == np.uint8:
        return images
    if images.dtype.kind not in "buif":
        raise ValueError(f"X must be uint8, got {images.dtype}")
    if images.size and (images.dtype.kind == "f" and images.max() <= 1 and images.max() > 0):
        raise ValueError("X must be uint8, 0 to 255; it looks scaled to 0..1: multiply by 255 first")
    with np.errstate(invalid="ignore"):
        converted = images.astype(np.uint8)
    if not np.array_equal(converted, images):
        raise ValueError(f"X must hold whole numbers from 0 to 255, got {images.dtype} with other values")
    return converted
