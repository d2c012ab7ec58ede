"""Distances between digits: one file each, one line each in ``table``, searched by ``searching``.

>>> import numpy as np
>>> from inknn.metrics import METRICS, search_with
>>> METRICS["manhattan"].distances(np.array([[0, 0]]), np.array([[3, 4], [1, 1]])).tolist()
[[7.0, 2.0]]

Cheap metrics take vectors of any length. Costly ones take 28 × 28 digits, and a search with them refines a
shortlist of Euclidean neighbors: it is exact within the shortlist.
"""

from __future__ import annotations

from .brute_force import MeasuredReferences
from .searching import search_with
from .table import METRICS, Metric, MetricLike, find_metric

__all__ = ["METRICS", "MeasuredReferences", "Metric", "MetricLike", "find_metric", "search_with"]
