"""Exact k-nearest-neighbor search: which references are nearest to a query, and how far.

- ``distance`` defines the distance, down to the last bit; ``topk`` the order by (distance, index);
- ``brute`` is the simple search, against which the others are tested;
- ``scan`` is the fast search through references that are searched once: ``kneighbors``;
- ``index`` is what all indexes have in common; ``exact_index`` is the fastest search, for references that are
  searched often, and may come and go (``ids``). It rests on ``pca_bound`` (lower bounds from few
  coordinates), ``blocks`` (references packed into blocks of near ones), ``queries`` and ``segment_search``;
- ``numpy_scan`` is used instead of the native kernels where the package was installed without a compiler;
- ``rounding`` proves that float32 may filter.

All order neighbors by (distance, index), so that the result depends on nothing but the data.
"""

from __future__ import annotations

from .brute import brute_force
from .distance import squared_distances
from .exact_index import ExactIndex
from .index import Index
from .scan import is_compiled, kneighbors
from .topk import merge, without_itself

__all__ = [
    "ExactIndex",
    "Index",
    "brute_force",
    "is_compiled",
    "kneighbors",
    "merge",
    "squared_distances",
    "without_itself",
]
