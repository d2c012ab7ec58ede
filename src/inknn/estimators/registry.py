"""All features, one line each, from which :func:`feature` makes transformers.

>>> from sklearn.pipeline import make_pipeline, make_union
>>> from sklearn.neighbors import KNeighborsClassifier
>>> shape = make_union(feature("topology"), feature("zoning"))
>>> pipeline = make_pipeline(shape, feature("whitening", n_components=20), KNeighborsClassifier(3))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sklearn.decomposition import PCA

from ..errors import UnknownNameError
from .transformers import DigitFeatures, GradientHistograms, WithinClassWhitening

__all__ = ["FEATURES", "Feature", "feature"]


@dataclass(frozen=True, slots=True)
class Feature:
    """A way to describe digits.

    Attributes
    ----------
    name, what : str
    make : callable
        The transformer; keyword arguments are its parameters.
    takes_digits : bool
        It takes digits, uint8 (n, 784) or (n, 28, 28); otherwise any vectors.
    needs_labels : bool
        It needs labels to be fitted.
    """

    name: str
    what: str
    make: Callable[..., Any]
    takes_digits: bool = True
    needs_labels: bool = False


def _described(name: str, what: str) -> Feature:
    return Feature(name, what, lambda **parameters: DigitFeatures(name, **parameters))


_LINES = (
    _described("pixels", "gray levels"),
    Feature("gradient", "histograms of edge directions", GradientHistograms),
    _described("moments", "central moments of orders two and three"),
    _described("hu", "Hu's seven invariant moments"),
    _described("ink", "ink density and aspect"),
    _described("topology", "pieces, holes, Euler number"),
    _described("crossings", "strokes each row and column meets"),
    _described("profiles", "ink in each row and column"),
    _described("zoning", "ink in 7 × 7 zones"),
    _described("contour", "Fourier descriptors of the outline"),
    Feature("pca", "principal components", PCA, takes_digits=False),
    Feature(
        "whitening", "within-class whitening", WithinClassWhitening, takes_digits=False, needs_labels=True
    ),
)

FEATURES: dict[str, Feature] = {line.name: line for line in _LINES}
"""Every feature, by its name."""


def feature(name: str, **parameters: Any) -> Any:
    """A new transformer.

    Parameters
    ----------
    name : str
        A key of ``FEATURES``.
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
    if name not in FEATURES:
        raise UnknownNameError("feature", name, FEATURES)
    return FEATURES[name].make(**parameters)
