"""What a digit is compared by: images → vectors whose Euclidean distance tells digits apart.

    images ──gradient──▶ histograms of edge directions ──projection──▶ short whitened vectors

``gradient`` looks at one image at a time; ``projection`` is learned from labeled vectors in closed form;
``shape`` holds descriptions that need no learning, ``registry`` all of them by name. :mod:`inknn.estimators`
makes scikit-learn transformers of them.
"""

from __future__ import annotations

from .gradient import GradientSettings, Grid, gradient_histograms
from .images import as_images
from .projection import Projection, fit_projection

__all__ = ["GradientSettings", "Grid", "Projection", "as_images", "fit_projection", "gradient_histograms"]
