"""Quantiles by partial sorting."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def quantile(values: NDArray[np.float32], share: float) -> float:
    """The value below which a share of all values lies: :func:`numpy.quantile`, several times faster.

    Parameters
    ----------
    values : ndarray of dtype float32
        At least one.
    share : float
        From 0 to 1; 0.5 for the median.

    Returns
    -------
    float
        Between the two nearest values in proportion.
    """
    place = share * (values.size - 1)
    below = int(place)
    ordered = np.partition(values, below, axis=None)
    value = float(ordered[below])
    if below == place:
        return value
    return value + (place - below) * (float(ordered[below + 1 :].min()) - value)
