"""Separate ink from paper: find the polarity, divide out the light, keep what is ink.

The method: paper is what a gray closing (a moving maximum, then minimum) wider than any stroke
leaves over; dividing by it takes away uneven light and shadows, whose edges a closing keeps. What
is left is contrast, 0 for paper. Ink is contrast above a threshold that follows the local
stroke strength, as in local binarization after J. Sauvola and M. Pietikäinen (2000), guarded
by the noise of the paper so that blank paper stays blank.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .components import Components, find_components
from .quantile import quantile
from .reduce import block_max
from .sheet import isolate_sheet
from .stroke import component_widths, typical_width

WORK_PIXELS_MOST = 6_000_000
"""Larger pictures are worked on at half, a third ... of their size."""

WORK_PIXELS_LEAST = 400_000
"""Smaller pictures are enlarged up to fourfold, so that a stroke is several pixels wide."""

FAINTEST = 9.0
"""Contrast in gray levels of 255 that a stroke's core needs at least."""

NOISE_GUARD = 5.0
"""... and how many standard deviations of the paper's noise."""

LOCAL_SHARE = 0.45
"""A pixel is ink from this share of the stroke contrast around it ..."""

WEAK_SHARE = 0.25
"""... or from this share where it continues such ink, so that strokes don't break."""

PEAK_SHARE = 0.22
"""Strokes weaker than this share of the strongest ones are print-through, paper or dirt."""

BETWEEN = 4.0
"""More than this many times as much half-dark area as ink, and the "ink" is the paper's texture."""

BROAD = 25.0
"""A stroke of at least this many pixels must have an edge ..."""

EDGE = 0.35
"""... within this share of its width ..."""

SHARP = 0.45
"""... along at most so much of its outline that is softer: half the outline of a hard shadow is sharp."""

OVERVIEW = 400
"""Longer side in pixels of the copy on which polarity is decided."""


@dataclass(frozen=True, slots=True)
class Ink:
    """The ink of one picture at the size it was worked on.

    Attributes
    ----------
    contrast : ndarray of shape (height, width), dtype float32
        How much darker than its paper a pixel is, 0 to 255; how much brighter where ink is.
    mask : ndarray of shape (height, width), dtype bool
        What is ink.
    components : Components
        Of the mask.
    stroke : float
        Typical stroke width in pixels.
    scale : float
        Pixels of this map per pixel of the picture.
    inverted : bool
        Whether the ink is brighter than its paper.
    """

    contrast: NDArray[np.float32]
    mask: NDArray[np.bool_]
    components: Components
    stroke: float
    scale: float
    inverted: bool


def separate(gray: NDArray[np.uint8]) -> Ink:
    """Find the ink of a picture.

    Parameters
    ----------
    gray : ndarray of shape (height, width), dtype uint8

    Returns
    -------
    Ink
        Its mask is all false for a blank picture.
    """
    gray = isolate_sheet(gray)
    work, scale = _resize(gray)
    inverted = _is_light_on_dark(gray)
    dark = 255 - work if inverted else work
    calm = np.asarray(cv2.medianBlur(dark, 5), np.uint8)
    # First a paper estimate wide enough for a digit that fills the picture, then, once the
    # strokes are known, one just wider than them: it follows shadows more closely.
    widest = max(min(work.shape) // 3, 15)
    contrast = _contrast(dark, calm, widest)
    height, mask, components = _threshold(contrast, widest)
    width = component_widths(components, mask)
    sharp = ~_is_shade(contrast, components, width)
    stroke = typical_width(width[sharp], components.area[sharp])
    narrow = int(4 * stroke) + 9
    if stroke > 0 and narrow < widest // 2:
        contrast = _contrast(dark, calm, narrow)
        height, mask, components = _threshold(contrast, int(12 * stroke) + 9)
        stroke = typical_width(component_widths(components, mask), components.area)
    else:
        mask, components = _keep(mask, components, sharp)
    if _is_texture(height, mask):
        mask, components = _keep(mask, components, np.zeros(len(components.number), np.bool_))
        stroke = 0.0
    return Ink(contrast, mask, components, stroke, scale, inverted)


def _keep(
    mask: NDArray[np.bool_], components: Components, chosen: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], Components]:
    """The mask and its components without those that aren't chosen."""
    if chosen.all():
        return mask, components
    held = np.zeros(components.label.max() + 1, np.bool_)
    held[components.number[chosen]] = True
    mask = mask.copy()
    mask.ravel()[components.pixel] &= held[components.label]
    return mask, components.keep(chosen)


def _is_texture(height: NDArray[np.float32], mask: NDArray[np.bool_]) -> bool:
    """Whether the mask is only the peaks of a texture: ink stands out, with little between it and paper.

    ``height`` is contrast above that of the paper.
    """
    if not mask.any():
        return False
    strength = quantile(np.sort(height[mask]), 0.8)
    between = (height > 0.15 * strength) & (height < 0.45 * strength)
    return bool(np.count_nonzero(between) > BETWEEN * np.count_nonzero(mask))


def _is_shade(
    contrast: NDArray[np.float32], components: Components, width: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Which components, of those stroke widths, are as broad as a shadow and have an edge as soft as one."""
    shade = width >= BROAD
    for i in np.flatnonzero(shade):
        shade[i] = _is_soft(contrast, components, int(i), float(width[i]))
    return shade


def _is_soft(contrast: NDArray[np.float32], components: Components, i: int, width: float) -> bool:
    """Whether contrast rises so slowly at a component's edge that it needs :data:`EDGE` of its width.

    A blurred stroke is soft as well, so it must be softer still unless it lies along the picture's border.
    Looked at is a copy of the component's box and what is around, on which its width is 12 pixels.
    """
    x, y, wide, tall = components.box[i]
    margin = int(width / 4) + 1
    rows, columns = slice(max(0, y - margin), y + tall + margin), slice(max(0, x - margin), x + wide + margin)
    own = components.labels[rows, columns] == components.number[i]
    size = tuple(max(1, round(side * 12 / width)) for side in own.shape[::-1])
    small = cv2.resize(contrast[rows, columns], size, interpolation=cv2.INTER_AREA)
    inside = cv2.resize(own.view(np.uint8), size, interpolation=cv2.INTER_AREA)
    edge = (inside & ~cv2.erode(inside, np.ones((3, 3), np.uint8), borderValue=1)).astype(bool)
    if not edge.any():
        return True
    slope_x = cv2.Sobel(small, cv2.CV_32F, 1, 0, scale=1 / 8)
    slope_y = cv2.Sobel(small, cv2.CV_32F, 0, 1, scale=1 / 8)
    steepest = cv2.dilate(cv2.magnitude(slope_x, slope_y), np.ones((3, 3), np.uint8))[edge]
    along_border = sum(np.count_nonzero(side) for side in (own[0], own[-1], own[:, 0], own[:, -1]))
    inner, share = (inside > 0, 0.8) if along_border > 2 * width else (edge, 0.5)
    return quantile(np.sort(small[inner]), share) > EDGE * 12 * quantile(np.sort(steepest), SHARP)


def _resize(gray: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    pixels = gray.size
    if pixels > WORK_PIXELS_MOST:
        factor = int(np.ceil(np.sqrt(pixels / WORK_PIXELS_MOST)))
        height, width = gray.shape
        size = (max(1, width // factor), max(1, height // factor))
        return np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), np.uint8), 1 / factor
    factor = int(np.clip(np.rint(np.sqrt(WORK_PIXELS_LEAST / pixels)), 1, 4))
    if factor == 1:
        return gray, 1.0
    enlarged = cv2.resize(gray, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    return np.asarray(enlarged, np.uint8), float(factor)


def _is_light_on_dark(gray: NDArray[np.uint8]) -> bool:
    """Whether the ink is brighter than its paper.

    Ink deviates rarely and far from its paper, so the cubes of the deviations tell its sign. Paper is
    taken at four scales (three moving medians, and the border as a whole), because light varies
    in photographs and one digit may fill a small picture.
    """
    shrink = min(1.0, OVERVIEW / max(gray.shape))
    if min(gray.shape) * shrink < 1:  # nothing would be left of the shorter side
        size = [max(1, round(side * shrink)) for side in gray.shape[::-1]]
        gray, shrink = np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), np.uint8), 1.0
    small = cv2.resize(gray, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA) if shrink < 1 else gray
    if min(small.shape) < 4:
        small = cv2.resize(small, (max(4, small.shape[1]), max(4, small.shape[0])))
    border = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    papers = [_moving_median(small, min(small.shape) // part) for part in (16, 6, 2)]
    papers.append(np.full_like(small, int(np.median(border))))
    return sum(_lean(small, paper) for paper in papers) > 0


def _moving_median(gray: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    """The median of the square around each pixel, on a reduced copy where the square is large."""
    small, side = _reduce(gray, width, 5)
    reach = max(1, side // 2)
    framed = cv2.copyMakeBorder(small, reach, reach, reach, reach, cv2.BORDER_REPLICATE)
    median = cv2.medianBlur(framed, 2 * reach + 1)[reach:-reach, reach:-reach]
    return np.asarray(cv2.resize(median, gray.shape[::-1], interpolation=cv2.INTER_LINEAR), np.uint8)


def _lean(gray: NDArray[np.uint8], paper: NDArray[np.uint8]) -> float:
    """Where pixels deviate from their paper: from -1 (only darker) to 1 (only brighter)."""
    bright, dark = (_mean_cube(cv2.subtract(*pair)) for pair in ((gray, paper), (paper, gray)))
    return (bright - dark) / (bright + dark + 1e-6)


def _mean_cube(values: NDArray[np.uint8]) -> float:
    """The cube root of the mean of cubes."""
    deviation = values.astype(np.float32)
    return float(np.cbrt((deviation * deviation * deviation).mean()))


def _contrast(dark: NDArray[np.uint8], calm: NDArray[np.uint8], width: int) -> NDArray[np.float32]:
    """How much darker than its paper each pixel is, 0 to 255.

    ``calm`` is the picture without its noise; ``width`` is wider than any stroke.
    """
    paper = np.maximum(_closing(calm, width), 16).astype(np.float32)
    contrast = np.divide(dark, paper, out=paper)
    np.subtract(1.0, contrast, out=contrast)
    contrast *= 255.0
    return np.maximum(contrast, 0.0, out=contrast)


def _closing(gray: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    """Gray closing by a square, on a reduced copy where the square is large."""
    small, side = _reduce(gray, width, 24)
    element = cv2.getStructuringElement(cv2.MORPH_RECT, (side, side))
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, element, borderType=cv2.BORDER_REPLICATE)
    closed = cv2.blur(closed, (side // 2 | 1, side // 2 | 1), borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(closed, gray.shape[::-1], interpolation=cv2.INTER_LINEAR), np.uint8)


def _reduce(gray: NDArray[np.uint8], width: int, least: int) -> tuple[NDArray[np.uint8], int]:
    """A copy on which ``width`` is ``least`` pixels or some more, and that width there, odd."""
    reduce = max(1, width // least)
    height, length = gray.shape
    size = (max(1, length // reduce), max(1, height // reduce))
    small = cv2.resize(gray, size, interpolation=cv2.INTER_AREA) if reduce > 1 else gray
    return np.asarray(small, np.uint8), 2 * max(1, width // reduce // 2) + 1


def _threshold(
    contrast: NDArray[np.float32], reach: int
) -> tuple[NDArray[np.float32], NDArray[np.bool_], Components]:
    """Decide ink by the strongest strokes within ``reach`` pixels, guarded against noise.

    Returns how far contrast is above that of the paper, what is ink, and its components.
    """
    smooth = np.asarray(cv2.GaussianBlur(contrast, (0, 0), 0.8), np.float32)
    sample = np.sort(smooth[::2, ::2], axis=None)
    paper, noise = _paper_level(sample)
    strongest = quantile(sample, 0.998) - paper
    guard = max(FAINTEST, NOISE_GUARD * noise, PEAK_SHARE * strongest)
    height = np.subtract(smooth, paper, out=smooth)
    local = _strongest_around(smooth, reach)
    written = local > guard
    least = np.multiply(local, LOCAL_SHARE)
    firm = height > np.maximum(least, 0.6 * guard, out=least)
    firm &= written
    least = np.multiply(local, WEAK_SHARE, out=least)
    weak = height > np.maximum(least, max(0.3 * guard, 3.0 * noise), out=least)
    weak &= written
    # Hysteresis: the components of weak ink that hold some firm ink.
    components = find_components(weak)
    held = np.zeros(len(components.number) + 1, np.bool_)
    held[components.labels[firm]] = True
    return height, *_keep(weak, components, held[1:])


def _strongest_around(contrast: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """Moving maximum over a square, on a reduced copy where the square is large."""
    reduce = max(1, width // 24)
    small = block_max(contrast, reduce)
    side = 2 * max(1, width // reduce // 2) + 1
    small = cv2.dilate(small, cv2.getStructuringElement(cv2.MORPH_RECT, (side, side)))
    return np.asarray(cv2.resize(small, contrast.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def _paper_level(ordered: NDArray[np.float32]) -> tuple[float, float]:
    """Median contrast of the paper and its standard deviation, from the half of sorted contrast below it.

    Ink is above; 1.4826 times the median deviation is the standard deviation where noise is normal.
    """
    paper = quantile(ordered, 0.5)
    below = ordered[: np.searchsorted(ordered, np.float32(paper), side="right")]
    return paper, max(1.4826 * (paper - quantile(below, 0.5)), 0.5)
