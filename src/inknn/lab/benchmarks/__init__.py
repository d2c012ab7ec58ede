"""What ``inknn bench`` measures: one file for each family, one line each in :data:`BENCHMARKS`.

A benchmark is a generator: it gives a row, plain values for JSON, as soon as one thing has been measured,
ours first, and tells how far it is. :mod:`inknn.lab.bench` runs them, :mod:`inknn.lab.results` keeps the
figures, :mod:`inknn.lab.report` makes tables of them and ``plots`` pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ...progress import Progress
from .classifiers import classifiers
from .distortion import distortion
from .index import index
from .scaling import scaling
from .searches import features, latency, search, whitened
from .sizes import FULL, QUICK, Row, Size

__all__ = ["BENCHMARKS", "FULL", "QUICK", "Benchmark", "Row", "Size"]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Something to measure.

    Attributes
    ----------
    what : str
        For people.
    minutes : float
        Roughly, in full on two cores: so that progress moves evenly, and nobody starts an hour unawares.
    measure : callable
        ``measure(size, progress)`` gives the rows one by one.
    """

    what: str
    minutes: float
    measure: Callable[[Size, Progress], Iterator[Row]]


BENCHMARKS: Mapping[str, Benchmark] = {
    "search": Benchmark("many queries at once, MNIST's pixels", 4, search),
    "features": Benchmark("the same, learned vectors", 2, features),
    "whitened": Benchmark("the same, whitened gradient histograms of 150 dimensions", 2.5, whitened),
    "latency": Benchmark("one query at a time, MNIST's pixels", 1.5, latency),
    "scaling": Benchmark("how the time of a query grows with the references", 6, scaling),
    "distortion": Benchmark("the image distortion model, one thread", 0.5, distortion),
    "index": Benchmark("the prepared index: time to build, disk, memory", 0.7, index),
    "classifiers": Benchmark("whole classifiers: error, time, memory", 15, classifiers),
}
"""All benchmarks by name, in the order in which they run."""
