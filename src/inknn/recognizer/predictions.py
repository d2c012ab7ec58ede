"""What the recognizer says of digits, with its evidence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Predictions"]


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """Predictions for n digits among c labels, with the k neighbors they came from.

    Attributes
    ----------
    labels : int64 (n,)
        The best label even where the verdict refuses it.
    shares : float64 (n, c)
        Shares of the vote; rows sum to 1.
    confidence, credibility : float64 (n,)
        0 to 1; see :mod:`inknn.recognizer.calibration`.
    verdicts : str (n,)
        ``digit``, ``unsure`` or ``not-a-digit``.
    neighbor_indices, neighbor_labels : int64 (n, k)
        Nearest first; indices count the prototypes.
    neighbor_distances : float64 (n, k)
        Ascending.
    """

    labels: NDArray[np.int64]
    shares: NDArray[np.float64]
    confidence: NDArray[np.float64]
    credibility: NDArray[np.float64]
    verdicts: NDArray[np.str_]
    neighbor_indices: NDArray[np.int64]
    neighbor_labels: NDArray[np.int64]
    neighbor_distances: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.labels)

    def probabilities(self) -> NDArray[np.float64]:
        """Probability of each label, float64 (n, c).

        The label answered has the confidence; raised a little where another one would come out higher.
        Nine tenths of the rest are divided by shares of the vote, the last tenth, or all of it where
        nobody else has votes, equally: no label is impossible.
        """
        n_labels = self.shares.shape[1]
        if n_labels == 1:
            return np.ones_like(self.shares)
        row = np.arange(len(self))
        others = self.shares.copy()
        others[row, self.labels] = 0.0
        votes = others.sum(axis=1, keepdims=True)
        others *= np.divide(0.9, votes, out=np.zeros_like(votes), where=votes > 0)
        others += (1 - others.sum(axis=1, keepdims=True)) / (n_labels - 1)
        others[row, self.labels] = 0.0
        # confidence ≥ (1 − confidence) · m, where m is the largest part of the rest
        largest = others.max(axis=1) / others.sum(axis=1)
        confidence = np.maximum(self.confidence, largest / (1 + largest) + 1e-9)
        probabilities = others * ((1 - confidence) / others.sum(axis=1))[:, None]
        probabilities[row, self.labels] = confidence
        return probabilities
