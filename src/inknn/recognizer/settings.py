"""All that can be set about a recognizer, and the few parameters from which users choose it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from ..errors import UnknownNameError
from ..features import GradientSettings, Grid
from ..features.registry import DESCRIPTIONS
from ..metrics import METRICS

__all__ = ["FEATURES", "LEARNED", "PRESETS", "WEIGHTS", "Settings", "choose_settings"]

LEARNED = "learned"
"""The feature whose metric is learned."""

FEATURES = (LEARNED, *DESCRIPTIONS)
"""What digits can be compared by."""

PRESETS: Mapping[str, Mapping[str, Any]] = {"best": {}, "fast": {"n_distorted": 0}}
"""The settings in which each preset differs from the default."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a recognizer, chosen by cross-validation on MNIST's training digits.

    Attributes
    ----------
    feature : str
        One of :data:`FEATURES`: ``"learned"`` for gradient histograms in a learned metric, or a key of
        :data:`inknn.features.registry.DESCRIPTIONS`, for which nothing is learned.
    metric : str
        A key of :data:`inknn.metrics.METRICS`.
    vote_power : float
        See :func:`inknn.recognizer.votes.vote`.
    gradient : GradientSettings
        How a digit is described where the metric is learned.
    n_components, shrinkage, length_normalization
        See :func:`inknn.features.fit_projection`.
    n_deformed : int
        Digits to deform, in each way of :data:`inknn.features.augmentation.DEFORMATIONS`; at most one in ten.
    discriminant_scaling : float
        The power of :meth:`inknn.features.Projection.scaled_by`.
    n_impostors, n_anchors : int
        For the discriminant scaling, so many digits (anchors) are compared with so many of their nearest
        digits of other labels (impostors).
    n_non_digits : int
        Pairs of digits to make as examples of what is no digit, and at most as many halves; at most one for
        ten digits.
    n_neighbors : int
        Nearest neighbors that vote.
    n_margin_neighbors : int
        Neighbors searched for in all; the others show how near the nearest other label is.
    n_reranking_neighbors, local_mean_size : int
        Where neighbors disagree, so many are searched for, and each label is compared by the mean of so many
        of its nearest (:mod:`inknn.recognizer.reranking`); with 0 neighbors the vote decides alone.
    n_distorted : int
        For re-ranking, the mean of so many of each label's least distortions counts too; with 0 only vectors
        are compared, and no pictures of the references are needed.
    n_calibrating : int
        Digits that all others vote on, to calibrate.
    """

    feature: str = LEARNED
    metric: str = "euclidean"
    vote_power: float = 4.0
    gradient: GradientSettings = field(default_factory=GradientSettings)
    n_components: int = 128
    shrinkage: float = 0.2
    length_normalization: float = 0.5
    n_deformed: int = 600
    discriminant_scaling: float = 0.25
    n_impostors: int = 3
    n_anchors: int = 3000
    n_non_digits: int = 1200
    n_neighbors: int = 5
    n_margin_neighbors: int = 12
    n_reranking_neighbors: int = 100
    local_mean_size: int = 12
    n_distorted: int = 3
    n_calibrating: int = 8000

    @property
    def preset(self) -> str:
        """The preset that was chosen; ``"best"`` where presets make no difference."""
        return "best" if self.n_distorted or self.feature != LEARNED else "fast"

    @property
    def weights(self) -> str:
        """The key of :data:`WEIGHTS` that was chosen."""
        return "distance" if self.vote_power else "uniform"

    def to_json(self) -> str:
        """As text, to keep beside the arrays."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """From :meth:`to_json`'s text.

        Raises
        ------
        KeyError, TypeError, ValueError
            If it is no such text, or has values that make no sense.
        """
        plain = dict(json.loads(text))
        gradient = dict(plain.pop("gradient"))
        grids = tuple(Grid(**_checked(dict(grid), Grid())) for grid in gradient.pop("grids"))
        settings = cls(
            gradient=GradientSettings(**_checked(gradient, GradientSettings()), grids=grids),
            **_checked(plain, cls()),
        )
        if settings.feature not in FEATURES or settings.metric not in METRICS:
            raise ValueError(f"no feature {settings.feature} or no metric {settings.metric}")
        if METRICS[settings.metric].takes_digits and settings.feature != "pixels":
            raise ValueError(f"the metric {settings.metric} compares pictures")
        positive = (settings.n_neighbors, settings.n_margin_neighbors, settings.local_mean_size)
        if min(positive) < 1 or min(settings.gradient.spread, *(grid.sigma for grid in grids)) < _LEAST:
            raise ValueError("numbers that must be positive")
        return settings


_LEAST, _LARGEST = 0.01, 1e9  # of the numbers in a file


def _checked(values: Mapping[str, Any], like: Any) -> dict[str, Any]:
    """The values of a file, if they have the types of those in ``like`` and are no absurd numbers."""
    for name, value in values.items():
        kind = type(getattr(like, name, None))
        fits = type(value) is kind or (kind is float and type(value) is int)
        if not fits or not (kind is str or 0 <= value <= _LARGEST):
            raise ValueError(f"{name} is {value!r:.50}")
    return dict(values)


_DEFAULT = Settings()

WEIGHTS: Mapping[str, float] = {"distance": _DEFAULT.vote_power, "uniform": 0.0}
"""The power of distance that each way of weighting votes stands for."""


def choose_settings(
    *,
    preset: str = "best",
    n_neighbors: int = _DEFAULT.n_neighbors,
    features: str = LEARNED,
    metric: str = "euclidean",
    weights: str = "distance",
    n_components: int = _DEFAULT.n_components,
    shrinkage: float = _DEFAULT.shrinkage,
) -> Settings:
    """The settings that a user's few parameters stand for.

    Parameters
    ----------
    preset : {"best", "fast"}
        Whether doubtful digits are compared as pictures too; of effect for learned features only.
    n_neighbors : int
        Neighbors that vote, at least 1.
    features : str
        One of :data:`FEATURES`.
    metric : str
        A key of :data:`inknn.metrics.METRICS`; those that compare pictures go with ``features="pixels"``.
    weights : {"distance", "uniform"}
        Whether near neighbors count for more.
    n_components : int
        Dimensions of the learned space.
    shrinkage : float
        See :func:`inknn.features.fit_projection`.

    Returns
    -------
    Settings

    Raises
    ------
    UnknownNameError
        If there is no such preset, feature, metric or weighting; it offers the nearest name.
    ValueError
        If they don't go together, or ``n_neighbors`` is too small.
    """
    for what, name, known in (
        ("preset", preset, PRESETS),
        ("feature of models", features, FEATURES),
        ("metric of models", metric, METRICS),
        ("weighting of votes", weights, WEIGHTS),
    ):
        if name not in known:
            raise UnknownNameError(what, name, known)
    if n_neighbors < 1:
        raise ValueError(f"n_neighbors must be at least 1, got {n_neighbors}")
    if METRICS[metric].takes_digits and features != "pixels":
        raise ValueError(f"the metric {metric} compares pictures, so features must be 'pixels'")
    special = dict(PRESETS[preset] if features == LEARNED else {"n_distorted": 0, "n_reranking_neighbors": 0})
    if metric != "euclidean":  # any other search takes a hundred times as long
        special["n_calibrating"] = 1000
    return Settings(
        feature=features,
        metric=metric,
        vote_power=WEIGHTS[weights],
        n_components=n_components,
        shrinkage=shrinkage,
        n_neighbors=n_neighbors,
        n_margin_neighbors=max(n_neighbors, _DEFAULT.n_margin_neighbors),
        **special,
    )
