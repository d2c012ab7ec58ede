"""Nearest-neighbor searches and classifiers to measure side by side: ours and other people's.

Each search is built once from references and then asked; each gives Euclidean distances. Peers that are not
installed are left out, with a word: ``pip install 'inknn[bench]'`` brings FAISS; scikit-learn-intelex, a
quarter of a gigabyte and for x86 only, is measured where it is installed.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

Query = Callable[[NDArray[Any], int], NDArray[np.floating]]
"""``query(queries, k)`` gives the distances to the k nearest, ascending, (n, k)."""

_CHUNK = 50_000


def search_inknn(references: NDArray[Any]) -> Query:
    """Our exact search; uint8 stays uint8."""
    from ..estimators.neighbors import NearestNeighbors

    index = NearestNeighbors().fit(references)
    return lambda queries, k: np.asarray(index.kneighbors(queries, k)[0])


def search_faiss(references: NDArray[Any]) -> Query:
    """FAISS IndexFlatL2: brute force in float32."""
    import faiss

    index = faiss.IndexFlatL2(references.shape[1])
    for start in range(0, len(references), _CHUNK):  # a copy of all as float32 may take gigabytes
        index.add(np.ascontiguousarray(references[start : start + _CHUNK], np.float32))

    def query(queries: NDArray[Any], k: int) -> NDArray[np.floating]:
        squared, _ = index.search(np.ascontiguousarray(queries, np.float32), k)
        return np.asarray(np.sqrt(np.maximum(squared, 0)))

    return query


def _scikit_learn(algorithm: str) -> Callable[[NDArray[Any]], Query]:
    def build(references: NDArray[Any]) -> Query:
        from sklearn.neighbors import NearestNeighbors

        index = NearestNeighbors(algorithm=algorithm, n_jobs=-1).fit(references.astype(np.float32))
        return lambda queries, k: np.asarray(index.kneighbors(queries.astype(np.float32), k)[0])

    return build


def search_intelex(references: NDArray[Any]) -> Query:
    """scikit-learn's brute force as Intel's extension computes it, in float32."""
    from sklearnex.neighbors import NearestNeighbors

    index = NearestNeighbors(algorithm="brute").fit(references.astype(np.float32))
    return lambda queries, k: np.asarray(index.kneighbors(queries.astype(np.float32), k)[0])


SEARCHES: dict[str, Callable[[NDArray[Any]], Query]] = {
    "inknn": search_inknn,
    "FAISS flat": search_faiss,
    "scikit-learn-intelex brute": search_intelex,
    "scikit-learn brute": _scikit_learn("brute"),
    "scikit-learn ball tree": _scikit_learn("ball_tree"),
}

_NEEDS = {"FAISS flat": "faiss", "scikit-learn-intelex brute": "sklearnex"}


def available_searches() -> list[str]:
    """Names of the searches whose packages are installed."""
    return [name for name in SEARCHES if name not in _NEEDS or find_spec(_NEEDS[name])]


def missing_searches() -> list[str]:
    """Names of the searches whose packages are not installed."""
    return [name for name in SEARCHES if name not in available_searches()]


def _ours(preset: str) -> Callable[[], Any]:
    def make() -> Any:
        from ..estimators.digits import DigitClassifier

        return DigitClassifier(preset=preset)

    return make


def _knn() -> Any:
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier(3, algorithm="brute", n_jobs=-1)


def support_vectors() -> Any:
    """scikit-learn's support vector machine, for pixels from 0 to 1."""
    from sklearn.svm import SVC

    return SVC(C=10, gamma="scale", cache_size=1000)


def random_forest() -> Any:
    """scikit-learn's random forest."""
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(300, n_jobs=-1, random_state=0)


CLASSIFIERS: dict[str, Callable[[], Any]] = {
    "inknn fast": _ours("fast"),
    "inknn best": _ours("best"),
    "scikit-learn kNN, k=3, pixels": _knn,
    "scikit-learn SVC, rbf, pixels": support_vectors,
    "scikit-learn random forest, pixels": random_forest,
}
