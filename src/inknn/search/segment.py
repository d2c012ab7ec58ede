"""References in blocks of near neighbours, laid out as the kernels read them."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .reduction import Coordinates, starts

__all__ = ["BLOCK", "Segment", "block_order", "removed"]

BLOCK = 64  # kBlock of the kernels


@np.errstate(over="ignore", invalid="ignore")  # any order will do
def block_order(box: NDArray[np.float32]) -> NDArray[np.int64]:
    """An order of rows in which each :data:`BLOCK` consecutive ones lie near each other.

    Parts are split at the median of the coordinate that varies most, until they fit a block: a k-d tree
    (Bentley, "Multidimensional binary search trees used for associative searching", 1975) of which only
    the leaves are kept.

    Parameters
    ----------
    box : float32 (n, b)

    Returns
    -------
    int64 (n,)
    """
    order = np.arange(len(box))
    parts = [(0, len(box))]
    while parts:
        start, stop = parts.pop()
        if stop - start <= BLOCK:
            continue
        mine = order[start:stop]
        values = box[mine]
        widest = values[:, int(values.var(axis=0).argmax())]
        half = -(-(stop - start) // (2 * BLOCK)) * BLOCK
        order[start:stop] = mine[np.argpartition(widest, half)]
        parts += [(start, start + half), (start + half, stop)]
    return order


class Segment:
    """Room for some references with consecutive indices.

    Parameters
    ----------
    native : module
        The kernels.
    rows : uint8, float32 or float64 (capacity, dims)
        The references themselves, in the order of their indices; rows not yet filled may hold anything.
    first_id : int
        Index of ``rows[0]``.
    template : Coordinates
        Whose widths to take.
    scale : float
        Of the coordinates.
    """

    def __init__(
        self, native: ModuleType, rows: NDArray[Any], first_id: int, template: Coordinates, scale: float
    ) -> None:
        self.rows, self.first_id = rows, first_id
        self.used = 0  # slots filled
        self.reach = 0.0  # of the longest reference
        blocks = max(1, -(-len(rows) // BLOCK))
        self.n_blocks = blocks
        width = template.box.shape[1]
        self._panels = np.zeros((blocks, template.tile.shape[1], BLOCK), np.float32)
        self._starts = np.full((blocks, BLOCK), np.inf, np.float32)
        self._boxes = np.empty((blocks, 2, width), np.float32)
        self._boxes[:, 0], self._boxes[:, 1] = np.inf, -np.inf  # a block with nothing in it reaches nowhere
        self._middles = np.full((width, -(-blocks // 64) * 64), np.inf, np.float32)
        self._details = np.zeros((blocks * BLOCK, template.detail.shape[1]), np.float32)
        self._ids = np.full(blocks * BLOCK, -1, np.int64)
        self._slots = np.full(len(rows), -1, np.int64)  # of each row
        self.native = native.Segment(
            self._panels,
            self._starts,
            self._boxes,
            self._middles,
            self._details,
            self._ids,
            rows,
            first_id,
            scale,
        )

    @property
    def room(self) -> int:
        """How many references more it can take."""
        return len(self.rows) - self.used

    def fill(self, which: NDArray[np.int64], coordinates: Coordinates) -> None:
        """Put ``rows[which]``, with their coordinates in the same order, into the next slots."""
        first, count = self.used, len(which)
        slots = np.arange(first, first + count)
        block, place = np.divmod(slots, BLOCK)
        self._panels[block, :, place] = coordinates.tile
        self._starts[block, place] = starts(coordinates.tile)
        self._details[slots] = coordinates.detail
        self._slots[which] = slots
        firsts = np.flatnonzero(np.r_[True, block[1:] != block[:-1]])
        touched = block[firsts]
        low, high = self._boxes[touched, 0], self._boxes[touched, 1]
        low = np.minimum(low, np.minimum.reduceat(coordinates.box, firsts))
        high = np.maximum(high, np.maximum.reduceat(coordinates.box, firsts))
        self._boxes[touched, 0], self._boxes[touched, 1] = low, high
        self._middles[:, touched] = ((low + high) / 2).T
        self.reach = max(self.reach, float(coordinates.lengths.max()))
        self.used += count
        self._ids[slots] = which + self.first_id  # last: now they count

    def drop(self, ids: NDArray[np.int64]) -> None:
        """Forget the references with these indices, all of which it holds."""
        slots = self._slots[ids - self.first_id]
        self._ids[slots] = -1
        self._starts[slots // BLOCK, slots % BLOCK] = np.inf


def removed(alive: NDArray[np.bool_], indices: ArrayLike) -> NDArray[np.bool_]:
    """``alive`` without these indices.

    Raises
    ------
    IndexError
        If one of them isn't alive, or comes twice.
    """
    ids = np.atleast_1d(np.asarray(indices))
    if ids.size == 0:
        return alive
    if ids.dtype.kind not in "iu" or ids.ndim != 1:
        raise IndexError("indices must be whole numbers, one after the other")
    known = (ids >= 0) & (ids < len(alive))
    known[known] = alive[ids[known]]
    if not known.all():
        raise IndexError(f"there is no reference {ids[~known][0]}")
    if len(np.unique(ids)) != len(ids):
        raise IndexError("an index is given twice")
    left = alive.copy()
    left[ids] = False
    return left
