"""Plots worth showing: of digits, of neighbors, of what goes wrong and how often.

    from inknn.lab import plots
    figure = plots.digits(images, labels)        # a matplotlib Figure: show it, or
    plots.save(figure, "digits.svg")

Each function draws what it is given. ``PLOTS`` has a line for each kind that ``inknn plot`` knows, with a
function that first finds or measures what to draw. One file a family: ``pictures`` of digits, ``answers``
of a recognizer, ``curves`` and ``speed``, the ``borders`` and ``maps`` of planes, the ``anatomy`` of one
digit; ``style`` is how all of them look.

matplotlib comes with the extra ``inknn[lab]`` and is imported by the first plot.
"""

from __future__ import annotations

from .anatomy import distortion, gradient, normalizing
from .answers import calibration, confusion, risk_coverage
from .borders import regions
from .curves import k_curve, learning_curve
from .files import save
from .maps import embedding
from .measuring import measure_learning
from .pictures import digits, mistakes
from .planes import Plane
from .request import Kind, OptionError, Request
from .speed import speed_accuracy
from .table import PLOTS

__all__ = [
    "PLOTS",
    "Kind",
    "OptionError",
    "Plane",
    "Request",
    "calibration",
    "confusion",
    "digits",
    "distortion",
    "embedding",
    "gradient",
    "k_curve",
    "learning_curve",
    "measure_learning",
    "mistakes",
    "normalizing",
    "regions",
    "risk_coverage",
    "save",
    "speed_accuracy",
]
