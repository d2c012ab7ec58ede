"""Which labels are probably wrong, from the distances of each digit to all labels.

The model: a digit at distances d₁, d₂, ... from the labels truly is an l with probability proportional to
d_l to the power −β, and a writer who means l labels it g with probability T[l, g]. Both β and T are estimated
from the labels themselves, by expectation–maximization (Dempster, Laird & Rubin, 1977). So β is a calibration
by temperature (Guo, Pleiss, Sun & Weinberger, "On calibration of modern neural networks", 2017) that wrong
labels don't disturb, and T is the table of label errors that confident learning counts (Northcutt, Jiang &
Chuang, "Confident learning", 2021).

Most label errors are slips, no more likely for one pair of labels than for another. So each row of T is drawn
half way toward equal errors, as many as all labels have on average.

Only distances are used: an odd digit with the right label and a slip differ in nothing but how clearly the
neighbors contradict. If odd digits are many, as in a clean set, the estimate is cautious.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...progress import Progress, no_progress
from ...search import kneighbors, without_itself

__all__ = ["LabelNoise", "fit_label_noise", "label_distances"]

_STEEPEST = 200.0  # β; where that is too little, distances to labels differ by a hundredth
_FARTHEST = 4.0  # a label e⁴ times as far as the nearest one is impossible, and farther ones no more so
_START = 16.0  # β at first: the power of the vote by distances to labels (see Votes.reranked)
_ROUNDS = 200
_BATCH = 2000  # queries whose neighbors' vectors are in memory at once
_ENOUGH = 1e-7  # change of T at which it ends


@dataclass(frozen=True, slots=True, eq=False)
class LabelNoise:
    """What the distances say about the labels of n digits, of c labels.

    Attributes
    ----------
    beta : float
        How steeply probability falls with distance.
    slips : float64 (c, c)
        How often (column) a label is given where (row) is the true one. Rows sum to 1.
    right : float64 (n,)
        Probability that the given label is right. The tiniest ones are exact enough to rank by.
    suggested : int64 (n,)
        The most probable other label.
    certainty : float64 (n,)
        The part of digits at such distances that have the suggested label, whatever this one has.
    expected_errors : float
        Expected number of wrong labels among all the digits that these stand for.
    """

    beta: float
    slips: NDArray[np.float64]
    right: NDArray[np.float64]
    suggested: NDArray[np.int64]
    certainty: NDArray[np.float64]
    expected_errors: float


def fit_label_noise(
    distances: NDArray[np.float64],
    codes: NDArray[np.int64],
    weights: NDArray[np.float64] | None = None,
) -> LabelNoise:
    """Estimate which labels are wrong, and how labels go wrong.

    Parameters
    ----------
    distances : float64 (n, c)
        From each digit to each label, without the digit itself; infinite if no digit has that label.
    codes : int64 (n,)
        The given labels, 0 to c − 1.
    weights : float64 (n,), optional
        How many digits each stands for; 1 by default.

    Returns
    -------
    LabelNoise

    Raises
    ------
    ValueError
        If shapes don't fit, or there are fewer than two labels.
    """
    count, n_labels = distances.shape
    weights = np.ones(count) if weights is None else weights
    if codes.shape != (count,) or weights.shape != (count,) or n_labels < 2 or count == 0:
        raise ValueError(f"{codes.shape} labels don't fit distances of shape {distances.shape}")
    nearness, row = _nearness(distances), np.arange(count)
    given = np.zeros((count, n_labels))
    given[row, codes] = weights
    slips, beta = _even_slips(0.01, n_labels), _START
    for _ in range(_ROUNDS):
        truth = _posterior(nearness, beta, slips, codes)
        before, slips = slips, _estimated_slips(truth.T @ given)
        beta = _steepness(nearness, truth, weights)
        if np.abs(slips - before).max() < _ENOUGH:
            break
    truth, prior = _posterior(nearness, beta, slips, codes), _prior(nearness, beta)
    right = truth[row, codes].copy()
    truth[row, codes] = -1.0
    suggested = truth.argmax(axis=1).astype(np.int64)
    expected = float(weights @ (1 - right))
    return LabelNoise(beta, slips, right, suggested, prior[row, suggested], expected)


def label_distances(
    vectors: NDArray[np.float32],
    codes: NDArray[np.int64],
    rows: NDArray[np.int64],
    n_labels: int,
    progress: Progress = no_progress,
) -> NDArray[np.float64]:
    """Distances from digits to the mean of their nearest digits of each label but themselves, float64 (q, c).

    ``vectors`` (n, d) and ``codes`` (n,), 0 to ``n_labels`` − 1, are of all digits, ``rows`` (q,) those to
    measure from. Infinite only for a label that no other digit has.
    """
    size = int(np.clip(len(vectors) // (20 * n_labels), 3, 12))  # as many as lie close together
    result = np.full((len(rows), n_labels), np.inf)
    for label in range(n_labels):
        progress("comparing labels", label / n_labels)
        mine = np.flatnonzero(codes == label)
        theirs = np.ascontiguousarray(vectors[mine])
        own = codes[rows] == label
        result[~own, label] = _to_mean(vectors[rows[~own]], theirs, size)
        if len(mine) > 1:
            itself = np.searchsorted(mine, rows[own])
            result[own, label] = _to_mean(vectors[rows[own]], theirs, min(size, len(mine) - 1), itself)
    return result


def _to_mean(
    queries: NDArray[np.float32],
    references: NDArray[np.float32],
    size: int,
    own: NDArray[np.int64] | None = None,
) -> NDArray[np.float64]:
    """From each query to the mean of its nearest references, without ``own`` if given, float64 (q,)."""
    away = np.empty(len(queries))
    for start in range(0, len(queries), _BATCH):
        some = slice(start, start + _BATCH)
        near = kneighbors(queries[some], references, min(len(references), size + (own is not None)))
        indices = near[1] if own is None else without_itself(*near, own[some])[1]
        away[some] = np.linalg.norm(queries[some] - references[indices].mean(axis=1), axis=1)
    return away


def _nearness(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithm of nearness, 0 for the nearest label of each digit, (n, c)."""
    some = distances[np.isfinite(distances) & (distances > 0)]
    least = 1e-6 * float(np.median(some)) if some.size else 1.0  # a copy is not infinitely near
    logarithms = np.log(np.maximum(distances, least))
    return np.maximum(logarithms.min(axis=1, keepdims=True) - logarithms, -_FARTHEST)


def _even_slips(rate: float, n_labels: int) -> NDArray[np.float64]:
    slips = np.full((n_labels, n_labels), rate / (n_labels - 1))
    np.fill_diagonal(slips, 1 - rate)
    return slips


def _estimated_slips(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """T from counts (true label, given label), half way toward equally likely slips."""
    total = counts.sum()
    rate = max(1 - np.trace(counts) / total, 0.1 / total)  # that none was seen doesn't make it impossible
    own = counts.sum(axis=1, keepdims=True)
    observed = np.divide(counts, own, out=np.eye(len(counts)), where=own > 0)
    return (observed + _even_slips(rate, len(counts))) / 2


def _prior(nearness: NDArray[np.float64], beta: float) -> NDArray[np.float64]:
    """Probability of each true label given the distances alone, (n, c)."""
    odds = np.exp(beta * nearness)
    return odds / odds.sum(axis=1, keepdims=True)


def _posterior(
    nearness: NDArray[np.float64], beta: float, slips: NDArray[np.float64], codes: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Probability of each true label given the distances and the label, (n, c)."""
    both = _prior(nearness, beta) * slips[:, codes].T
    return both / both.sum(axis=1, keepdims=True)


def _steepness(
    nearness: NDArray[np.float64], truth: NDArray[np.float64], weights: NDArray[np.float64]
) -> float:
    """The β that makes the true labels, as far as they are known, most probable."""
    from scipy.optimize import minimize_scalar

    agreement = float(weights @ (truth * nearness).sum(axis=1))

    def surprise(logarithm: float) -> float:
        beta = np.exp(logarithm)
        return float(weights @ np.log(np.exp(beta * nearness).sum(axis=1)) - beta * agreement)

    found = minimize_scalar(surprise, bounds=(0.0, np.log(_STEEPEST)), method="bounded")
    return float(np.exp(found.x))
