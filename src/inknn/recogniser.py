"""The recogniser: prototypes, and all the steps from a digit in normal form to an answer.

It is the classifier without scikit-learn, so that reading a picture doesn't pay for importing it, and
without files, which :mod:`inknn.memory` knows about.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from .errors import DataError
from .features import GradientSettings, Grid, Projection, fit_projection, gradient_histograms
from .progress import Progress, no_progress
from .search import nearest
from .vote import Calibration, Rules, Votes, vote

__all__ = ["Answers", "Recogniser", "RecogniserSettings"]

_FORMAT = 1  # of Recogniser.arrays(); part of the fingerprint
_FEATURE_BATCH = 4096
_HOLD_OUT = 6  # one in so many digits calibrates
_RUN = 20  # consecutive digits of a label that stay together
_ENOUGH_TO_HOLD_OUT = 2000


@dataclass(frozen=True, slots=True)
class RecogniserSettings:
    """Settings of a :class:`Recogniser`, chosen by cross-validation on MNIST's training digits.

    Attributes
    ----------
    gradient : GradientSettings
        How a digit is described.
    n_components, shrinkage
        See :func:`inknn.features.fit_projection`.
    n_voters : int
        Nearest neighbours that vote.
    n_witnesses : int
        Neighbours looked at in all, to see how near the nearest other label is.
    """

    gradient: GradientSettings = field(default_factory=GradientSettings)
    n_components: int = 150
    shrinkage: float = 0.2
    n_voters: int = 5
    n_witnesses: int = 12

    def to_json(self) -> str:
        """As text, to keep beside the arrays."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """From :meth:`to_json`'s text."""
        plain = json.loads(text)
        gradient = plain.pop("gradient")
        grids = tuple(Grid(**grid) for grid in gradient.pop("grids"))
        return cls(gradient=GradientSettings(**gradient, grids=grids), **plain)


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Answers to n digits among c labels, with the k neighbours they came from.

    Attributes
    ----------
    labels : int64 (n,)
        The best label even where the verdict refuses it.
    shares : float64 (n, c)
        Shares of the vote; rows sum to 1.
    confidence, credibility : float64 (n,)
        0 to 1; see :mod:`inknn.vote.calibration`.
    verdicts : str (n,)
        ``digit``, ``unsure`` or ``not-a-digit``.
    neighbour_indices, neighbour_labels : int64 (n, k)
        Nearest first; indices count the prototypes.
    neighbour_distances : float64 (n, k)
        Ascending.
    """

    labels: NDArray[np.int64]
    shares: NDArray[np.float64]
    confidence: NDArray[np.float64]
    credibility: NDArray[np.float64]
    verdicts: NDArray[np.str_]
    neighbour_indices: NDArray[np.int64]
    neighbour_labels: NDArray[np.int64]
    neighbour_distances: NDArray[np.float64]

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


@dataclass(frozen=True, slots=True, eq=False)
class Recogniser:
    """Recognises digits by their nearest prototypes.

    Attributes
    ----------
    labels : integer (m,)
        Labels of the prototypes, 0 to ``n_labels`` − 1.
    vectors : float32 (m, d)
        The prototypes as vectors.
    projection : Projection
        From gradient histograms to such vectors.
    calibration : Calibration
        What margins and distances mean.
    configuration : RecogniserSettings
    rules : Rules
    """

    FINGERPRINT: ClassVar[str] = hashlib.sha256(
        f"{_FORMAT} {RecogniserSettings().to_json()}".encode()
    ).hexdigest()[:12]
    """Changes whenever :meth:`fit` with default settings would give something else."""

    labels: NDArray[np.integer]
    vectors: NDArray[np.float32]
    projection: Projection
    calibration: Calibration
    configuration: RecogniserSettings = field(default_factory=RecogniserSettings)
    rules: Rules = field(default_factory=Rules)

    @classmethod
    def fit(
        cls,
        images: NDArray[np.uint8],
        labels: NDArray[np.integer],
        progress: Progress | None = None,
        *,
        settings: RecogniserSettings | None = None,
        n_labels: int = 10,
        n_threads: int | None = None,
    ) -> Self:
        """Learn digits.

        A sixth of them is set aside first, and a recogniser made from the others is asked about these:
        that calibrates. They are taken in runs of twenty of a label, since digits of one writer mostly
        follow each other, and a writer who is on both sides would make it look too good. Of fewer than
        2,000 digits none are set aside; each is then asked about with itself left out, which flatters.

        Parameters
        ----------
        images : uint8 (m, 28, 28)
            In MNIST's normal form, m ≥ 1.
        labels : int (m,)
            0 to ``n_labels`` − 1.
        progress : Progress, optional
            Told how far it is.
        settings : RecogniserSettings, optional
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
        settings = settings or RecogniserSettings()
        tell = progress or no_progress
        labels = _checked_labels(labels, len(images), n_labels)
        histograms = np.empty((len(images), settings.gradient.n_features), dtype=np.float32)
        for start in range(0, len(images), _FEATURE_BATCH):
            tell("describing the digits", start / len(images))
            batch = slice(start, start + _FEATURE_BATCH)
            histograms[batch] = gradient_histograms(images[batch], settings.gradient, n_threads=n_threads)
        tell("learning the metric", 0.0)
        projection = _fit_projection(histograms, labels, settings)
        vectors = projection.apply(histograms)
        tell("learning what to trust", 0.5)
        if len(labels) >= _ENOUGH_TO_HOLD_OUT:
            votes, truth = _votes_held_out(histograms, labels, settings, n_labels, n_threads)
        else:
            votes, truth = _votes_left_out(vectors, labels, settings, n_labels, n_threads)
        recogniser = cls(labels, vectors, projection, Calibration.fit(votes, truth), settings)
        tell("learning what to trust", 1.0)
        return recogniser

    @property
    def n_labels(self) -> int:
        """Labels the answers are among."""
        return len(self.calibration.distances)

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
        vectors = np.empty((len(images), self.vectors.shape[1]), dtype=np.float32)
        for start in range(0, len(images), _FEATURE_BATCH):
            batch = slice(start, start + _FEATURE_BATCH)
            histograms = gradient_histograms(images[batch], self.configuration.gradient, n_threads=n_threads)
            vectors[batch] = self.projection.apply(histograms)
        return vectors

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
        return nearest(self.embed(images, n_threads=n_threads), self.vectors, k, n_threads=n_threads)

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
        k = min(self.configuration.n_witnesses, len(self.labels))
        distances, indices = self.neighbours(images, k, n_threads=n_threads)
        votes = self._vote(distances, indices)
        confidence = self.calibration.confidence(votes)
        credibility = self.calibration.credibility(votes)
        verdicts = self.rules.verdicts(confidence, self.calibration.strangeness(votes))
        blank = ~np.asarray(images).any(axis=(1, 2))
        confidence[blank], credibility[blank] = 1 / self.n_labels, 0.0
        verdicts[blank] = "not-a-digit"
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

    def _vote(self, distances: NDArray[np.float64], indices: NDArray[np.int64]) -> Votes:
        return vote(
            distances, self.labels[indices], n_labels=self.n_labels, n_voters=self.configuration.n_voters
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All there is to keep, by name; :meth:`from_arrays` takes it back."""
        settings = np.frombuffer(self.configuration.to_json().encode(), dtype=np.uint8)
        return {
            "settings": settings,
            "labels": self.labels,
            "vectors": self.vectors,
            "projection_mean": self.projection.mean,
            "projection_components": self.projection.components,
            "calibration_margins": self.calibration.margins,
            "calibration_confidences": self.calibration.confidences,
            "calibration_unanimous": self.calibration.unanimous.reshape(1),
            "calibration_distances": self.calibration.distances,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """A recogniser from :meth:`arrays`; they are used where they are, not copied.

        Raises
        ------
        DataError
            If an array is missing or doesn't fit the others.
        """
        try:
            settings = RecogniserSettings.from_json(bytes(arrays["settings"]).decode())
            recogniser = cls(
                arrays["labels"],
                arrays["vectors"],
                Projection(arrays["projection_mean"], arrays["projection_components"]),
                Calibration(
                    arrays["calibration_margins"],
                    arrays["calibration_confidences"],
                    arrays["calibration_unanimous"].reshape(()),
                    arrays["calibration_distances"],
                ),
                settings,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(f"not the arrays of a recogniser ({error}); prepare it again") from error
        lengths = (settings.gradient.n_features, recogniser.vectors.shape[-1])
        if (
            recogniser.vectors.shape != (len(recogniser.labels), lengths[1])
            or recogniser.projection.components.shape != lengths
            or recogniser.projection.mean.shape != lengths[:1]
        ):
            raise DataError("the arrays of this recogniser do not fit each other; prepare it again")
        return recogniser


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


def _fit_projection(
    histograms: NDArray[np.float32], labels: NDArray[np.integer], settings: RecogniserSettings
) -> Projection:
    return fit_projection(
        histograms, labels, n_components=settings.n_components, shrinkage=settings.shrinkage
    )


def _held_out(labels: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Which digits calibrate: of each label, every sixth run of twenty, in the order given."""
    rank = np.empty(len(labels), dtype=np.int64)
    for label in np.unique(labels):
        mine = np.flatnonzero(labels == label)
        rank[mine] = np.arange(len(mine))
    return rank // _RUN % _HOLD_OUT == _HOLD_OUT - 1


def _votes_held_out(
    histograms: NDArray[np.float32],
    labels: NDArray[np.integer],
    settings: RecogniserSettings,
    n_labels: int,
    n_threads: int | None,
) -> tuple[Votes, NDArray[np.integer]]:
    """Votes on digits set aside, by the others; and the truth."""
    asked = _held_out(labels)
    projection = _fit_projection(histograms[~asked], labels[~asked], settings)
    distances, indices = nearest(
        projection.apply(histograms[asked]),
        projection.apply(histograms[~asked]),
        settings.n_witnesses,
        n_threads=n_threads,
    )
    neighbours = labels[~asked][indices]
    return vote(distances, neighbours, n_labels=n_labels, n_voters=settings.n_voters), labels[asked]


def _votes_left_out(
    vectors: NDArray[np.float32],
    labels: NDArray[np.integer],
    settings: RecogniserSettings,
    n_labels: int,
    n_threads: int | None,
) -> tuple[Votes, NDArray[np.integer]]:
    """Votes on each digit by all others, and the truth; none where there is only one digit."""
    k = min(settings.n_witnesses, len(labels) - 1)
    if k == 0:
        nothing = np.empty((0, 1))
        return vote(nothing, nothing.astype(np.int64), n_labels=n_labels), labels[:0]
    distances, indices = nearest(vectors, vectors, k + 1, n_threads=n_threads)
    itself = indices == np.arange(len(labels))[:, None]
    itself[~itself.any(axis=1), -1] = True  # behind more than k copies of itself
    others = (~itself).nonzero()
    distances, indices = (part[others].reshape(-1, k) for part in (distances, indices))
    return vote(distances, labels[indices], n_labels=n_labels, n_voters=settings.n_voters), labels
