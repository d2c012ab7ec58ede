"""What the recognizer predicts for digits, with its evidence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Predictions"]


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """Predictions for n digits among c labels, with the k neighbors they rest on.

    Attributes
    ----------
    classes : (c,)
        The labels, ascending.
    labels : (n,)
        One of ``classes`` each: the best label, even where the verdict refuses it.
    shares : float64 (n, c)
        Share of the vote of each of ``classes``; rows sum to 1.
    confidence, credibility : float64 (n,)
        0 to 1; see :mod:`inknn.recognizer.calibration`.
    verdicts : str (n,)
        ``digit``, ``unsure`` or ``not-a-digit``.
    neighbor_indices : int64 (n, k)
        Which references the neighbors are, nearest first.
    neighbor_labels : (n, k)
        Their labels, of ``classes``.
    neighbor_distances : float64 (n, k)
        Ascending.
    """

    classes: NDArray[Any]
    labels: NDArray[Any]
    shares: NDArray[np.float64]
    confidence: NDArray[np.float64]
    credibility: NDArray[np.float64]
    verdicts: NDArray[np.str_]
    neighbor_indices: NDArray[np.int64]
    neighbor_labels: NDArray[Any]
    neighbor_distances: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.labels)

    def decoded(self, classes: NDArray[Any]) -> Predictions:
        """The same predictions, the codes 0 to c − 1 replaced by what they stand for, (c,) ascending."""
        return replace(
            self,
            classes=classes,
            labels=classes[self.labels],
            neighbor_labels=classes[self.neighbor_labels],
        )

    def alternatives(self, row: int) -> list[tuple[Any, float]]:
        """Labels that have votes, and their shares, for one digit: the label predicted, then by share."""
        shares = self.shares[row].tolist()
        voted = [each for each in zip(self.classes.tolist(), shares, strict=True) if each[1]]
        best = self.labels[row]
        return sorted(voted, key=lambda each: (each[0] != best, -each[1]))

    def neighbors(self, row: int, count: int) -> list[tuple[int, Any, float]]:
        """Index, label and distance of the ``count`` nearest neighbors of one digit."""
        return list(
            zip(
                self.neighbor_indices[row, :count].tolist(),
                self.neighbor_labels[row, :count].tolist(),
                self.neighbor_distances[row, :count].tolist(),
                strict=True,
            )
        )

    def probabilities(self) -> NDArray[np.float64]:
        """Probability of each label, float64 (n, c).

        The label predicted has the confidence, raised a little where another one would come out higher.
        Nine tenths of the rest are divided by shares of the vote. The last tenth, or all of the rest where
        no other label has votes, is divided equally: no label is impossible.
        """
        n_labels = self.shares.shape[1]
        if n_labels == 1:
            return np.ones_like(self.shares)
        row, best = np.arange(len(self)), np.searchsorted(self.classes, self.labels)
        others = self.shares.copy()
        others[row, best] = 0.0
        votes = others.sum(axis=1, keepdims=True)
        others *= np.divide(0.9, votes, out=np.zeros_like(votes), where=votes > 0)
        others += (1 - others.sum(axis=1, keepdims=True)) / (n_labels - 1)
        others[row, best] = 0.0
        # confidence ≥ (1 − confidence) · m, where m is the largest part of the rest
        largest = others.max(axis=1) / others.sum(axis=1)
        confidence = np.maximum(self.confidence, largest / (1 + largest) + 1e-9)
        probabilities = others * ((1 - confidence) / others.sum(axis=1))[:, None]
        probabilities[row, best] = confidence
        return probabilities
