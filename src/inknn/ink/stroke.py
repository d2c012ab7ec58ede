"""The width of strokes: how wide they are, and hairlines made as wide as a pen's."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

THINNEST = 0.10
"""Strokes are made at least this share of their glyph's longer side: of MNIST's digits, 95 % have more."""


def stroke_width(mask: NDArray[np.bool_]) -> float:
    """Typical width of the strokes in pixels, 0 where there is no ink.

    The median over connected pieces, weighted by stroke length, so that one dark corner does not
    count for more than ten digits.
    """
    _, width, area = piece_widths(mask)
    if not len(width):
        return 0.0
    order = np.argsort(width)
    length = np.cumsum((area / width)[order])
    return float(width[order][np.searchsorted(length, length[-1] / 2)])


def piece_widths(mask: NDArray[np.bool_]) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.int64]]:
    """Stroke width of each connected piece: four times its mean depth, less what the pixel grid adds.

    Returns
    -------
    labels : int32, the shape of ``mask``
        Number of the piece a pixel belongs to, 0 for paper.
    width : float64 (n,)
        Of pieces 1 to n, in pixels. A bar of w pixels has mean depth (w + 2) / 4.
    area : int64 (n,)
        In pixels.
    """
    pixels = mask.astype(np.uint8)
    depth = cv2.distanceTransform(pixels, cv2.DIST_L2, 5)
    count, labels = cv2.connectedComponents(pixels, connectivity=8)
    area = np.bincount(labels[mask], minlength=count)[1:]
    total = np.bincount(labels[mask], weights=depth[mask], minlength=count)[1:]
    width = np.maximum(4.0 * total / np.maximum(area, 1) - 2.0, 1.0)
    return np.asarray(labels, np.int32), width, area


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
        The same array where its strokes are wide enough, else a larger one.
    """
    missing = THINNEST * max(ink.shape) - stroke_width(ink > 100)
    if missing < 1:
        return ink
    grow = round(missing)
    wide = cv2.copyMakeBorder(ink, grow, grow, grow, grow, cv2.BORDER_CONSTANT, value=0)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (grow + 1, grow + 1))
    return np.asarray(cv2.dilate(wide, disc), np.uint8)
