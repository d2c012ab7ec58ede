"""Some of many digits, each label in its share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["stratified_sample"]


def stratified_sample(labels: NDArray[np.integer], count: int, seed: int = 0) -> NDArray[np.int64]:
    """Draw some digits at random, of each label as large a part as of all.

    Parameters
    ----------
    labels : int (n,)
    count : int
        How many; all where there are no more.
    seed : int
        The same one draws the same digits.

    Returns
    -------
    int64 (min(count, n),)
        Rows, ascending.
    """
    labels = np.asarray(labels)
    shuffled = np.random.default_rng(seed).permutation(len(labels))
    place = np.empty(len(labels))
    for label in np.unique(labels):
        mine = shuffled[labels[shuffled] == label]
        place[mine] = (np.arange(len(mine)) + 0.5) / len(mine)  # evenly along the way from none to all
    chosen = shuffled[np.argsort(place[shuffled], kind="stable")[:count]]
    return np.sort(chosen).astype(np.int64)
