"""Few coordinates for many: distances between them never exceed the true ones by more than a known slack.

A vector keeps its first d principal components, and as one more coordinate the length of all it loses. By
the reverse triangle inequality the distance between two vectors so shortened is at most the true one:
``|x − y|² = |Wᵀ(x − y)|² + |x' − y'|² ≥ |Wᵀ(x − y)|² + (|x'| − |y'|)²``, where x' is what W leaves of x.
So what is far in a few coordinates is far indeed, and most references never get measured in full.

Numbers in a computer are rounded, so the bound needs a slack. Let z be a vector less the mean, times the
scale, v(z) its exact coordinates by an exactly orthonormal W', and v̂(z) those that are stored.

- W is a float64 matrix with ``|WᵀW − I| ≤ δ`` (measured, in the Frobenius norm, which is never the smaller).
  Its singular values are within δ of 1, so its polar factor W' is within δ of it: δ|z|.
- A float64 sum of ``dims`` products is off by at most γ = dims·2⁻⁵³ (doubled below) of ``|w||z|``: γ√d|z|.
- The square of the rest, ``|z|² − |Wᵀz|²``, is off by at most κ|z|², κ = (2 dims + 2d + 16)·2⁻⁵² + 4δ +
  4γ√d, so the rest by at most √κ|z|, since ``|√a − √b| ≤ √|a − b|``.
- Rounding to float32 costs 2⁻²⁴|z| for the components, and as much for the rest.

Together ``|v̂(z) − v(z)| ≤ η|z|`` with η = 2⁻²² + δ + γ√d + √κ, and for a query q and references no longer
than R: **the distance of the coordinates exceeds the true distance by at most η(|q| + R)**.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

__all__ = ["Coordinates", "Reduction", "learn_reduction"]

_UNIT = 2.0**-24
_BOX = 16  # principal components that bound a block of references
_SAMPLE = 8192  # rows that the principal components are learnt from
_PILOTS = 32  # rows that try out how many of them pay
_MOST_COLUMNS = 2048  # of largest variance, that may take part: the time to find components goes by the cube
_CHUNK = 4096
_PAIR = 6.0  # a pair costs as much as this many coordinates more,
_SURVIVOR = 600.0  # and one that survives as much as this many (measured, AVX2)


@dataclass(frozen=True)
class Coordinates:
    """What a search looks at before it measures a distance; all times the reduction's scale.

    Parameters
    ----------
    tile : float32 (n, c)
        For every pair that isn't ruled out by its block.
    box : float32 (n, b)
        For blocks of references.
    detail : float32 (n, m)
        For pairs that survive the first; m may be 0.
    lengths : float64 (n,)
        Distances from the mean.
    """

    tile: NDArray[np.float32]
    box: NDArray[np.float32]
    detail: NDArray[np.float32]
    lengths: NDArray[np.float64]

    def take(self, order: NDArray[np.int64]) -> Coordinates:
        """Those of some rows, in this order."""
        return Coordinates(self.tile[order], self.box[order], self.detail[order], self.lengths[order])


@dataclass(frozen=True)
class Reduction:
    """How to get coordinates from vectors.

    Parameters
    ----------
    mean : float64 (dims,)
    components : float64 (dims, m) or None
        Orthonormal columns, most variance first. None: the vectors' own coordinates.
    scale : float
        A power of two that brings the references near to 1: float32 neither overflows nor vanishes.
    n_tile, n_detail : int
        Components that each step uses; ``n_detail`` 0 where a second one doesn't pay.
    """

    mean: NDArray[np.float64]
    components: NDArray[np.float64] | None
    scale: float
    n_tile: int
    n_detail: int

    @property
    def slack(self) -> float:
        """η of the proof above."""
        dims = len(self.mean)
        if self.components is None:
            width, skew = dims, 0.0
        else:
            width = self.components.shape[1]
            gram = self.components.T @ self.components
            skew = float(np.linalg.norm(gram - np.eye(width))) + 2 * dims * width * 2.0**-52
        product = (dims + 2) * 2.0**-52 * np.sqrt(width)
        square = (2 * dims + 2 * width + 16) * 2.0**-52 + 4 * skew + 4 * product
        return float(4 * _UNIT + skew + product + np.sqrt(square))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """By name, to keep."""
        components = np.empty((len(self.mean), 0)) if self.components is None else self.components
        settings = np.array([self.scale, self.n_tile, self.n_detail])
        return {"mean": self.mean, "components": components, "settings": settings}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """From :meth:`arrays`."""
        components = arrays["components"] if arrays["components"].size else None
        scale, n_tile, n_detail = arrays["settings"]
        return cls(arrays["mean"], components, float(scale), int(n_tile), int(n_detail))

    @np.errstate(over="ignore", invalid="ignore")
    def apply(self, rows: NDArray[Any]) -> Coordinates:
        """Coordinates of ``rows``, uint8 or float (n, dims)."""
        dims, count = len(self.mean), len(rows)
        widths = [self.n_tile, min(_BOX, self.n_tile), self.n_detail]
        parts = [np.empty((count, d + (0 < d < dims)), np.float32) for d in widths]
        lengths = np.empty(count)
        for start in range(0, count, _CHUNK):
            some = slice(start, start + _CHUNK)
            z = (rows[some] - self.mean) * self.scale
            squares = np.einsum("ij,ij->i", z, z)
            lengths[some] = np.sqrt(squares)
            p = z if self.components is None else z @ self.components
            gone = np.cumsum(p * p, axis=1)
            for part, d in zip(parts, widths, strict=True):
                if d == 0:
                    continue
                part[some, :d] = p[:, :d]
                if d < dims:
                    part[some, d] = np.sqrt(np.maximum(squares - gone[:, d - 1], 0.0))
        tile, box, detail = parts
        return Coordinates(tile, box, detail, lengths)


def rounding(n_coordinates: int) -> float:
    """Relative slack of a float32 sum, as in ``_native/search_kernel.hpp``."""
    return n_coordinates * _UNIT / (1 - n_coordinates * _UNIT) + 8 * _UNIT


@np.errstate(over="ignore", invalid="ignore")
def starts(tile: NDArray[np.float32]) -> NDArray[np.float32]:
    """``(1 − 2e) |r|² / 2``, rounded down; the proof stands in ``_native/index_kernel.hpp``."""
    wide = tile.astype(np.float64)
    halves = (0.5 - rounding(tile.shape[1] + 2)) * np.einsum("ij,ij->i", wide, wide)
    return np.nextafter(halves.astype(np.float32), np.float32(-np.inf))


@np.errstate(over="ignore", invalid="ignore")  # of what overflows nothing is ruled out
def learn_reduction(rows: NDArray[Any]) -> Reduction:
    """Principal components of ``rows``, and how many of them make the search the fastest.

    Parameters
    ----------
    rows : uint8 or float (n, dims)
        The references.

    Returns
    -------
    Reduction
        In the vectors' own coordinates where there is little to gain: few references, or few dimensions.
    """
    count, dims = rows.shape
    sample = rows[:: -(-count // _SAMPLE)].astype(np.float64) if count else np.zeros((1, dims))
    mean = sample.mean(axis=0)
    # Only a scale: a reference outside the sample may be longer.
    extent = float(np.abs(sample - mean).max(initial=0.0)) * np.sqrt(dims)
    scale = 2.0 ** -np.ceil(np.log2(extent)) if 0 < extent < np.inf else 1.0
    plain = Reduction(mean, None, scale if 0 < scale < np.inf else 1.0, dims, 0)
    if dims <= _BOX or count < 1024:
        return plain
    z = (sample - mean) * plain.scale
    columns = np.sort(np.argsort(-z.var(axis=0), kind="stable")[:_MOST_COLUMNS])
    covariance = z[:, columns].T @ z[:, columns]
    if not np.isfinite(covariance).all():
        return plain
    components = np.zeros((dims, len(columns)))
    components[columns] = np.linalg.eigh(covariance)[1][:, ::-1]
    n_tile = _best_width(z, components, count)
    n_detail = 95 if n_tile <= 48 else 127 if n_tile <= 64 else 159
    if n_tile > 96 or n_detail >= dims:
        n_detail = 0
    width = min(len(columns), max(n_tile, n_detail, min(_BOX, dims)))
    return Reduction(mean, components[:, :width].copy(), plain.scale, n_tile, n_detail)


def _best_width(z: NDArray[np.float64], components: NDArray[np.float64], count: int) -> int:
    """The number of components that a search among ``count`` rows like ``z`` is the quickest with."""
    pilots = z[:: max(1, len(z) // _PILOTS)][:_PILOTS]
    squares, pilot_squares = (np.einsum("ij,ij->i", rows, rows) for rows in (z, pilots))
    true = pilot_squares[:, None] + squares - 2.0 * (pilots @ z.T)
    # The fifth best of the sample stands for that of all rows: farther, so that it errs towards more.
    fifth = np.partition(true, min(5, len(z) - 1), axis=1)[:, min(5, len(z) - 1)]
    widths = [d for d in (8, 16, 24, 32, 40, 48, 64, 80, 96, 128, 192, 256) if d < components.shape[1]]
    dims = components.shape[1]
    p, q = z @ components[:, : max(widths)], pilots @ components[:, : max(widths)]
    best, cheapest = dims, float(dims + _PAIR) * count
    for d in widths:
        rest = np.sqrt(np.maximum(squares - (p[:, :d] ** 2).sum(axis=1), 0.0))
        pilot_rest = np.sqrt(np.maximum(pilot_squares - (q[:, :d] ** 2).sum(axis=1), 0.0))
        bounds = (
            (p[:, :d] ** 2).sum(axis=1)
            + (q[:, :d] ** 2).sum(axis=1)[:, None]
            - 2.0 * (q[:, :d] @ p[:, :d].T)
            + (pilot_rest[:, None] - rest) ** 2
        )
        share = float((bounds <= fifth[:, None]).mean())
        cost = count * (d + _PAIR + share * _SURVIVOR)
        if cost < cheapest:
            best, cheapest = d, cost
    return best
