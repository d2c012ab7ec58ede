"""From what was tuned to the command that makes a model of it."""

from __future__ import annotations

import shlex

from ..metrics import METRICS
from ..recognizer.settings import FEATURES, LEARNED
from .pipeline import Pipeline

__all__ = ["fit_command", "steps_to_digits"]

_LEARNED = Pipeline(LEARNED).name
"""The learned vectors as :class:`Pipeline` names them, with the dimensions they have in a model."""

_NORMAL_FORM = "normal-form+"
_ENLARGED = "resize+" + _NORMAL_FORM  # so that a small digit counts as a digit and not as a dot


def fit_command(
    data: str, shape: tuple[int, ...], feature: str, metric: str, weights: str, k: int
) -> str | None:
    """The command that makes a model of what was tuned.

    Parameters
    ----------
    data : str
        As ``inknn fit`` takes it.
    shape : (int, int)
        Height and width of the pictures that were tuned with.
    feature, metric : str
        As :class:`~inknn.lab.pipeline.Pipeline` and :func:`~inknn.lab.pipeline.parse_metric` take them.
    weights : str
    k : int

    Returns
    -------
    str, or None
        None where no model can be made of it, since models have one feature.
    """
    feature = feature.removeprefix(_ENLARGED).removeprefix(_NORMAL_FORM)
    feature = LEARNED if feature == _LEARNED else feature
    if feature not in FEATURES or metric not in METRICS:
        return None
    plain = " --preset fast" if feature == LEARNED else ""  # the vote alone, as it was tuned
    small = "" if shape == (28, 28) else "  # first brings pictures into MNIST's normal form"
    options = f"-F {feature} -m {metric} -k {k} -w {weights}{plain} -o model.inknn"
    return f"inknn fit {shlex.quote(data)} {options}{small}"


def steps_to_digits(shape: tuple[int, ...]) -> str:
    """What has to come before features that take 28×28 digits only, for pictures (height, width)."""
    return _ENLARGED if max(shape) < 28 else _NORMAL_FORM
