"""All benchmarks: one line each, from which the command, the stored results and the documentation follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module

from .sizes import Row, Size

__all__ = ["BENCHMARKS", "Benchmark", "measure"]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What is measured, about how many minutes that takes in full on two cores, and by which module.

    The module has a generator of rows with the benchmark's name; inknn's row comes first.
    """

    what: str
    minutes: float
    module: str


BENCHMARKS = {
    "search": Benchmark("many queries at once among pixels of MNIST", 4, "searches"),
    "features": Benchmark("many queries at once among vectors of the factory model", 1, "searches"),
    "whitened": Benchmark("many queries at once among whitened gradient histograms", 1, "searches"),
    "latency": Benchmark("one query at a time among pixels of MNIST", 1, "searches"),
    "scaling": Benchmark("time of a query as the number of references grows", 6, "scaling"),
    "distortion": Benchmark("the image distortion model on one thread", 0.5, "distortion"),
    "index": Benchmark("the prepared index: time, disk and memory", 0.5, "cold_start"),
    "reading": Benchmark(
        "reading a page on one thread, its steps, and the floor: decode, threshold, components", 1, "reading"
    ),
    "estimators": Benchmark(
        "fit and 1,000 queries of NearestNeighbors, as a part of scikit-learn's time", 6, "estimators"
    ),
    "tuning": Benchmark("choosing k by five-fold cross-validation", 1, "tuning"),
    "classifiers": Benchmark("whole classifiers: errors, time and memory", 15, "classifiers"),
}
"""Every benchmark by its name, in the order in which they run."""


def measure(name: str, size: Size) -> Iterator[Row]:
    """The rows of a benchmark, each as soon as it is measured."""
    module = import_module(f".{BENCHMARKS[name].module}", __package__)
    yield from getattr(module, name)(size)
