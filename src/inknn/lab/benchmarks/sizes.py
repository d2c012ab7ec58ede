"""How much is measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["FULL", "QUICK", "K", "Row", "Size"]

Row = dict[str, Any]
"""What was measured of one thing; plain values, and its ``name``."""

K = 5
"""Neighbors that every search looks for."""


@dataclass(frozen=True, slots=True)
class Size:
    """``--quick`` is for a look, the default for figures to quote.

    Attributes
    ----------
    references, queries : int
        Of ``search``, ``features`` and ``whitened``; references of ``latency``.
    single_queries : int
        Of ``latency``.
    repeats : int
        Of every time; the median counts.
    scaling : tuple of int
        References; the exponent is that of the time from the second on, since below fixed costs dominate.
    scaling_queries : int
    train, test : int
        Of ``classifiers``.
    pairs : int
        Of ``distortion``.
    """

    references: int
    queries: int
    single_queries: int
    repeats: int
    scaling: tuple[int, ...]
    scaling_queries: int
    train: int
    test: int
    pairs: int


FULL = Size(60_000, 10_000, 200, 3, (10_000, 60_000, 240_000, 960_000), 1000, 60_000, 10_000, 50_000)
QUICK = Size(10_000, 1_000, 50, 1, (5_000, 10_000, 20_000), 200, 5_000, 1_000, 5_000)
