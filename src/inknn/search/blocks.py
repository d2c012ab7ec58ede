"""References in blocks of near neighbors, laid out as the kernels read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import ModuleType
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .pca_bound import Coordinates, starts

__all__ = ["BLOCK", "Layout", "Segment", "block_order", "removed"]

BLOCK = 64  # kBlock of the kernels


@np.errstate(over="ignore", invalid="ignore")  # any order will do
def block_order(box: NDArray[np.float32]) -> NDArray[np.int64]:
    """An order of rows in which each :data:`BLOCK` consecutive ones lie near each other, and each 16 nearer.

    Parts are split at the median of the coordinate that varies most: a k-d tree (Bentley, "Multidimensional
    binary search trees used for associative searching", 1975) of which only the leaves are kept.

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
    whole = order[: len(order) // BLOCK * BLOCK]
    for size in (BLOCK, BLOCK // 2):
        mine = whole.reshape(-1, size)
        values = box[mine]
        widest = values.var(axis=1).argmax(axis=1)
        values = np.take_along_axis(values, widest[:, None, None], axis=2)[..., 0]
        whole[:] = np.take_along_axis(mine, np.argpartition(values, size // 2, axis=1), axis=1).ravel()
    return order


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """What the kernels read of a segment of b blocks; a slot is a place in a block.

    Attributes
    ----------
    panels : float32 (b, c, BLOCK)
        Tile coordinates, those of a block side by side.
    starts : float32 (b, BLOCK)
        See :func:`inknn.search.pca_bound.starts`; infinite where the slot is free.
    boxes : float32 (b, 2, d)
        Least and greatest box coordinates of each block.
    middles : float32 (d, b rounded up to 64)
        Of the boxes.
    stages : int64 (s,)
        Those of the coordinates.
    ids : int64 (b · BLOCK,)
        Index of the reference in each slot; −1 where it is free.
    """

    panels: NDArray[np.float32]
    starts: NDArray[np.float32]
    boxes: NDArray[np.float32]
    middles: NDArray[np.float32]
    stages: NDArray[np.int64]
    ids: NDArray[np.int64]

    @classmethod
    def free(cls, capacity: int, widths: Coordinates) -> Self:
        """One with room for so many references, with coordinates like ``widths``."""
        blocks = max(1, -(-capacity // BLOCK))
        width = widths.box.shape[1]
        boxes = np.empty((blocks, 2, width), np.float32)
        boxes[:, 0], boxes[:, 1] = np.inf, -np.inf  # a block with nothing in it reaches nowhere
        return cls(
            np.zeros((blocks, widths.tile.shape[1], BLOCK), np.float32),
            np.full((blocks, BLOCK), np.inf, np.float32),
            boxes,
            np.full((width, -(-blocks // 64) * 64), np.inf, np.float32),
            widths.stages,
            np.full(blocks * BLOCK, -1, np.int64),
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """By name, to keep."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """From :meth:`arrays`; what forgetting a reference changes is copied, the rest may be read-only."""
        kept = {each.name: arrays[each.name] for each in fields(cls)}
        return cls(**{**kept, "starts": kept["starts"].copy(), "ids": kept["ids"].copy()})


class Segment:
    """Some references with consecutive indices.

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
        Of the coordinates.
    reach : float
        Length of the longest reference in it.
    """

    def __init__(
        self,
        native: ModuleType | None,
        rows: NDArray[Any],
        first_id: int,
        layout: Layout,
        scale: float,
        reach: float = 0.0,
    ) -> None:
        self.rows, self.first_id, self.layout, self.reach = rows, first_id, layout, reach
        filled = np.flatnonzero(layout.ids >= 0)
        self.used = len(filled)  # slots filled
        self._slots = np.full(len(rows), -1, np.int64)  # of each row
        self._slots[layout.ids[filled] - first_id] = filled
        self.native = native and native.Segment(
            layout.panels,
            layout.starts,
            layout.boxes,
            layout.middles,
            layout.stages,
            layout.ids,
            rows,
            first_id,
            scale,
        )

    @property
    def n_blocks(self) -> int:
        """How many blocks it has."""
        return len(self.layout.panels)

    @property
    def room(self) -> int:
        """How many references more it can take."""
        return len(self.rows) - self.used

    def fill(self, which: NDArray[np.int64], coordinates: Coordinates) -> None:
        """Put ``rows[which]``, with their coordinates in the same order, into the next slots."""
        first, count = self.used, len(which)
        slots = np.arange(first, first + count)
        block, place = np.divmod(slots, BLOCK)
        self.layout.panels[block, :, place] = coordinates.tile
        self.layout.starts[block, place] = starts(coordinates)
        self._slots[which] = slots
        firsts = np.flatnonzero(np.r_[True, block[1:] != block[:-1]])
        touched = block[firsts]
        boxes = self.layout.boxes
        low = np.minimum(boxes[touched, 0], np.minimum.reduceat(coordinates.box, firsts))
        high = np.maximum(boxes[touched, 1], np.maximum.reduceat(coordinates.box, firsts))
        boxes[touched, 0], boxes[touched, 1] = low, high
        self.layout.middles[:, touched] = ((low + high) / 2).T
        self.reach = max(self.reach, float(coordinates.lengths.max()))
        self.used += count
        self.layout.ids[slots] = which + self.first_id  # last: now they count

    def drop(self, ids: NDArray[np.int64]) -> None:
        """Forget the references with these indices, all of which it holds."""
        slots = self._slots[ids - self.first_id]
        self.layout.ids[slots] = -1
        self.layout.starts[slots // BLOCK, slots % BLOCK] = np.inf


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
