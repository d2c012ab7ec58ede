"""Spaces to look for neighbours in, named in a word: ``pixels``, ``gradient+whitening:64``, ``learned``.

A space is one feature or several in a row, each with what it gives to the next. What a space learns it
learns from the digits it is fitted to, so that those held out stay strangers to it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..errors import InknnError, UnknownNameError
from ..features import FEATURES, feature, gradient_histograms
from ..learning import Settings, describe, learn_projection
from ..metrics import METRICS

__all__ = ["LEARNED", "Space", "SpaceError", "known_spaces", "metric_and_parameters", "sized_steps"]

LEARNED = "learned"
"""The default recogniser's space: gradient histograms in a metric learned from labels and deformations."""

_DIMENSIONS = {"pca": 64, "whitening": 128, LEARNED: Settings().n_components}
"""What takes a number, and the number where none is given: dimensions to keep."""

_PLAIN = "pixels"  # of pictures of any size, and kept as bytes, which are searched fastest


class SpaceError(InknnError, ValueError):
    """A space or a metric that can't be: features in a row that don't follow each other, a wrong number."""

    exit_code = 2
    http_status = 422


def known_spaces() -> list[str]:
    """Names a space may be made of."""
    return [*FEATURES, LEARNED]


def sized_steps(spec: str) -> list[tuple[int, str]]:
    """Steps of a space that take a number of dimensions and name none: their places and names."""
    return [(place, name) for place, name in enumerate(spec.split("+")) if name in _DIMENSIONS]


class Space:
    """One feature, or several in a row joined by ``+``.

    Parameters
    ----------
    spec : str
        Like ``"gradient"``, ``"pca:40"`` (of pixels) or ``"gradient+whitening:64"``; the number is that of
        the dimensions to keep.

    Raises
    ------
    UnknownNameError
        If a feature is unknown; it offers the nearest.
    SpaceError
        If they don't fit together.

    Examples
    --------
    >>> Space("gradient+whitening").learns, Space("gradient").learns
    (True, False)
    """

    def __init__(self, spec: str) -> None:
        self.steps = [_step(part) for part in spec.split("+")]
        for name, _ in self.steps[1:]:
            if name == LEARNED or FEATURES[name].takes_digits:
                raise SpaceError(f"{name} looks at pictures, so it can only come first in {spec!r}")
        self.name = "+".join(name if size is None else f"{name}:{size}" for name, size in self.steps)
        self._fitted: list[Any] = []

    @property
    def learns(self) -> bool:
        """Whether it depends on the digits it is fitted to."""
        return any(name in _DIMENSIONS for name, _ in self.steps)

    @property
    def takes_digits(self) -> bool:
        """Whether pictures must be 28 × 28."""
        first = self.steps[0][0]
        return first == LEARNED or (first != _PLAIN and FEATURES[first].takes_digits)

    @property
    def is_pixels(self) -> bool:
        """Whether vectors are the pictures themselves."""
        return [name for name, _ in self.steps] == [_PLAIN]

    def fit(self, images: NDArray[np.uint8], labels: NDArray[np.integer]) -> Self:
        """Learn from pictures, uint8 (n, h, w), and labels (n,)."""
        self.fit_transform(images, labels)
        return self

    def fit_transform(self, images: NDArray[np.uint8], labels: NDArray[np.integer]) -> NDArray[Any]:
        """As :meth:`fit` and :meth:`transform` of the same pictures, (n, d)."""
        self._fitted, rows = [], images
        for name, size in self.steps:
            step = _transformer(name, size, rows)
            rows = step.fit_transform(rows, labels) if step is not None else rows
            self._fitted.append(step)
        return _flat(rows)

    def transform(self, images: NDArray[np.uint8]) -> NDArray[Any]:
        """Vectors (n, d) of pictures, uint8 (n, h, w)."""
        rows: NDArray[Any] = images
        for (name, _), step in zip(self.steps, self._fitted, strict=True):
            rows = step.transform(_ready(name, rows)) if step is not None else rows
        return _flat(rows)


class _Learned:
    """The recogniser's space, with as many dimensions as wanted."""

    def __init__(self, n_components: int) -> None:
        self.settings = replace(Settings(), n_components=n_components)

    def fit_transform(self, images: NDArray[np.uint8], labels: NDArray[np.integer]) -> NDArray[np.float32]:
        histograms = describe(images, self.settings)
        _, codes = np.unique(labels, return_inverse=True)
        self.projection = learn_projection(images, histograms, codes, self.settings)
        return self.projection.apply(histograms)

    def transform(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        return self.projection.apply(gradient_histograms(images, self.settings.gradient))


class _Fitted:
    """A transformer of the table, given rows it can take."""

    def __init__(self, name: str, transformer: Any) -> None:
        self.name, self.transformer = name, transformer

    def fit_transform(self, rows: NDArray[Any], labels: NDArray[np.integer]) -> NDArray[Any]:
        rows = _ready(self.name, rows)
        return np.asarray(self.transformer.fit(rows, labels).transform(rows))

    def transform(self, rows: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(self.transformer.transform(rows))


def _step(part: str) -> tuple[str, int | None]:
    name, colon, number = part.strip().lower().partition(":")
    if name not in known_spaces():
        raise UnknownNameError("feature", name, known_spaces())
    if name not in _DIMENSIONS:
        if colon:
            raise SpaceError(f"{name} takes no number; write {name}")
        return name, None
    if not colon:
        return name, _DIMENSIONS[name]
    if not number.isdecimal() or int(number) < 1:
        raise SpaceError(f"{part!r}: the dimensions to keep must be a whole number; write {name}:64, say")
    return name, int(number)


def _transformer(name: str, size: int | None, rows: NDArray[Any]) -> Any:
    if name == _PLAIN:
        return None
    if name == LEARNED:
        return _Learned(size or _DIMENSIONS[LEARNED])
    if name == "pca":
        most = min(len(rows), int(np.prod(rows.shape[1:])))
        return _Fitted(name, feature(name, n_components=min(size or most, most), random_state=0))
    return _Fitted(name, feature(name) if size is None else feature(name, n_components=size))


def _ready(name: str, rows: NDArray[Any]) -> NDArray[Any]:
    """Pictures to what looks at pictures; to what takes vectors, float32, or they would become float64."""
    looks = name == LEARNED or FEATURES[name].takes_digits
    return rows if looks else _flat(rows).astype(np.float32, copy=False)


def _flat(rows: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(rows.reshape(len(rows), -1))


def metric_and_parameters(spec: str) -> tuple[str, dict[str, Any]]:
    """A metric's name and parameters, from ``"cosine"`` or ``"minkowski:4"``.

    Parameters
    ----------
    spec : str
        A key of :data:`inknn.metrics.METRICS`; Minkowski's may have its p.

    Returns
    -------
    name : str
    parameters : dict

    Raises
    ------
    UnknownNameError
        If there is no such metric; it offers the nearest.
    SpaceError
        If it takes no number, or not this one.
    """
    name, colon, number = spec.strip().lower().partition(":")
    if name not in METRICS:
        raise UnknownNameError("metric", name, METRICS)
    if not colon:
        return name, {}
    if name != "minkowski":
        raise SpaceError(f"{name} takes no number; write {name}")
    try:
        power = float(number)
    except ValueError:
        power = 0.0
    if not power >= 1:
        raise SpaceError(f"{spec!r}: p must be a number of at least 1; write minkowski:3, say")
    return name, {"p": power}
