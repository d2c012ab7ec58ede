"""How far a count of errors can be trusted.

The interval is Wilson's (E. B. Wilson, "Probable inference, the law of succession, and statistical
inference", JASA 22, 1927): unlike the textbook's ±, it is sensible for error rates near zero.
"""

from __future__ import annotations

import math

__all__ = ["wilson_interval"]

_NORMAL_95 = 1.959963984540054  # 97.5 % of a normal distribution lie below


def wilson_interval(errors: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a rate of which ``errors`` in ``count`` trials have been seen.

    Parameters
    ----------
    errors, count
        0 <= errors <= count, and count at least 1.

    Returns
    -------
    low, high
        Rates, 0 to 1.

    Raises
    ------
    ValueError
        If the counts make no sense.

    Examples
    --------
    >>> low, high = wilson_interval(50, 10_000)
    >>> f"{low:.2%} {high:.2%}"
    '0.38% 0.66%'
    """
    if not 0 <= errors <= count or count < 1:
        raise ValueError(f"{errors} errors among {count} make no sense")
    rate, slack = errors / count, _NORMAL_95**2 / count
    middle = (rate + slack / 2) / (1 + slack)
    reach = math.sqrt(rate * (1 - rate) * slack + slack**2 / 4) / (1 + slack)
    return max(0.0, middle - reach), min(1.0, middle + reach)
