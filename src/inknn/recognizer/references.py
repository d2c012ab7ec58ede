"""The labeled digits that vote: searched for neighbors, and re-ranked where these disagree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..metrics import build_index
from ..search import Index, without_itself
from .reranking import Pictures, blended, label_distortions, local_mean_distances
from .settings import Settings
from .votes import Votes, vote

__all__ = ["References"]

_RERANKING_BATCH = 256


@dataclass(frozen=True, slots=True, eq=False)
class References:
    """Labeled vectors that vote.

    Attributes
    ----------
    labels : integer (m,)
        0 to ``n_labels`` − 1.
    vectors : (m, d)
        In the space where distances are measured; float32, or uint8 for plain pixels.
    index : Index
        Over ``vectors``.
    pictures : Pictures, or None
        The digits themselves; needed where the settings want pictures to be compared.
    n_labels : int
    """

    labels: NDArray[np.integer]
    vectors: NDArray[Any]
    index: Index
    pictures: Pictures | None
    n_labels: int

    @classmethod
    def build(
        cls,
        labels: NDArray[np.integer],
        vectors: NDArray[Any],
        metric: str,
        pictures: Pictures | None = None,
        *,
        n_labels: int,
        stored: Mapping[str, NDArray[Any]] | None = None,
    ) -> Self:
        """Build an index over labeled vectors.

        Parameters
        ----------
        labels, vectors, pictures, n_labels
            See the class.
        metric : str
            A key of :data:`inknn.metrics.METRICS`.
        stored : mapping of str to ndarray, optional
            Arrays of :meth:`index_arrays`: the index is then not built anew.
        """
        return cls(labels, vectors, build_index(vectors, metric, stored=stored), pictures, n_labels)

    def __len__(self) -> int:
        return len(self.labels)

    def index_arrays(self) -> dict[str, NDArray[Any]]:
        """What to keep of the index, by name; nothing in metrics that need no preparation."""
        return self.index.arrays()

    def neighbors(
        self,
        queries: NDArray[Any],
        k: int,
        own: NDArray[np.int64] | None = None,
        *,
        n_threads: int | None = None,
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """The k nearest references of each query, or as many as there are.

        Parameters
        ----------
        queries : (n, d)
        k : int
        own : int64 (n,), optional
            For each query the reference that it is itself, to leave out.
        n_threads : int, optional
            All CPUs by default.

        Returns
        -------
        distances : float64 (n, k)
            Ascending.
        indices : int64 (n, k)

        Raises
        ------
        DataError
            If the index comes from a file and is one of other references: it finds too few.
        """
        wanted = min(k, len(self)) if own is None else min(k, len(self) - 1) + 1
        distances, indices = self.index.query(queries, wanted, n_threads)
        if indices.max(initial=0) >= len(self):
            raise DataError("the index of this model is one of other references; make the model again")
        return (distances, indices) if own is None else without_itself(distances, indices, own)

    def vote(
        self,
        queries: NDArray[Any],
        pictures: Pictures | None,
        settings: Settings,
        own: NDArray[np.int64] | None = None,
        *,
        n_threads: int | None = None,
    ) -> tuple[NDArray[np.float64], NDArray[np.int64], Votes]:
        """Neighbors of each query, and their vote, re-ranked where they disagree.

        Parameters
        ----------
        queries : (n, d)
        pictures : Pictures, or None
            Of the queries; needed where the settings want pictures to be compared.
        settings : Settings
        own : int64 (n,), optional
            For each query the reference that it is itself, to leave out.
        n_threads : int, optional
            All CPUs by default.

        Returns
        -------
        distances : float64 (n, k)
            Ascending.
        indices : int64 (n, k)
        votes : Votes
        """
        distances, indices = self.neighbors(queries, settings.n_margin_neighbors, own, n_threads=n_threads)
        votes = vote(
            distances,
            self.labels[indices],
            n_labels=self.n_labels,
            n_neighbors=settings.n_neighbors,
            power=settings.vote_power,
        )
        if not settings.n_reranking_neighbors:
            return distances, indices, votes
        # A reference that is the very digit is not overruled.
        doubtful = np.flatnonzero(votes.split & (distances[:, 0] > 0))
        for start in range(0, len(doubtful), _RERANKING_BATCH):
            rows = doubtful[start : start + _RERANKING_BATCH]
            votes = votes.reranked(
                rows,
                self._label_distances(
                    queries[rows],
                    None if pictures is None else pictures[rows],
                    settings,
                    None if own is None else own[rows],
                    n_threads,
                ),
            )
        return distances, indices, votes

    def _label_distances(
        self,
        queries: NDArray[Any],
        pictures: NDArray[np.uint8] | None,
        settings: Settings,
        own: NDArray[np.int64] | None,
        n_threads: int | None,
    ) -> NDArray[np.float64]:
        """Distance of each query to each label as a whole, float64 (n, c)."""
        _, near = self.neighbors(queries, settings.n_reranking_neighbors, own, n_threads=n_threads)
        away = local_mean_distances(
            queries,
            self.vectors[near],
            self.labels[near],
            n_labels=self.n_labels,
            size=settings.local_mean_size,
        )
        if not settings.n_distorted:
            return away
        assert self.pictures is not None
        assert pictures is not None
        distorted = label_distortions(
            pictures,
            self.pictures,
            near,
            self.labels[near],
            n_labels=self.n_labels,
            size=settings.n_distorted,
            n_threads=n_threads,
        )
        return blended(away, distorted)
