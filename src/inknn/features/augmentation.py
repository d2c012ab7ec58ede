"""Augmentation: digits as another hand, pen or scanner might have made them; and halves and pairs of digits.

No augmented digit is ever a reference. The metric learns from deformed digits which differences mean nothing
(:mod:`inknn.features.projection`). The verdict learns from halves and pairs, which are made of the same
strokes, what is no digit.

All are in MNIST's normal form again. They are drawn larger: twice for smooth changes and four times for those
of stroke width, where a quarter of a pixel counts.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from ..glyph import normalize
from ..glyph.deskew import moments

__all__ = ["DEFORMATIONS", "deform", "halves", "pairs"]

_ZOOM = 2
_FINE_ZOOM = 4
_FAINT = 30  # gray levels; a blend's fringe below this is not ink
_NARROW = 2.5  # spread in pixels; half of a digit narrower than this may be a digit, a one, itself

Image = NDArray[np.uint8]
Canvas = NDArray[np.float32]


def deform(images: NDArray[np.uint8], kind: str, seed: int = 0) -> NDArray[np.uint8]:
    """Deform digits by random amounts.

    Parameters
    ----------
    images : uint8 (n, 28, 28)
        In normal form.
    kind : str
        A key of ``DEFORMATIONS``.
    seed : int
        The same seed gives the same amounts.

    Returns
    -------
    uint8 (n, 28, 28)
    """
    random = np.random.default_rng([seed, *kind.encode()])
    return _stack([DEFORMATIONS[kind](image, random) for image in images])


def halves(images: NDArray[np.uint8], seed: int = 0) -> NDArray[np.uint8]:
    """One half of each digit, cut across or down near its middle; narrow digits are left out.

    Parameters
    ----------
    images : uint8 (n, 28, 28)
    seed : int

    Returns
    -------
    uint8 (m, 28, 28)
        m ≤ n.
    """
    random = np.random.default_rng([seed, 2])
    found = []
    for image in images[moments(images).spread > _NARROW]:
        ink = _crop(image)
        side = int(random.integers(4))
        ink = np.rot90(ink, side)  # so that the half to keep is always the upper one
        middle = max(1, len(ink) // 2 + int(random.integers(-2, 3)))
        half = np.rot90(ink[:middle], -side)
        if half.max() > 2 * _FAINT:
            found.append(_normal(_zoomed(half, cv2.INTER_LINEAR)))
    return _stack(found)


def pairs(images: NDArray[np.uint8], others: NDArray[np.uint8], seed: int = 0) -> NDArray[np.uint8]:
    """Two digits side by side as one glyph, touching or overlapping by up to two pixels.

    Parameters
    ----------
    images, others : uint8 (n, 28, 28)
        The left and the right ones.
    seed : int

    Returns
    -------
    uint8 (n, 28, 28)
    """
    random = np.random.default_rng([seed, 1])
    found = []
    for image, other in zip(images, others, strict=True):
        left, right = (part[:, part.any(axis=0)] for part in (image, other))
        if left.size == 0 or right.size == 0:
            continue
        overlap = min(int(random.integers(3)), left.shape[1], right.shape[1])
        both = np.zeros((28, left.shape[1] + right.shape[1] - overlap), np.uint8)
        both[:, : left.shape[1]] = left
        both[:, left.shape[1] - overlap :] = np.maximum(both[:, left.shape[1] - overlap :], right)
        found.append(_normal(_zoomed(both, cv2.INTER_LINEAR)))
    return _stack(found)


def _shear(image: Image, random: np.random.Generator) -> Image:
    slant = random.uniform(-0.3, 0.3)
    return _warp(image, [[1, slant], [0, 1]])


def _rotate(image: Image, random: np.random.Generator) -> Image:
    angle = np.deg2rad(random.uniform(-15, 15))
    return _warp(image, [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


def _stretch(image: Image, random: np.random.Generator) -> Image:
    factor = np.exp(random.uniform(-0.22, 0.22))
    return _warp(image, [[factor, 0], [0, 1 / factor]])


def _thicken(image: Image, random: np.random.Generator) -> Image:
    """Strokes up to two pixels thinner or two and a half thicker; left as they are where none would stay."""
    radius = int(random.choice([-4, -3, -2, 2, 3, 4, 5]))
    size = 2 * abs(radius) + 1
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    canvas = _zoomed(np.pad(image, 4), zoom=_FINE_ZOOM)
    changed = cv2.dilate(canvas, brush) if radius > 0 else cv2.erode(canvas, brush)
    return _normal(changed) if changed.max() > 2 * _FAINT else image


def _bend(image: Image, random: np.random.Generator) -> Image:
    """Move ink by a smooth random field, about a pixel (Simard, Steinkraus & Platt, 2003)."""
    canvas = _zoomed(np.pad(image, 6))
    side = len(canvas)
    knots = random.normal(0, _ZOOM, (2, 5, 5)).astype(np.float32)
    dx, dy = (cv2.resize(field, (side, side), interpolation=cv2.INTER_CUBIC) for field in knots)
    y, x = np.mgrid[:side, :side].astype(np.float32)
    return _normal(cv2.remap(canvas, x + dx, y + dy, cv2.INTER_LINEAR))


def _coarsen(image: Image, random: np.random.Generator) -> Image:
    """As if scanned at 11 to 17 pixels a digit, with the ink exposed up to twice as bright."""
    side = int(random.integers(11, 18)) * 32 // 20
    small = cv2.resize(np.pad(image, 2).astype(np.float32), (side, side), interpolation=cv2.INTER_AREA)
    bright = np.clip(small * random.uniform(1, 2), 0, 255)
    return _normal(_zoomed(bright, cv2.INTER_LINEAR, _FINE_ZOOM))


DEFORMATIONS: dict[str, Callable[[Image, np.random.Generator], Image]] = {
    "shear": _shear,
    "rotate": _rotate,
    "stretch": _stretch,
    "thicken": _thicken,
    "bend": _bend,
    "coarsen": _coarsen,
}
"""Ways to deform one digit, by name."""


def _zoomed(image: NDArray[np.generic], how: int = cv2.INTER_CUBIC, zoom: int = _ZOOM) -> Canvas:
    size = (image.shape[1] * zoom, image.shape[0] * zoom)
    large = cv2.resize(np.asarray(image, dtype=np.float32), size, interpolation=how)
    return np.clip(large, 0, 255)


def _warp(image: Image, matrix: list[list[float]]) -> Image:
    """Apply a 2 × 2 matrix about the center."""
    canvas = _zoomed(np.pad(image, 6))
    linear = np.array(matrix, dtype=np.float64)
    center = np.full(2, (len(canvas) - 1) / 2)
    affine = np.column_stack([linear, center - linear @ center])
    return _normal(cv2.warpAffine(canvas, affine, canvas.shape[::-1], flags=cv2.INTER_LINEAR))


def _crop(image: Image) -> Image:
    return image[image.any(axis=1)][:, image.any(axis=0)]


def _normal(canvas: Canvas) -> Image:
    return normalize(np.where(canvas > _FAINT, canvas, 0))


def _stack(images: list[Image]) -> NDArray[np.uint8]:
    return np.stack(images) if images else np.empty((0, 28, 28), np.uint8)
