"""Exact k-nearest-neighbor search: which references lie nearest to a query, and how far.

- ``distance`` defines the distance, down to the last bit;
- ``brute`` is the readable search to learn from, and the oracle of the tests;
- ``exact`` is the fast one, with the same answer: ``nearest``;
- ``index`` is the fastest, for references that are asked many times, and may come and go: ``ExactIndex``,
  which rests on ``reduction`` (bounds from few coordinates), ``segment`` (blocks of near references) and
  ``asked`` (queries, prepared);
- ``filtered`` stands in for the native kernel where the package was installed without a compiler.

All order neighbors by (distance, index), so that the answer depends on nothing but the data.
"""

from __future__ import annotations

from .brute import brute_force
from .distance import squared_distances
from .index import ExactIndex
from .scan import nearest

__all__ = ["ExactIndex", "brute_force", "nearest", "squared_distances"]
