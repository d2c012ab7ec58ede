"""How much each benchmark measures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["FULL", "QUICK", "K", "Row", "Size"]

Row = dict[str, Any]
"""The figures of one thing measured: its ``name``, and plain values for JSON."""

K = 5
"""Neighbors that every search finds."""


@dataclass(frozen=True, slots=True)
class Size:
    """The size of every benchmark; the median of ``repeats`` times counts."""

    quick: bool
    repeats: int
    references: int
    queries: int
    single_queries: int
    scaling: tuple[int, ...]
    scaling_queries: int
    pairs: int
    tuning: int


FULL = Size(False, 3, 60_000, 10_000, 200, (10_000, 60_000, 240_000, 960_000), 1000, 50_000, 6000)
QUICK = Size(True, 1, 10_000, 1000, 50, (5000, 10_000, 20_000), 200, 5000, 1000)
