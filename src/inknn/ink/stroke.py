"""The width of strokes: how wide they are, and hairlines made as wide as a pen's."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .components import Components, find_components
from .reduce import block_max

THINNEST = 0.10
"""Strokes are made at least this share of their glyph's longer side: of MNIST's digits, 95 % have more."""

LARGEST = 1000
"""Hairline glyphs are reduced to this longer side in pixels and then widened: a wide brush is slow."""


def stroke_width(mask: NDArray[np.bool_]) -> float:
    """Typical width of the strokes in pixels, 0 where there is no ink."""
    components = find_components(mask)
    return typical_width(component_widths(components, mask), components.area)


def component_widths(components: Components, mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Stroke width of each component: four times its mean depth, less what the pixel grid adds.

    Parameters
    ----------
    components : Components
        Of the mask, n of them.
    mask : ndarray of shape (height, width), dtype bool

    Returns
    -------
    ndarray of shape (n,), dtype float64
        In pixels. A bar of w pixels has mean depth (w + 2) / 4.
    """
    depth = cv2.distanceTransform(mask.view(np.uint8), cv2.DIST_L2, 5)
    return np.maximum(4.0 * components.mean(depth) - 2.0, 1.0)


def typical_width(width: NDArray[np.float64], area: NDArray[np.int64]) -> float:
    """The median of the components' stroke widths, 0 where there are none.

    Components are weighted by stroke length, so that one dark corner does not count for more than ten digits.

    Parameters
    ----------
    width : ndarray of shape (n,), dtype float64
        Stroke widths in pixels.
    area : ndarray of shape (n,), dtype int64
        In pixels.
    """
    if not len(width):
        return 0.0
    order = np.argsort(width)
    length = np.cumsum((area / width)[order])
    return float(width[order][np.searchsorted(length, length[-1] / 2)])


def thicken(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Widen hairlines to :data:`THINNEST` of the glyph's longer side.

    A digit drawn 300 pixels high with a line of 3 pixels nearly vanishes when it is averaged down
    to 20 pixels; no training digit looks like what is left.

    Parameters
    ----------
    ink : ndarray of shape (height, width), dtype uint8
        One glyph, bright on black.

    Returns
    -------
    ndarray of dtype uint8
        The same array where its strokes are wide enough, else another one, of another size.
    """
    missing = THINNEST * max(ink.shape) - stroke_width(ink > 100)
    if missing < 1:
        return ink
    if max(ink.shape) > LARGEST:
        return thicken(block_max(ink, -(-max(ink.shape) // LARGEST)))
    grow = round(missing)
    wide = cv2.copyMakeBorder(ink, grow, grow, grow, grow, cv2.BORDER_CONSTANT, value=0)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (grow + 1, grow + 1))
    return np.asarray(cv2.dilate(wide, disc), np.uint8)
