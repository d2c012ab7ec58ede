"""Arrays of digits of any size → MNIST's normal form, 28×28.

A set is made in one way, so it is treated in one way. Where nearly all of its pictures are in the normal
form already, as MNIST's own are, :func:`to_normal_form` changes none; otherwise each goes through
:func:`inknn.glyph.normalize`. A size of 28×28 is not enough: digits that were only scaled into such a frame
lie a pixel or two beside the place where MNIST's lie, which costs errors.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ..progress import Progress, no_progress
from .normalize import INNER, SIDE, normalize

__all__ = ["in_normal_form", "to_mnist_form", "to_normal_form"]

_NEARLY_ALL = 0.99
"""Of MNIST's own 70,000 pictures 99.97 % pass the test."""

_BATCH = 1000  # pictures between two reports of progress


def to_mnist_form(images: NDArray[np.uint8], *, always: bool = False) -> NDArray[np.uint8]:
    """Digits of any size in MNIST's normal form.

    Each is cropped to its ink, scaled to fit 20×20 and put by its barycenter into 28×28
    (:func:`inknn.glyph.normalize`). Pictures smaller than 28×28 are enlarged first, so that a small digit
    counts as a digit and not as a dot. Digits that are 28×28 already stay as they are.

    Parameters
    ----------
    images : uint8 (n, height, width)
        Ink bright on black.
    always : bool
        Also where they are 28×28 already.

    Returns
    -------
    uint8 (n, 28, 28)

    Examples
    --------
    >>> to_mnist_form(np.eye(8, dtype=np.uint8)[None]).shape
    (1, 28, 28)
    """
    if images.shape[1:] == (SIDE, SIDE) and not always:
        return images
    factor = -(-SIDE // max(images.shape[1:]))
    formed = np.empty((len(images), SIDE, SIDE), np.uint8)
    for i, image in enumerate(images):
        if factor > 1:
            large = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
            image = np.asarray(large, np.uint8)
        formed[i] = normalize(image)
    return formed


def in_normal_form(images: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which pictures are in MNIST's normal form.

    Parameters
    ----------
    images : uint8 (n, height, width)
        Ink bright on black.

    Returns
    -------
    bool (n,)
        28 × 28, the longer side of the ink 20 pixels, its barycenter in (14, 15] along both axes.
    """
    if images.shape[1:] != (SIDE, SIDE):
        return np.zeros(len(images), np.bool_)
    longer = np.zeros(len(images), np.int64)
    central = np.ones(len(images), np.bool_)
    for other in (2, 1):  # the axis that is summed over
        profile = images.sum(axis=other, dtype=np.int64)
        inked = profile > 0
        extent = SIDE - inked.argmax(axis=1) - inked[:, ::-1].argmax(axis=1)
        longer = np.maximum(longer, np.where(inked.any(axis=1), extent, 0))
        # In whole numbers, doubled: the ends of (14, 15] are decided without rounding.
        moment, total = profile @ (2 * np.arange(SIDE) + 1), 2 * profile.sum(axis=1)
        central &= (moment > 14 * total) & (moment <= 15 * total)
    return central & (longer == INNER)


def to_normal_form(
    images: NDArray[np.uint8], progress: Progress = no_progress
) -> tuple[NDArray[np.uint8], bool]:
    """The pictures of a set in MNIST's normal form, whatever their size.

    Parameters
    ----------
    images : uint8 (n, height, width)
        Ink bright on black.
    progress : callable
        Called with what is being done and the part of it that is done.

    Returns
    -------
    images : uint8 (n, 28, 28)
    changed : bool
        False if the set came in the normal form and is given back as it was.
    """
    if len(images) and in_normal_form(images).mean() >= _NEARLY_ALL:
        return images, False
    normal = np.zeros((len(images), SIDE, SIDE), np.uint8)
    for start in range(0, len(images), _BATCH):
        progress("bringing pictures into normal form", start / len(images))
        batch = slice(start, start + _BATCH)
        normal[batch] = to_mnist_form(images[batch], always=True)
    return normal, True
