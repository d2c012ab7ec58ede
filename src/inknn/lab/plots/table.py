"""All kinds of plots: one line each, from which the command, its help and the tests take them."""

from __future__ import annotations

from . import anatomy, answers, borders, curves, maps, pictures, speed
from .request import Kind

__all__ = ["PLOTS"]

_DRAWN = frozenset({"limit", "seed"})
_PICKING = _DRAWN | {"index"}

_LINES = (
    Kind("digits", "a sheet of digits with their labels", pictures.draw_digits, _PICKING),
    Kind(
        "mistakes",
        "wrong answers with the nearest neighbors that led to them",
        pictures.draw_mistakes,
        frozenset({"limit"}),
    ),
    Kind("confusion", "which digit is read as which", answers.draw_confusion, _DRAWN),
    Kind(
        "risk-coverage",
        "errors left once unsure answers are set aside",
        answers.draw_risk_coverage,
        _DRAWN,
    ),
    Kind("calibration", "whether confidence keeps its promise", answers.draw_calibration, _DRAWN),
    Kind("k-curve", "error over k", curves.draw_k_curve, frozenset({"limit"}), "inknn tune"),
    Kind(
        "learning-curve",
        "error over the number of references",
        curves.draw_learning_curve,
        _DRAWN,
    ),
    Kind(
        "speed-accuracy",
        "error against time",
        speed.draw_speed_accuracy,
        _DRAWN,
        "inknn compare",
    ),
    Kind(
        "regions",
        "what k neighbors vote for in the plane, for several k",
        borders.draw_regions,
        _PICKING | {"k", "space"},
    ),
    Kind("embedding", "a map of digits by likeness", maps.draw_embedding, _DRAWN | {"method"}),
    Kind("gradient", "the gradient histogram of a digit", anatomy.draw_gradient, frozenset({"index"})),
    Kind("normalizing", "what the normal form and straightening do", anatomy.draw_normalizing, _PICKING),
    Kind(
        "distortion",
        "how a digit's pixels shift to meet another digit",
        anatomy.draw_distortion,
        frozenset({"index"}),
    ),
)

PLOTS: dict[str, Kind] = {line.name: line for line in _LINES}
"""Every kind of plot, by its name."""
