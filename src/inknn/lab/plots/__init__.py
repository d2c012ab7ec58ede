"""Plots of digits, of neighbors, of what goes wrong and how often.

    from inknn.lab import plots
    figure = plots.digits(images, labels)        # a matplotlib Figure: show it, or
    plots.save(figure, "digits.svg")

Each function draws what it is given: digits, or figures that were computed before. ``PLOTS`` has a line for
each kind that ``inknn plot`` draws. One file a family: ``evaluations``, ``pictures``, ``curves``, ``speed``,
``decision_regions`` in ``planes``, ``digit_map``, the ``anatomy`` of one digit. All look as ``style`` says.

matplotlib comes with the extra ``inknn[lab]`` and is imported by the first plot.
"""

from __future__ import annotations

from .anatomy import distortion, gradient, normalizing
from .curves import k_curve, learning_curve
from .decision_regions import regions
from .digit_map import embedding
from .evaluations import calibration, confusion, risk_coverage
from .files import save
from .inline import inline_svg
from .kinds import PLOTS, Kind
from .pictures import digits, mistakes
from .planes import Plane
from .request import Request
from .speed import speed_accuracy

__all__ = [
    "PLOTS",
    "Kind",
    "Plane",
    "Request",
    "calibration",
    "confusion",
    "digits",
    "distortion",
    "embedding",
    "gradient",
    "inline_svg",
    "k_curve",
    "learning_curve",
    "mistakes",
    "normalizing",
    "regions",
    "risk_coverage",
    "save",
    "speed_accuracy",
]
