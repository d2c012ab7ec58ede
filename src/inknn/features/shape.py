"""Shape descriptors of a digit: how heavy and how wide it is, how many holes it has, where its ink is.

Each function describes digits, uint8 (n, 28, 28) with ink bright on black, by float32 (n, d) numbers that
have a meaning to people. None of them alone tells digits apart as gradient histograms do; they are for
looking at digits, and for use beside other features. Where there is no ink the numbers are 0.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "central_moments",
    "crossings",
    "fourier_contour",
    "hu_moments",
    "ink_and_aspect",
    "projection_profiles",
    "topology",
    "zoning",
]

_INK = 127  # gray levels above it are ink, where ink or paper is the question
_ORDERS = [(p, q) for p in range(4) for q in range(4) if 2 <= p + q <= 3]
_HARMONICS = 8
_POINTS = 64

Features = NDArray[np.float32]


def central_moments(images: NDArray[np.uint8]) -> Features:
    """Central moments of orders two and three, scaled to be independent of size (Hu, 1962): (n, 7)."""
    ink = images.astype(np.float64)
    total = ink.sum(axis=(1, 2))
    some = np.where(total > 0, total, 1)
    at = np.arange(28.0)
    x = at - (ink.sum(axis=1) @ at / some)[:, None]
    y = at - (ink.sum(axis=2) @ at / some)[:, None]
    found = [np.einsum("nyx,ny,nx->n", ink, y**q, x**p) / some ** (1 + (p + q) / 2) for p, q in _ORDERS]
    # Gray levels are whole numbers up to 255; as parts of one, moments would not depend on the unit.
    scales = np.array([255 ** ((p + q) / 2) for p, q in _ORDERS])
    return (np.stack(found, axis=1) * scales).astype(np.float32)


def hu_moments(images: NDArray[np.uint8]) -> Features:
    """Hu's seven moments, which turning, moving and scaling leave alone, as signed logarithms: (n, 7).

    Their sizes differ by many powers of ten; ``−sign(h) log₁₀|h|`` is usual.
    """
    found = np.zeros((len(images), 7))
    for row, image in enumerate(images):
        found[row] = cv2.HuMoments(cv2.moments(image.astype(np.float32) / 255)).ravel()
    size = np.abs(found)
    logs = np.log10(np.where(size > 1e-30, size, 1))
    return (-np.sign(found) * logs).astype(np.float32)


def ink_and_aspect(images: NDArray[np.uint8]) -> Features:
    """Part of the picture and of its own box that is ink; width over height of the box: (n, 3)."""
    ink = images / 255
    height, width = (_extent(np.any(images > _INK, axis=axis)) for axis in (2, 1))
    some = np.maximum(height * width, 1)
    features = [
        ink.mean(axis=(1, 2)),
        np.minimum(ink.sum(axis=(1, 2)) / some, 1),
        width / np.maximum(height, 1),
    ]
    there = (height > 0)[:, None]
    return np.where(there, np.stack(features, axis=1), 0).astype(np.float32)


def topology(images: NDArray[np.uint8]) -> Features:
    """Pieces of ink, holes in them, and the Euler number, pieces − holes: (n, 3).

    Pixels of ink are connected across corners, pixels of paper are not.
    """
    found = np.zeros((len(images), 3), dtype=np.float32)
    for row, image in enumerate(np.pad(images > _INK, ((0, 0), (1, 1), (1, 1)))):
        pieces = cv2.connectedComponents(image.astype(np.uint8), connectivity=8)[0] - 1
        holes = cv2.connectedComponents((~image).astype(np.uint8), connectivity=4)[0] - 2
        found[row] = pieces, holes, pieces - holes
    return found


def crossings(images: NDArray[np.uint8]) -> Features:
    """How often each row, then each column, crosses into ink: (n, 56)."""
    ink = np.pad(images > _INK, ((0, 0), (1, 1), (1, 1)))
    across = (ink[:, 1:-1, 1:] & ~ink[:, 1:-1, :-1]).sum(axis=2)
    down = (ink[:, 1:, 1:-1] & ~ink[:, :-1, 1:-1]).sum(axis=1)
    return np.concatenate([across, down], axis=1).astype(np.float32)


def projection_profiles(images: NDArray[np.uint8]) -> Features:
    """Part of each row, then of each column, that is ink: (n, 56)."""
    ink = images.astype(np.float32) / 255
    return np.concatenate([ink.mean(axis=2), ink.mean(axis=1)], axis=1)


def zoning(images: NDArray[np.uint8]) -> Features:
    """Part of each of 7 × 7 zones of four pixels to a side that is ink, row by row: (n, 49)."""
    zones = images.reshape(len(images), 7, 4, 7, 4).astype(np.float32) / 255
    return zones.mean(axis=(2, 4)).reshape(len(images), 49)


def fourier_contour(images: NDArray[np.uint8]) -> Features:
    """Amplitudes of the lowest Fourier harmonics of the outline, in units of the first: (n, 16).

    The outline of the largest piece, as 64 points x + iy, is decomposed into harmonics of both directions
    (Granlund, "Fourier preprocessing for hand print character recognition", 1972). Without the place, the
    starting point and the size they are harmonics 1 to 8 and −1 to −8 without their phases.
    """
    found = np.zeros((len(images), 2 * _HARMONICS), dtype=np.float32)
    for row, image in enumerate(images > _INK):
        contours, _ = cv2.findContours(image.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        if contours:
            largest = max(contours, key=lambda contour: (cv2.contourArea(contour), len(contour)))
            found[row] = _harmonics(largest.reshape(-1, 2).astype(np.float64))
    return found


def _harmonics(points: NDArray[np.float64]) -> NDArray[np.float64]:
    closed = np.vstack([points, points[:1]])
    lengths = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    if lengths[-1] == 0:  # a single pixel
        return np.zeros(2 * _HARMONICS)
    at = np.linspace(0, lengths[-1], _POINTS, endpoint=False)
    outline = np.interp(at, lengths, closed[:, 0]) + 1j * np.interp(at, lengths, closed[:, 1])
    waves = np.abs(np.fft.fft(outline))
    both = np.concatenate([waves[1 : _HARMONICS + 1], waves[-1 : -_HARMONICS - 1 : -1]])
    return both / max(both[0], both[_HARMONICS])


def _extent(there: Any) -> NDArray[np.int64]:
    """From the first to the last true of each row, both included; 0 where there is none."""
    first = there.argmax(axis=1)
    last = there.shape[1] - there[:, ::-1].argmax(axis=1)
    return np.where(there.any(axis=1), last - first, 0)
