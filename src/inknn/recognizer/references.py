"""The digits that are known, and how they are asked: neighbors, a vote, a second look where it is split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..metrics import kneighbors
from ..search import Index, without_itself
from .calibration import Calibration
from .metric_learning import draw
from .reranking import Pictures, blended, label_distortions
from .settings import Settings
from .votes import Votes, local_mean_distances, reaches, vote

__all__ = ["Prototypes"]

_SECOND_LOOK_BATCH = 256


@dataclass(frozen=True, slots=True, eq=False)
class Prototypes:
    """Labeled vectors that vote.

    Attributes
    ----------
    labels : integer (m,)
        0 to ``n_labels`` − 1.
    vectors : (m, d)
        In the space where distances are measured.
    index : Index
        Over ``vectors``.
    pictures : Pictures, or None
        Of the prototypes; needed where the settings want pictures to be compared.
    settings : Settings
    n_labels : int
    """

    labels: NDArray[np.integer]
    vectors: NDArray[Any]
    index: Index
    pictures: Pictures | None
    settings: Settings
    n_labels: int

    def vote(
        self,
        queries: NDArray[Any],
        pictures: Pictures | None,
        own: NDArray[np.int64] | None = None,
        *,
        n_threads: int | None = None,
    ) -> tuple[NDArray[np.float64], NDArray[np.int64], Votes]:
        """Neighbors of each query, and their vote.

        Parameters
        ----------
        queries : (n, d)
        pictures : Pictures, or None
            Of the queries; needed where those of the prototypes are.
        own : int64 (n,), optional
            For each query a prototype to be left out.
        n_threads : int, optional

        Returns
        -------
        distances : float64 (n, k)
        indices : int64 (n, k)
        votes : Votes
        """
        settings = self.settings
        distances, indices = self._neighbors(queries, settings.n_margin_neighbors, own, n_threads)
        votes = vote(
            distances,
            self.labels[indices],
            n_labels=self.n_labels,
            n_neighbors=settings.n_neighbors,
            power=settings.vote_power,
        )
        # Nothing overrules a prototype that is the very digit.
        doubted = votes.split & (distances[:, 0] > 0) & bool(settings.n_reranking_neighbors)
        split = np.flatnonzero(doubted)
        for start in range(0, len(split), _SECOND_LOOK_BATCH):
            rows = split[start : start + _SECOND_LOOK_BATCH]
            away = self._second_look(queries, pictures, rows, own, n_threads)
            votes = votes.reranked(rows, away)
        return distances, indices, votes

    def _second_look(
        self,
        queries: NDArray[Any],
        pictures: Pictures | None,
        rows: NDArray[np.int64],
        own: NDArray[np.int64] | None,
        n_threads: int | None,
    ) -> NDArray[np.float64]:
        """Distance of some queries to each label as a whole, float64 (m, c)."""
        settings, left_out = self.settings, None if own is None else own[rows]
        _, more = self._neighbors(queries[rows], settings.n_reranking_neighbors, left_out, n_threads)
        away = local_mean_distances(
            queries[rows],
            self.vectors[more],
            self.labels[more],
            n_labels=self.n_labels,
            size=settings.local_mean_size,
        )
        if not settings.n_distorted:
            return away
        assert self.pictures is not None
        assert pictures is not None
        distorted = label_distortions(
            pictures[rows],
            self.pictures,
            more,
            self.labels[more],
            n_labels=self.n_labels,
            size=settings.n_distorted,
            n_threads=n_threads,
        )
        return blended(away, distorted)

    def _neighbors(
        self, queries: NDArray[Any], k: int, own: NDArray[np.int64] | None, n_threads: int | None
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        if own is None:
            return self.index.query(queries, min(k, len(self.vectors)), n_threads)
        k = min(k, len(self.vectors) - 1)
        distances, indices = self.index.query(queries, k + 1, n_threads)
        return without_itself(distances, indices, own)

    def likeness(
        self,
        votes: Votes,
        queries: NDArray[Any],
        non_digits: NDArray[Any],
        *,
        n_threads: int | None = None,
    ) -> NDArray[np.float64]:
        """Mean distance to the voters over that to as many non-digits; 0 where there are none.

        Parameters
        ----------
        votes : Votes
            On the queries.
        queries : (n, d)
        non_digits : (p, d)
        n_threads : int, optional

        Returns
        -------
        float64 (n,)
        """
        k = min(self.settings.n_neighbors, len(non_digits))
        if k == 0:
            return np.zeros(len(queries))
        found, _ = kneighbors(queries, non_digits, k, metric=self.settings.metric, n_threads=n_threads)
        return votes.distances / np.maximum(found.mean(axis=1), 1e-12)

    def calibrate(self, non_digits: NDArray[Any], *, n_threads: int | None = None) -> Calibration:
        """Ask about some prototypes with themselves left out: what margins and distances mean.

        Parameters
        ----------
        non_digits : (p, d)
        n_threads : int, optional

        Returns
        -------
        Calibration
        """
        settings, count = self.settings, len(self.labels)
        # Drawn, not every n-th: MNIST takes turns between two crowds of writers, one far harder to read.
        asked = np.sort(draw(count, settings.n_calibrating if count > 1 else 0))
        if len(asked) == 0:
            nothing = np.empty((0, 1))
            votes = vote(nothing, nothing.astype(np.int64), n_labels=self.n_labels)
            return Calibration.fit(votes, np.empty(0), np.empty(0), self.labels[:0])
        truth, queries = self.labels[asked], self.vectors[asked]
        pictures = None if self.pictures is None else self.pictures[asked]
        distances, indices, votes = self.vote(queries, pictures, asked, n_threads=n_threads)
        reach = reaches(distances, self.labels[indices], truth, settings.n_neighbors)
        likeness = self.likeness(votes, queries, non_digits, n_threads=n_threads)
        return Calibration.fit(votes, reach, likeness, truth)
