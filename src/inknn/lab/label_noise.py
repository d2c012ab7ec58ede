"""Which labels are probably wrong, from how far each digit is from every label.

A digit at distances d₁, d₂, ... from the labels truly is an l with probability proportional to d_l to the
power −β, and who means l writes g with probability T[l, g]. Both are estimated from the labels themselves,
by expectation–maximization (Dempster, Laird & Rubin, 1977). β then is a calibration by temperature (Guo,
Pleiss, Sun & Weinberger, "On calibration of modern neural networks", 2017) that slips don't disturb, and T
the table of slips that confident learning counts (Northcutt, Jiang & Chuang, "Confident learning", 2021).

Slips that are no likelier for one pair of labels than for another are the rule; so before any is seen, a
row of T has as many of each kind as all labels on average.

Nothing but labels is looked at: odd digits that bear their writer's true label, and slips, differ only in
how clearly the neighbors speak. Where odd ones are many, as in a clean set, the estimate leans to caution.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["LabelNoise", "fit_label_noise"]

_STEEPEST = 200.0  # β; the distances to labels differ by a hundredth where that is too little
_FARTHEST = 4.0  # e⁴ times as far as the nearest label is out of the question, however much farther
_ROUNDS = 200
_ENOUGH = 1e-7  # change of T at which it ends


@dataclass(frozen=True, slots=True, eq=False)
class LabelNoise:
    """What the distances make of n given labels among c.

    Attributes
    ----------
    beta : float
        Steepness of the probability in the distance.
    slips : float64 (c, c)
        Row: the true label; column: how often which one is given. Rows sum to 1.
    right : float64 (n,)
        Probability that the given label is right. Tiny numbers are exact enough to rank by.
    suggested : int64 (n,)
        The likeliest other label.
    certainty : float64 (n,)
        How many of such digits bear the suggested label, whatever this one bears.
    expected_errors : float
        How many of all the digits that these stand for are labeled wrong, most probably.
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
    """Estimate how labels went wrong, and which.

    Parameters
    ----------
    distances : float64 (n, c)
        From each digit to each label, itself left out; infinite where nothing bears that label.
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
    slips, beta = _even_slips(0.01, n_labels), 16.0  # 16: the power of re-ranking
    for _ in range(_ROUNDS):
        truth = _believed(nearness, beta, slips, codes)
        before, slips = slips, _estimated_slips(truth.T @ given)
        beta = _steepness(nearness, truth, weights)
        if np.abs(slips - before).max() < _ENOUGH:
            break
    truth, seen = _believed(nearness, beta, slips, codes), _chances(nearness, beta)
    right = truth[row, codes].copy()
    truth[row, codes] = -1.0
    suggested = truth.argmax(axis=1).astype(np.int64)
    expected = float(weights @ (1 - right))
    return LabelNoise(beta, slips, right, suggested, seen[row, suggested], expected)


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
    """T from counts (true label, given label), half way to where all slips are equally likely."""
    total = counts.sum()
    rate = max(1 - np.trace(counts) / total, 0.1 / total)  # none seen does not mean that there can't be one
    own = counts.sum(axis=1, keepdims=True)
    observed = np.divide(counts, own, out=np.eye(len(counts)), where=own > 0)
    return (observed + _even_slips(rate, len(counts))) / 2


def _chances(nearness: NDArray[np.float64], beta: float) -> NDArray[np.float64]:
    odds = np.exp(beta * nearness)
    return odds / odds.sum(axis=1, keepdims=True)


def _believed(
    nearness: NDArray[np.float64], beta: float, slips: NDArray[np.float64], codes: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Probability of each true label, given the distances and the label that was written, (n, c)."""
    both = _chances(nearness, beta) * slips[:, codes].T
    return both / both.sum(axis=1, keepdims=True)


def _steepness(
    nearness: NDArray[np.float64], truth: NDArray[np.float64], weights: NDArray[np.float64]
) -> float:
    from scipy.optimize import minimize_scalar

    agreement = float(weights @ (truth * nearness).sum(axis=1))

    def surprise(logarithm: float) -> float:
        beta = np.exp(logarithm)
        return float(weights @ np.log(np.exp(beta * nearness).sum(axis=1)) - beta * agreement)

    found = minimize_scalar(surprise, bounds=(0.0, np.log(_STEEPEST)), method="bounded")
    return float(np.exp(found.x))
