"""What digits are compared by, written in a word: ``pixels``, ``deskew+gradient``, ``gradient+whitening:64``.

A pipeline is a row of preprocessing steps and features, each of which takes what the one before returns. It
learns from the digits it is fitted to and from no others, so digits held out have no part in it.
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..errors import ParameterError, UnknownNameError
from ..estimators.preprocessing import PREPROCESSING, preprocess
from ..estimators.registry import FEATURES, feature
from ..metrics import METRICS
from ..recognizer.description import describe
from ..recognizer.metric_learning import learn_projection
from ..recognizer.settings import LEARNED, Settings

__all__ = ["STEPS", "Pipeline", "parse_metric"]

STEPS = (*FEATURES, LEARNED, *PREPROCESSING)
"""Names of the steps a pipeline may have."""

_RESIZES = ("normal-form", "resize")  # pictures of any size to 28×28
_SCALES = ("minmax", "standardize")  # learn from the digits they are fitted to, without dimensions to choose
_DIMENSIONS = {"pca": 64, "whitening": 128, LEARNED: Settings().n_components}
"""Steps that take a number of dimensions to keep, and the number if none is given."""

_PLAIN = "pixels"  # takes pictures of any size, and leaves them bytes, which are searched fastest


class Pipeline:
    """Preprocessing steps and features in a row, joined by ``+``.

    Parameters
    ----------
    spec : str
        Like ``"gradient"``, ``"pca:40"`` (of pixels) or ``"deskew+gradient+whitening:64"``; the number is
        that of the dimensions to keep.

    Attributes
    ----------
    name : str
        The spec with all numbers of dimensions, those by default included.

    Raises
    ------
    UnknownNameError
        If there is no such step; the message offers the nearest name.
    ParameterError
        If the steps don't fit together, or a number makes no sense.

    Examples
    --------
    >>> Pipeline("gradient+whitening").learns, Pipeline("gradient").learns
    (True, False)
    """

    def __init__(self, spec: str) -> None:
        self.steps = [_parse_step(part) for part in spec.split("+")]
        for (before, _), (name, _) in pairwise(self.steps):
            if _takes_pictures(name) and not _returns_pictures(before):
                raise ParameterError(f"{name} takes pictures, so it can't follow {before} in {spec!r}")
        self.name = "+".join(name if size is None else f"{name}:{size}" for name, size in self.steps)
        self._fitted: list[Any] = []

    @property
    def learns(self) -> bool:
        """Whether it depends on the digits it is fitted to."""
        return any(name in _DIMENSIONS or name in _SCALES for name, _ in self.steps)

    @property
    def is_pixels(self) -> bool:
        """Whether its vectors are the pixels of pictures."""
        return _returns_pictures(self.steps[-1][0])

    def refusal(self, shape: tuple[int, ...], *, digits: bool = False) -> str:
        """Why it can't take pictures of a shape; empty if it can.

        Parameters
        ----------
        shape : (int, int)
        digits : bool
            Whether its vectors must be the pixels of 28×28 digits.
        """
        names = [name for name, _ in self.steps]
        size = "×".join(map(str, shape))
        if shape[0] != shape[1] and any(name in PREPROCESSING and _takes_pictures(name) for name in names):
            return f"takes square pictures, and these are {size}"
        resized = min((names.index(name) for name in _RESIZES if name in names), default=len(names))
        needs_digits = any(name == LEARNED or _takes_digits_only(name) for name in names[:resized])
        if shape != (28, 28) and (needs_digits or (digits and resized == len(names))):
            return f"takes 28×28 digits, and these are {size}"
        return ""

    def fit_transform(self, images: NDArray[np.uint8], labels: NDArray[np.integer]) -> NDArray[Any]:
        """Learn from pictures, uint8 (n, h, w), and labels (n,); return their vectors, (n, d)."""
        self._fitted, rows = [], images
        for name, size in self.steps:
            rows = _input_of(name, rows)
            step = _transformer(name, size, rows)
            rows = rows if step is None else np.asarray(step.fit(rows, labels).transform(rows))
            self._fitted.append(step)
        return _flat(rows)

    def transform(self, images: NDArray[np.uint8]) -> NDArray[Any]:
        """Vectors (n, d) of pictures, uint8 (n, h, w)."""
        rows: NDArray[Any] = images
        for (name, _), step in zip(self.steps, self._fitted, strict=True):
            rows = _input_of(name, rows)
            rows = rows if step is None else np.asarray(step.transform(rows))
        return _flat(rows)


def parse_metric(spec: str) -> tuple[str, dict[str, Any]]:
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
        If there is no such metric; the message offers the nearest name.
    ParameterError
        If it takes no number, or not this one.
    """
    name, colon, number = spec.strip().lower().partition(":")
    if name not in METRICS:
        raise UnknownNameError("metric", name, METRICS)
    if not colon:
        return name, {"p": 3.0} if name == "minkowski" else {}  # as the table of metrics has it
    if name != "minkowski":
        raise ParameterError(f"{name} takes no number; write {name}")
    try:
        power = float(number)
    except ValueError:
        power = 0.0
    if not power >= 1:
        raise ParameterError(f"{spec!r}: p must be a number of at least 1; write minkowski:3, for example")
    return name, {"p": power}


class _Learned:
    """The recognizer's learned vectors, with a number of dimensions."""

    def __init__(self, n_components: int) -> None:
        self.settings = replace(Settings(), n_components=n_components)

    def fit(self, images: NDArray[np.uint8], labels: NDArray[np.integer]) -> Self:
        histograms = describe(images, self.settings)
        _, codes = np.unique(labels, return_inverse=True)
        self.projection = learn_projection(images, histograms, codes, self.settings)
        return self

    def transform(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        return self.projection.apply(describe(images, self.settings))


def _parse_step(part: str) -> tuple[str, int | None]:
    name, colon, number = part.strip().lower().partition(":")
    if name not in STEPS:
        raise UnknownNameError("feature", name, STEPS)
    if name not in _DIMENSIONS:
        if colon:
            raise ParameterError(f"{name} takes no number; write {name}")
        return name, None
    if not colon:
        return name, _DIMENSIONS[name]
    if not number.isdecimal() or int(number) < 1:
        raise ParameterError(f"{part!r}: dimensions must be a whole number; write {name}:64, for example")
    return name, int(number)


def _transformer(name: str, size: int | None, rows: NDArray[Any]) -> Any:
    if name == _PLAIN:
        return None
    if name in PREPROCESSING:
        return preprocess(name)
    if size is None:
        return feature(name)
    if name == LEARNED:
        return _Learned(size)
    if name == "pca":
        return feature(name, n_components=min(size, *rows.shape), random_state=0)
    return feature(name, n_components=size)


def _takes_pictures(name: str) -> bool:
    if name in PREPROCESSING:
        return PREPROCESSING[name].takes_pictures
    return name == LEARNED or FEATURES[name].takes_digits


def _returns_pictures(name: str) -> bool:
    return name == _PLAIN or (name in PREPROCESSING and PREPROCESSING[name].takes_pictures)


def _takes_digits_only(name: str) -> bool:
    return name not in PREPROCESSING and name != _PLAIN and _takes_pictures(name)


def _input_of(name: str, rows: NDArray[Any]) -> NDArray[Any]:
    """What a step takes: pictures (n, h, w), or vectors (n, d) in float32, which stay float32."""
    if not _takes_pictures(name):
        return _flat(rows).astype(np.float32, copy=False)
    if rows.ndim == 2:  # preprocessing returns square pictures laid flat
        side = math.isqrt(rows.shape[1])
        return rows.reshape(-1, side, side)
    return rows


def _flat(rows: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(rows.reshape(len(rows), -1))
