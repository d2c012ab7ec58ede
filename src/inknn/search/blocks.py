"""References in blocks of near neighbors, laid out as the kernels read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import ModuleType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from .pca_bound import Coordinates, half_norms

__all__ = ["BLOCK", "Layout", "Segment", "block_order"]

BLOCK = 64  # kBlock of the kernels


@np.errstate(over="ignore", invalid="ignore")  # any order will do
def block_order(first_stage: NDArray[np.float32]) -> NDArray[np.int64]:
    """An order of rows in which each :data:`BLOCK` consecutive ones are near each other, and each 16 nearer.

    Parts are split at the median of the coordinate that varies most: a k-d tree (Bentley, "Multidimensional
    binary search trees used for associative searching", 1975) of which only the leaves are kept.

    Parameters
    ----------
    first_stage : float32 (n, b)
        Coordinates.

    Returns
    -------
    int64 (n,)
    """
    order = np.arange(len(first_stage))
    parts = [(0, len(first_stage))]
    while parts:
        start, stop = parts.pop()
        if stop - start <= BLOCK:
            continue
        mine = order[start:stop]
        values = first_stage[mine]
        widest = values[:, int(values.var(axis=0).argmax())]
        half = -(-(stop - start) // (2 * BLOCK)) * BLOCK
        order[start:stop] = mine[np.argpartition(widest, half)]
        parts += [(start, start + half), (start + half, stop)]
    whole = order[: len(order) // BLOCK * BLOCK]
    for size in (BLOCK, BLOCK // 2):
        mine = whole.reshape(-1, size)
        values = first_stage[mine]
        widest = values.var(axis=1).argmax(axis=1)
        values = np.take_along_axis(values, widest[:, None, None], axis=2)[..., 0]
        whole[:] = np.take_along_axis(mine, np.argpartition(values, size // 2, axis=1), axis=1).ravel()
    return order


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """What the kernels read of a segment of b blocks. A slot is a place for one reference.

    Attributes
    ----------
    packed : float32 (b, c, BLOCK)
        Coordinates of the references, packed by block: side by side for each coordinate.
    half_norms : float32 (b, BLOCK)
        See :func:`inknn.search.pca_bound.half_norms`; infinite where the slot is free.
    bounds : float32 (b, 2, d)
        Least and greatest coordinates, of the first stage, in each block.
    centers : float32 (d, b rounded up to 64)
        Of the bounds.
    stages : int64 (s,)
        Where each stage's coordinates end.
    ids : int64 (b · BLOCK,)
        Index of the reference in each slot; −1 where it is free.
    """

    packed: NDArray[np.float32]
    half_norms: NDArray[np.float32]
    bounds: NDArray[np.float32]
    centers: NDArray[np.float32]
    stages: NDArray[np.int64]
    ids: NDArray[np.int64]

    @classmethod
    def empty(cls, capacity: int, like: Coordinates) -> Self:
        """One with room for so many references, whose coordinates have the stages of ``like``."""
        blocks = max(1, -(-capacity // BLOCK))
        width = like.first_stage.shape[1]
        bounds = np.empty((blocks, 2, width), np.float32)
        bounds[:, 0], bounds[:, 1] = np.inf, -np.inf  # an empty block contains no point
        return cls(
            np.zeros((blocks, like.values.shape[1], BLOCK), np.float32),
            np.full((blocks, BLOCK), np.inf, np.float32),
            bounds,
            np.full((width, -(-blocks // 64) * 64), np.inf, np.float32),
            like.stages,
            np.full(blocks * BLOCK, -1, np.int64),
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """By name, to store."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """From :meth:`arrays`. What removing a reference changes is copied; the rest may be read-only."""
        stored = {each.name: arrays[each.name] for each in fields(cls)}
        return cls(**{**stored, "half_norms": stored["half_norms"].copy(), "ids": stored["ids"].copy()})


class Segment:
    """References with consecutive indices, and what the kernels need to search them.

    Parameters
    ----------
    native : module or None
        The kernels, where there are any.
    rows : uint8, float32 or float64 (capacity, dims)
        The references themselves, in the order of their indices; rows not yet filled may hold anything.
    first_id : int
        Index of ``rows[0]``.
    layout : Layout
    scale : float
        That of the :class:`inknn.search.pca_bound.PcaBound`.
    max_norm : float
        The largest norm of a reference in it.
    """

    def __init__(
        self,
        native: ModuleType | None,
        rows: NDArray[Any],
        first_id: int,
        layout: Layout,
        scale: float,
        max_norm: float = 0.0,
    ) -> None:
        self.rows, self.first_id, self.layout, self.max_norm = rows, first_id, layout, max_norm
        filled = np.flatnonzero(layout.ids >= 0)
        self.n_used = len(filled)  # slots filled so far; those of removed references stay counted
        self._slots = np.full(len(rows), -1, np.int64)  # of each row
        self._slots[layout.ids[filled] - first_id] = filled
        self.native = native and native.Segment(
            layout.packed,
            layout.half_norms,
            layout.bounds,
            layout.centers,
            layout.stages,
            layout.ids,
            rows,
            first_id,
            scale,
        )

    @property
    def n_blocks(self) -> int:
        """How many blocks there are, free ones among them."""
        return len(self.layout.packed)

    @property
    def n_free(self) -> int:
        """How many references more it has room for."""
        return len(self.rows) - self.n_used

    def fill(self, which: NDArray[np.int64], coordinates: Coordinates) -> None:
        """Put ``rows[which]``, with their coordinates in the same order, into the next slots."""
        first, count = self.n_used, len(which)
        slots = np.arange(first, first + count)
        block, place = np.divmod(slots, BLOCK)
        self.layout.packed[block, :, place] = coordinates.values
        self.layout.half_norms[block, place] = half_norms(coordinates)
        self._slots[which] = slots
        firsts = np.flatnonzero(np.r_[True, block[1:] != block[:-1]])
        touched = block[firsts]
        bounds = self.layout.bounds
        low = np.minimum(bounds[touched, 0], np.minimum.reduceat(coordinates.first_stage, firsts))
        high = np.maximum(bounds[touched, 1], np.maximum.reduceat(coordinates.first_stage, firsts))
        bounds[touched, 0], bounds[touched, 1] = low, high
        self.layout.centers[:, touched] = ((low + high) / 2).T
        self.max_norm = max(self.max_norm, float(coordinates.norms.max()))
        self.n_used += count
        self.layout.ids[slots] = which + self.first_id  # last: only now are they found

    def remove(self, ids: NDArray[np.int64]) -> None:
        """Free the slots of the references with these indices, all of which it holds."""
        slots = self._slots[ids - self.first_id]
        self.layout.ids[slots] = -1
        self.layout.half_norms[slots // BLOCK, slots % BLOCK] = np.inf
