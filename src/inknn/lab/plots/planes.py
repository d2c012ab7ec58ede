"""Planes to look at digits in: directions of their pixels, or of the learned metric."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError

__all__ = ["PLANES", "Images", "Plane", "Points", "learned_metric"]

Images = NDArray[np.uint8]
Points = NDArray[np.float32]
Projection = Callable[[Images], Points]


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """References and queries in a plane.

    Attributes
    ----------
    name : str
        For the title.
    axes : (str, str)
        What its axes are.
    references, queries : float32 (n, 2), (q, 2)
    labels, truth : integer (n,), (q,)
        Labels of the references and of the queries.
    images, query_images : uint8 (n, height, width), (q, height, width)
    """

    name: str
    axes: tuple[str, str]
    references: Points
    labels: NDArray[np.integer]
    images: Images
    queries: Points
    truth: NDArray[np.integer]
    query_images: Images


def _pca(images: Images, labels: NDArray[np.integer], seed: int) -> Projection:
    from sklearn.decomposition import PCA

    return _of_pixels(PCA(2, random_state=seed), images, labels)


def _lda(images: Images, labels: NDArray[np.integer], seed: int) -> Projection:
    from sklearn.decomposition import PCA
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.pipeline import make_pipeline

    if len(np.unique(labels)) < 3:
        raise DataError("discriminants span a plane with three labels or more; take --space pca")
    # Pixels outnumber the digits: their principal components first, or the discriminants fit the noise.
    kept = min(40, len(images) // 4, images[0].size)
    model = make_pipeline(PCA(kept, random_state=seed), LinearDiscriminantAnalysis(n_components=2))
    return _of_pixels(model, images, labels)


def _of_pixels(model: Any, images: Images, labels: NDArray[np.integer]) -> Projection:
    def flat(some: Images) -> NDArray[np.float64]:
        return some.reshape(len(some), -1) / 255.0

    model.fit(flat(images), labels)
    return lambda some: np.ascontiguousarray(model.transform(flat(some)), dtype=np.float32)


def _learned(images: Images, labels: NDArray[np.integer], seed: int) -> Projection:
    from sklearn.decomposition import PCA

    embed = learned_metric(images, labels)
    model = PCA(2, random_state=seed).fit(embed(images))
    return lambda some: np.ascontiguousarray(model.transform(embed(some)), dtype=np.float32)


def learned_metric(images: Images, labels: NDArray[np.integer]) -> Callable[[Images], NDArray[np.float32]]:
    """The recognizer's metric, learned from these digits alone: a function of digits → float32 (n, d)."""
    from ...recognizer.description import describe
    from ...recognizer.metric_learning import learn_projection
    from ...recognizer.settings import Settings

    settings = Settings()
    projection = learn_projection(images, describe(images, settings), labels, settings)
    return lambda some: projection.apply(describe(some, settings))


def _axes(what: str) -> tuple[str, str]:
    return f"first {what}", f"second {what}"


PLANES: Mapping[
    str, tuple[str, tuple[str, str], Callable[[Images, NDArray[np.integer], int], Projection]]
] = {
    "pca": ("principal components of pixels", _axes("principal component"), _pca),
    "lda": ("discriminants of pixels", _axes("discriminant"), _lda),
    "learned": ("learned metric", _axes("axis of the learned space"), _learned),
}
"""The planes of :func:`regions`: name, names of the axes, and a function that learns the projection."""
