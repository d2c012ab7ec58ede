"""All combinations of features, metrics and votes, with every k in each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from ...datasets import LabeledDigits
from ...errors import ParameterError, UnknownNameError
from ...metrics import METRICS
from ...progress import Progress, no_progress, step_of
from ..fit_command import fit_command, steps_to_digits
from ..pipeline import Pipeline, parse_metric
from .cross_validation import CrossValidation
from .fold_errors import WEIGHTS
from .result import Curve, TuneResult

__all__ = ["parse_ks", "tune"]

_MOST_K = 10_000


def tune(
    digits: LabeledDigits,
    *,
    k: Sequence[int] = tuple(range(1, 16)),
    features: Sequence[str] = ("pixels",),
    metrics: Sequence[str] = ("euclidean",),
    weights: Sequence[str] = ("uniform",),
    folds: int = 5,
    limit: int | None = None,
    fresh: bool = False,
    progress: Progress = no_progress,
) -> TuneResult:
    """Cross-validate all combinations, and every k in each.

    The folds are those of :func:`inknn.lab.data.folds`. What has been measured is kept in the user's cache,
    so that a run after an interruption, or one with more combinations, measures only what is missing.

    Parameters
    ----------
    digits : LabeledDigits
        For training: tuning must not see test digits.
    k : sequence of int
        Numbers of neighbors.
    features : sequence of str
        As :class:`inknn.lab.pipeline.Pipeline` takes them.
    metrics : sequence of str
        Keys of :data:`inknn.metrics.METRICS`; Minkowski's p as ``"minkowski:4"``.
    weights : sequence of {"uniform", "distance"}
    folds : int
        At least 2.
    limit : int, optional
        Use only so many digits, of each label its share.
    fresh : bool
        Measure anew what an earlier run has measured.
    progress : Progress, optional

    Returns
    -------
    TuneResult

    Raises
    ------
    UnknownNameError
        If a feature, metric or vote is unknown; the message offers the nearest name.
    ParameterError
        If no combination is possible.
    DataError
        If there are too few digits, or all have one label.
    """
    for name in weights:
        if name not in WEIGHTS:
            raise UnknownNameError("vote", name, WEIGHTS)
    pairs, left_out = _combinations(digits.images.shape[1:], features, metrics)
    validation = CrossValidation(digits, max(k), count=folds, limit=limit, fresh=fresh)
    curves = []
    for i, (feature, metric) in enumerate(pairs):
        errors = list(validation.measure(feature, metric, step_of(progress, i, len(pairs))))
        curves += [Curve.of(feature, metric, vote, sorted(set(k)), errors) for vote in dict.fromkeys(weights)]
    progress("done", 1.0)
    curves.sort(key=lambda curve: curve.best_error)
    best, shape = curves[0], digits.images.shape[1:]
    return TuneResult(
        digits.name,
        len(validation.digits),
        folds,
        validation.folds.how,
        tuple(curves),
        validation.seconds,
        tuple(left_out),
        validation.searches,
        validation.taken,
        fit_command(digits.name, shape, best.feature, best.metric, best.weights, best.chosen_k),
        validation.folds.warning,
    )


def _combinations(
    shape: tuple[int, ...], features: Sequence[str], metrics: Sequence[str]
) -> tuple[list[tuple[str, str]], list[str]]:
    """Pairs of features and metric for pictures (height, width), and which others are left out and why.

    Where one takes 28×28 digits only, square pictures of another size are brought into MNIST's normal form
    first, and the feature's name says so.
    """
    pairs, left_out = [], []
    pipelines = dict.fromkeys(Pipeline(name).name for name in features)
    kinds = {metric: METRICS[parse_metric(metric)[0]] for metric in dict.fromkeys(metrics)}
    for feature, (metric, kind) in product(pipelines, kinds.items()):
        pipeline = Pipeline(feature)
        reason = pipeline.refusal(shape, digits=kind.takes_digits)
        formed = steps_to_digits(shape) + feature
        if reason and not Pipeline(formed).refusal(shape, digits=kind.takes_digits):
            feature, reason = formed, ""
        if kind.takes_digits and not pipeline.is_pixels:
            reason = f"{metric} compares pictures: only with pixels"
        if reason:
            left_out.append(f"{feature}, {metric}: {reason}")
        else:
            pairs.append((feature, metric))
    if not pairs:
        raise ParameterError(f"nothing to try: {left_out[0]}; choose another feature or metric")
    return pairs, left_out


def parse_ks(text: str) -> tuple[int, ...]:
    """Numbers of neighbors from text.

    Parameters
    ----------
    text : str
        Numbers and ranges, joined by commas: ``"1-15"``, ``"1,3,5"``, ``"1-9,15,25-45:5"``; the number after
        the colon is the step of the range.

    Returns
    -------
    tuple of int
        Ascending, each once.

    Raises
    ------
    ValueError
        If it is anything else; the message shows what is possible.

    Examples
    --------
    >>> parse_ks("1-3,9")
    (1, 2, 3, 9)
    """
    found: set[int] = set()
    for part in text.split(","):
        span, colon, step = part.strip().partition(":")
        first, dash, last = span.partition("-")
        numbers = [first, *([last] if dash else []), *([step] if colon else [])]
        if not all(number.strip().isdecimal() for number in numbers) or (colon and not dash):
            raise ValueError(f"{part.strip()!r} is no number or range; write 1-15 or 1,3,5")
        low, high, stride = int(first), int(last or first), int(step or 1)
        if low < 1 or high < low or stride < 1:
            raise ValueError(f"{part.strip()!r}: k starts at 1, and a range goes up; write 1-15 or 1,3,5")
        if high - low > _MOST_K:
            raise ValueError(f"{part.strip()!r}: more than {_MOST_K:,} neighbors; take a smaller range")
        found.update(range(low, high + 1, stride))
    return tuple(sorted(found))
