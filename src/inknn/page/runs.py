"""Find straight thin runs of ink, nearly horizontal and nearly vertical ones.

A run is a window of a given length along one of :data:`SLOPES` that is inked to :data:`FILLED`. Windows slide
along one axis of the image, which is sheared for each slope so that its runs lie level. Along that axis the
ink is counted in cells of several pixels; across it, it keeps its resolution.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ..ink.reduce import block_max

FILLED = 0.93
"""Share of a run's length that is inked; the rest are small gaps and crossing strokes."""

IN_LINE = 0.6
"""Where a run is found, windows of this share of its length are runs as well if they lie in its line."""

SLOPES = tuple(0.02 * step for step in range(-5, 6))
"""Slopes that are looked for, about ±5°."""

SHEAR = 4
"""... unless the image is so long that the slope leads this many times its width aside."""

FINEST = 100
"""Long runs are looked for on a copy reduced so that they are at least this many pixels long.

A slope between two of :data:`SLOPES` then strays by half the thickness of a line of one pixel.
"""

CELLS = 40
"""A window has at least this many cells where it has as many pixels: windows start within 2 % of a run."""


def find_runs(
    pixels: NDArray[np.uint8], length: int, thickness: float
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Find the ink on straight thin runs.

    Parameters
    ----------
    pixels : ndarray of shape (height, width), dtype uint8
        1 on ink, 0 on paper.
    length : int
        Of the shortest run in pixels.
    thickness : float
        Ink thicker than this many pixels across a run is no part of it.

    Returns
    -------
    across, down : ndarray of shape (height, width), dtype uint8
        1 for ink on nearly horizontal and on nearly vertical runs.
    """
    reduce = max(1, length // FINEST)
    small = block_max(pixels, reduce)
    across = cv2.transpose(_runs_down(cv2.transpose(small), length // reduce, thickness / reduce))
    down = _runs_down(small, length // reduce, thickness / reduce)
    return _enlarge(across, reduce, pixels), _enlarge(down, reduce, pixels)


def _enlarge(found: NDArray[np.uint8], reduce: int, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The ink at, and one reduced pixel around, what was found on the reduced copy."""
    found = cv2.dilate(found, np.ones((3, 3), np.uint8))
    if reduce > 1:
        found = cv2.resize(found, None, fx=reduce, fy=reduce, interpolation=cv2.INTER_NEAREST)
    return np.asarray(found[: pixels.shape[0], : pixels.shape[1]] & pixels, np.uint8)


def _runs_down(pixels: NDArray[np.uint8], length: int, thickness: float) -> NDArray[np.uint8]:
    """Nearly vertical runs, as 0 or 1."""
    thick = cv2.morphologyEx(pixels, cv2.MORPH_OPEN, np.ones((1, int(thickness) + 2), np.uint8))
    gap = np.ones((int(thickness) + 3, 1), np.uint8)
    thin = cv2.morphologyEx(pixels & ~thick, cv2.MORPH_CLOSE, gap) & pixels  # back where runs cross
    lines = cv2.dilate(thin, np.ones((1, 3), np.uint8))
    cell = max(1, length // CELLS)
    cells = _count(lines, cell)
    rows, width = cells.shape
    slopes = [slope for slope in SLOPES if abs(slope) * len(lines) <= SHEAR * width]
    margin = int(np.ceil(slopes[-1] * cell * rows))
    padded = cv2.copyMakeBorder(cells, 0, 0, margin, margin, cv2.BORDER_CONSTANT, value=0)
    found = np.zeros_like(cells)
    for slope in slopes:
        shift = np.rint(slope * cell * np.arange(rows)).astype(int)
        shift -= shift.min()
        level = _slices(padded, margin - shift, width + int(shift.max()))
        found |= _slices(_level_runs(level, length, cell), shift, width)
    return np.repeat(found, cell, axis=0)[: len(lines)] & lines


def _count(lines: NDArray[np.uint8], cell: int) -> NDArray[np.uint8]:
    """How many of every ``cell`` pixels below each other are inked."""
    rows = -(-len(lines) // cell)
    padded = cv2.copyMakeBorder(lines, 0, rows * cell - len(lines), 0, 0, cv2.BORDER_CONSTANT, value=0)
    return np.asarray(padded.reshape(rows, cell, -1).sum(axis=1, dtype=np.uint8))


def _slices(image: NDArray[np.uint8], start: NDArray[np.int64], width: int) -> NDArray[np.uint8]:
    """From each row the ``width`` pixels that begin at its ``start``: the image sheared."""
    shape = len(image), image.shape[1] - width + 1, width
    windows = np.lib.stride_tricks.as_strided(image, shape, (image.strides[0], 1, 1))
    return np.asarray(windows[np.arange(len(start)), start], np.uint8)


def _level_runs(level: NDArray[np.uint8], length: int, cell: int) -> NDArray[np.uint8]:
    """Cells of runs that go straight down, and of shorter ones in line with them."""
    runs = np.zeros_like(level)
    held = _centers(level, length // cell, cell).max(axis=0, keepdims=True)
    columns = np.flatnonzero(cv2.dilate(held, np.ones((1, 3), np.uint8)))  # those with runs and those beside
    if columns.size:
        part = np.take(level, columns, axis=1)
        long, short = _filled(part, length // cell, cell), _filled(part, int(length * IN_LINE) // cell, cell)
        beside = cv2.dilate(long, np.ones((1, 3), np.uint8))
        runs[:, columns] = long | (short & _slide(beside, 4 * (length // cell) + 1, np.bitwise_or))
    return runs


def _filled(level: NDArray[np.uint8], window: int, cell: int) -> NDArray[np.uint8]:
    """The inked cells in filled windows of so many cells below each other, as 0 or 1."""
    return _slide(_centers(level, window, cell), window, np.bitwise_or) & (level > 0)


def _centers(level: NDArray[np.uint8], window: int, cell: int) -> NDArray[np.uint8]:
    """The centers of filled windows, as 0 or 1."""
    least = int(np.ceil(FILLED * window * cell - 1e-6))
    return (_slide(level, window, np.add) >= least).view(np.uint8)


def _slide(image: NDArray[np.uint8], length: int, combine: np.ufunc) -> NDArray[np.uint8]:
    """Combine the values in windows of ``length`` rows around each pixel; 0 is outside.

    Windows of two rows make those of four, these make those of eight ...
    """
    before = length // 2
    block = cv2.copyMakeBorder(image, before, length - 1 - before, 0, 0, cv2.BORDER_CONSTANT, value=0)
    result, done, size = np.zeros_like(image), 0, 1
    while done < length:
        if length & size:
            result = combine(result, block[done : done + len(image)], out=result)
            done += size
        block = combine(block[:-size], block[size:])
        size *= 2
    return result
