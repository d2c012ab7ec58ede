"""What a digit is compared by: images → vectors whose Euclidean distance tells digits apart.

    images ──gradient──▶ histograms of edge directions ──projection──▶ short whitened vectors

``gradient`` looks at one image at a time; ``projection`` is learnt from labelled vectors in closed form.
``transformers`` offers both to scikit-learn pipelines, ``table`` all features by name, ``preprocessing``
what may be done to digits before; only these three import scikit-learn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .gradient import GradientSettings, Grid, gradient_histograms
from .images import as_images
from .projection import Projection, fit_projection

if TYPE_CHECKING:
    from .preprocessing import PREPROCESSING, preprocess
    from .table import FEATURES, feature
    from .transformers import GradientHistograms, WithinClassWhitening

__all__ = [
    "FEATURES",
    "PREPROCESSING",
    "GradientHistograms",
    "GradientSettings",
    "Grid",
    "Projection",
    "WithinClassWhitening",
    "as_images",
    "feature",
    "fit_projection",
    "gradient_histograms",
    "preprocess",
]


def __getattr__(name: str) -> Any:
    if name in ("GradientHistograms", "WithinClassWhitening"):
        from . import transformers

        return getattr(transformers, name)
    if name in ("FEATURES", "feature"):
        from . import table

        return getattr(table, name)
    if name in ("PREPROCESSING", "preprocess"):
        from . import preprocessing

        return getattr(preprocessing, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
