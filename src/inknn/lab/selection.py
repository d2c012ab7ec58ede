"""Ways to select references: which digits to keep, from vectors and labels.

- ``condensed``: as many as are needed for every digit's nearest kept one to have its label (Hart, "The
  condensed nearest neighbor rule", 1968): mostly digits at the borders between labels.
- ``edited``: all but those that their three neighbors outvote (Wilson, "Asymptotic properties of nearest
  neighbor rules using edited data", 1972): removes odd digits, and saves hardly any space.
- ``edited-condensed``: edited first, then condensed; without odd digits the borders are short.
- ``medoids``: edited first; then as large a part of each label as of all, each the digit in the middle of a
  cluster (k-means; Lloyd, "Least squares quantization in PCM", 1982).
- ``random``: drawn at random, as large a part of each label; what the others have to be compared with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..progress import Progress, no_progress
from ..recognizer.references import References
from ..recognizer.votes import vote
from ..search import kneighbors, squared_distances
from .data import Rows, sample, shares
from .neighbors import find_neighbors

__all__ = ["SELECTIONS", "Selection", "condensed", "edited", "medoids"]

_BLOCK = 1024  # digits that are walked through one by one; their vectors stay in the processor's cache
_EDITORS = 3  # neighbors that vote, as in Wilson's paper
_SEED = 1968

Vectors = NDArray[np.float32]
Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Selection:
    """A way to select references.

    Attributes
    ----------
    name : str
    sized : bool
        Whether it keeps as many as wanted.
    n_neighbors : int
        Neighbors that vote among the kept digits: the number with the fewest errors on training digits of
        MNIST. Where each kept digit stands for a cluster, that is the nearest one alone.
    select : callable
        ``select(vectors, codes, count, progress)`` returns the rows to keep, ascending; ``count`` is ignored
        unless ``sized``.
    """

    name: str
    sized: bool
    n_neighbors: int
    select: Callable[[Vectors, Codes, int, Progress], Rows]


def condensed(vectors: Vectors, codes: Codes, progress: Progress = no_progress) -> Rows:
    """Digits among which the nearest to every digit has its label (Hart, 1968).

    The first ones kept are those nearest to the mean of each label. The others are walked through in an order
    drawn at random, the same every time. Of two equally near kept digits the one kept first counts.

    Parameters
    ----------
    vectors : float32 (n, d)
    codes : int64 (n,)
    progress : Progress, optional

    Returns
    -------
    int64 (m,)
        Rows, ascending. The rule can't hold where digits of different labels have the same vector.
    """
    kept = [int(rows[_nearest_to_mean(vectors[rows])]) for rows in _by_label(codes)]
    order = np.random.default_rng(_SEED).permutation(len(vectors))
    blocks = [order[start : start + _BLOCK] for start in range(0, len(order), _BLOCK)]
    compared = [0] * len(blocks)  # how many of the kept digits each block has been compared with
    best = np.full(len(vectors), np.inf)
    answers = np.full(len(vectors), -1, np.int64)
    walk, before = 0, -1
    while len(kept) != before:
        before, walk = len(kept), walk + 1
        for number, block in enumerate(blocks):
            progress(f"condensing: walk {walk}, {len(kept):,} kept", number / len(blocks))
            new = np.array(kept[compared[number] :], np.int64)
            if len(new):
                distances, found = kneighbors(vectors[block], np.ascontiguousarray(vectors[new]), 1)
                nearer = distances[:, 0] < best[block]
                best[block[nearer]] = distances[nearer, 0]
                answers[block[nearer]] = codes[new[found[nearer, 0]]]
            _walk(vectors, codes, block, kept, best, answers)
            compared[number] = len(kept)
    return np.sort(np.array(kept, np.int64))


def _walk(
    vectors: Vectors, codes: Codes, block: Rows, kept: list[int], best: NDArray[np.float64], answers: Codes
) -> None:
    """Keep, one after the other, the digits of a block whose nearest kept digit has another label.

    ``best`` and ``answers`` are the distance and the label of the nearest kept digit, for all rows.
    """
    known = set(kept)
    place = 0
    mine = vectors[block]
    while True:
        wrong = np.flatnonzero(answers[block[place:]] != codes[block[place:]])
        # A kept digit can be wrong too, if one of another label has the same vector: nothing helps there.
        missing = next((place + int(at) for at in wrong if int(block[place + at]) not in known), None)
        if missing is None:
            return
        row = int(block[missing])
        kept.append(row)
        known.add(row)
        away = np.sqrt(squared_distances(mine, vectors[row]))
        nearer = block[away < best[block]]
        best[nearer] = away[away < best[block]]
        answers[nearer] = codes[row]
        place = missing + 1


def edited(vectors: Vectors, codes: Codes, progress: Progress = no_progress) -> Rows:
    """Digits whose label wins the vote of their three nearest others (Wilson, 1972): rows, int64 (m,)."""
    n_labels = int(codes.max()) + 1
    references = References.build(codes, vectors, "euclidean", n_labels=n_labels)
    own, what = np.arange(len(vectors)), "editing: searching neighbors"
    _, indices = find_neighbors(references, vectors, _EDITORS, own, progress=progress, what=what)
    equal = np.ones(indices.shape)  # distances: all have one vote, and if all differ the nearest wins
    votes = vote(equal, codes[indices], n_labels=n_labels)
    return np.flatnonzero(votes.labels == codes)


def medoids(vectors: Vectors, codes: Codes, count: int, progress: Progress = no_progress) -> Rows:
    """The digit in the middle of each of many clusters, found within each label.

    Parameters
    ----------
    vectors : float32 (n, d)
    codes : int64 (n,)
    count : int
        Clusters in all; each label has as large a part of them as of the digits, and at least one.
    progress : Progress, optional

    Returns
    -------
    int64 (m,)
        Rows, ascending; fewer than ``count`` where two clusters have the same digit in the middle.
    """
    from sklearn.cluster import MiniBatchKMeans

    kept = []
    sizes = _cluster_counts(codes, count)
    for number, rows in enumerate(_by_label(codes)):
        progress("clustering", number / len(sizes))
        mine = np.ascontiguousarray(vectors[rows])
        size = int(sizes[codes[rows[0]]])
        k_means = MiniBatchKMeans(size, n_init=1, batch_size=2048, max_iter=10, random_state=_SEED).fit(mine)
        centers = np.ascontiguousarray(k_means.cluster_centers_, np.float32)
        kept.append(rows[np.unique(kneighbors(centers, mine, 1)[1])])
    return np.sort(np.concatenate(kept))


def _cluster_counts(codes: Codes, count: int) -> NDArray[np.int64]:
    """Clusters of each label, ``count`` in all: in proportion, but at least one."""
    sizes = shares(codes, count)
    sizes = np.maximum(sizes, np.bincount(codes) > 0)
    while sizes.sum() > count and sizes.max() > 1:
        sizes[sizes.argmax()] -= 1
    return sizes


def _edited(vectors: Vectors, codes: Codes, progress: Progress) -> Rows:
    """As :func:`edited`, but a label that would lose all its digits keeps them."""
    kept = edited(vectors, codes, progress)
    lost = np.setdiff1d(codes, codes[kept])
    return np.union1d(kept, np.flatnonzero(np.isin(codes, lost)))


def _edited_condensed(vectors: Vectors, codes: Codes, count: int, progress: Progress) -> Rows:
    rows = _edited(vectors, codes, progress)
    return rows[condensed(np.ascontiguousarray(vectors[rows]), codes[rows], progress)]


def _edited_medoids(vectors: Vectors, codes: Codes, count: int, progress: Progress) -> Rows:
    rows = _edited(vectors, codes, progress)
    return rows[medoids(np.ascontiguousarray(vectors[rows]), codes[rows], count, progress)]


def _by_label(codes: Codes) -> list[Rows]:
    return [np.flatnonzero(codes == label) for label in np.unique(codes)]


def _nearest_to_mean(vectors: Vectors) -> int:
    return int(np.square(vectors - vectors.mean(axis=0)).sum(axis=1).argmin())


SELECTIONS: Mapping[str, Selection] = {
    selection.name: selection
    for selection in (
        Selection("condensed", False, 5, lambda vectors, codes, _, step: condensed(vectors, codes, step)),
        Selection("edited", False, 5, lambda vectors, codes, _, step: _edited(vectors, codes, step)),
        Selection("edited-condensed", False, 5, _edited_condensed),
        Selection("medoids", True, 1, _edited_medoids),
        Selection("random", True, 5, lambda _, codes, count, __: sample(codes, count, _SEED)),
    )
}
"""What ``inknn condense --method`` offers; a new one is a function and a line here."""
