"""Planes that digits can be looked at in: directions of pixels, or of the learned metric."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError

__all__ = ["SPACES", "Images", "Plane", "Points", "learned_metric"]

Images = NDArray[np.uint8]
Points = NDArray[np.float32]
Project = Callable[[Images], Points]


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """Digits in a plane.

    Attributes
    ----------
    name : str
        For the title.
    axes : (str, str)
        What its axes are.
    known, asked : float32 (n, 2), (q, 2)
        References, and other digits.
    labels, truth : integer (n,), (q,)
        Theirs.
    images : uint8 (q, height, width)
        Of those asked.
    """

    name: str
    axes: tuple[str, str]
    known: Points
    labels: NDArray[np.integer]
    asked: Points
    truth: NDArray[np.integer]
    images: Images


def _pca(images: Images, labels: NDArray[np.integer], seed: int) -> Project:
    from sklearn.decomposition import PCA

    return _pipeline(PCA(2, random_state=seed), images, labels)


def _lda(images: Images, labels: NDArray[np.integer], seed: int) -> Project:
    from sklearn.decomposition import PCA
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.pipeline import make_pipeline

    if len(np.unique(labels)) < 3:
        raise DataError("discriminants span a plane with three labels or more; take --space pca")
    # Pixels outnumber the digits: their principal components first, or the discriminants fit the noise.
    kept = min(40, len(images) // 4, images[0].size)
    return _pipeline(
        make_pipeline(PCA(kept, random_state=seed), LinearDiscriminantAnalysis(n_components=2)),
        images,
        labels,
    )


def _pipeline(model: Any, images: Images, labels: NDArray[np.integer]) -> Project:
    def flat(some: Images) -> NDArray[np.float64]:
        return some.reshape(len(some), -1) / 255.0

    model.fit(flat(images), labels)
    return lambda some: np.ascontiguousarray(model.transform(flat(some)), dtype=np.float32)


def _learned(images: Images, labels: NDArray[np.integer], seed: int) -> Project:
    from sklearn.decomposition import PCA

    embed = learned_metric(images, labels)
    model = PCA(2, random_state=seed).fit(embed(images))
    return lambda some: np.ascontiguousarray(model.transform(embed(some)), dtype=np.float32)


def learned_metric(images: Images, labels: NDArray[np.integer]) -> Callable[[Images], NDArray[np.float32]]:
    """The metric of the recognizer, learned from these digits alone: digits → float32 (n, d)."""
    from ...recognizer.description import describe
    from ...recognizer.metric_learning import learn_projection
    from ...recognizer.settings import Settings

    settings = Settings()
    projection = learn_projection(images, describe(images, settings), labels, settings)
    return lambda some: projection.apply(describe(some, settings))


SPACES: Mapping[str, tuple[str, tuple[str, str], Callable[[Images, NDArray[np.integer], int], Project]]] = {
    "pca": (
        "principal components of pixels",
        ("first principal component", "second principal component"),
        _pca,
    ),
    "lda": ("discriminants of pixels", ("first discriminant", "second discriminant"), _lda),
    "learned": (
        "learned metric",
        ("first axis of the learned space", "second axis of the learned space"),
        _learned,
    ),
}
"""The planes of :func:`regions`: words, names of the axes, and how digits get there."""
