"""Which references an index holds. Each keeps its id; the id of a removed one is never used again."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Ids"]


class Ids:
    """Ids 0 to ``n_given`` − 1, some of them removed.

    Parameters
    ----------
    n_given : int
        How many are given at first.
    """

    def __init__(self, n_given: int) -> None:
        self._present = np.ones(n_given, np.bool_)

    def __len__(self) -> int:
        """How many are present."""
        return int(np.count_nonzero(self._present))

    @property
    def n_given(self) -> int:
        """How many were given so far: one more than the largest."""
        return len(self._present)

    def present(self) -> NDArray[np.int64]:
        """Those present, ascending."""
        return np.flatnonzero(self._present)

    def removed(self) -> NDArray[np.int64]:
        """Those removed, ascending."""
        return np.flatnonzero(~self._present)

    def give(self, count: int) -> NDArray[np.int64]:
        """New ids, int64 (count,)."""
        first = self.n_given
        self._present = np.append(self._present, np.ones(count, np.bool_))
        return np.arange(first, first + count)

    def remove(self, indices: ArrayLike) -> NDArray[np.int64]:
        """Remove these ids, int (m,), all or none of them.

        Returns
        -------
        int64 (m,)
            They themselves.

        Raises
        ------
        IndexError
            If one of them isn't present, or is given twice.
        """
        ids = np.atleast_1d(np.asarray(indices))
        if ids.size == 0:
            return np.empty(0, np.int64)
        if ids.dtype.kind not in "iu" or ids.ndim != 1:
            raise IndexError("indices must be whole numbers, one after the other")
        known = (ids >= 0) & (ids < self.n_given)
        known[known] = self._present[ids[known]]
        if not known.all():
            raise IndexError(f"there is no reference {ids[~known][0]}")
        if len(np.unique(ids)) != len(ids):
            raise IndexError("an index is given twice")
        self._present[ids] = False
        return ids.astype(np.int64)

    def rows_of(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Those of ``rows``, one for each id given, that are present; not copied where all are."""
        return rows if len(self) == len(rows) else rows[self._present]
