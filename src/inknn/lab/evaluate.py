"""Count the errors of a recogniser on labelled digits, and say how sure the count makes us.

The interval is Wilson's (E. B. Wilson, "Probable inference, the law of succession, and statistical
inference", JASA 22, 1927): unlike the textbook's ±, it is sensible for error rates near zero.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .. import datasets
from ..datasets.mnist import Part
from ..errors import UnknownNameError
from ..progress import Progress, no_progress

if TYPE_CHECKING:
    from ..recogniser import Recogniser

DATA_SETS: Mapping[str, Callable[[], Part]] = {
    "mnist": lambda: datasets.load_mnist_part("test"),
}
"""The labelled sets by name; none of their digits is a prototype of the factory recogniser."""

_NORMAL_95 = 1.959963984540054  # 97.5 % of a normal distribution lie below
_BATCH = 1000  # digits between two reports of progress


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How a recogniser did on a labelled set.

    ``seconds`` is the time from pictures of digits to answers; loading is not in it. ``settings`` are
    those of the recogniser.
    """

    dataset: str
    count: int
    errors: int
    seconds: float
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def error_rate(self) -> float:
        """The part that is wrong, 0 to 1."""
        return self.errors / self.count

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of :attr:`error_rate`."""
        return wilson_interval(self.errors, self.count)

    @property
    def milliseconds_per_digit(self) -> float:
        """Time for each digit, all threads together."""
        return 1000 * self.seconds / self.count

    def to_dict(self) -> dict[str, Any]:
        """The figures as plain values, ready for ``json.dumps``."""
        return {
            "dataset": self.dataset,
            "count": self.count,
            "errors": self.errors,
            "error_rate": self.error_rate,
            "interval": list(self.interval),
            "seconds": self.seconds,
            "milliseconds_per_digit": self.milliseconds_per_digit,
            "settings": dict(self.settings),
        }

    def __str__(self) -> str:
        low, high = self.interval
        settings = ", ".join(f"{name} {value}" for name, value in self.settings.items())
        return "\n".join(
            (
                f"set       {self.dataset}, {self.count:,} digits",
                f"errors    {self.errors:,}",
                f"error     {_percent(self.error_rate)}, 95 % interval {_percent(low)} to {_percent(high)}",
                f"time      {self.seconds:.2f} s, {self.milliseconds_per_digit:.3f} ms a digit",
                f"settings  {settings}",
            )
        )


def _percent(rate: float) -> str:
    return f"{100 * rate:.2f} %"


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


def evaluate(
    recogniser: Recogniser,
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    *,
    dataset: str = "given digits",
    progress: Progress = no_progress,
) -> Evaluation:
    """Recognise labelled digits and count what is wrong; a refused digit counts by its best label.

    Parameters
    ----------
    recogniser
        The recogniser.
    images, labels
        uint8 of shape (n, 28, 28) and (n,), n at least 1.
    dataset
        What to call them in the report.
    progress
        Told how far it is.

    Returns
    -------
    Evaluation
        The figures.

    Raises
    ------
    ValueError
        If there are no digits, or not one label for each.
    """
    if len(images) != len(labels) or not len(labels):
        raise ValueError(f"{len(images)} digits can't be compared with {len(labels)} labels")
    answers = np.empty(len(labels), np.int64)
    started = time.perf_counter()
    for start in range(0, len(images), _BATCH):
        progress("recognising", start / len(images))
        batch = slice(start, start + _BATCH)
        answers[batch] = recogniser.recognise(images[batch]).labels
    seconds = time.perf_counter() - started
    progress("recognising", 1.0)
    wrong = int(np.count_nonzero(answers != labels))
    return Evaluation(dataset, len(labels), wrong, seconds, recogniser.settings)


def evaluate_factory(name: str, progress: Progress = no_progress) -> Evaluation:
    """Evaluate the factory recogniser, the one ``inknn read`` uses, on a set by name.

    Parameters
    ----------
    name
        A key of :data:`DATA_SETS`.
    progress
        Told how far it is.

    Returns
    -------
    Evaluation
        The figures.

    Raises
    ------
    UnknownNameError
        If there is no such set.
    """
    if name not in DATA_SETS:
        raise UnknownNameError("labelled set", name, DATA_SETS)
    from ..memory import factory_recogniser

    recogniser = factory_recogniser(progress)
    images, labels = DATA_SETS[name]()
    return evaluate(recogniser, images, labels, dataset=name, progress=progress)
