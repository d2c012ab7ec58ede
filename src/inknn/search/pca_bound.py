"""Lower bounds of distances from principal components, with a proven bound of their rounding error.

A vector keeps its first d principal components, and as one more coordinate the length of all it loses. By
the reverse triangle inequality the distance between two vectors so shortened is at most the true one:
``|x − y|² = |Wᵀ(x − y)|² + |x' − y'|² ≥ |Wᵀ(x − y)|² + (|x'| − |y'|)²``, where x' is what W leaves of x.
So what is far apart in a few coordinates is far apart, and most references need not be measured in full.
There are stages: each has more components than the one before, and a length of its own.

Numbers in a computer are rounded, so the bound needs a margin. Let z be a vector less the mean, times the
scale, v(z) its exact coordinates by an exactly orthonormal W', and v̂(z) those that are stored.

- W is a float64 matrix with ``|WᵀW − I| ≤ δ`` (measured, in the Frobenius norm, which is never the smaller).
  Its singular values are within δ of 1, so its polar factor W' is within δ of it: δ|z|.
- A float64 sum of ``dims`` products is off by at most γ = dims·2⁻⁵³ (doubled below) of ``|w||z|``: γ√d|z|.
- The square of the residual, ``|z|² − |Wᵀz|²``, is off by at most κ|z|², κ = (2 dims + 2d + 16)·2⁻⁵² + 4δ +
  4γ√d, so the residual by at most √κ|z|, since ``|√a − √b| ≤ √|a − b|``.
- Rounding to float32 costs 2⁻²⁴|z| for the components, and as much for the residual.

Together ``|v̂(z) − v(z)| ≤ η|z|`` with η = 2⁻²² + δ + γ√d + √κ, and for a query q and references no longer
than R: **the distance of the coordinates exceeds the true distance by at most η(|q| + R)**.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from .rounding import UNIT, relative_error

__all__ = ["Coordinates", "PcaBound", "fit_pca_bound", "half_norms"]

_STAGES = (16, 40)  # components of the first stages; the last one's are learned
_SAMPLE = 8192  # rows that the principal components are learned from
_PILOTS = 32  # rows that serve as queries to find out how many of them pay
_MOST_COLUMNS = 2048  # of largest variance, that may take part: the time to find components goes by the cube
_CHUNK = 256  # of which the float64 numbers stay in the cache
_TOGETHER = 4.0  # times as many references go on to a stage as have to: neighbors in a block go together
_SURVIVOR = 2000.0  # measuring a pair costs as much as so many coordinates of a pair (measured, AVX2)


@dataclass(frozen=True)
class Coordinates:
    """What a search compares before it measures a distance; all in units of 1 / scale.

    Parameters
    ----------
    values : float32 (n, c)
        Of each stage the components that the one before lacks, and the length of what all leave out.
    stages : int64 (s,)
        Where each stage's part of them ends.
    norms : float64 (n,)
        Distances from the mean.
    """

    values: NDArray[np.float32]
    stages: NDArray[np.int64]
    norms: NDArray[np.float64]

    @property
    def first_stage(self) -> NDArray[np.float32]:
        """Those of the first stage: the bounds of blocks are made of them."""
        return self.values[:, : self.stages[0]]

    def squared_norms(self) -> NDArray[np.float64]:
        """Squared norms, float64 (n,): the least of any stage, as they are rounded."""
        least, known, start = np.full(len(self.values), np.inf), np.zeros(len(self.values)), 0
        for stop in self.stages:
            part = self.values[:, start:stop].astype(np.float64)
            part *= part
            rest = part[:, -1].copy()
            part[:, -1] = known
            known = part.sum(axis=1)
            least, start = np.minimum(least, known + rest), stop
        return least

    def take(self, order: NDArray[np.int64]) -> Coordinates:
        """Those of some rows, in this order."""
        return Coordinates(self.values[order], self.stages, self.norms[order])


@dataclass(frozen=True)
class PcaBound:
    """Computes coordinates whose distances bound those of the vectors from below.

    Parameters
    ----------
    mean : float64 (dims,)
    components : float64 (dims, m) or None
        Orthonormal columns, most variance first. None: the vectors' own coordinates.
    scale : float
        A power of two that brings the references near to 1: float32 neither overflows nor vanishes.
    widths : tuple of int
        Components of each stage, ascending.
    """

    mean: NDArray[np.float64]
    components: NDArray[np.float64] | None
    scale: float
    widths: tuple[int, ...]

    @property
    def error_bound(self) -> float:
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
        return float(4 * UNIT + skew + product + np.sqrt(square))

    @property
    def stages(self) -> NDArray[np.int64]:
        """Where each stage's coordinates end: its components, and a length."""
        return np.cumsum(np.diff(self.widths, prepend=0) + 1)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """By name, to store."""
        components = np.empty((len(self.mean), 0)) if self.components is None else self.components
        settings = np.array([self.scale, *self.widths])
        return {"mean": self.mean, "components": components, "settings": settings}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """From :meth:`arrays`; ``KeyError``, ``TypeError`` or ``ValueError`` if they are of no bound."""
        mean, components = arrays["mean"], arrays["components"]
        scale, *rest = arrays["settings"].tolist()
        widths = tuple(int(width) for width in rest)
        most = components.shape[1] if components.size else len(mean)
        if (mean.ndim, components.ndim, len(components)) != (1, 2, len(mean)) or not 0 < scale < np.inf:
            raise ValueError("no principal components")
        if not widths or list(widths) != sorted(set(widths)) or widths[0] < 1 or widths[-1] > most:
            raise ValueError("stages that are none")
        if not (np.isfinite(mean).all() and np.isfinite(components).all()):
            raise ValueError("principal components that are not finite")
        return cls(mean, components if components.size else None, scale, widths)

    @np.errstate(over="ignore", invalid="ignore")
    def apply(self, rows: NDArray[Any]) -> Coordinates:
        """Coordinates of ``rows``, uint8 or float (n, dims)."""
        dims, count = len(self.mean), len(rows)
        stages = self.stages
        values, norms = np.empty((count, stages[-1]), np.float32), np.empty(count)
        for start in range(0, count, _CHUNK):
            some = slice(start, start + _CHUNK)
            z = (rows[some] - self.mean) * self.scale
            left = np.einsum("ij,ij->i", z, z)
            norms[some] = np.sqrt(left)
            p = z if self.components is None else z @ self.components
            known = 0
            for width, stop in zip(self.widths, stages, strict=True):
                part = p[:, known:width]
                left = left - np.einsum("ij,ij->i", part, part)
                values[some, stop - 1 - part.shape[1] : stop - 1] = part
                values[some, stop - 1] = np.sqrt(np.maximum(left, 0.0)) if width < dims else 0.0
                known = width
        return Coordinates(values, stages, norms)


@np.errstate(over="ignore", invalid="ignore")
def half_norms(coordinates: Coordinates) -> NDArray[np.float32]:
    """``(1 − 2e) |r|² / 2``, rounded down; the proof is in ``_native/kernels/index.cpp``."""
    halves = (0.5 - relative_error(coordinates.values.shape[1] + 2)) * coordinates.squared_norms()
    return np.nextafter(halves.astype(np.float32), np.float32(-np.inf))


@np.errstate(over="ignore", invalid="ignore")  # of what overflows nothing is ruled out
def fit_pca_bound(rows: NDArray[Any]) -> PcaBound:
    """Principal components of ``rows``, as many as make the search the fastest.

    Parameters
    ----------
    rows : uint8 or float (n, dims)
        The references.

    Returns
    -------
    PcaBound
        In the vectors' own coordinates where there is little to gain: few references, or few dimensions.
    """
    count, dims = rows.shape
    sample = rows[:: -(-count // _SAMPLE)].astype(np.float64) if count else np.zeros((1, dims))
    mean = sample.mean(axis=0)
    # Only a scale: a reference outside the sample may be longer.
    extent = float(np.abs(sample - mean).max(initial=0.0)) * np.sqrt(dims)
    scale = 2.0 ** -np.ceil(np.log2(extent)) if 0 < extent < np.inf else 1.0
    plain = PcaBound(mean, None, scale if 0 < scale < np.inf else 1.0, _widths(dims))
    if dims <= _STAGES[0] or count < 1024:
        return plain
    z = (sample - mean) * plain.scale
    columns = np.sort(np.argsort(-z.var(axis=0), kind="stable")[:_MOST_COLUMNS])
    covariance = z[:, columns].T @ z[:, columns]
    if not np.isfinite(covariance).all():
        return plain
    components = np.zeros((dims, len(columns)))
    components[columns] = np.linalg.eigh(covariance)[1][:, ::-1]
    width = _best_width(z, components)
    return PcaBound(mean, components[:, :width].copy(), plain.scale, _widths(width))


def _widths(last: int) -> tuple[int, ...]:
    return (*(width for width in _STAGES if width < last), last)


def _best_width(z: NDArray[np.float64], components: NDArray[np.float64]) -> int:
    """The number of components that a search among rows like ``z`` is the quickest with."""
    pilots = z[:: max(1, len(z) // _PILOTS)][:_PILOTS]
    squares, pilot_squares = (np.einsum("ij,ij->i", rows, rows) for rows in (z, pilots))
    true = pilot_squares[:, None] + squares - 2.0 * (pilots @ z.T)
    # The fifth nearest of the sample is farther than that of all rows, so the estimate is on the safe side.
    fifth = np.partition(true, min(5, len(z) - 1), axis=1)[:, min(5, len(z) - 1)]
    dims = components.shape[1]
    tried = [d for d in (8, 16, 24, 32, 40, 48, 64, 80, 96, 128, 192, 256) if d < dims]
    p, q = z @ components[:, : max(tried)], pilots @ components[:, : max(tried)]
    shares = {dims: 0.0}  # of pairs that so many components don't rule out
    for d in tried:
        rest = np.sqrt(np.maximum(squares - (p[:, :d] ** 2).sum(axis=1), 0.0))
        pilot_rest = np.sqrt(np.maximum(pilot_squares - (q[:, :d] ** 2).sum(axis=1), 0.0))
        bounds = (
            (p[:, :d] ** 2).sum(axis=1)
            + (q[:, :d] ** 2).sum(axis=1)[:, None]
            - 2.0 * (q[:, :d] @ p[:, :d].T)
            + (pilot_rest[:, None] - rest) ** 2
        )
        shares[d] = float((bounds <= fifth[:, None]).mean())

    def cost(last: int) -> float:
        widths = (0, *_widths(last))
        reached = [1.0, *(min(1.0, _TOGETHER * shares[width]) for width in widths[1:-1])]
        stages = sum(share * width for share, width in zip(reached, np.diff(widths) + 1, strict=True))
        return float(stages + shares[last] * _SURVIVOR)

    return min(shares, key=cost)
