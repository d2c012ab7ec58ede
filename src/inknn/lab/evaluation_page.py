"""An evaluation as one page to project, print or send: no script, nothing loaded from elsewhere."""

from __future__ import annotations

import re
from html import escape

from .asked import Mistake, Neighbor
from .evaluate import Evaluation
from .evaluation_tables import (
    Table,
    classes_table,
    limits_table,
    percent,
    reliability_table,
    settings_table,
    sources_table,
    verdicts_table,
)
from .paged import card, figures, neighbor, page, picture, safe, scrolling
from .svg import Chart, Scale, covering

__all__ = ["page_of"]

_SOURCES = 50  # the worst, on the page; JSON has all


def page_of(evaluation: Evaluation) -> str:
    """The page, HTML.

    Parameters
    ----------
    evaluation
        What to show.

    Returns
    -------
    str
        Whole, with its styles; pictures are in it as ``data:`` addresses.
    """
    name = safe(re.split(r"[/\\]", evaluation.dataset.rstrip("/\\"))[-1])
    scores = evaluation.scores
    low, high = evaluation.interval
    return page(
        "evaluation.html",
        title=f"{name}: {percent(evaluation.error_rate)} % wrong",
        heading=f"How well are the digits of {name} read?",
        subtitle=f"{evaluation.count:,} digits, asked of {safe(_asked(evaluation))}",
        notes="\n".join(f'<p class="note" role="note">{safe(note)}.</p>' for note in evaluation.notes),
        figures=_figures(evaluation),
        explanation=(
            f"{evaluation.errors:,} of {evaluation.count:,} digits were read wrongly. These are only some of "
            f"all the digits that could have been written: 95 times in 100, an interval made like the one "
            f"from {percent(low)} to {percent(high)} % holds the error among all of them."
        ),
        mistakes=_mistakes(evaluation),
        confusions=_confusions(evaluation),
        confusion=_confusion(evaluation),
        classes=_table(classes_table(evaluation)),
        bargain=(
            f"The area under it (AURC) is {scores.aurc:.6f}; {evaluation.error_rate:.6f} would be no better "
            f"than refusing at random, {scores.best_aurc:.6f} the best there can be with so many mistakes."
        ),
        risk=_risk(evaluation),
        verdicts=_table(verdicts_table(evaluation)),
        limits=_table(limits_table(evaluation)),
        belief=(
            f"On average promise and truth differ by {percent(scores.calibration_error)} % (expected "
            f"calibration error); the Brier score is {scores.brier:.5f}, where 0 is perfect."
        ),
        calibration=_calibration(evaluation),
        reliability=_table(reliability_table(evaluation)),
        sources=_sources(evaluation),
        settings=_table(settings_table(evaluation)),
    )


def _asked(evaluation: Evaluation) -> str:
    model = evaluation.settings.get("model")
    return f"the nearest neighbors among {model}" if model else "inknn"


def _figures(evaluation: Evaluation) -> str:
    scores = evaluation.scores
    low, high = evaluation.interval
    named = scores.verdicts[0]
    macro = scores.averages["macro"]
    shown = (
        (
            percent(evaluation.error_rate),
            "wrong",
            f"{evaluation.errors:,} of {evaluation.count:,}; "
            f"95 % interval {percent(low)} to {percent(high)} %",
            "wrong",
        ),
        (
            percent(1 - evaluation.error_rate),
            "accuracy",
            f"macro F1 {percent(macro['f1'])} %",
            "right",
        ),
        (
            percent(scores.top2),
            "among the best two",
            "the truth is the first or the second guess",
            "right",
        ),
        (
            percent(named.error_rate),
            "wrong where it is sure",
            f"{named.errors:,} of {named.count:,}, "
            f"{percent(named.count / evaluation.count)} % of all; the others it calls unsure or no digit",
            "wrong",
        ),
    )
    return figures(shown, "%")


# --- pictures ---


def _mistakes(evaluation: Evaluation) -> str:
    if not evaluation.mistakes:
        return "<section>\n<h2>Mistakes</h2>\n<p>None.</p>\n</section>"
    shown, wrong = len(evaluation.mistakes), evaluation.errors
    title = "All mistakes" if shown == wrong else f"The {shown} worst mistakes of {wrong:,}"
    cards = "\n".join(map(_card, evaluation.mistakes))
    seen = any(near.image is not None for mistake in evaluation.mistakes for near in mistake.neighbors)
    below = "the labeled digits it lies nearest to" if seen else "the labels of the digits it lies nearest to"
    return (
        f"<section>\n<h2>{title}</h2>\n<p>Most confident first. Below each digit are {below}, which voted "
        f"for the answer. Some may not be the reader's mistake: look whether the label is right.</p>\n"
        f'<div class="cards">\n{cards}\n</div>\n</section>'
    )


def _card(mistake: Mistake) -> str:
    origin = f", {mistake.origin}" if mistake.origin else ""
    return card(
        picture(mistake.image, f"Digit {mistake.index}: {_a(mistake.truth)}"),
        f'{_a(mistake.truth)[:-1]}<b>{mistake.truth}</b>, taken for <b class="wrong">{mistake.answer}</b>',
        [
            f"{percent(mistake.confidence, 1)} % confident; verdict: {mistake.verdict}",
            f"index {mistake.index}{origin}",
        ],
        [_neighbor(number, near, mistake) for number, near in enumerate(mistake.neighbors, start=1)],
    )


def _a(digit: int) -> str:
    return f"an {digit}" if digit == 8 else f"a {digit}"


def _neighbor(number: int, near: Neighbor, mistake: Mistake) -> str:
    drawn, away = "", f"distance {near.distance:.2f}"
    if near.image is not None:
        drawn = picture(near.image, f"Neighbor {number}: {_a(near.label)}, {away}")
    tip = f"neighbor {number}, index {near.index}, {away}"
    return neighbor(near.label, mistake.truth, mistake.answer, drawn, tip)


# --- tables ---


def _table(table: Table, style: str = "") -> str:
    """A table with heads for columns and rows, which scrolls on its own where the window is narrow."""
    columns = range(len(table.heads))
    sides = [' class="number"' if column and table.is_number(column) else "" for column in columns]
    heads = "".join(
        f'<th scope="col"{side}>{escape(head)}</th>' for head, side in zip(table.heads, sides, strict=True)
    )
    rows = [
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td{sides[i]}>{escape(row[i])}</td>" for i in columns[1:])
        + "</tr>"
        for row in table.rows
    ]
    cut = len(rows) - table.totals
    foot = f"<tfoot>{''.join(rows[cut:])}</tfoot>" if table.totals else ""
    return scrolling(
        table.title, f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows[:cut])}</tbody>{foot}", style
    )


def _confusion(evaluation: Evaluation) -> str:
    """The table of confusions, shaded: mistakes by their number, hits all alike."""
    scores = evaluation.scores
    counts = scores.confusion
    most = max((count for _, _, count in scores.confusions), default=1)
    heads = "".join(f'<th scope="col">{digit}</th>' for digit in scores.classes)
    rows = []
    for i, digit in enumerate(scores.classes):
        cells = "".join(_cell(int(count), most, i == j) for j, count in enumerate(counts[i]))
        rows.append(f'<tr><th scope="row">{digit}</th>{cells}</tr>')
    body = f"<thead><tr><td></td>{heads}</tr></thead><tbody>{''.join(rows)}</tbody>"
    return scrolling("Rows: what it is. Columns: the answer.", body, "confusion")


def _cell(count: int, most: int, hit: bool) -> str:
    if hit:
        return f'<td class="hit" style="background:rgba(var(--fit),.12)">{count:,}</td>'
    if not count:
        return "<td></td>"
    # The root keeps single mistakes visible beside many of one kind.
    strength = 0.12 + 0.48 * (count / most) ** 0.5
    return f'<td class="miss" style="background:rgba(var(--shade),{strength:.2f})">{count:,}</td>'


def _confusions(evaluation: Evaluation) -> str:
    found = evaluation.scores.confusions
    if not found:
        return "Nothing was taken for anything else."
    some = [f"{truth} for {answer} ({count:,} times)" for truth, answer, count in found[:3] if count > 1]
    often = f"Most often: {', '.join(some)}. " if some else ""
    return f"{often}The stronger the color, the more often; what is right lies on the diagonal."


def _sources(evaluation: Evaluation) -> str:
    table = sources_table(evaluation, _SOURCES)
    if table is None:
        return ""
    return (
        "<section>\n<h2>Source by source</h2>\n<p>Whose hand, or which folder, the digits come from; the "
        f"worst first. A source of few digits says little: look at the interval.</p>\n{_table(table)}\n"
        "</section>"
    )


# --- curves ---


def _risk(evaluation: Evaluation) -> str:
    points = [(100 * point.coverage, 100 * (point.risk or 0)) for point in evaluation.scores.risk_coverage]
    named = evaluation.scores.verdicts[0]
    mark = (100 * named.count / evaluation.count, 100 * named.error_rate) if named.count else None
    marks = [*points, *([mark] if mark else [])]
    chart = Chart(
        "risk",
        "Error among the accepted answers, against the part that is accepted",
        f"From {percent(points[0][1] / 100)} % wrong where {percent(points[0][0] / 100)} % of the answers "
        f"are accepted to {percent(points[-1][1] / 100)} % wrong where all are.",
        covering("accepted answers, %", (x for x, _ in marks), 0, 100),
        covering("wrong among them, %", (0.0, *(y for _, y in marks)), 0, 100),
    )
    chart.line(points)
    if len(points) <= 50:
        for x, y in points:
            chart.dot((x, y), tip=f"{x:.2f} % accepted, {y:.2f} % of them wrong")
    if mark:
        chart.dot(mark, "mark", 8, f"verdict “digit”: {mark[0]:.2f} % of all, {mark[1]:.2f} % of them wrong")
        left = chart.x.part(mark[0]) > 0.5
        chart.words(mark, "its verdict “digit”", "end" if left else "start", dy=-10)
    return chart.svg()


def _calibration(evaluation: Evaluation) -> str:
    bins = evaluation.scores.reliability
    chart = Chart(
        "calibration",
        "The part of answers that is right, against their confidence",
        "; ".join(
            f"{percent(each.confidence)} % promised, {percent(each.accuracy)} % right" for each in bins
        ),
        Scale("confidence, %", 0, 100),
        Scale("right, %", 0, 100),
    )
    chart.line([(0, 0), (100, 100)], "guide")
    for each in bins:
        low, high = each.interval
        x, y = 100 * each.confidence, 100 * each.accuracy
        chart.whisker(x, 100 * low, 100 * high)
        tip = f"{each.count:,} answers: {x:.2f} % promised, {y:.2f} % right"
        chart.dot((x, y), radius=4 + 8 * (each.count / evaluation.count) ** 0.5, tip=tip)
    return chart.svg()
