"""An evaluation as one HTML page to project, print or send."""

from __future__ import annotations

import re

from markupsafe import Markup

from ...tables import percent
from ..evaluation import Evaluation
from ..plots.evaluations import calibration, confusion, risk_coverage
from ..plots.inline import inline_svg
from .evaluation_tables import (
    class_table,
    confusion_table,
    group_table,
    limit_table,
    reliability_table,
    settings_table,
    verdict_table,
)
from .rendering import render

__all__ = ["evaluation_page"]

_GROUPS = 50  # the worst, on the page; JSON has all
_WIDE, _HALF = (12.5, 7.5), (8.0, 5.6)  # inches of charts


def evaluation_page(evaluation: Evaluation) -> str:
    """The page, HTML.

    Parameters
    ----------
    evaluation : Evaluation

    Returns
    -------
    str
        Complete, with its styles, pictures and charts.

    Raises
    ------
    MissingExtraError
        If matplotlib isn't installed.
    """
    model = evaluation.settings.get("model")
    frequent = [found for found in evaluation.scores.confusions[:3] if found[2] > 1]
    return render(
        "evaluation.html.j2",
        evaluation=evaluation,
        name=re.split(r"[/\\]", evaluation.dataset.rstrip("/\\"))[-1],
        model=f"the nearest neighbors among {model}" if model else "inknn",
        summary=_summary(evaluation),
        pictures=any(near.image is not None for each in evaluation.mistakes for near in each.neighbors),
        often=[f"{label} read as {answer} ({count:,} times)" for label, answer, count in frequent],
        charts=_charts(evaluation),
        tables={
            "classes": class_table(evaluation),
            "confusion": confusion_table(evaluation),
            "verdicts": verdict_table(evaluation),
            "limits": limit_table(evaluation),
            "reliability": reliability_table(evaluation),
            "groups": group_table(evaluation, _GROUPS) if evaluation.scores.groups else None,
            "settings": settings_table(evaluation),
        },
    )


def _summary(evaluation: Evaluation) -> list[tuple[str, str, str, str, str]]:
    """The figures to begin with: figure, unit, title, details, and whether it is about right or wrong."""
    scores = evaluation.scores
    low, high = map(percent, evaluation.interval)
    named = scores.verdicts[0]
    return [
        (
            percent(evaluation.error_rate),
            "%",
            "wrong",
            f"{evaluation.errors:,} of {evaluation.count:,}; 95 % interval {low} to {high} %",
            "wrong",
        ),
        (
            percent(1 - evaluation.error_rate),
            "%",
            "accuracy",
            f"macro F1 {percent(scores.averages['macro']['f1'])} %",
            "right",
        ),
        (percent(scores.top2), "%", "top two", "the label is the first or the second guess", "right"),
        (
            percent(named.error_rate),
            "%",
            "wrong with the verdict “digit”",
            f"{named.errors:,} of {named.count:,}, {percent(named.count / evaluation.count)} % of all; the "
            "other verdicts are “unsure” and “not-a-digit”",
            "wrong",
        ),
    ]


def _charts(evaluation: Evaluation) -> dict[str, Markup]:
    figures = evaluation.scores.to_dict()
    classes, counts = figures["confusion"]["classes"], figures["confusion"]["counts"]
    curve, verdict = figures["risk_coverage"]["curve"], figures["verdicts"][0]
    return {
        "confusion": Markup(inline_svg(confusion(counts, classes), "c", _WIDE)),
        "risk": Markup(inline_svg(risk_coverage(curve, verdict), "r", _HALF)),
        "calibration": Markup(inline_svg(calibration(figures["calibration"]["bins"]), "k", _HALF)),
    }
