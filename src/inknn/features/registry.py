"""Descriptions of digits that need no learning: one line each, without scikit-learn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from . import shape

__all__ = ["DESCRIPTIONS"]

Describe = Callable[[NDArray[np.uint8]], NDArray[np.float32]]


def _flat(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    return images.reshape(len(images), 784).astype(np.float32)


def _lines(what: str) -> list[str]:
    return [f"{what}_{line}{i}" for line in ("row", "column") for i in range(28)]


DESCRIPTIONS: dict[str, tuple[Describe, list[str]]] = {
    "pixels": (_flat, [f"pixel_{y}_{x}" for y in range(28) for x in range(28)]),
    "moments": (
        shape.central_moments,
        [f"moment_{p}{q}" for p in range(4) for q in range(4) if 2 <= p + q <= 3],
    ),
    "hu": (shape.hu_moments, [f"hu{i}" for i in range(1, 8)]),
    "ink": (shape.ink_and_aspect, ["ink", "density", "aspect"]),
    "topology": (shape.topology, ["pieces", "holes", "euler"]),
    "crossings": (shape.crossings, _lines("crossings")),
    "profiles": (shape.projection_profiles, _lines("profile")),
    "zoning": (shape.zoning, [f"zone_{y}_{x}" for y in range(7) for x in range(7)]),
    "contour": (shape.fourier_contour, [f"wave{sign}{i}" for sign in ("+", "-") for i in range(1, 9)]),
}
"""For each name the function that describes digits, and the names of its numbers."""
