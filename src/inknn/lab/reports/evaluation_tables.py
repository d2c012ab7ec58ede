"""An evaluation as text: tables for the terminal, the pipe and the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from ...tables import MISSING, Table, percent, printable

if TYPE_CHECKING:
    from ..evaluation import Evaluation
    from ..scores import Group

__all__ = [
    "class_table",
    "confusion_table",
    "evaluation_text",
    "group_table",
    "limit_table",
    "mistake_table",
    "reliability_table",
    "settings_table",
    "verdict_table",
]

_WORST = 10  # groups and mistakes in the text


def evaluation_text(evaluation: Evaluation, width: int | None = None) -> str:
    """All figures and tables as text.

    Parameters
    ----------
    evaluation : Evaluation
    width : int, optional
        Characters there is room for in a table; those of the terminal by default.

    Returns
    -------
    str
        Lines, ending with a newline.
    """
    figures = _summary(evaluation)
    room = max(len(name) for name, _ in figures) + 2
    lines = [f"{name:{room}}{printable(value)}\n" for name, value in figures]
    lines += [f"note: {printable(note)}\n" for note in evaluation.notes]
    return "".join(lines) + "".join(f"\n{table.to_text(width)}" for table in _tables(evaluation))


def _summary(evaluation: Evaluation) -> list[tuple[str, str]]:
    """The figures that matter most, each with its name."""
    low, high = evaluation.interval
    scores = evaluation.scores
    named = scores.verdicts[0]
    return [
        ("set", f"{evaluation.dataset}, {evaluation.count:,} digits"),
        ("accuracy", f"{percent(1 - evaluation.error_rate)} %; top two {percent(scores.top2)} %"),
        ("errors", f"{evaluation.errors:,}"),
        ("error", f"{percent(evaluation.error_rate)} %, 95 % interval {percent(low)} to {percent(high)} %"),
        ("F1", ", ".join(f"{name} {percent(three['f1'])} %" for name, three in scores.averages.items())),
        (
            "verdict",
            f"{percent(named.count / evaluation.count)} % of the digits have the verdict “digit”; "
            f"{percent(named.error_rate)} % of these are wrong ({named.errors:,})",
        ),
        (
            "confidence",
            f"calibration error {percent(scores.calibration_error)} %, Brier score {scores.brier:.5f}, "
            f"AURC {scores.aurc:.6f} (least possible {scores.best_aurc:.6f})",
        ),
        ("time", f"{evaluation.seconds:.2f} s, {evaluation.milliseconds_per_digit:.3f} ms per digit"),
        ("settings", ", ".join(f"{name} {value}" for name, value in evaluation.settings.items())),
    ]


def _tables(evaluation: Evaluation) -> Iterable[Table]:
    yield class_table(evaluation)
    yield confusion_table(evaluation)
    yield verdict_table(evaluation)
    yield limit_table(evaluation)
    yield reliability_table(evaluation)
    if evaluation.scores.groups:
        yield group_table(evaluation, _WORST)
    if evaluation.mistakes:
        yield mistake_table(evaluation, _WORST)


def settings_table(evaluation: Evaluation) -> Table:
    """Everything the figures depend on."""
    rows = [("set", evaluation.dataset), *((name, str(value)) for name, value in evaluation.settings.items())]
    return Table(("setting", "value"), [(name, printable(value)) for name, value in rows], "Settings")


def class_table(evaluation: Evaluation) -> Table:
    """Precision, recall and F1 of each digit, and their averages."""
    names = ("precision", "recall", "f1")
    rows = [
        (str(row["class"]), f"{row['support']:,}", *(percent(row[name]) for name in names))
        for row in evaluation.scores.per_class
    ]
    averages = [
        (average, f"{evaluation.count:,}", *(percent(three[name]) for name in names))
        for average, three in evaluation.scores.averages.items()
    ]
    heads = ("digit", "count", "precision %", "recall %", "F1 %")
    return Table(heads, [*rows, *averages], "Each digit", totals=len(averages))


def confusion_table(evaluation: Evaluation) -> Table:
    """How many digits of each label got each answer."""
    scores = evaluation.scores
    rows = [
        (str(label), *(f"{count:,}" if count else "·" for count in counts))
        for label, counts in zip(scores.classes, scores.confusion.tolist(), strict=True)
    ]
    heads = ("label", *map(str, scores.classes))
    return Table(heads, rows, "Labels (rows) and answers (columns)")


def _group_rows(groups: Sequence[Group], count: int) -> list[tuple[str, ...]]:
    return [
        (
            printable(group.name),
            f"{group.count:,}",
            percent(group.count / count),
            f"{group.errors:,}",
            percent(group.error_rate),
            "–".join(map(percent, group.interval)) if group.interval else MISSING,
        )
        for group in groups
    ]


_GROUP_HEADS = ("digits", "share %", "wrong", "error %", "95 % interval")


def verdict_table(evaluation: Evaluation) -> Table:
    """How often each verdict is given, and how often the best label is wrong with it."""
    rows = _group_rows(evaluation.scores.verdicts, evaluation.count)
    return Table(("verdict", *_GROUP_HEADS), rows, "Verdicts")


def group_table(evaluation: Evaluation, limit: int) -> Table:
    """Error by writer or folder, the worst first."""
    groups = evaluation.scores.groups
    more = "" if len(groups) <= limit else f" (the worst {limit} of {len(groups):,})"
    rows = _group_rows(groups[:limit], evaluation.count)
    return Table(("writer or folder", *_GROUP_HEADS), rows, f"Writers and folders{more}")


def limit_table(evaluation: Evaluation) -> Table:
    """How many answers are accepted at some limits of confidence, and how many of these are wrong."""
    # Limits that no answer lies between accept the same answers: the highest of them is enough.
    points = [
        list(same)[-1] for _, same in groupby(evaluation.scores.at_limits(), lambda point: point.accepted)
    ]
    rows = [
        (
            _shortest(point.limit),
            f"{point.accepted:,}",
            percent(point.coverage),
            f"{point.errors:,}",
            percent(point.risk),
        )
        for point in points
    ]
    heads = ("lowest confidence %", "accepted", "coverage %", "wrong", "error %")
    return Table(heads, rows, "If only confident answers are accepted")


def reliability_table(evaluation: Evaluation) -> Table:
    """Mean confidence and accuracy of the answers, by confidence."""
    rows = [
        (
            f"{_shortest(each.low)}–{_shortest(each.high)}",
            f"{each.count:,}",
            percent(each.confidence),
            percent(each.accuracy),
        )
        for each in evaluation.scores.reliability
    ]
    heads = ("confidence %", "answers", "mean confidence %", "right %")
    return Table(heads, rows, "Confidence and accuracy")


def mistake_table(evaluation: Evaluation, limit: int) -> Table:
    """The most confident wrong answers."""
    shown = evaluation.mistakes[:limit]
    located = any(mistake.group for mistake in shown)
    rows = [
        (
            str(mistake.index),
            str(mistake.truth),
            str(mistake.answer),
            percent(mistake.confidence, 1),
            mistake.verdict,
            " ".join(str(neighbor.label) for neighbor in mistake.neighbors),
            *((printable(mistake.group or ""),) if located else ()),
        )
        for mistake in shown
    ]
    heads = (
        "index",
        "label",
        "answer",
        "confidence %",
        "verdict",
        "neighbors",
        *(["from"] if located else []),
    )
    return Table(heads, rows, "Worst mistakes, most confident first")


def _shortest(rate: float) -> str:
    return f"{100 * rate:.4g}"
