"""Find the sheet that was photographed lying on a table, and forget the table.

A sheet is a large convex region with four corners and sharp edges that stands out from what is around
it, most of its outline inside the picture. A page that fills the picture has none, nor has one that is
half in the shade: there the outline runs along the picture's border.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 256
"""Longer side of the copy that is looked at, in pixels."""

SMALLEST, LARGEST = 0.12, 0.92
"""Share of the picture that a sheet takes."""

STEP = 25.0
"""Least difference between the sheet and its surroundings in gray levels."""

SEPARATE = 0.6
"""Least share of the picture's variance that the two levels explain."""

CORNERED = 0.92
"""Least share of its convex hull that a sheet fills, and of it the hull's four-cornered outline."""

AT_BORDER = 0.4
"""Largest share of its outline that runs along the picture's border."""


def isolate_sheet(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Paint over what lies around the sheet with the sheet's own paper.

    Parameters
    ----------
    gray : ndarray of shape (height, width), dtype uint8

    Returns
    -------
    ndarray of shape (height, width), dtype uint8
        The same array where no sheet is found.
    """
    shrink = SIDE / max(gray.shape)
    if shrink > 1 or min(gray.shape) * shrink < 32:
        return gray
    small = np.asarray(cv2.resize(gray, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), np.uint8)
    for dark in (False, True):
        sheet = _find(255 - small if dark else small)
        if sheet is not None:
            return _paint_around(gray, small, sheet)
    return gray


def _find(small: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """The mask (0 or 1) of a sheet brighter than its surroundings."""
    element = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (SIDE // 14 | 1, SIDE // 14 | 1))
    plain = cv2.morphologyEx(cv2.medianBlur(small, 3), cv2.MORPH_CLOSE, element)  # without the writing
    _, bright = cv2.threshold(plain, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    bright = cv2.morphologyEx(bright, cv2.MORPH_OPEN, np.ones((7, 7), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(bright, connectivity=4)
    if count == 1:
        return None
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    sheet = np.asarray(labels == largest, np.uint8)
    if not _stands_out(plain, sheet.astype(bool)):
        return None
    contours, _ = cv2.findContours(sheet, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    hull = cv2.convexHull(contours[0])
    if not (_has_four_corners(contours[0], hull) and _lies_free(contours[0], small.shape)):
        return None
    return np.asarray(cv2.fillConvexPoly(np.zeros_like(sheet), hull, 1), np.uint8)


def _stands_out(plain: NDArray[np.uint8], sheet: NDArray[np.bool_]) -> bool:
    share = float(sheet.mean())
    if not SMALLEST <= share <= LARGEST:
        return False
    step = float(plain[sheet].mean()) - float(plain[~sheet].mean())
    explained = share * (1 - share) * step**2 / max(float(plain.var()), 1e-6)
    return step >= STEP and explained >= SEPARATE


def _has_four_corners(contour: NDArray[np.int32], hull: NDArray[np.int32]) -> bool:
    area = cv2.contourArea(hull)
    outline = cv2.approxPolyDP(hull, 0.03 * cv2.arcLength(hull, True), True)
    return (
        cv2.contourArea(contour) >= CORNERED * area
        and len(outline) == 4
        and cv2.contourArea(outline) >= CORNERED * area
    )


def _lies_free(contour: NDArray[np.int32], shape: tuple[int, ...]) -> bool:
    x, y = contour[:, 0, 0], contour[:, 0, 1]
    at_border = (x <= 1) | (y <= 1) | (x >= shape[1] - 2) | (y >= shape[0] - 2)
    return float(at_border.mean()) <= AT_BORDER


def _paint_around(
    gray: NDArray[np.uint8], small: NDArray[np.uint8], sheet: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """The picture with the sheet's paper continued over all the rest and over the sheet's edge."""
    inner = cv2.erode(sheet, np.ones((7, 7), np.uint8), borderValue=1)
    plain = cv2.medianBlur(small, 9)
    known = inner.astype(np.float32)
    filled, weight = plain * known, known
    for sigma in (4, 16, 64):  # the nearest paper counts most
        blurred = cv2.GaussianBlur(plain * known, (0, 0), sigma), cv2.GaussianBlur(known, (0, 0), sigma)
        unknown = weight < 0.05
        filled, weight = np.where(unknown, blurred[0], filled), np.where(unknown, blurred[1], weight)
    paper = np.where(weight > 1e-6, filled / np.maximum(weight, 1e-6), float(plain[inner > 0].mean()))
    size = gray.shape[::-1]
    outside = cv2.resize(inner, size, interpolation=cv2.INTER_LINEAR_EXACT) == 0
    painted = cv2.resize(paper.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    return np.where(outside, np.rint(painted).clip(0, 255).astype(np.uint8), gray)
