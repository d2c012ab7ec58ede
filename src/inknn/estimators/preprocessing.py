"""Steps before the features, one line each, to combine in a ``Pipeline``.

>>> from sklearn.neighbors import KNeighborsClassifier
>>> from sklearn.pipeline import make_pipeline
>>> pipeline = make_pipeline(preprocess("deskew"), preprocess("blur", sigma=0.7), KNeighborsClassifier(3))

Steps on pictures take and give gray levels, uint8 (n, pixels), of square pictures with rows first, so that
they can follow each other and come before any feature or estimator; steps on vectors take any numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.preprocessing import MinMaxScaler, Normalizer, StandardScaler
from sklearn.utils.validation import check_is_fitted, validate_data

from ..errors import UnknownNameError
from ..glyph.deskew import deskew, moments
from ..glyph.normalize import SIDE, normalize
from .validation import check_square_images

__all__ = [
    "PREPROCESSING",
    "Binarize",
    "Blur",
    "Center",
    "Deskew",
    "NormalForm",
    "Preprocessing",
    "Resize",
    "Scale",
    "preprocess",
]

Pictures = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """A step before the features.

    Attributes
    ----------
    name, what : str
    make : callable
        The transformer; keyword arguments are its parameters.
    takes_pictures : bool
        Square pictures in gray levels, and gives such; otherwise any vectors.
    """

    name: str
    what: str
    make: Callable[..., Any]
    takes_pictures: bool = True


class _PictureStep(TransformerMixin, BaseEstimator):
    """A step that changes each picture by itself, and learns only their size."""

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Check that ``X`` holds square pictures, uint8 (n, pixels) or (n, side, side)."""
        self._check_parameters()
        images = check_square_images(self, X, reset=True)
        self._n_features_out = self._side_out(images.shape[1]) ** 2
        return self

    def transform(self, X: ArrayLike) -> Pictures:
        """The pictures, changed: uint8 (n, pixels)."""
        check_is_fitted(self, "n_features_in_")
        images = check_square_images(self, X)
        return self._changed(images).reshape(len(images), -1)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Names of the pixels, row by row."""
        check_is_fitted(self, "n_features_in_")
        side = math.isqrt(self._n_features_out)
        return np.array([f"pixel_{y}_{x}" for y in range(side) for x in range(side)], dtype=object)

    def __sklearn_tags__(self) -> Any:
        """The tags of this estimator: the result is always uint8."""
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        tags.input_tags.three_d_array = True
        tags.input_tags.positive_only = True
        return tags

    def _check_parameters(self) -> None:
        """Raise a ``ValueError`` for one that makes no sense."""

    def _side_out(self, side: int) -> int:
        return side

    def _changed(self, images: Pictures) -> Pictures:
        raise NotImplementedError


class Deskew(_PictureStep):
    """Shears each digit upright and puts its center of gravity in the middle (:mod:`inknn.glyph.deskew`)."""

    def _changed(self, images: Pictures) -> Pictures:
        return _gray(deskew(images, images.shape[1]))


class Center(_PictureStep):
    """Moves each digit, by whole pixels, into the middle; the size of picture and digit stay.

    Parameters
    ----------
    by : {"mass", "box"}
        Its center of gravity, as in MNIST, or the middle of the box around its ink.
    """

    def __init__(self, by: str = "mass") -> None:
        self.by = by

    def _check_parameters(self) -> None:
        if self.by not in ("mass", "box"):
            raise ValueError(f"by must be 'mass' or 'box', got {self.by!r}")

    def _changed(self, images: Pictures) -> Pictures:
        middle = (images.shape[1] - 1) / 2
        rows, columns = _mass(images) if self.by == "mass" else _boxes(images)
        moved = np.zeros_like(images)
        for i, image in enumerate(images):
            # Halves are always rounded the same way: the result must not depend on where the digit was.
            down, right = (math.floor(middle - place[i] + 0.5) for place in (rows, columns))
            moved[i] = _shifted(image, down, right)
        return moved


class Blur(_PictureStep):
    """Blurs each digit, so that a stroke that is a little off still overlaps.

    Parameters
    ----------
    sigma : float
        Standard deviation of the Gaussian in pixels, above 0.
    """

    def __init__(self, sigma: float = 1.0) -> None:
        self.sigma = sigma

    def _check_parameters(self) -> None:
        if not self.sigma > 0:
            raise ValueError(f"sigma must be above 0, got {self.sigma}")

    def _changed(self, images: Pictures) -> Pictures:
        blurred = [cv2.GaussianBlur(i, (0, 0), self.sigma, borderType=cv2.BORDER_CONSTANT) for i in images]
        return np.array(blurred, np.uint8).reshape(images.shape)


class Binarize(_PictureStep):
    """Makes each pixel ink (255) or paper (0).

    Parameters
    ----------
    threshold : int, optional
        Pixels above it are ink, 0 to 254; by default Otsu's threshold of each digit.
    """

    def __init__(self, threshold: int | None = None) -> None:
        self.threshold = threshold

    def _check_parameters(self) -> None:
        if self.threshold is not None and not 0 <= self.threshold <= 254:
            raise ValueError(f"threshold must be from 0 to 254, got {self.threshold}")

    def _changed(self, images: Pictures) -> Pictures:
        if self.threshold is not None:
            return np.where(images > self.threshold, np.uint8(255), np.uint8(0))
        flags = cv2.THRESH_BINARY + cv2.THRESH_OTSU
        return np.array([cv2.threshold(i, 0, 255, flags)[1] for i in images], np.uint8).reshape(images.shape)


class Resize(_PictureStep):
    """Scales the pictures to another side: by areas where it becomes smaller, bicubic where larger.

    Parameters
    ----------
    side : int
        Of the pictures to give, in pixels, at least 1.
    """

    def __init__(self, side: int = SIDE) -> None:
        self.side = side

    def _check_parameters(self) -> None:
        if self.side < 1:
            raise ValueError(f"side must be at least 1, got {self.side}")

    def _side_out(self, side: int) -> int:
        return self.side

    def _changed(self, images: Pictures) -> Pictures:
        how = cv2.INTER_AREA if self.side < images.shape[1] else cv2.INTER_CUBIC
        size = (self.side, self.side)
        scaled = [cv2.resize(i, size, interpolation=how) for i in images]
        return np.array(scaled, np.uint8).reshape(len(images), *size)


class NormalForm(_PictureStep):
    """Brings each digit to MNIST's form, 28×28 (:func:`inknn.glyph.normalize`)."""

    def _side_out(self, side: int) -> int:
        return SIDE

    def _changed(self, images: Pictures) -> Pictures:
        return np.array([normalize(i) for i in images], np.uint8).reshape(-1, SIDE, SIDE)


class Scale(TransformerMixin, BaseEstimator):
    """Divides all numbers alike, so that gray levels become 0 to 1.

    Parameters
    ----------
    top : float
        The number that becomes 1, above 0.
    """

    def __init__(self, top: float = 255.0) -> None:
        self.top = top

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Learn nothing; check that ``X`` holds numbers (n, d)."""
        if not self.top > 0:
            raise ValueError(f"top must be above 0, got {self.top}")
        validate_data(self, X, dtype=(np.float32, np.float64))
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.floating[Any]]:
        """The numbers, divided: float32 (n, d), or float64 where they were."""
        check_is_fitted(self, "n_features_in_")
        values = validate_data(self, X, dtype=(np.float32, np.float64), reset=False)
        return values / values.dtype.type(self.top)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """The names that went in."""
        check_is_fitted(self, "n_features_in_")
        return np.array([f"x{i}" for i in range(self.n_features_in_)], dtype=object)


def _gray(levels: NDArray[np.float32]) -> Pictures:
    return np.rint(levels).clip(0, 255).astype(np.uint8)


def _mass(images: Pictures) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Row and column of each center of gravity; without ink, the middle."""
    found = moments(images)
    blank = ~images.any(axis=(1, 2))
    middle = (images.shape[1] - 1) / 2
    return np.where(blank, middle, found.y), np.where(blank, middle, found.x)


def _boxes(images: Pictures) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Row and column of the middle of each box around ink; without ink, that of the picture."""
    side = images.shape[1]
    blank = ~images.any(axis=(1, 2))

    def middle(inked: NDArray[np.bool_]) -> NDArray[np.float64]:
        first, last = inked.argmax(axis=1), side - 1 - inked[:, ::-1].argmax(axis=1)
        return np.where(blank, (side - 1) / 2, (first + last) / 2)

    inked = images > 0
    return middle(inked.max(axis=2)), middle(inked.max(axis=1))


def _shifted(image: Pictures, down: int, right: int) -> Pictures:
    """The picture moved by whole pixels; what leaves it is lost."""
    side = len(image)
    moved = np.zeros_like(image)
    if abs(down) < side and abs(right) < side:
        rows, columns = max(down, 0), max(right, 0)
        part = image[max(-down, 0) : side - max(down, 0), max(-right, 0) : side - max(right, 0)]
        moved[rows : rows + part.shape[0], columns : columns + part.shape[1]] = part
    return moved


_LINES = (
    Preprocessing("scale", "gray levels from 0 to 1", Scale, takes_pictures=False),
    Preprocessing("minmax", "each pixel from 0 to 1 over the set", MinMaxScaler, takes_pictures=False),
    Preprocessing(
        "standardize", "each pixel of mean 0 and deviation 1", StandardScaler, takes_pictures=False
    ),
    Preprocessing("unit-norm", "each digit of length 1", Normalizer, takes_pictures=False),
    Preprocessing("deskew", "sheared upright, and centered", Deskew),
    Preprocessing("center-mass", "moved by its center of gravity", partial(Center, "mass")),
    Preprocessing("center-box", "moved by the box around its ink", partial(Center, "box")),
    Preprocessing("normal-form", "cropped, scaled and centered as MNIST is", NormalForm),
    Preprocessing("blur", "Gaussian blur", Blur),
    Preprocessing("binarize", "ink or paper", Binarize),
    Preprocessing("resize", "scaled to another side", Resize),
)

PREPROCESSING: dict[str, Preprocessing] = {line.name: line for line in _LINES}
"""Every step, by its name."""


def preprocess(name: str, **parameters: Any) -> Any:
    """A new transformer.

    Parameters
    ----------
    name : str
        A key of ``PREPROCESSING``.
    **parameters
        Of the transformer.

    Returns
    -------
    scikit-learn transformer

    Raises
    ------
    UnknownNameError
        If there is none of that name, a ``ValueError``; the message offers the most similar one.
    """
    if name not in PREPROCESSING:
        raise UnknownNameError("preprocessing", name, PREPROCESSING)
    return PREPROCESSING[name].make(**parameters)
