"""How far a count of errors can be trusted, and whether two methods differ by more than chance.

The interval is Wilson's (E. B. Wilson, "Probable inference, the law of succession, and statistical
inference", JASA 22, 1927): unlike the textbook's ±, it makes sense for error rates near zero.

Two methods that answered the same digits are compared by those on which only one of them is wrong: if both
were equally good, each such digit would be a toss of a coin (Q. McNemar, "Note on the sampling error of the
difference between correlated proportions or percentages", Psychometrika 12, 1947; here the exact binomial).
"""

from __future__ import annotations

import math

__all__ = ["mcnemar", "wilson_interval"]

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


def mcnemar(only_one: int, only_other: int) -> float:
    """How often two equally good methods would differ as much or more: McNemar's exact, two-sided p.

    Parameters
    ----------
    only_one, only_other : int
        Digits on which only the one method is wrong, and on which only the other is.

    Returns
    -------
    float
        1 where both are wrong on the same digits.

    Examples
    --------
    >>> round(mcnemar(3, 12), 3)
    0.035
    """
    from scipy.stats import binomtest  # here, since it takes a while to import

    total = only_one + only_other
    return float(binomtest(only_one, total, 0.5).pvalue) if total else 1.0
