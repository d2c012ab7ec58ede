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

GLANCE = 0.8
"""A copy of half that side decides first whether a sheet is at all likely, against limits this much wider."""

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
    tiny = np.asarray(cv2.resize(small, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
    for dark in (False, True):
        if _find(255 - tiny if dark else tiny, GLANCE) is not None:
            hull = _find(255 - small if dark else small)
            if hull is not None and _has_four_corners(hull):
                sheet = cv2.fillConvexPoly(np.zeros_like(small), hull, 1)
                return _paint_around(gray, small, np.asarray(sheet, np.uint8))
    return gray


def _find(small: NDArray[np.uint8], slack: float = 1.0) -> NDArray[np.int32] | None:
    """The convex hull of a region brighter than its surroundings, within limits widened by ``slack``."""
    plain, sheet = _find_brightest(small)
    if not _stands_out(plain, sheet, slack):
        return None
    contours, _ = cv2.findContours(sheet, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    hull = cv2.convexHull(contours[0])
    if cv2.contourArea(contours[0]) < CORNERED * slack * cv2.contourArea(hull):
        return None
    return np.asarray(hull, np.int32) if _lies_free(contours[0], small.shape, slack) else None


def _find_brightest(small: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The picture without its writing, and the mask (0 or 1) of the largest region that is bright there."""
    side = max(small.shape)
    element = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side // 14 | 1, side // 14 | 1))
    plain = np.asarray(cv2.morphologyEx(cv2.medianBlur(small, 3), cv2.MORPH_CLOSE, element), np.uint8)
    _, bright = cv2.threshold(plain, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    bright = cv2.morphologyEx(bright, cv2.MORPH_OPEN, np.ones((side // 40 | 1, side // 40 | 1), np.uint8))
    labels = cv2.connectedComponents(bright, connectivity=4)[1]
    area = np.bincount(labels.ravel(), minlength=2)
    return plain, np.asarray(labels == 1 + int(np.argmax(area[1:])), np.uint8)


def _stands_out(plain: NDArray[np.uint8], sheet: NDArray[np.uint8], slack: float) -> bool:
    share = cv2.countNonZero(sheet) / sheet.size
    if not SMALLEST * slack <= share <= 1 - (1 - LARGEST) * slack:
        return False
    step = cv2.mean(plain, sheet)[0] - cv2.mean(plain, 1 - sheet)[0]
    explained = share * (1 - share) * step**2 / max(float(plain.var()), 1e-6)
    return step >= STEP * slack and explained >= SEPARATE * slack


def _lies_free(contour: NDArray[np.int32], shape: tuple[int, ...], slack: float) -> bool:
    x, y = contour[:, 0, 0], contour[:, 0, 1]
    at_border = (x <= 1) | (y <= 1) | (x >= shape[1] - 2) | (y >= shape[0] - 2)
    return float(at_border.mean()) <= AT_BORDER / slack


def _has_four_corners(hull: NDArray[np.int32]) -> bool:
    outline = cv2.approxPolyDP(hull, 0.03 * cv2.arcLength(hull, True), True)
    return len(outline) == 4 and cv2.contourArea(outline) >= CORNERED * cv2.contourArea(hull)


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
    np.rint(painted, out=painted).clip(0, 255, out=painted)
    result = gray.copy()
    np.copyto(result, painted, where=outside, casting="unsafe")
    return result
