"""Distances between digits: one file each, one line each in ``registry``.

>>> import numpy as np
>>> from inknn.metrics import METRICS, kneighbors
>>> METRICS["manhattan"].distances(np.array([[0, 0]]), np.array([[3, 4], [1, 1]])).tolist()
[[7.0, 2.0]]

``searching`` finds the nearest of references in any of them, ``index`` does so for references that may come
and go. Cheap metrics take vectors of any length. Costly ones take 28 × 28 digits, and a search in them
compares a shortlist of Euclidean neighbors: it is exact within the shortlist.
"""

from __future__ import annotations

from .index import BruteForceIndex, build_index
from .registry import METRICS, Metric, MetricLike, find_metric
from .searching import kneighbors

__all__ = ["METRICS", "BruteForceIndex", "Metric", "MetricLike", "build_index", "find_metric", "kneighbors"]
