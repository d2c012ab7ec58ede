"""The recognizer: references, and all the steps from a digit in normal form to a prediction.

It does not use scikit-learn, so that reading a picture doesn't wait for importing it; and it knows nothing of
files, which are for :mod:`inknn.memory`. Labels are codes 0 to c − 1 here; :class:`inknn.memory.Model` knows
what they stand for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..features import Projection
from ..progress import Progress, no_progress
from .calibration import Calibration, calibrate
from .description import describe
from .metric_learning import draw, learn_projection
from .non_digits import make_non_digits, non_digit_ratio
from .predictions import Predictions
from .references import References
from .reranking import Pictures
from .settings import LEARNED, Settings
from .stored import calibration_of, labeled_vectors_of, projection_of
from .verdict import NOT_A_DIGIT, Thresholds

__all__ = ["FORMAT", "Recognizer"]

FORMAT = 6
"""Number of what files hold: raise it whenever :meth:`Recognizer.arrays` gives other arrays, or
:meth:`Recognizer.fit` other numbers for the same settings. Older files are then prepared anew, or refused."""

_INDEX = "index_"  # before the names of the index's arrays


@dataclass(frozen=True, slots=True, eq=False)
class Recognizer:
    """Recognizes digits by their nearest references.

    Attributes
    ----------
    references : References
        The labeled digits that vote.
    non_digits : (p, d)
        Pieces and pairs of digits in the same space; they have no vote, and count for the verdict only.
    projection : Projection, or None
        From gradient histograms to that space, where the settings want it learned.
    calibration : Calibration
        What margins and distances mean.
    settings : Settings
    thresholds : Thresholds
    """

    FINGERPRINT: ClassVar[str] = hashlib.sha256(f"{FORMAT} {Settings().to_json()}".encode()).hexdigest()[:12]
    """Changes whenever :meth:`fit` with default settings would give something else."""

    references: References
    non_digits: NDArray[Any]
    projection: Projection | None
    calibration: Calibration
    settings: Settings = field(default_factory=Settings)
    thresholds: Thresholds = field(default_factory=Thresholds)

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

        To calibrate, some thousands of them, drawn at random, are recognized by all others. The metric has
        seen them, and other digits of the same writers vote, so the calibration is too favorable: hardly so
        among MNIST's 60,000 digits, clearly so among a few thousand.

        Parameters
        ----------
        images : uint8 (m, 28, 28)
            In MNIST's normal form, m ≥ 1.
        labels : int (m,)
            0 to ``n_labels`` − 1.
        progress : Progress, optional
            Called with what is being done, and how much of it is done.
        settings : Settings, optional
            Other than the default.
        n_labels : int
            How many labels there are.
        n_threads : int, optional
            All CPUs by default.

        Returns
        -------
        Recognizer

        Raises
        ------
        ValueError
            If shapes or types don't fit.
        """
        settings = settings or Settings()
        report = progress or no_progress
        labels = _checked_labels(labels, len(images), n_labels)
        vectors = describe(images, settings, n_threads, lambda part: report("describing the digits", part))
        projection = None
        if settings.feature == LEARNED:
            projection = learn_projection(
                images,
                vectors,
                labels,
                settings,
                n_threads,
                lambda part: report("learning the metric", part),
            )
            vectors = projection.apply(vectors)
        report("calibrating", 0.0)
        non_digits = describe(make_non_digits(images, settings), settings, n_threads)
        if projection is not None:
            non_digits = projection.apply(non_digits)
        report("calibrating", 0.4)
        pictures = images.copy() if settings.n_distorted else None
        references = References.build(labels, vectors, settings.metric, pictures, n_labels=n_labels)
        calibration = _calibrate(references, non_digits, settings, n_threads)
        report("calibrating", 1.0)
        return cls(references, non_digits, projection, calibration, settings)

    @property
    def n_labels(self) -> int:
        """How many labels there are."""
        return self.references.n_labels

    @property
    def labels(self) -> NDArray[np.integer]:
        """Labels of the references, 0 to ``n_labels`` − 1, (m,)."""
        return self.references.labels

    @property
    def vectors(self) -> NDArray[Any]:
        """The references in the space where distances are measured, (m, d)."""
        return self.references.vectors

    @property
    def facts(self) -> Mapping[str, Any]:
        """What predictions depend on, as plain values for reports."""
        settings = self.settings
        learned = {"shrinkage": settings.shrinkage} if self.projection is not None else {}
        return {
            "references": len(self.references),
            "features": settings.feature,
            "metric": settings.metric,
            "dimensions": self.vectors.shape[1],
            **learned,
            "k": settings.n_neighbors,
        }

    def with_neighbors(self, n_neighbors: int) -> Self:
        """The same recognizer with another number of neighbors that vote."""
        searched = max(n_neighbors, self.settings.n_margin_neighbors)
        settings = replace(self.settings, n_neighbors=n_neighbors, n_margin_neighbors=searched)
        return replace(self, settings=settings)

    def subset(self, rows: NDArray[np.int64]) -> Self:
        """The same recognizer with some of its references only."""
        known = self.references
        vectors = np.ascontiguousarray(known.vectors[rows])
        pictures = None if known.pictures is None else known.pictures[rows]
        labels, metric = np.asarray(known.labels)[rows], self.settings.metric
        references = References.build(labels, vectors, metric, pictures, n_labels=known.n_labels)
        return replace(self, references=references)

    def embed(self, images: NDArray[np.uint8], *, n_threads: int | None = None) -> NDArray[Any]:
        """Digits, uint8 (n, 28, 28), as vectors that compare with those of the references, (n, d)."""
        features = describe(images, self.settings, n_threads)
        return features if self.projection is None else self.projection.apply(features)

    def neighbors(
        self, images: NDArray[np.uint8], k: int, *, n_threads: int | None = None
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """The k nearest references of each digit.

        Parameters
        ----------
        images : uint8 (n, 28, 28)
            In MNIST's normal form.
        k : int
            1 to the number of references.
        n_threads : int, optional
            All CPUs by default.

        Returns
        -------
        distances : float64 (n, k)
            Ascending.
        indices : int64 (n, k)
            Of references.

        Raises
        ------
        ValueError
            If shapes, types or ``k`` don't fit.
        """
        return self.references.index.query(self.embed(images, n_threads=n_threads), k, n_threads)

    def recognize(self, images: NDArray[np.uint8], *, n_threads: int | None = None) -> Predictions:
        """Predict the labels of n digits.

        Parameters
        ----------
        images : uint8 (n, 28, 28)
            In MNIST's normal form. A black image is no digit.
        n_threads : int, optional
            All CPUs by default.

        Returns
        -------
        Predictions
            Labels are codes, 0 to ``n_labels`` − 1.

        Raises
        ------
        ValueError
            If shapes or types don't fit.
        DataError
            If the recognizer comes from a file, and its index does not fit.
        """
        vectors, settings = self.embed(images, n_threads=n_threads), self.settings
        distances, indices, votes = self.references.vote(vectors, images, settings, n_threads=n_threads)
        ratio = non_digit_ratio(votes.distances, vectors, self.non_digits, settings, n_threads=n_threads)
        confidence = self.calibration.confidence(votes)
        credibility = self.calibration.credibility(votes, ratio)
        distance = self.calibration.normalized_distance(votes)
        verdicts = self.thresholds.verdicts(confidence, distance, ratio)
        blank = ~np.asarray(images).any(axis=(1, 2))
        confidence[blank], credibility[blank], verdicts[blank] = 1 / self.n_labels, 0.0, NOT_A_DIGIT
        return Predictions(
            np.arange(self.n_labels),
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
        projection = self.projection
        learned = (
            {}
            if projection is None
            else {"projection_mean": projection.mean, "projection_components": projection.components}
        )
        return {
            "settings": np.frombuffer(self.settings.to_json().encode(), dtype=np.uint8),
            "labels": self.labels,
            "vectors": self.vectors,
            "non_digits": self.non_digits,
            **learned,
            **{f"{_INDEX}{name}": array for name, array in self.references.index_arrays().items()},
            **{
                f"calibration_{each.name}": getattr(self.calibration, each.name)
                for each in fields(Calibration)
            },
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], pictures: Pictures | None = None) -> Self:
        """A recognizer from :meth:`arrays`; they are used where they are, not copied.

        The index is built anew where there is none among them.

        Parameters
        ----------
        arrays : mapping of str to ndarray
        pictures
            Of the references, where the settings want them.

        Raises
        ------
        DataError
            If an array is missing or doesn't fit the others.
        """
        try:
            settings = Settings.from_json(bytes(arrays["settings"]).decode())
            calibration = calibration_of(arrays)
            n_labels = len(calibration.class_scales)
            labels, vectors, non_digits = labeled_vectors_of(arrays, n_labels)
            projection = projection_of(arrays, settings)
            stored = {name.removeprefix(_INDEX): arrays[name] for name in arrays if name.startswith(_INDEX)}
            references = References.build(
                labels, vectors, settings.metric, pictures, n_labels=n_labels, stored=stored or None
            )
            recognizer = cls(references, non_digits, projection, calibration, settings)
            blank = recognizer.embed(np.zeros((1, 28, 28), np.uint8), n_threads=1)
        except (KeyError, TypeError, ValueError, IndexError, OverflowError, RecursionError) as error:
            raise DataError(f"not the arrays of a recognizer ({error}); prepare it again") from error
        if blank.dtype != vectors.dtype or blank.shape[1] != vectors.shape[1]:
            raise DataError("the vectors of this recognizer are of other features; prepare it again")
        if settings.n_distorted and pictures is None:
            raise DataError("this recognizer compares pictures, and there are none; prepare it again")
        return recognizer


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


def _calibrate(
    references: References, non_digits: NDArray[Any], settings: Settings, n_threads: int | None
) -> Calibration:
    """Learn from a vote on some of the references, each without itself."""
    count = len(references)
    # Drawn, not every n-th: MNIST takes turns between two crowds of writers, one far harder to read.
    rows = np.sort(draw(count, settings.n_calibrating if count > 1 else 0))
    return calibrate(
        references,
        non_digits,
        settings,
        references.vectors[rows],
        references.labels[rows],
        pictures=None if references.pictures is None else references.pictures[rows],
        own=rows,
        n_threads=n_threads,
    )
