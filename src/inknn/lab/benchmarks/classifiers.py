"""Whole classifiers of digits: how often they are wrong, and what that costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from numpy.typing import NDArray

from ... import datasets
from ...progress import Progress
from ..peers import CLASSIFIERS
from .sizes import Row, Size
from .starting import peak_memory_mb
from .timing import in_own_process, timed

__all__ = ["classifiers"]

_SECONDS = {"scikit-learn SVC, rbf, pixels": 700.0, "scikit-learn random forest, pixels": 120.0}
"""About how long they take in full, for the progress only."""
_USUAL = 40.0


def classifiers(size: Size, progress: Progress) -> Iterator[Row]:
    """Error with its interval, time to fit, time to predict with all cores, and memory; one process each."""
    expected = [_SECONDS.get(name, _USUAL) for name in CLASSIFIERS]
    for i, name in enumerate(CLASSIFIERS):

        def tell(stage: str, seconds: float, i: int = i, name: str = name) -> None:
            share = min(0.95, seconds / expected[i])
            progress(f"{name}, {stage}", (sum(expected[:i]) + share * expected[i]) / sum(expected))

        yield in_own_process(_measure, name, size.train, size.test, tell=tell)


def _measure(say: Callable[[str], None], name: str, train: int, test: int) -> Row:
    from ..statistics import wilson_interval

    (x, y), (x_test, y_test) = datasets.load_mnist()
    known: NDArray[Any] = x[:train].reshape(-1, 784)
    asked: NDArray[Any] = x_test[:test].reshape(-1, 784)
    if not name.startswith("inknn"):
        known, asked = (part.astype("float32") / 255 for part in (known, asked))
    classifier = CLASSIFIERS[name]()
    say("fitting")
    fit_seconds, _ = timed(classifier.fit, known, y[:train])
    say("predicting")
    classifier.predict(asked[:2])
    seconds, predicted = timed(classifier.predict, asked)
    errors = int((predicted != y_test[:test]).sum())
    low, high = wilson_interval(errors, test)
    return {
        "name": name,
        "train": train,
        "test": test,
        "errors": errors,
        "error_percent": 100 * errors / test,
        "interval_percent": [100 * low, 100 * high],
        "fit_seconds": fit_seconds,
        "ms_per_digit": 1000 * seconds / test,
        "peak_memory_mb": peak_memory_mb(),
    }
