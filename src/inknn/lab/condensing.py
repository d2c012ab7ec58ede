"""Ways to keep fewer references: which digits to keep, from vectors and labels.

- ``condensed``: all that is needed for every digit's nearest kept one to bear its label (Hart, "The
  condensed nearest neighbor rule", 1968): mostly digits at the borders between labels.
- ``edited``: all but those that their three neighbors outvote (Wilson, "Asymptotic properties of nearest
  neighbor rules using edited data", 1972): tidies, and saves hardly anything.
- ``edited-condensed``: first the one, then the other; without odd digits the borders are short.
- ``medoids``: edited, and then of each label as large a part as of all, each the middle of a cluster
  (k-means; Lloyd, "Least squares quantization in PCM", 1982).
- ``random``: as many drawn at random of each label, with which all the others have to be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..progress import Progress, no_progress
from ..recognizer.votes import vote
from ..search import ExactIndex, nearest, squared_distances
from .data import sample, shares
from .leave_one_out import other_neighbors

__all__ = ["METHODS", "Method", "condensed", "edited", "medoids"]

_BLOCK = 1024  # digits that are walked through one by one; its vectors stay in the processor's cache
_EDITORS = 3  # neighbors, as Wilson has it
_SEED = 1968

Vectors = NDArray[np.float32]
Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Method:
    """A way to keep fewer references.

    Attributes
    ----------
    name : str
    sized : bool
        Whether it has to be told how many.
    n_neighbors : int
        Neighbors that vote afterwards: as many as made the fewest errors on training digits of MNIST.
        Where each stands for a cluster, the nearest alone says most.
    keep : callable
        ``keep(vectors, codes, count, progress)`` gives the rows to keep, int64, ascending; ``count`` means
        nothing to what isn't sized.
    """

    name: str
    sized: bool
    n_neighbors: int
    keep: Callable[[Vectors, Codes, int, Progress], NDArray[np.int64]]


def condensed(vectors: Vectors, codes: Codes, progress: Progress = no_progress) -> NDArray[np.int64]:
    """Digits by whose nearest all others are named right (Hart, 1968).

    It begins with the digit nearest to the mean of each label, and walks through the others in an order
    drawn at random, the same every time. Of two equally near kept ones the one kept first counts.

    Parameters
    ----------
    vectors : float32 (n, d)
    codes : int64 (n,)
    progress
        Told how far it is.

    Returns
    -------
    int64 (m,)
        Rows, ascending. Each other row's nearest one bears its label, where no two digits of different
        labels lie in the same place.
    """
    kept = [int(rows[_nearest_to_mean(vectors[rows])]) for rows in _by_label(codes)]
    order = np.random.default_rng(_SEED).permutation(len(vectors))
    blocks = [order[start : start + _BLOCK] for start in range(0, len(order), _BLOCK)]
    asked = [0] * len(blocks)  # how many of the kept ones each block has been compared with
    best = np.full(len(vectors), np.inf)
    answers = np.full(len(vectors), -1, np.int64)
    walk, before = 0, -1
    while len(kept) != before:
        before, walk = len(kept), walk + 1
        for number, block in enumerate(blocks):
            progress(f"condensing: walk {walk}, {len(kept):,} kept", number / len(blocks))
            new = np.array(kept[asked[number] :], np.int64)
            if len(new):
                distances, found = nearest(vectors[block], np.ascontiguousarray(vectors[new]), 1)
                nearer = distances[:, 0] < best[block]
                best[block[nearer]] = distances[nearer, 0]
                answers[block[nearer]] = codes[new[found[nearer, 0]]]
            _walk(vectors, codes, block, kept, best, answers)
            asked[number] = len(kept)
    return np.sort(np.array(kept, np.int64))


def _walk(
    vectors: Vectors,
    codes: Codes,
    block: NDArray[np.int64],
    kept: list[int],
    best: NDArray[np.float64],
    answers: NDArray[np.int64],
) -> None:
    """Keep whom the kept ones name wrongly, one after the other; ``best`` and ``answers`` are of all rows."""
    known = set(kept)
    place = 0
    mine = vectors[block]
    while True:
        wrong = np.flatnonzero(answers[block[place:]] != codes[block[place:]])
        # Who is kept and still named wrongly lies in the same place as one of another label: leave it.
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


def edited(vectors: Vectors, codes: Codes, progress: Progress = no_progress) -> NDArray[np.int64]:
    """Digits whose label wins the vote of their three nearest others (Wilson, 1972): rows, int64 (m,)."""
    rows = np.arange(len(vectors))
    index = ExactIndex(vectors)
    _, indices = other_neighbors(index, vectors, rows, _EDITORS, progress, "editing: asking neighbors")
    alike = np.ones(indices.shape)  # all have one vote, near or far; where all differ the nearest decides
    votes = vote(alike, codes[indices], n_labels=int(codes.max()) + 1)
    return np.flatnonzero(votes.labels == codes)


def medoids(
    vectors: Vectors, codes: Codes, count: int, progress: Progress = no_progress
) -> NDArray[np.int64]:
    """The digit in the middle of each of many clusters, found within each label.

    Parameters
    ----------
    vectors : float32 (n, d)
    codes : int64 (n,)
    count : int
        Clusters in all; each label has as large a part of them as of the digits, and one at least. With
        fewer clusters than labels, there is one for each label.
    progress
        Told how far it is.

    Returns
    -------
    int64 (m,)
        Rows, ascending; fewer than ``count`` where two clusters share their middle.
    """
    from sklearn.cluster import MiniBatchKMeans

    kept = []
    labels = _by_label(codes)
    sizes = _sizes(codes, count)
    for number, rows in enumerate(labels):
        progress("clustering", number / len(labels))
        mine = np.ascontiguousarray(vectors[rows])
        clusters = int(sizes[codes[rows[0]]])
        means = MiniBatchKMeans(clusters, n_init=1, batch_size=2048, max_iter=10, random_state=_SEED).fit(
            mine
        )
        centers = np.ascontiguousarray(means.cluster_centers_, np.float32)
        kept.append(rows[np.unique(nearest(centers, mine, 1)[1])])
    return np.sort(np.concatenate(kept))


def _sizes(codes: Codes, count: int) -> NDArray[np.int64]:
    """Clusters for each label, ``count`` in all: in proportion; what rare ones lack, the largest give."""
    sizes = shares(codes, count)
    sizes = np.maximum(sizes, np.bincount(codes, minlength=len(sizes)) > 0)
    while sizes.sum() > count and sizes.max() > 1:
        sizes[sizes.argmax()] -= 1
    return sizes


def _tidied(vectors: Vectors, codes: Codes, progress: Progress) -> NDArray[np.int64]:
    """As :func:`edited`, but a label that editing would do away with stays as it was."""
    tidy = edited(vectors, codes, progress)
    missing = np.setdiff1d(codes, codes[tidy])
    return np.union1d(tidy, np.flatnonzero(np.isin(codes, missing)))


def _edited_condensed(vectors: Vectors, codes: Codes, progress: Progress) -> NDArray[np.int64]:
    tidy = _tidied(vectors, codes, progress)
    return tidy[condensed(np.ascontiguousarray(vectors[tidy]), codes[tidy], progress)]


def _edited_medoids(vectors: Vectors, codes: Codes, count: int, progress: Progress) -> NDArray[np.int64]:
    tidy = _tidied(vectors, codes, progress)
    return tidy[medoids(np.ascontiguousarray(vectors[tidy]), codes[tidy], count, progress)]


def _by_label(codes: Codes) -> list[NDArray[np.int64]]:
    return [np.flatnonzero(codes == label) for label in np.unique(codes)]


def _nearest_to_mean(vectors: Vectors) -> int:
    return int(np.square(vectors - vectors.mean(axis=0)).sum(axis=1).argmin())


METHODS: Mapping[str, Method] = {
    method.name: method
    for method in (
        Method("condensed", False, 5, lambda vectors, codes, _, tell: condensed(vectors, codes, tell)),
        Method("edited", False, 5, lambda vectors, codes, _, tell: _tidied(vectors, codes, tell)),
        Method(
            "edited-condensed",
            False,
            5,
            lambda vectors, codes, _, tell: _edited_condensed(vectors, codes, tell),
        ),
        Method("medoids", True, 1, _edited_medoids),
        Method("random", True, 5, lambda _, codes, count, __: sample(codes, count, _SEED)),
    )
}
"""What ``inknn condense --method`` offers; a new one is a function and a line here."""
