"""Any labelled pictures → MNIST's normal form, 28×28, by the reader's own steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from ..glyph import normalize
from ..glyph.normalize import SIDE
from ..ink import separate
from ..page import find_lines

__all__ = ["normal_form_of", "to_mnist_form"]


def to_mnist_form(images: NDArray[np.uint8], *, always: bool = False) -> NDArray[np.uint8]:
    """Digits of any size in MNIST's normal form.

    Each is cropped to its ink, scaled to fit 20×20 and put by its barycentre into 28×28
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


def normal_form_of(
    pictures: Iterable[NDArray[np.uint8]], tell: Callable[[int, str], None]
) -> tuple[NDArray[np.uint8], NDArray[np.intp]]:
    """Pictures of a single digit each, of any size, polarity and light, in MNIST's normal form.

    Parameters
    ----------
    pictures
        Grey pixels, uint8 (height, width).
    tell
        Called with the picture's number and a remark: it shows nothing, or several things, of which the
        one with the most ink is taken.

    Returns
    -------
    images : uint8 (m, 28, 28)
        Of those that show something.
    indices : int (m,)
        Which they are.
    """
    formed: list[NDArray[np.uint8]] = []
    kept: list[int] = []
    for i, grey in enumerate(pictures):
        glyphs = [glyph for line in find_lines(separate(grey)) for glyph in line]
        if not glyphs:
            tell(i, "no digit found: the picture is blank, or its ink is too faint or too small; left out")
            continue
        if len(glyphs) > 1:
            tell(i, f"{len(glyphs)} glyphs found, the one with the most ink taken")
        formed.append(normalize(max(glyphs, key=lambda glyph: int(glyph.ink.sum(dtype=np.int64))).ink))
        kept.append(i)
    if not formed:
        return np.empty((0, SIDE, SIDE), np.uint8), np.empty(0, np.intp)
    return np.stack(formed), np.array(kept, np.intp)
