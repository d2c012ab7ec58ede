"""What ``inknn compare`` compares: one line each for inknn, plain kNN in many guises, and other classifiers.

Every method has the settings people start with; none was tuned to any test set. A method's size is the
bytes of what it must keep to predict. For inknn that is the arrays of its file; for kNN the vectors of the
references, without the index that makes the search fast; for the others the support vectors and their
weights, the nodes of all trees, the coefficients.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier as ScikitLearnNeighbors
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC
from threadpoolctl import threadpool_limits

from ..estimators.digits import DigitClassifier
from ..estimators.neighbors_classifier import KNeighborsClassifier
from ..estimators.registry import FEATURES
from ..glyph.normal_form import to_mnist_form
from ..metrics import METRICS
from ..progress import Progress, no_progress
from ..recognizer.settings import LEARNED, PRESETS
from ..threads import available_threads
from .pipeline import Pipeline

__all__ = ["METHODS", "Classifier", "Measured", "Method", "PlainVote", "measure"]

K = 3
"""Neighbors in the plain votes: the best number for raw pixels of MNIST (``inknn tune mnist``)."""

_BATCH = 250  # digits predicted between two reports of progress

_LIMITS = {
    "minkowski": (100, 300),
    "tangent": (100, 2000),
    "manhattan": (500, 2000),
    "chebyshev": (500, 2000),
    "idm": (500, None),
    "p2dhmdm": (500, None),
}
"""Digits tested in slow metrics, in a quick comparison and in a full one."""


class Classifier(Protocol):
    """A method at work."""

    def fit(self, images: NDArray[np.uint8], labels: NDArray[np.int64]) -> Any:
        """Learn from uint8 (n, h, w) and labels (n,)."""

    def predict(self, images: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Labels, (q,), of uint8 (q, h, w)."""

    def nbytes(self) -> int:
        """Bytes of what it has learned."""


@dataclass(frozen=True, slots=True)
class Method:
    """A line of the comparison.

    Attributes
    ----------
    name, what : str
    make : callable
        Returns a new classifier.
    takes_digits : bool
        Whether it takes 28×28 digits only.
    limits : (int or None, int or None)
        At most so many digits are tested, in a quick comparison and in a full one; None: all.
    """

    name: str
    what: str
    make: Callable[[], Classifier]
    takes_digits: bool = False
    limits: tuple[int | None, int | None] = (None, None)


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """The predictions of a method, (q,), and what they cost; remarks like that it has not converged."""

    predictions: NDArray[np.int64]
    fit_seconds: float
    predict_seconds: float
    bytes: int
    remarks: tuple[str, ...] = ()


def measure(
    method: Method,
    images: NDArray[np.uint8],
    labels: NDArray[np.int64],
    queries: NDArray[np.uint8],
    progress: Progress = no_progress,
) -> Measured:
    """Fit a method to digits, uint8 (n, h, w) and int64 (n,), and predict others, uint8 (q, h, w).

    Pictures of another size are brought into MNIST's normal form for methods that take 28×28 digits only;
    the times include it, and a remark says so.
    """
    classifier = method.make()
    remarks = []
    form: Callable[[NDArray[np.uint8]], NDArray[np.uint8]] = np.asarray
    if method.takes_digits and images.shape[1:] != (28, 28):
        form = to_mnist_form
        remarks.append("pictures brought into MNIST's normal form")
    progress("fitting", 0.0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        start = time.perf_counter()
        classifier.fit(form(images), labels)
        fitted = time.perf_counter()
        predictions = []
        for first in range(0, len(queries), _BATCH):
            progress("predicting", 0.5 + 0.5 * first / len(queries))
            predictions.append(classifier.predict(form(queries[first : first + _BATCH])))
        end = time.perf_counter()
    if any(warning.category.__name__ == "ConvergenceWarning" for warning in caught):
        remarks.append("stopped before it had converged")
    found = np.concatenate(predictions)
    return Measured(found, fitted - start, end - fitted, classifier.nbytes(), tuple(remarks))


class _Recognizer(DigitClassifier):
    """inknn's recognizer, with its size."""

    def nbytes(self) -> int:
        return sum(array.nbytes for array in self.recognizer_.arrays().values())


class PlainVote:
    """A plain vote of the :data:`K` nearest neighbors, or of all references if they are fewer.

    Parameters
    ----------
    features : str
        As :class:`inknn.lab.pipeline.Pipeline` takes them.
    metric : str
        A key of :data:`inknn.metrics.METRICS`.
    """

    def __init__(self, features: str = "pixels", metric: str = "euclidean") -> None:
        self._pipeline, self._metric = Pipeline(features), metric
        self._bytes = 0

    def fit(self, images: NDArray[np.uint8], labels: NDArray[np.int64]) -> None:
        """Keep the vectors of uint8 (n, h, w) and labels (n,)."""
        # Threads that wait for each other on a busy machine can make a second's work last ten.
        with threadpool_limits(1, user_api="blas"):
            rows = self._pipeline.fit_transform(images, labels)
            k = min(K, len(rows))
            # p of Minkowski, as in METRICS
            self._vote = KNeighborsClassifier(k, metric=self._metric, p=3, n_jobs=available_threads())
            self._vote.fit(rows, labels)
        self._bytes = rows.nbytes + len(rows)  # a byte for each label

    def predict(self, images: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Labels, (q,), of uint8 (q, h, w)."""
        return self._vote.predict(self._pipeline.transform(images))

    def nbytes(self) -> int:
        """Bytes of the references."""
        return self._bytes


class _ScikitLearn:
    """One of scikit-learn's classifiers, on gray levels from 0 to 1; ``parts`` are what it must keep."""

    def __init__(self, estimator: Any, *parts: str) -> None:
        self._estimator, self._parts = estimator, parts

    def fit(self, images: NDArray[np.uint8], labels: NDArray[np.int64]) -> None:
        with threadpool_limits(1, user_api="blas"):  # as for PlainVote
            self._estimator.fit(_gray(images), labels)

    def predict(self, images: NDArray[np.uint8]) -> NDArray[np.int64]:
        return self._estimator.predict(_gray(images))

    def nbytes(self) -> int:
        return sum(_nbytes(getattr(self._estimator, part)) for part in self._parts)


def _gray(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    return images.reshape(len(images), -1).astype(np.float32) / np.float32(255)


def _nbytes(part: Any) -> int:
    """Bytes of an array, a tree, or a list of such."""
    if isinstance(part, list):
        return sum(map(_nbytes, part))
    if hasattr(part, "tree_"):
        tree = part.tree_.__getstate__()
        return int(tree["nodes"].nbytes + tree["values"].nbytes)
    return int(part.nbytes)


def _recognizers() -> list[Method]:
    what = "inknn's recognizer, preset"
    return [
        Method(f"inknn-{preset}", f"{what} {preset}", partial(_Recognizer, preset=preset), takes_digits=True)
        for preset in PRESETS
    ]


def _votes() -> list[Method]:
    by_metric = [
        Method(
            f"knn-{name}",
            f"k = {K}, pixels, {name} distance",
            partial(PlainVote, metric=name),
            metric.takes_digits,
            _LIMITS.get(name, (None, None)),
        )
        for name, metric in METRICS.items()
    ]
    described = [name for name, line in FEATURES.items() if line.takes_digits and name != "pixels"]
    by_features = [
        Method(
            f"knn-{name}",
            f"k = {K}, {name}, euclidean distance",
            partial(PlainVote, name),
            bool(Pipeline(name).refusal((1, 1))),
        )
        for name in [*described, "deskew", "pca", "whitening", "gradient+pca", "gradient+whitening", LEARNED]
    ]
    return by_metric + by_features


def _logistic() -> Classifier:
    return _ScikitLearn(LogisticRegression(C=0.1, max_iter=200), "coef_", "intercept_")


def _neighbors() -> Classifier:
    return _ScikitLearn(
        ScikitLearnNeighbors(K, algorithm="brute", n_jobs=available_threads()), "_fit_X", "_y"
    )


def _forest() -> Classifier:
    return _ScikitLearn(
        RandomForestClassifier(300, n_jobs=available_threads(), random_state=0), "estimators_"
    )


def _mlp() -> Classifier:
    network = MLPClassifier((128,), early_stopping=True, n_iter_no_change=5, max_iter=60, random_state=0)
    return _ScikitLearn(network, "coefs_", "intercepts_")


def _svm() -> Classifier:
    machine = SVC(C=10, gamma="scale", cache_size=1000)
    return _ScikitLearn(machine, "support_vectors_", "dual_coef_", "intercept_")


_OTHERS = [
    Method("logistic", "logistic regression, C = 0.1", _logistic),
    Method("sklearn-knn", f"scikit-learn's kNN, k = {K}, pixels, brute force", _neighbors),
    Method("forest", "random forest, 300 trees", _forest),
    Method("mlp", "network with one layer of 128", _mlp),
    Method("svm", "support vector machine, rbf, C = 10", _svm),
]

METHODS: dict[str, Method] = {method.name: method for method in _recognizers() + _votes() + _OTHERS}
"""Everything that is compared, in the order in which it is measured; the first one is the standard."""
