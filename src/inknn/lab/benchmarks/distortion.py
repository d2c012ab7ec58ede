"""The image distortion model on one thread: a pair of digits whose edges are known, and the edges."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from ...metrics.edges import edges, edges_numpy
from ...metrics.idm import edge_distances, edge_distances_numpy
from ...progress import Progress
from .searches import pixels
from .sizes import Row, Size
from .timing import median_seconds

__all__ = ["distortion"]

_QUERIES = 10
_LESS = 50  # pairs of the kernel for one of its twin
_REPEATS = 5  # at least: a moment's work


def distortion(size: Size, progress: Progress) -> Iterator[Row]:
    """Microseconds a pair, and for the edges of a digit: the kernels', then their NumPy twins'."""
    known, asked = (part.reshape(-1, 28, 28) for part in pixels(size))
    repeats = max(_REPEATS, size.repeats)
    compared: dict[str, tuple[Callable[..., Any], Callable[..., Any], int]] = {
        "inknn IDM": (partial(edges, n_threads=1), partial(edge_distances, n_threads=1), size.pairs),
        "its NumPy twin": (edges_numpy, edge_distances_numpy, max(_QUERIES, size.pairs // _LESS)),
    }
    for i, (name, (derive, measure, pairs)) in enumerate(compared.items()):
        progress(name, i / len(compared))
        digits = known[: pairs // _QUERIES]
        ours, theirs = derive(asked[:_QUERIES]), derive(digits)
        rows = np.tile(np.arange(len(theirs)), (_QUERIES, 1))
        edge_seconds, _ = median_seconds(derive, digits, repeats=repeats)
        seconds, _ = median_seconds(measure, ours, theirs, rows, repeats=repeats)
        yield {
            "name": name,
            "threads": 1,
            "pairs": rows.size,
            "microseconds_a_pair": 1e6 * seconds / rows.size,
            "edges_microseconds_a_digit": 1e6 * edge_seconds / len(digits),
        }
