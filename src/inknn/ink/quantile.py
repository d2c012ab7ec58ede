"""Quantiles of values that are sorted already: one sort serves several of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def quantile(ordered: NDArray[np.float32], share: float) -> float:
    """The value below which a share of all values lies.

    Parameters
    ----------
    ordered : ndarray of shape (n,), dtype float32
        Ascending; at least one.
    share : float
        From 0 to 1; 0.5 for the median.

    Returns
    -------
    float
        In proportion between the two nearest values, as :func:`numpy.quantile` has it.
    """
    place = share * (len(ordered) - 1)
    below = int(place)
    value = float(ordered[below])
    return value if below == place else value + (place - below) * (float(ordered[below + 1]) - value)
