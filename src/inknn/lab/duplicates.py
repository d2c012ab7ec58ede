"""Pictures that are in a set twice, exactly or nearly.

Nearly the same is who is much nearer than those that come after: the nearest digit's distance is compared
with that of the twelfth or so, as Lowe compares the nearest with the second nearest ("Distinctive image
features from scale-invariant keypoints", 2004), so that neither ones, which all lie close together, nor
odd digits, which lie far from everything, are taken for copies. With the twelfth, up to eleven copies of
one picture don't hide each other.

A metric learned from few digits draws those of a label together; so the pixels have to say the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["Copies", "exact_copies", "near_copies", "picture_groups"]


@dataclass(frozen=True, slots=True)
class Copies:
    """Two pictures that are the same, or nearly.

    Attributes
    ----------
    first, second : int
        Their places; that of the second counts the other set where two were compared.
    nearness : float
        Distance over what is usual there, in the metric or in pixels, whichever is more; 0 for exact copies.
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
    """Each picture that was there before, with the first one like it."""
    order = np.argsort(groups, kind="stable")
    starts = np.concatenate([[True], groups[order][1:] != groups[order][:-1]])
    first = order[np.maximum.accumulate(np.where(starts, np.arange(len(order)), 0))]
    found = [(int(a), int(b)) for a, b in zip(first[~starts], order[~starts], strict=True)]
    return [Copies(a, b, 0.0) for a, b in sorted(found)]


def near_copies(
    distances: NDArray[np.float64],
    indices: NDArray[np.int64],
    limit: float,
    places: NDArray[np.int64],
    pictures: NDArray[np.uint8],
    asked: NDArray[np.uint8] | None = None,
) -> list[Copies]:
    """Pairs that are much nearer than the pictures around them, in the metric and in pixels; nearest first.

    Parameters
    ----------
    distances, indices : float64, int64 (n, k)
        Neighbors of each picture, nearest first.
    limit : float
        Of the distance of the last one; nearer is nearly the same.
    places : int64 (m,)
        What to call the neighbors, by index: their rows in ``pictures``.
    pictures : uint8 (p, height, width)
        Among them the neighbors, in one size and position.
    asked : uint8 (n, height, width), optional
        The pictures that were asked about; ``second`` counts these, ``first`` the neighbors. Left out, they
        are their own neighbors' neighbors; a pair is then seen from both sides, and from either is enough.

    Returns
    -------
    list of Copies
        None counts as exact: what lies at distance 0 gets the smallest number there is.
    """
    usual = distances[:, -1:]
    nearness = np.divide(distances, usual, out=np.ones_like(distances), where=usual > 0)
    best: dict[tuple[int, int], float] = {}
    for row in np.flatnonzero((nearness < limit).any(axis=1)).tolist():
        around = places[indices[row]]
        alike = _nearness_in_pixels(pictures[places[row]] if asked is None else asked[row], pictures[around])
        both = np.maximum(nearness[row], alike)
        for rank in np.flatnonzero(both < limit).tolist():
            near, other = max(float(both[rank]), np.finfo(float).tiny), int(around[rank])
            first, second = (other, row) if asked is not None else sorted((other, int(places[row])))
            best[first, second] = min(near, best.get((first, second), np.inf))
    pairs = [Copies(first, second, near) for (first, second), near in best.items()]
    return sorted(pairs, key=lambda pair: (pair.nearness, pair.first, pair.second))


def _nearness_in_pixels(picture: NDArray[np.uint8], around: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Distance from a picture to its neighbors over that to the farther half of them, float64 (k,)."""
    away = np.array([np.linalg.norm(_soft(other) - _soft(picture)) for other in around])
    usual = float(np.median(away[len(away) // 2 :]))
    return away / usual if usual > 0 else np.ones(len(away))


def _soft(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Blurred, so that half a pixel to the side is not far away."""
    return np.asarray(cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 1.0))
