"""inknn's NearestNeighbors in the place of scikit-learn's: time to fit and to answer, as a ratio."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import neighbors

from inknn import NearestNeighbors, datasets

from .measuring import timed
from .searches import WrongAnswerError
from .sizes import Row, Size

__all__ = ["estimators"]

_DIMENSIONS = (2, 8, 32, 128, 784)
_KS = (1, 5, 50)
_QUERIES = 1000
_PATIENCE = 1.0  # seconds that repeated measurements of one cell take at least


def estimators(size: Size) -> Iterator[Row]:
    """Time of fit and 1,000 queries, divided by that of scikit-learn with algorithm="auto"; float64."""
    counts = (1000, 10_000) if size.quick else (1000, 10_000, 100_000)
    for kind, make in (("noise", _noise), ("digits", _digits)):
        for count in counts:
            for dims in _DIMENSIONS:
                rows = make(count + _QUERIES, dims)
                ratios = [_ratio(rows[:count], rows[count:], k, size.repeats) for k in _KS]
                yield {
                    "name": f"inknn, {kind}, {count:,} × {dims}",
                    "queries": _QUERIES,
                    "engine": NearestNeighbors().fit(rows[:count]).effective_engine_,
                    "ratios": ratios,
                }


def _ratio(references: NDArray[Any], queries: NDArray[Any], k: int, repeats: int) -> float:
    """Median of the ratios of times measured one right after the other."""
    ratios: list[float] = []
    spent = 0.0
    while len(ratios) < repeats or spent < _PATIENCE:
        ours, found = timed(_answer, NearestNeighbors, references, queries, k)
        theirs, wanted = timed(_answer, neighbors.NearestNeighbors, references, queries, k)
        ratios.append(ours / theirs)
        spent += ours + theirs
    if not np.allclose(found, wanted):
        raise WrongAnswerError("inknn and scikit-learn find different neighbors")
    return median(ratios)


def _answer(make: Callable[..., Any], references: NDArray[Any], queries: NDArray[Any], k: int) -> Any:
    return make(n_neighbors=k).fit(references).kneighbors(queries)[0]


def _noise(count: int, dims: int) -> NDArray[np.float64]:
    """Vectors that fill all dimensions alike, the hardest to search."""
    return np.random.default_rng(0).normal(size=(count, dims))


def _digits(count: int, dims: int) -> NDArray[np.float64]:
    """Pixels of MNIST with some noise, or their first principal components."""
    rng = np.random.default_rng(1)
    (images, _), _ = datasets.load_mnist()
    pixels = images.reshape(len(images), -1)[rng.integers(len(images), size=count)]
    noisy = pixels + rng.normal(scale=8, size=pixels.shape)
    if dims == noisy.shape[1]:
        return noisy
    sample = noisy[:2000] - noisy[:2000].mean(axis=0)
    components = np.linalg.svd(sample, full_matrices=False)[2][:dims]
    return np.ascontiguousarray(noisy @ components.T)
