"""What a digit is compared by: images → vectors whose Euclidean distance tells digits apart.

    images ──gradient──▶ histograms of edge directions ──projection──▶ short whitened vectors

``gradient`` looks at one image at a time; ``projection`` is learnt from labelled vectors in closed form.
``transformers`` offers both to scikit-learn pipelines and is the only file here that imports it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .gradient import GradientSettings, Grid, gradient_histograms
from .images import as_images
from .projection import Projection, fit_projection

if TYPE_CHECKING:
    from .table import FEATURES, feature
    from .transformers import GradientHistograms, WithinClassWhitening

__all__ = [
    "FEATURES",
    "GradientHistograms",
    "GradientSettings",
    "Grid",
    "Projection",
    "WithinClassWhitening",
    "as_images",
    "feature",
    "fit_projection",
    "gradient_histograms",
]


def __getattr__(name: str) -> Any:
    if name in ("GradientHistograms", "WithinClassWhitening"):
        from . import transformers

        return getattr(transformers, name)
    if name in ("FEATURES", "feature"):
        from . import table

        return getattr(table, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
