"""Write a labeled digit again with another pen: its path is kept, its stroke width and ink are new."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Coverage = NDArray[np.float32]
"""How much of each pixel is under ink, (height, width), 0 to 1."""

_INK_LEVELS = (85, 120, 160)
"""Gray levels of MNIST's anti-aliased edge that may be the border of the stroke: low ones keep thin strokes
whole, high ones keep small loops open."""
_STRAY_MARK = 0.06
"""Marks smaller than this share of the digit's ink are dirt of the original scan, not part of the digit."""
_WORKING_HEIGHT = 200
"""Paths are found at this height at least, so that their steps vanish when they are made small."""


@dataclass(frozen=True)
class Pen:
    """What a digit is written with.

    `nib` is the stroke width in pixels, `pressure` how much of the hand's own change of width is kept (0 to
    1), `grain` how much of the ink the tooth of the paper leaves out (0 brush, 1 dry pencil), `flow` how
    unevenly ink comes along the stroke, `pooling` how much darker the border of a stroke is than its middle
    (felt pens), `color` the ink's RGB reflectance.
    """

    nib: float
    color: tuple[float, float, float] = (0.10, 0.12, 0.22)
    pressure: float = 0.5
    grain: float = 0.15
    flow: float = 0.10
    pooling: float = 0.0


def smooth_noise(shape: tuple[int, int], scale: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Noise of unit variance, (height, width), whose features are about `scale` pixels wide."""
    height, width = shape
    coarse = rng.standard_normal((max(3, int(height / scale) + 3), max(3, int(width / scale) + 3)))
    grown = cv2.resize(coarse.astype(np.float32), None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    grown = cv2.resize(grown, (max(width, grown.shape[1]), max(height, grown.shape[0])))[:height, :width]
    return np.asarray(grown / (grown.std() + 1e-6), np.float32)


def thin(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Thin strokes to a path one pixel wide (T. Y. Zhang and C. Y. Suen, CACM 27(3), 1984)."""
    path = np.pad(ink, 1)
    changed = True
    while changed:
        changed = False
        for first_pass in (True, False):
            n, s = np.roll(path, 1, 0), np.roll(path, -1, 0)
            w, e = np.roll(path, 1, 1), np.roll(path, -1, 1)
            ring = [n, np.roll(n, -1, 1), e, np.roll(s, -1, 1), s, np.roll(s, 1, 1), w, np.roll(n, 1, 1)]
            count = sum(pixel.astype(np.int8) for pixel in ring)
            risings = sum((~a & b).astype(np.int8) for a, b in zip(ring, ring[1:] + ring[:1], strict=True))
            open_side = ~(n & e & s) & ~(e & s & w) if first_pass else ~(n & e & w) & ~(n & s & w)
            gone = path & (count >= 2) & (count <= 6) & (risings == 1) & open_side
            path = path & ~gone
            changed |= bool(gone.any())
    return path[1:-1, 1:-1]


def write_digit(
    image: NDArray[np.uint8], height: float, pen: Pen, rng: np.random.Generator, slant: float = 0.0
) -> Coverage:
    """Write one 28×28 digit with `pen`, its 20-pixel box `height` pixels high, leaning by `slant` (tangent).

    Returns the coverage, cropped to the ink with one clear pixel around it.
    """
    zoom = max(height, _WORKING_HEIGHT) / 20
    side = round(28 * zoom)
    large = cv2.resize(image.astype(np.float32), (side, side), interpolation=cv2.INTER_CUBIC)
    large = cv2.GaussianBlur(large, (0, 0), 0.4 * zoom)
    shear = np.array([[1, -slant, slant * side / 2], [0, 1, 0]])
    coverage = _stroke(
        _find_ink(cv2.warpAffine(large, shear, (side, side))),
        pen,
        zoom,
        working_nib=pen.nib * zoom * 20 / height,
    )
    rows, columns = np.flatnonzero(coverage.any(axis=1)), np.flatnonzero(coverage.any(axis=0))
    coverage = coverage[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = height / (20 * zoom)
    size = max(1, round(coverage.shape[1] * scale)), max(1, round(coverage.shape[0] * scale))
    small = cv2.resize(coverage, size, interpolation=cv2.INTER_AREA)
    return _texture(np.pad(small, 1), pen, rng)


def _pieces_and_loops(ink: NDArray[np.bool_]) -> tuple[int, int]:
    pieces = cv2.connectedComponents(ink.astype(np.uint8), connectivity=8)[0] - 1
    paper = cv2.connectedComponents((~np.pad(ink, 1)).astype(np.uint8), connectivity=4)[0] - 1
    return pieces, paper - 1


def _find_ink(gray: NDArray[np.float32]) -> NDArray[np.bool_]:
    """The strokes: at the lowest level, or where a higher one opens a loop and breaks nothing, at that."""
    best = _without_stray_marks(gray > _INK_LEVELS[0])
    for level in _INK_LEVELS[1:]:
        ink = _without_stray_marks(gray > level)
        (pieces, loops), (best_pieces, best_loops) = _pieces_and_loops(ink), _pieces_and_loops(best)
        if loops > best_loops and pieces <= best_pieces:
            best = ink
    return best


def _without_stray_marks(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    area = stats[:, cv2.CC_STAT_AREA]
    area[0] = 0
    return np.asarray((area > _STRAY_MARK * area.sum())[labels], np.bool_)


def _smooth_path(ink: NDArray[np.bool_], zoom: float) -> NDArray[np.bool_]:
    """The path of the strokes without the corners of MNIST's pixels, each `zoom` pixels wide here.

    The path is drawn again as a thin line of even width, blurred and thinned once more: a blurred line leans
    toward the inside of its bends, so the small ones go and the large ones stay. Where that would close a
    loop or break a stroke, the path is smoothed less or not at all.
    """
    path = thin(ink)
    to_path = cv2.distanceTransform((~path).astype(np.uint8), cv2.DIST_L2, 5)
    for spread in (0.8, 0.5):
        line = np.clip(0.75 * spread * zoom - to_path + 0.5, 0, 1)
        smooth = thin(cv2.GaussianBlur(line, (0, 0), spread * zoom) > 0.22)
        if _pieces_and_loops(smooth) == _pieces_and_loops(path):
            return smooth
    return path


def _stroke(ink: NDArray[np.bool_], pen: Pen, zoom: float, working_nib: float) -> Coverage:
    margin = int(max(working_nib, 2 * zoom)) + 2
    ink = np.pad(ink, margin)
    path = _smooth_path(ink, zoom)
    # Where the smoothed path cuts a corner it may leave the ink by a hair.
    half_width = np.maximum(cv2.distanceTransform(ink.astype(np.uint8), cv2.DIST_L2, 5), 1)
    distance, nearest = cv2.distanceTransformWithLabels(
        (~path).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    usual = float(np.median(half_width[path]))
    new_half_width = np.zeros(int(nearest.max()) + 1, np.float32)
    own = np.clip(half_width[path] / usual, 0.55, 1.5)
    new_half_width[nearest[path]] = working_nib / 2 * (1 + pen.pressure * (own - 1))
    # Where the nearest point of the path changes, the width would jump: a blur rounds that off.
    radius = cv2.GaussianBlur(new_half_width[nearest], (0, 0), max(1.0, working_nib / 4))
    return np.clip(radius - distance + 0.5, 0, 1).astype(np.float32)


def _texture(coverage: Coverage, pen: Pen, rng: np.random.Generator) -> Coverage:
    shape = coverage.shape
    flow = 1 - pen.flow * np.abs(smooth_noise(shape, max(4.0, 3 * pen.nib), rng))
    tooth = smooth_noise(shape, 1.6, rng)
    inked = coverage * flow * (1 - pen.grain * np.clip(0.5 + 0.5 * tooth, 0, 1))
    if pen.pooling:
        middle = cv2.GaussianBlur(coverage, (0, 0), max(0.8, pen.nib / 5))
        inked = inked * (1 - pen.pooling * np.clip(middle * 1.6 - 0.8, 0, 1))
    return np.clip(inked, 0, 1).astype(np.float32)
