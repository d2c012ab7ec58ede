"""The image distortion model on one thread: a pair of digits whose edges are known, and the edges."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inknn.metrics.edges import edges, edges_numpy
from inknn.metrics.idm import edge_distances, edge_distances_numpy

from .measuring import median_seconds
from .searches import WrongAnswerError, pixels
from .sizes import Row, Size

__all__ = ["distortion"]

_QUERIES = 10
_FEWER_PAIRS = 50  # one pair of the NumPy twin for so many of the kernel
_REPEATS = 5


def distortion(size: Size) -> Iterator[Row]:
    """Microseconds a pair, and for the edges of a digit: the kernels, then their NumPy twins."""
    train, test = (part.reshape(-1, 28, 28) for part in pixels(size))
    compared: dict[str, tuple[Callable[..., Any], Callable[..., Any], int]] = {
        "inknn IDM": (partial(edges, n_threads=1), partial(edge_distances, n_threads=1), size.pairs),
        "its NumPy twin": (edges_numpy, _twin, max(_QUERIES, size.pairs // _FEWER_PAIRS)),
    }
    expected = None
    for name, (find_edges, measure, pairs) in compared.items():
        digits = train[: pairs // _QUERIES]
        edge_seconds, references = median_seconds(find_edges, digits, repeats=_REPEATS)
        rows = np.tile(np.arange(len(digits)), (_QUERIES, 1))
        queries = find_edges(test[:_QUERIES])
        seconds, distances = median_seconds(measure, queries, references, rows, repeats=_REPEATS)
        expected = distances if expected is None else expected
        if not np.array_equal(distances, expected[:, : len(digits)]):
            raise WrongAnswerError(f"{name} finds other distances than the kernel")
        yield {
            "name": name,
            "threads": 1,
            "pairs": rows.size,
            "microseconds_a_pair": 1e6 * seconds / rows.size,
            "edges_microseconds_a_digit": 1e6 * edge_seconds / len(digits),
        }


def _twin(queries: NDArray[np.int8], references: NDArray[np.int8], rows: NDArray[np.int64]) -> NDArray[Any]:
    return np.sqrt(edge_distances_numpy(queries, references, rows).astype(np.float64))
