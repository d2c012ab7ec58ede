"""Exact nearest-neighbor searches: inknn's and its peers'.

Each is built once from references and then queried. Each returns Euclidean distances and uses all cores.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["SEARCHES", "Query", "available_searches", "missing_searches"]

Query = Callable[[NDArray[Any], int], NDArray[np.floating]]
"""``query(queries, k)`` returns the distances to the k nearest references, ascending, (q, k)."""

_PREPARED = 4096
_CHUNK = 50_000  # a float32 copy of all references may take gigabytes


def _inknn(references: NDArray[Any]) -> Query:
    """inknn's search; uint8 stays uint8."""
    from inknn import NearestNeighbors
    from inknn.threads import cores

    index = NearestNeighbors(algorithm="inknn", n_jobs=cores()).fit(references)
    index.kneighbors(references[:_PREPARED])  # builds the index: it is built once so many have been asked for
    return lambda queries, k: np.asarray(index.kneighbors(queries, k)[0])


def _faiss(references: NDArray[Any]) -> Query:
    """FAISS IndexFlatL2: brute force in float32."""
    import faiss

    index = faiss.IndexFlatL2(references.shape[1])
    for start in range(0, len(references), _CHUNK):
        index.add(np.ascontiguousarray(references[start : start + _CHUNK], np.float32))

    def query(queries: NDArray[Any], k: int) -> NDArray[np.floating]:
        squared, _ = index.search(np.ascontiguousarray(queries, np.float32), k)
        return np.asarray(np.sqrt(np.maximum(squared, 0)))

    return query


def _scikit_learn(references: NDArray[Any], algorithm: str) -> Query:
    from sklearn.neighbors import NearestNeighbors

    index = NearestNeighbors(algorithm=algorithm, n_jobs=-1).fit(references.astype(np.float32))
    return lambda queries, k: np.asarray(index.kneighbors(queries.astype(np.float32), k)[0])


SEARCHES: dict[str, Callable[[NDArray[Any]], Query]] = {
    "inknn": _inknn,
    "FAISS flat": _faiss,
    "scikit-learn brute": lambda references: _scikit_learn(references, "brute"),
    "scikit-learn ball tree": lambda references: _scikit_learn(references, "ball_tree"),
}
"""Every search by its name: ``build(references)`` returns a query. inknn's comes first."""

_PACKAGES = {"FAISS flat": "faiss"}


def available_searches() -> list[str]:
    """Names of the searches whose packages are installed."""
    return [name for name in SEARCHES if name not in _PACKAGES or find_spec(_PACKAGES[name])]


def missing_searches() -> list[str]:
    """Names of the searches whose packages are not installed."""
    return [name for name in SEARCHES if name not in available_searches()]
