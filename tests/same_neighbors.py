"""What tests of searches share: vectors to search, and a comparison of results that allows no difference."""

from __future__ import annotations

import numpy as np

AWKWARD = [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65]
"""Sizes around the widths of vector registers and blocks."""


def assert_same_neighbors(result, expected):
    """Same indices in the same order, and distances equal to the last bit."""
    for part, expected_part in zip(result, expected, strict=True):
        assert part.shape == expected_part.shape
        assert part.dtype == expected_part.dtype
        np.testing.assert_array_equal(part, expected_part)


def vectors(count, dims, seed=0):
    """float32 (count, dims), from a normal distribution."""
    return np.random.default_rng(seed).normal(size=(count, dims)).astype(np.float32)


def rows(count, dims, seed=0):
    """uint8 (count, dims), all values alike likely."""
    return np.random.default_rng(seed).integers(0, 256, (count, dims), dtype=np.uint8)


def doubles(count, dims, seed=0):
    """Float64 vectors that float32 can't hold."""
    return np.random.default_rng(seed).normal(size=(count, dims)) + 1e3
