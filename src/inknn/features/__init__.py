"""Features: images → vectors whose Euclidean distance tells digits apart.

    images ──gradient──▶ histograms of edge directions ──projection──▶ short whitened vectors

``gradient`` describes one image at a time by the edges that ``sobel`` finds; ``projection`` is learned from
labeled vectors in closed form. ``shape`` holds descriptors that need no learning, and ``registry`` lists them
by name; ``augmentation`` makes deformed digits to learn from. :mod:`inknn.estimators` wraps them as
scikit-learn transformers.
"""

from __future__ import annotations

from .gradient import GradientSettings, Grid, gradient_histograms
from .images import as_images
from .projection import Projection, fit_projection

__all__ = ["GradientSettings", "Grid", "Projection", "as_images", "fit_projection", "gradient_histograms"]
