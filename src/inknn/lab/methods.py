"""What ``inknn compare`` compares: one line each, ours, plain kNN in many guises, and others' best known.

Every method has the settings people start with; none was tuned to any test set. A method's size is that of
what it must keep to answer, in bytes. Ours: the arrays of its file. kNN: the references as vectors, without
the index that makes the search fast. The others: support vectors and their weights, the nodes of all trees,
coefficients.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from ..estimators.digits import PRESETS, DigitClassifier
from ..estimators.neighbors_classifier import KNeighborsClassifier
from ..estimators.registry import FEATURES
from ..metrics import METRICS
from .peers import random_forest, support_vectors
from .spaces import LEARNED, Space

__all__ = ["METHODS", "Contestant", "Method", "PlainVote"]

K = 3
"""Neighbors in the plain votes: what raw pixels of MNIST like best (``inknn tune mnist``)."""

_FEWER_ASKED = {
    "minkowski": (100, 300),
    "tangent": (100, 2000),
    "manhattan": (500, 2000),
    "chebyshev": (500, 2000),
    "idm": (500, None),
    "p2dhmdm": (500, None),
}
"""Metrics so slow that fewer digits are asked, in a quick comparison and in a full one."""


class Contestant(Protocol):
    """A method at work."""

    def fit(self, images: NDArray[np.uint8], labels: NDArray[np.int64]) -> Any:
        """Learn from uint8 (n, h, w) and labels (n,)."""

    def predict(self, images: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Labels, (q,), of uint8 (q, h, w)."""

    def nbytes(self) -> int:
        """How large is what it has learned."""


@dataclass(frozen=True, slots=True)
class Method:
    """A line of the comparison.

    Attributes
    ----------
    name, what : str
    make : callable
        A new contestant.
    takes_digits : bool
        28 × 28 digits only.
    asked : (int or None, int or None)
        At most so many digits are asked, in a quick comparison and in a full one; None: all.
    """

    name: str
    what: str
    make: Callable[[], Contestant]
    takes_digits: bool = False
    asked: tuple[int | None, int | None] = (None, None)


class _Ours:
    """A preset of :class:`inknn.DigitClassifier`."""

    def __init__(self, preset: str) -> None:
        self._classifier = DigitClassifier(preset=preset)

    def fit(self, images: NDArray[np.uint8], labels: NDArray[np.int64]) -> None:
        self._classifier.fit(images, labels)

    def predict(self, images: NDArray[np.uint8]) -> NDArray[np.int64]:
        return self._classifier.predict(images)

    def nbytes(self) -> int:
        return sum(array.nbytes for array in self._classifier.recognizer_.arrays().values())


class PlainVote:
    """A plain vote of the nearest neighbors in some space and metric.

    Parameters
    ----------
    space : str
        As :class:`inknn.lab.spaces.Space` takes it.
    metric : str
        A key of :data:`inknn.metrics.METRICS`.
    k : int
        Neighbors that vote; all there are where they are fewer.
    """

    def __init__(self, space: str = "pixels", metric: str = "euclidean", k: int = K) -> None:
        self._space, self._metric, self._k = Space(space), metric, k
        self._bytes = 0

    def fit(self, images: NDArray[np.uint8], labels: NDArray[np.int64]) -> None:
        """Keep the vectors of uint8 (n, h, w) and labels (n,)."""
        # Threads that wait for each other on a busy machine can make a second's work last ten.
        with threadpool_limits(1, user_api="blas"):
            rows = self._space.fit_transform(images, labels)
            vote = KNeighborsClassifier(
                min(self._k, len(rows)), metric=self._metric, p=3
            )  # Minkowski's, as the table of metrics has it
            self._vote = vote.fit(rows, labels)
        self._bytes = rows.nbytes + len(rows)  # a byte for each label

    def predict(self, images: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Labels, (q,), of uint8 (q, h, w)."""
        return self._vote.predict(self._space.transform(images))

    def nbytes(self) -> int:
        """Bytes of the references."""
        return self._bytes


class _ScikitLearn:
    """One of scikit-learn's classifiers, on gray levels from 0 to 1."""

    def __init__(self, estimator: Any, size: Callable[[Any], int]) -> None:
        self._estimator, self._size = estimator, size

    def fit(self, images: NDArray[np.uint8], labels: NDArray[np.int64]) -> None:
        with threadpool_limits(1, user_api="blas"):  # as for PlainVote
            self._estimator.fit(_gray(images), labels)

    def predict(self, images: NDArray[np.uint8]) -> NDArray[np.int64]:
        return self._estimator.predict(_gray(images))

    def nbytes(self) -> int:
        return self._size(self._estimator)


def _gray(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    return images.reshape(len(images), -1).astype(np.float32) / np.float32(255)


def _svm() -> Contestant:
    def size(fitted: Any) -> int:
        return int(fitted.support_vectors_.nbytes + fitted.dual_coef_.nbytes + fitted.intercept_.nbytes)

    return _ScikitLearn(support_vectors(), size)


def _forest() -> Contestant:
    def size(fitted: Any) -> int:
        trees = (tree.tree_.__getstate__() for tree in fitted.estimators_)
        return sum(tree["nodes"].nbytes + tree["values"].nbytes for tree in trees)

    return _ScikitLearn(random_forest(), size)


def _logistic() -> Contestant:
    from sklearn.linear_model import LogisticRegression

    def size(fitted: Any) -> int:
        return int(fitted.coef_.nbytes + fitted.intercept_.nbytes)

    return _ScikitLearn(LogisticRegression(C=0.1, max_iter=200), size)


def _mlp() -> Contestant:
    from sklearn.neural_network import MLPClassifier

    def size(fitted: Any) -> int:
        return sum(array.nbytes for array in [*fitted.coefs_, *fitted.intercepts_])

    network = MLPClassifier((128,), early_stopping=True, n_iter_no_change=5, max_iter=60, random_state=0)
    return _ScikitLearn(network, size)


def _ours() -> list[Method]:
    return [
        Method(
            f"inknn-{preset}",
            f"inknn's recognizer, preset {preset}",
            lambda preset=preset: _Ours(preset),  # type: ignore[misc]
            takes_digits=True,
        )
        for preset in PRESETS
    ]


def _votes() -> list[Method]:
    by_metric = [
        Method(
            f"knn-{name}",
            f"k = {K}, pixels, {name} distance",
            lambda name=name: PlainVote(metric=name),  # type: ignore[misc]
            metric.takes_digits,
            _FEWER_ASKED.get(name, (None, None)),
        )
        for name, metric in METRICS.items()
    ]
    described = [name for name, line in FEATURES.items() if line.takes_digits and name != "pixels"]
    by_space = [
        Method(
            f"knn-{name}",
            f"k = {K}, {name}, euclidean distance",
            lambda name=name: PlainVote(name),  # type: ignore[misc]
            bool(Space(name).refusal((1, 1))),
        )
        for name in [*described, "deskew", "pca", "whitening", "gradient+pca", "gradient+whitening", LEARNED]
    ]
    return by_metric + by_space


def _others() -> list[Method]:
    return [
        Method("logistic", "logistic regression, C = 0.1", _logistic),
        Method("forest", "random forest, 300 trees", _forest),
        Method("mlp", "network with one layer of 128", _mlp),
        Method("svm", "support vector machine, rbf, C = 10", _svm),
    ]


METHODS: dict[str, Method] = {method.name: method for method in _ours() + _votes() + _others()}
"""Everything that is compared, in the order in which it is measured; the first that can run is "ours"."""
