"""The recognizer: prototypes, and all the steps from a digit in normal form to an answer.

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

from ..errors import DataError
from ..features import Projection
from ..metrics import build_index
from ..progress import Progress, no_progress
from ..search import Index
from .calibration import Calibration
from .metric_learning import describe, learn_projection, make_non_digits
from .predictions import Predictions
from .references import Prototypes
from .reranking import Pictures
from .settings import LEARNED, Settings
from .verdict import NOT_A_DIGIT, Rules

__all__ = ["Predictions", "Recognizer"]

_INDEX = "index_"  # before the names of the index's arrays
_FORMAT = 6  # of Recognizer.arrays(), and of what fit() does with the same settings


@dataclass(frozen=True, slots=True, eq=False)
class Recognizer:
    """Recognizes digits by their nearest prototypes.

    Attributes
    ----------
    labels : integer (m,)
        Labels of the prototypes, 0 to ``n_labels`` − 1.
    vectors : (m, d)
        The prototypes, in the space where distances are measured; float32, or uint8 for plain pixels.
    index : Index
        Over ``vectors``.
    non_digits : (p, d)
        Pieces and pairs of digits in the same space; they have no vote, only a say in the verdict.
    projection : Projection, or None
        From gradient histograms to that space, where the settings want it learned.
    calibration : Calibration
        What margins and distances mean.
    settings : Settings
    rules : Rules
    pictures : uint8 (m, 28, 28), or None
        The prototypes themselves, or anything that gives some of them by their indices; needed only where
        the settings want pictures to be compared.
    """

    FINGERPRINT: ClassVar[str] = hashlib.sha256(f"{_FORMAT} {Settings().to_json()}".encode()).hexdigest()[:12]
    """Changes whenever :meth:`fit` with default settings would give something else."""

    labels: NDArray[np.integer]
    vectors: NDArray[Any]
    index: Index
    non_digits: NDArray[Any]
    projection: Projection | None
    calibration: Calibration
    settings: Settings = field(default_factory=Settings)
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
        Recognizer

        Raises
        ------
        ValueError
            If shapes or types don't fit.
        """
        settings = settings or Settings()
        tell = progress or no_progress
        labels = _checked_labels(labels, len(images), n_labels)
        vectors = describe(images, settings, n_threads, lambda part: tell("describing the digits", part))
        projection = None
        if settings.feature == LEARNED:
            projection = learn_projection(
                images,
                vectors,
                labels,
                settings,
                n_threads,
                lambda part: tell("learning the metric", part),
            )
            vectors = projection.apply(vectors)
        tell("learning what to trust", 0.0)
        non_digits = describe(make_non_digits(images, settings), settings, n_threads)
        if projection is not None:
            non_digits = projection.apply(non_digits)
        tell("learning what to trust", 0.4)
        pictures = images.copy() if settings.n_distorted else None
        prototypes = Prototypes(labels, vectors, _index(vectors, settings), pictures, settings, n_labels)
        calibration = prototypes.calibrate(non_digits, n_threads=n_threads)
        tell("learning what to trust", 1.0)
        return cls(
            labels,
            vectors,
            prototypes.index,
            non_digits,
            projection,
            calibration,
            settings,
            pictures=pictures,
        )

    @property
    def n_labels(self) -> int:
        """Labels the answers are among."""
        return len(self.calibration.radii)

    @property
    def facts(self) -> Mapping[str, Any]:
        """What answers depend on, as plain values for reports."""
        settings = self.settings
        learned = {"shrinkage": settings.shrinkage} if self.projection is not None else {}
        return {
            "prototypes": len(self.labels),
            "features": settings.feature,
            "metric": settings.metric,
            "dimensions": self.vectors.shape[1],
            **learned,
            "k": settings.n_neighbors,
        }

    @property
    def prototypes(self) -> Prototypes:
        """The digits that are known, and how they are asked."""
        return Prototypes(self.labels, self.vectors, self.index, self.pictures, self.settings, self.n_labels)

    def embed(self, images: NDArray[np.uint8], *, n_threads: int | None = None) -> NDArray[Any]:
        """Digits, uint8 (n, 28, 28), as vectors that compare with the prototypes', (n, d)."""
        features = describe(images, self.settings, n_threads)
        return features if self.projection is None else self.projection.apply(features)

    def neighbors(
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

    def recognize(self, images: NDArray[np.uint8], *, n_threads: int | None = None) -> Predictions:
        """Answer n digits.

        Parameters
        ----------
        images : uint8 (n, 28, 28)
            In MNIST's normal form. A black image is no digit.
        n_threads : int, optional
            Threads to use; all CPUs by default.

        Returns
        -------
        Predictions

        Raises
        ------
        ValueError
            If shapes or types don't fit.
        """
        vectors, prototypes = self.embed(images, n_threads=n_threads), self.prototypes
        distances, indices, votes = prototypes.vote(vectors, images, n_threads=n_threads)
        likeness = prototypes.likeness(votes, vectors, self.non_digits, n_threads=n_threads)
        confidence = self.calibration.confidence(votes)
        credibility = self.calibration.credibility(votes, likeness)
        verdicts = self.rules.verdicts(confidence, self.calibration.farness(votes), likeness)
        blank = ~np.asarray(images).any(axis=(1, 2))
        confidence[blank], credibility[blank], verdicts[blank] = 1 / self.n_labels, 0.0, NOT_A_DIGIT
        return Predictions(
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
            "settings": np.frombuffer(self.settings.to_json().encode(), dtype=np.uint8),
            "labels": self.labels,
            "vectors": self.vectors,
            "non_digits": self.non_digits,
            **_projection_arrays(self.projection),
            **_index_arrays(self.index),
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
            Of the prototypes, where the settings want them.

        Raises
        ------
        DataError
            If an array is missing or doesn't fit the others.
        """
        try:
            settings = Settings.from_json(bytes(arrays["settings"]).decode())
            calibration = Calibration(*(arrays[f"calibration_{each.name}"] for each in fields(Calibration)))
            labels, vectors, non_digits = arrays["labels"], arrays["vectors"], arrays["non_digits"]
            projection = _projection(arrays, settings)
            kept = {name.removeprefix(_INDEX): arrays[name] for name in arrays if name.startswith(_INDEX)}
            index = _index(vectors, settings, kept or None)
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(f"not the arrays of a recognizer ({error}); prepare it again") from error
        dims = vectors.shape[-1]
        if (
            vectors.shape != (len(labels), dims)
            or non_digits.shape[1:] != (dims,)
            or (projection is not None and projection.components.shape[1] != dims)
            or calibration.split_margins.shape != calibration.split_confidences.shape
            or calibration.agreed_margins.shape != calibration.agreed_confidences.shape
        ):
            raise DataError("the arrays of this recognizer do not fit each other; prepare it again")
        if settings.n_distorted and pictures is None:
            raise DataError("this recognizer compares pictures, and there are none; prepare it again")
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


def _index(
    vectors: NDArray[Any], settings: Settings, kept: Mapping[str, NDArray[Any]] | None = None
) -> Index:
    return build_index(vectors, settings.metric, stored=kept)


def _index_arrays(index: Index) -> dict[str, NDArray[Any]]:
    return {f"{_INDEX}{name}": array for name, array in index.arrays().items()}


def _projection_arrays(projection: Projection | None) -> dict[str, NDArray[Any]]:
    if projection is None:
        return {}
    return {"projection_mean": projection.mean, "projection_components": projection.components}


def _projection(arrays: Mapping[str, NDArray[Any]], settings: Settings) -> Projection | None:
    if settings.feature != LEARNED:
        return None
    mean, components = arrays["projection_mean"], arrays["projection_components"]
    if components.shape != (settings.gradient.n_features, *components.shape[1:2]) or mean.shape != (
        len(components),
    ):
        raise ValueError("a projection of other features")
    return Projection(mean, components, settings.length_normalization)
