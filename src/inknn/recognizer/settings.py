"""All that can be set about a recognizer."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Self

from ..features import GradientSettings, Grid

__all__ = ["LEARNED", "Settings"]

LEARNED = "learned"
"""The feature whose metric is learned."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a recognizer, chosen by cross-validation on MNIST's training digits.

    Attributes
    ----------
    feature : str
        What digits are compared by: ``"learned"`` for gradient histograms in a learned metric, or a key of
        :data:`inknn.features.DESCRIPTIONS`, of which nothing is learned.
    metric : str
        A key of :data:`inknn.metrics.METRICS`.
    vote_power : float
        See :func:`inknn.recognizer.votes.vote`.
    gradient : GradientSettings
        How a digit is described where the metric is learned.
    n_components, shrinkage, evening
        See :func:`inknn.features.fit_projection`.
    n_deformed : int
        Digits to deform, in each way of :data:`inknn.features.augmentation.DEFORMATIONS`; at most one in ten.
    stretching : float
        See :meth:`inknn.features.Projection.stretched`.
    n_impostors, n_anchors : int
        The stretching looks at so many nearest digits of other labels, of so many digits.
    n_non_digits : int
        Pairs of digits to make that are none, and at most as many halves; at most one for ten digits.
    n_neighbors : int
        Nearest neighbors that vote.
    n_margin_neighbors : int
        Neighbors looked at in all, to see how near the nearest other label is.
    n_reranking_neighbors, local_mean_size : int
        Where voters disagree, so many neighbors are looked at, and for each label the mean of so many of
        its nearest; with 0 the vote stands.
    n_distorted : int
        There also the mean of so many of each label's least distortions counts (:mod:`inknn.recognizer.reranking`);
        0 leaves it at the vectors, and the pictures of the prototypes need not be at hand.
    n_calibrating : int
        Digits to ask about, each by all others, to learn what to trust.
    """

    feature: str = LEARNED
    metric: str = "euclidean"
    vote_power: float = 4.0
    gradient: GradientSettings = field(default_factory=GradientSettings)
    n_components: int = 128
    shrinkage: float = 0.2
    evening: float = 0.5
    n_deformed: int = 600
    stretching: float = 0.25
    n_impostors: int = 3
    n_anchors: int = 3000
    n_non_digits: int = 1200
    n_neighbors: int = 5
    n_margin_neighbors: int = 12
    n_reranking_neighbors: int = 100
    local_mean_size: int = 12
    n_distorted: int = 3
    n_calibrating: int = 8000

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
