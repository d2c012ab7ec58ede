"""Pictures that are in a set twice, exactly or nearly.

Two pictures are nearly the same if one is much nearer to the other than the pictures around it are. Its
distance is divided by that of the twelfth neighbor or so, as Lowe divides the distance of the nearest by
that of the second nearest ("Distinctive image features from scale-invariant keypoints", 2004). Thus ones,
which all lie close together, are not taken for copies, nor is the nearest of digits that lie far from all
others. With the twelfth neighbor, up to eleven copies of one picture don't hide each other.

A metric learned from few digits moves digits of one label close together. So two pictures must also be near
in pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["Copies", "exact_copies", "near_copies", "picture_groups"]

_NEAR = 0.5  # of the distance to the last neighbor; in MNIST's 60,000 digits the nearest usually lies at 0.86


@dataclass(frozen=True, slots=True)
class Copies:
    """Two pictures that are the same, or nearly.

    Attributes
    ----------
    first, second : int
        Their places; that of the second is in the other set if two were compared.
    nearness : float
        Their distance divided by that of the pictures around them, in the metric or in pixels, whichever is
        larger; 0 for exact copies.
    """

    first: int
    second: int
    nearness: float

    @property
    def exact(self) -> bool:
        """Whether all pixels are the same."""
        return self.nearness == 0


def picture_groups(images: NDArray[np.uint8]) -> NDArray[np.int64]:
    """A number for each picture, the same for equal ones: int64 (n,)."""
    rows = np.ascontiguousarray(images.reshape(len(images), -1))
    whole = rows.view(np.dtype((np.void, rows.shape[1])))[:, 0]
    return np.unique(whole, return_inverse=True)[1].astype(np.int64).ravel()


def exact_copies(groups: NDArray[np.int64]) -> list[Copies]:
    """Each picture that is there already, with the first one equal to it; ``groups`` as of picture_groups."""
    _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    originals = first[inverse]
    again = np.flatnonzero(originals != np.arange(len(groups)))
    found = zip(originals[again].tolist(), again.tolist(), strict=True)
    return [Copies(original, copy, 0.0) for original, copy in sorted(found)]


def near_copies(
    distances: NDArray[np.float64],
    indices: NDArray[np.int64],
    places: NDArray[np.int64],
    pictures: NDArray[np.uint8],
    queries: NDArray[np.uint8] | None = None,
) -> list[Copies]:
    """Pairs that are much nearer than the pictures around them, in the metric and in pixels; nearest first.

    Parameters
    ----------
    distances, indices : float64, int64 (n, k)
        Neighbors of each picture, nearest first.
    places : int64 (m,)
        The row in ``pictures`` of each neighbor, by its index.
    pictures : uint8 (p, height, width)
        In one size and position.
    queries : uint8 (n, height, width), optional
        The pictures whose neighbors these are: ``second`` is their row, ``first`` that of the neighbor. By
        default they are the neighbors themselves; a pair then counts if it is near as seen from either.

    Returns
    -------
    list of Copies
        Not exact by definition: distance 0 becomes the smallest positive number.
    """
    usual = distances[:, -1:]
    nearness = np.divide(distances, usual, out=np.ones_like(distances), where=usual > 0)
    best: dict[tuple[int, int], float] = {}
    for row in np.flatnonzero((nearness < _NEAR).any(axis=1)).tolist():
        around = places[indices[row]]
        picture = pictures[places[row]] if queries is None else queries[row]
        both = np.maximum(nearness[row], _nearness_in_pixels(picture, pictures[around]))
        for rank in np.flatnonzero(both < _NEAR).tolist():
            near, other = max(float(both[rank]), np.finfo(float).tiny), int(around[rank])
            first, second = (other, row) if queries is not None else sorted((other, int(places[row])))
            best[first, second] = min(near, best.get((first, second), np.inf))
    pairs = [Copies(first, second, near) for (first, second), near in best.items()]
    return sorted(pairs, key=lambda pair: (pair.nearness, pair.first, pair.second))


def _nearness_in_pixels(picture: NDArray[np.uint8], around: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Distance from a picture to each neighbor over the median of the farther half of them, float64 (k,)."""
    away = np.array([np.linalg.norm(_soft(other) - _soft(picture)) for other in around])
    usual = float(np.median(away[len(away) // 2 :]))
    return away / usual if usual > 0 else np.ones(len(away))


def _soft(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Blurred, so that a shift by half a pixel makes little difference."""
    return np.asarray(cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 1.0))
