"""Spaces to look for neighbors in, named in a word: ``pixels``, ``deskew+gradient``, ``whitening:64``.

A space is a row of preprocessing steps and features, each with what it gives to the next. What a space
learns it learns from the digits it is fitted to, so that those held out stay strangers to it.
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..errors import InknnError, UnknownNameError
from ..estimators.preprocessing import PREPROCESSING, preprocess
from ..estimators.registry import FEATURES, feature
from ..metrics import METRICS
from ..recognizer.metric_learning import describe, learn_projection
from ..recognizer.settings import Settings

__all__ = ["LEARNED", "Space", "SpaceError", "known_spaces", "metric_and_parameters", "sized_steps"]

LEARNED = "learned"
"""The default recognizer's space: gradient histograms in a metric learned from labels and deformations."""

_SIZED = ("normal-form", "resize")  # pictures of any size in, 28 × 28 out
_ADAPTS = ("minmax", "standardize")  # to the digits it is fitted to, but takes no number
_DIMENSIONS = {"pca": 64, "whitening": 128, LEARNED: Settings().n_components}
"""What takes a number, and the number where none is given: dimensions to keep."""

_PLAIN = "pixels"  # of pictures of any size, and kept as bytes, which are searched fastest


class SpaceError(InknnError, ValueError):
    """A space or a metric that can't be: features in a row that don't follow each other, a wrong number."""

    exit_code = 2
    http_status = 422


def known_spaces() -> list[str]:
    """Names a space may be made of."""
    return [*FEATURES, LEARNED, *PREPROCESSING]


def sized_steps(spec: str) -> list[tuple[int, str]]:
    """Steps of a space that take a number of dimensions and name none: their places and names."""
    return [(place, name) for place, name in enumerate(spec.split("+")) if name in _DIMENSIONS]


class Space:
    """Preprocessing steps and features in a row, joined by ``+``.

    Parameters
    ----------
    spec : str
        Like ``"gradient"``, ``"pca:40"`` (of pixels) or ``"deskew+gradient+whitening:64"``; the number is
        that of the dimensions to keep.

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
        for (before, _), (name, _) in pairwise(self.steps):
            if _takes_pictures(name) and not _gives_pictures(before):
                raise SpaceError(f"{name} looks at pictures, so it can't follow {before} in {spec!r}")
        self.name = "+".join(name if size is None else f"{name}:{size}" for name, size in self.steps)
        self._fitted: list[Any] = []

    @property
    def learns(self) -> bool:
        """Whether it depends on the digits it is fitted to."""
        return any(name in _DIMENSIONS or name in _ADAPTS for name, _ in self.steps)

    @property
    def is_pixels(self) -> bool:
        """Whether vectors are pictures, laid flat."""
        return _gives_pictures(self.steps[-1][0])

    def refusal(self, shape: tuple[int, ...], *, digits: bool = False) -> str:
        """Why pictures of that shape can't be taken, or "".

        Parameters
        ----------
        shape : (int, int)
        digits : bool
            Whether 28 × 28 digits must come out.
        """
        names = [name for name, _ in self.steps]
        size = "×".join(map(str, shape))
        if shape[0] != shape[1] and any(name in PREPROCESSING and _takes_pictures(name) for name in names):
            return f"takes square pictures, and these are {size}"
        sized = min((names.index(name) for name in _SIZED if name in names), default=len(names))
        wants = [name for name in names[:sized] if name == LEARNED or _only_digits(name)]
        if shape != (28, 28) and (wants or (digits and sized == len(names))):
            return f"takes 28×28 digits, and these are {size}"
        return ""

    def fit(self, images: NDArray[np.uint8], labels: NDArray[np.integer]) -> Self:
        """Learn from pictures, uint8 (n, h, w), and labels (n,)."""
        self.fit_transform(images, labels)
        return self

    def fit_transform(self, images: NDArray[np.uint8], labels: NDArray[np.integer]) -> NDArray[Any]:
        """As :meth:`fit` and :meth:`transform` of the same pictures, (n, d)."""
        self._fitted, rows = [], images
        for name, size in self.steps:
            rows = _ready(name, rows)
            step = _transformer(name, size, rows)
            rows = rows if step is None else np.asarray(step.fit(rows, labels).transform(rows))
            self._fitted.append(step)
        return _flat(rows)

    def transform(self, images: NDArray[np.uint8]) -> NDArray[Any]:
        """Vectors (n, d) of pictures, uint8 (n, h, w)."""
        rows: NDArray[Any] = images
        for (name, _), step in zip(self.steps, self._fitted, strict=True):
            rows = _ready(name, rows)
            rows = rows if step is None else np.asarray(step.transform(rows))
        return _flat(rows)


class _Learned:
    """The recognizer's space, with as many dimensions as wanted."""

    def __init__(self, n_components: int) -> None:
        self.settings = replace(Settings(), n_components=n_components)

    def fit(self, images: NDArray[np.uint8], labels: NDArray[np.integer]) -> Self:
        histograms = describe(images, self.settings)
        _, codes = np.unique(labels, return_inverse=True)
        self.projection = learn_projection(images, histograms, codes, self.settings)
        return self

    def transform(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        return self.projection.apply(describe(images, self.settings))


def _takes_pictures(name: str) -> bool:
    if name in PREPROCESSING:
        return PREPROCESSING[name].takes_pictures
    return name == LEARNED or FEATURES[name].takes_digits


def _gives_pictures(name: str) -> bool:
    return name == _PLAIN or (name in PREPROCESSING and PREPROCESSING[name].takes_pictures)


def _only_digits(name: str) -> bool:
    return name not in PREPROCESSING and name != _PLAIN and _takes_pictures(name)


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
    if name in PREPROCESSING:
        return preprocess(name)
    if name == "pca":
        most = min(rows.shape)
        return feature(name, n_components=min(size or most, most), random_state=0)
    return feature(name) if size is None else feature(name, n_components=size)


def _ready(name: str, rows: NDArray[Any]) -> NDArray[Any]:
    """Pictures to what looks at pictures; to what takes vectors, float32, or they would become float64."""
    if not _takes_pictures(name):
        return _flat(rows).astype(np.float32, copy=False)
    if rows.ndim == 2:  # preprocessing lays pictures flat, and takes square ones only
        side = math.isqrt(rows.shape[1])
        return rows.reshape(-1, side, side)
    return rows


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
        return name, {"p": 3.0} if name == "minkowski" else {}  # as the table of metrics has it
    if name != "minkowski":
        raise SpaceError(f"{name} takes no number; write {name}")
    try:
        power = float(number)
    except ValueError:
        power = 0.0
    if not power >= 1:
        raise SpaceError(f"{spec!r}: p must be a number of at least 1; write minkowski:3, say")
    return name, {"p": power}
