"""The recogniser: prototypes, and all the steps from a digit in normal form to an answer.

It is the classifier without scikit-learn, so that reading a picture doesn't pay for importing it, and
without files, which :mod:`inknn.memory` knows about.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from .answers import Answers
from .errors import DataError
from .features import Projection
from .learning import Settings, describe, draw, learn_projection, make_non_digits
from .progress import Progress, no_progress
from .reranking import Pictures, blended, label_distortions
from .search import ExactIndex, nearest
from .vote import NOT_A_DIGIT, Calibration, Rules, Votes, local_mean_distances, reaches, vote

__all__ = ["Answers", "Recogniser"]

_SECOND_LOOK_BATCH = 256
_INDEX = "index_"  # before the names of the index's arrays
_FORMAT = 3  # of Recogniser.arrays(), and of what fit() does with the same settings


@dataclass(frozen=True, slots=True, eq=False)
class Recogniser:
    """Recognises digits by their nearest prototypes.

    Attributes
    ----------
    labels : integer (m,)
        Labels of the prototypes, 0 to ``n_labels`` − 1.
    vectors : float32 (m, d)
        The prototypes, in the space where distances are measured.
    index : ExactIndex
        Over ``vectors``.
    non_digits : float32 (p, d)
        Pieces and pairs of digits in the same space; they have no vote, only a say in the verdict.
    projection : Projection
        From gradient histograms to that space.
    calibration : Calibration
        What margins and distances mean.
    configuration : Settings
    rules : Rules
    pictures : uint8 (m, 28, 28), or None
        The prototypes themselves, or anything that gives some of them by their indices; needed only where
        the settings want pictures to be compared.
    """

    FINGERPRINT: ClassVar[str] = hashlib.sha256(f"{_FORMAT} {Settings().to_json()}".encode()).hexdigest()[:12]
    """Changes whenever :meth:`fit` with default settings would give something else."""

    labels: NDArray[np.integer]
    vectors: NDArray[np.float32]
    index: ExactIndex
    non_digits: NDArray[np.float32]
    projection: Projection
    calibration: Calibration
    configuration: Settings = field(default_factory=Settings)
    rules: Rules = field(default_factory=Rules)
    pictures: Pictures | None = None

    @classmethod
    def fit(
        cls,
        images: NDArray[np.uint8],
        labels: NDArray[np.integer],
        progress: Progress | None = None,
        *,
        settings: Settings | None = None,
        n_labels: int = 10,
        n_threads: int | None = None,
    ) -> Self:
        """Learn digits.

        Some thousands of them, drawn at random, are then asked about with themselves left out, which
        calibrates. The metric has seen them, and other digits of the same writers vote; both flatter: hardly
        among MNIST's 60,000 digits, clearly among a few thousand.

        Parameters
        ----------
        images : uint8 (m, 28, 28)
            In MNIST's normal form, m ≥ 1.
        labels : int (m,)
            0 to ``n_labels`` − 1.
        progress : Progress, optional
            Told how far it is.
        settings : Settings, optional
            Other than the default.
        n_labels : int
            Labels there are.
        n_threads : int, optional
            Threads to use; all CPUs by default.

        Returns
        -------
        Recogniser

        Raises
        ------
        ValueError
            If shapes or types don't fit.
        """
        settings = settings or Settings()
        tell = progress or no_progress
        labels = _checked_labels(labels, len(images), n_labels)
        histograms = describe(images, settings, n_threads, lambda part: tell("describing the digits", part))
        projection = learn_projection(
            images,
            histograms,
            labels,
            settings,
            n_threads,
            lambda part: tell("learning the metric", part),
        )
        tell("learning what to trust", 0.0)
        vectors = projection.apply(histograms)
        non_digits = projection.apply(describe(make_non_digits(images, settings), settings, n_threads))
        tell("learning what to trust", 0.4)
        pictures = images.copy() if settings.n_distorted else None
        index = ExactIndex(vectors)
        search = _Search(vectors, index, labels, pictures, settings, n_labels, n_threads)
        calibration = _calibrate(search, non_digits)
        tell("learning what to trust", 1.0)
        return cls(labels, vectors, index, non_digits, projection, calibration, settings, pictures=pictures)

    @property
    def n_labels(self) -> int:
        """Labels the answers are among."""
        return len(self.calibration.radii)

    @property
    def settings(self) -> Mapping[str, Any]:
        """What answers depend on, as plain values for reports."""
        return {
            "prototypes": len(self.labels),
            "features": self.configuration.gradient.n_features,
            "dimensions": self.vectors.shape[1],
            "shrinkage": self.configuration.shrinkage,
            "k": self.configuration.n_voters,
        }

    def embed(self, images: NDArray[np.uint8], *, n_threads: int | None = None) -> NDArray[np.float32]:
        """Digits, uint8 (n, 28, 28), as vectors that compare with the prototypes', float32 (n, d)."""
        return self.projection.apply(describe(images, self.configuration, n_threads))

    def neighbours(
        self, images: NDArray[np.uint8], k: int, *, n_threads: int | None = None
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """The k nearest prototypes of each digit.

        Parameters
        ----------
        images : uint8 (n, 28, 28)
            In MNIST's normal form.
        k : int
            1 to the number of prototypes.
        n_threads : int, optional
            Threads to use; all CPUs by default.

        Returns
        -------
        distances : float64 (n, k)
            Ascending.
        indices : int64 (n, k)
            Of prototypes.

        Raises
        ------
        ValueError
            If shapes, types or ``k`` don't fit.
        """
        return self.index.query(self.embed(images, n_threads=n_threads), k, n_threads)

    def recognise(self, images: NDArray[np.uint8], *, n_threads: int | None = None) -> Answers:
        """Answer n digits.

        Parameters
        ----------
        images : uint8 (n, 28, 28)
            In MNIST's normal form. A black image is no digit.
        n_threads : int, optional
            Threads to use; all CPUs by default.

        Returns
        -------
        Answers

        Raises
        ------
        ValueError
            If shapes or types don't fit.
        """
        settings = self.configuration
        vectors = self.embed(images, n_threads=n_threads)
        search = _Search(
            self.vectors, self.index, self.labels, self.pictures, settings, self.n_labels, n_threads
        )
        distances, indices, votes = search.vote(vectors, images)
        likeness = _likeness(votes, vectors, self.non_digits, settings, n_threads)
        confidence = self.calibration.confidence(votes)
        credibility = self.calibration.credibility(votes, likeness)
        verdicts = self.rules.verdicts(confidence, self.calibration.farness(votes), likeness)
        blank = ~np.asarray(images).any(axis=(1, 2))
        confidence[blank], credibility[blank], verdicts[blank] = 1 / self.n_labels, 0.0, NOT_A_DIGIT
        return Answers(
            votes.labels,
            votes.shares,
            confidence,
            credibility,
            verdicts,
            indices,
            self.labels[indices].astype(np.int64),
            distances,
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All there is to keep but the pictures, by name; :meth:`from_arrays` takes it back."""
        return {
            "settings": np.frombuffer(self.configuration.to_json().encode(), dtype=np.uint8),
            "labels": self.labels,
            "vectors": self.vectors,
            "non_digits": self.non_digits,
            "projection_mean": self.projection.mean,
            "projection_components": self.projection.components,
            **{f"{_INDEX}{name}": array for name, array in self.index.arrays().items()},
            **{
                f"calibration_{each.name}": getattr(self.calibration, each.name)
                for each in fields(Calibration)
            },
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], pictures: Pictures | None = None) -> Self:
        """A recogniser from :meth:`arrays`; they are used where they are, not copied.

        The index is built anew where there is none among them.

        Parameters
        ----------
        arrays : mapping of str to ndarray
        pictures
            Of the prototypes, where the settings want them.

        Raises
        ------
        DataError
            If an array is missing or doesn't fit the others.
        """
        try:
            settings = Settings.from_json(bytes(arrays["settings"]).decode())
            mean, components = arrays["projection_mean"], arrays["projection_components"]
            calibration = Calibration(*(arrays[f"calibration_{each.name}"] for each in fields(Calibration)))
            labels, vectors, non_digits = arrays["labels"], arrays["vectors"], arrays["non_digits"]
            kept = {name.removeprefix(_INDEX): arrays[name] for name in arrays if name.startswith(_INDEX)}
            index = ExactIndex(vectors, kept=kept or None)
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(f"not the arrays of a recogniser ({error}); prepare it again") from error
        dims = components.shape[-1]
        if (
            vectors.shape != (len(labels), dims)
            or non_digits.shape[1:] != (dims,)
            or components.shape != (settings.gradient.n_features, dims)
            or mean.shape != components.shape[:1]
            or calibration.split_margins.shape != calibration.split_confidences.shape
            or calibration.agreed_margins.shape != calibration.agreed_confidences.shape
        ):
            raise DataError("the arrays of this recogniser do not fit each other; prepare it again")
        if settings.n_distorted and pictures is None:
            raise DataError("this recogniser compares pictures, and there are none; prepare it again")
        projection = Projection(mean, components, settings.evening)
        return cls(labels, vectors, index, non_digits, projection, calibration, settings, pictures=pictures)


def _checked_labels(labels: NDArray[np.integer], count: int, n_labels: int) -> NDArray[np.integer]:
    labels = np.asarray(labels)
    if labels.shape != (count,) or count == 0 or labels.dtype.kind not in "iu":
        raise ValueError(
            f"labels must be one whole number for each of the {count} images, at least one, got "
            f"{labels.dtype} {labels.shape}"
        )
    if labels.min() < 0 or labels.max() >= n_labels:
        raise ValueError(f"labels must be 0 to {n_labels - 1}, got {labels.min()} to {labels.max()}")
    return labels


def _likeness(
    votes: Votes,
    vectors: NDArray[np.float32],
    non_digits: NDArray[np.float32],
    settings: Settings,
    n_threads: int | None,
) -> NDArray[np.float64]:
    """Mean distance to the voters over that to as many non-digits, float64 (n,); 0 where there are none."""
    k = min(settings.n_voters, len(non_digits))
    if k == 0:
        return np.zeros(len(vectors))
    away = nearest(vectors, non_digits, k, n_threads=n_threads)[0].mean(axis=1)
    return votes.distances / np.maximum(away, 1e-12)


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    """Prototypes, and how to ask them."""

    vectors: NDArray[np.float32]
    index: ExactIndex
    labels: NDArray[np.integer]
    pictures: Pictures | None
    settings: Settings
    n_labels: int
    n_threads: int | None

    def vote(
        self,
        queries: NDArray[np.float32],
        pictures: Pictures | None,
        own: NDArray[np.int64] | None = None,
    ) -> tuple[NDArray[np.float64], NDArray[np.int64], Votes]:
        """Neighbours of each query, and their vote.

        ``pictures`` are those of the queries, needed where those of the prototypes are there; ``own`` are
        prototypes, int64 (n,), to be left out.
        """
        settings = self.settings
        distances, indices = self._neighbours(queries, settings.n_witnesses, own)
        votes = vote(distances, self.labels[indices], n_labels=self.n_labels, n_voters=settings.n_voters)
        split = np.flatnonzero(votes.split)
        for start in range(0, len(split), _SECOND_LOOK_BATCH):
            rows = split[start : start + _SECOND_LOOK_BATCH]
            _, more = self._neighbours(
                queries[rows], settings.n_second_look, None if own is None else own[rows]
            )
            away = local_mean_distances(
                queries[rows],
                self.vectors[more],
                self.labels[more],
                n_labels=self.n_labels,
                size=settings.second_look_size,
            )
            if settings.n_distorted:
                assert self.pictures is not None
                assert pictures is not None
                distorted = label_distortions(
                    pictures[rows],
                    self.pictures,
                    more,
                    self.labels[more],
                    n_labels=self.n_labels,
                    size=settings.n_distorted,
                    n_threads=self.n_threads,
                )
                away = blended(away, distorted)
            votes = votes.with_second_look(rows, away)
        return distances, indices, votes

    def _neighbours(
        self, queries: NDArray[np.float32], k: int, own: NDArray[np.int64] | None
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        if own is None:
            return self.index.query(queries, min(k, len(self.vectors)), self.n_threads)
        k = min(k, len(self.vectors) - 1)
        distances, indices = self.index.query(queries, k + 1, self.n_threads)
        itself = indices == own[:, None]
        itself[~itself.any(axis=1), -1] = True  # behind more than k copies of itself
        others = np.nonzero(~itself)
        return distances[others].reshape(-1, k), indices[others].reshape(-1, k)


def _calibrate(search: _Search, non_digits: NDArray[np.float32]) -> Calibration:
    """Ask about some prototypes with themselves left out."""
    settings, count = search.settings, len(search.labels)
    # Drawn, not every n-th: MNIST takes turns between two crowds of writers, one far harder to read.
    asked = np.sort(draw(count, settings.n_calibrating if count > 1 else 0))
    if len(asked) == 0:
        nothing = np.empty((0, 1))
        votes = vote(nothing, nothing.astype(np.int64), n_labels=search.n_labels)
        return Calibration.fit(votes, np.empty(0), np.empty(0), search.labels[:0])
    truth = search.labels[asked]

    pictures = None if search.pictures is None else search.pictures[asked]
    distances, indices, votes = search.vote(search.vectors[asked], pictures, asked)
    reach = reaches(distances, search.labels[indices], truth, settings.n_voters)
    likeness = _likeness(votes, search.vectors[asked], non_digits, settings, search.n_threads)
    return Calibration.fit(votes, reach, likeness, truth)
