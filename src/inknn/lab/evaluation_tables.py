"""An evaluation as tables of text: one source for the terminal, the pipe and the page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from .asked import Mistake
from .evaluate import Evaluation

if TYPE_CHECKING:
    from .scores import Group, ReliabilityBin, RiskPoint

__all__ = [
    "Table",
    "classes_table",
    "confusion_table",
    "limits_table",
    "mistakes_table",
    "percent",
    "plain_text",
    "printable",
    "reliability_table",
    "settings_table",
    "sources_table",
    "summary",
    "tables",
    "verdicts_table",
]

NONE = "–"
"""In a cell of which nothing can be said."""

_NUMBER = re.compile(f"[0-9.,{NONE}]+|·")


@dataclass(frozen=True, slots=True)
class Table:
    """A title, the heads of the columns, and cells of text; the last ``totals`` rows sum up the others."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: int = 0

    def is_number(self, column: int) -> bool:
        """Whether a column holds numbers, which stand at the right."""
        body = self.rows[: len(self.rows) - self.totals] or self.rows
        return all(_NUMBER.fullmatch(row[column]) for row in body)


def percent(rate: float | None, digits: int = 2) -> str:
    """A rate, 0 to 1, in per cent without the sign."""
    return NONE if rate is None or rate != rate else f"{100 * rate:.{digits}f}"


def printable(text: str) -> str:
    """The text on one line: a name may hold newlines, escape codes and bytes that are no UTF-8."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


def _interval(group: Group) -> str:
    if group.interval is None:
        return NONE
    low, high = group.interval
    return f"{percent(low)}–{percent(high)}"


def summary(evaluation: Evaluation) -> tuple[tuple[str, str], ...]:
    """The figures that matter most, each with its name."""
    low, high = evaluation.interval
    scores = evaluation.scores
    named = scores.verdicts[0]
    f1 = ", ".join(f"{name} {percent(three['f1'])} %" for name, three in scores.averages.items())
    return (
        ("set", f"{printable(evaluation.dataset)}, {evaluation.count:,} digits"),
        ("accuracy", f"{percent(1 - evaluation.error_rate)} %; top two {percent(scores.top2)} %"),
        ("errors", f"{evaluation.errors:,}"),
        ("error", f"{percent(evaluation.error_rate)} %, 95 % interval {percent(low)} to {percent(high)} %"),
        ("F1", f1),
        (
            "named",
            f"{percent(named.count / evaluation.count)} % of all, of which {percent(named.error_rate)} % "
            f"wrong ({named.errors:,})",
        ),
        (
            "confidence",
            f"calibration error {percent(scores.calibration_error)} %, Brier score {scores.brier:.5f}, "
            f"AURC {scores.aurc:.6f} (at best {scores.best_aurc:.6f})",
        ),
        ("time", f"{evaluation.seconds:.2f} s, {evaluation.milliseconds_per_digit:.3f} ms a digit"),
        ("settings", ", ".join(f"{name} {value}" for name, value in _settings(evaluation))),
    )


def _settings(evaluation: Evaluation) -> list[tuple[str, str]]:
    return [(name, printable(str(value))) for name, value in evaluation.settings.items()]


def settings_table(evaluation: Evaluation) -> Table:
    """What the figures depend on."""
    rows = [("set", printable(evaluation.dataset)), *_settings(evaluation)]
    return Table("Settings", ("setting", "value"), tuple(rows))


def classes_table(evaluation: Evaluation) -> Table:
    """Precision, recall and F1 of each digit, and their means."""
    scores = evaluation.scores
    rows = [
        (
            str(row["class"]),
            f"{row['support']:,}",
            *(percent(row[name]) for name in ("precision", "recall", "f1")),
        )
        for row in scores.per_class
    ]
    means = [
        (name, f"{evaluation.count:,}", *(percent(three[part]) for part in ("precision", "recall", "f1")))
        for name, three in scores.averages.items()
    ]
    heads = ("digit", "count", "precision %", "recall %", "F1 %")
    return Table("Each digit", heads, (*rows, *means), totals=len(means))


def confusion_table(evaluation: Evaluation) -> Table:
    """Truth by rows, answers by columns."""
    scores = evaluation.scores
    rows = [
        (str(digit), *(f"{count:,}" if count else "·" for count in counts))
        for digit, counts in zip(scores.classes, scores.confusion.tolist(), strict=True)
    ]
    return Table(
        "What was taken for what (rows: what it is; columns: the answer)",
        ("", *map(str, scores.classes)),
        tuple(rows),
    )


def _groups(title: str, first: str, groups: Sequence[Group], count: int) -> Table:
    rows = [
        (
            printable(group.name),
            f"{group.count:,}",
            percent(group.count / count),
            f"{group.errors:,}",
            percent(group.error_rate),
            _interval(group),
        )
        for group in groups
    ]
    return Table(title, (first, "digits", "share %", "wrong", "error %", "95 % interval"), tuple(rows))


def verdicts_table(evaluation: Evaluation) -> Table:
    """How often the verdicts are given, and how often the best label is wrong all the same."""
    return _groups("What it says of its answers", "verdict", evaluation.scores.verdicts, evaluation.count)


def sources_table(evaluation: Evaluation, most: int | None = None) -> Table | None:
    """Error by source, the worst first; None where the sources aren't known."""
    groups = evaluation.scores.sources
    if not groups:
        return None
    shown = groups[:most]
    title = "By source" if len(shown) == len(groups) else f"By source (the worst {most} of {len(groups):,})"
    return _groups(title, "source", shown, evaluation.count)


def _shortest(limit: float) -> str:
    return f"{100 * limit:.4g}"


def limits_table(evaluation: Evaluation) -> Table:
    """What is left, and how much of it is wrong, where answers must have some confidence."""
    # Limits between which no answer lies say the same: the highest of them is enough.
    points: list[RiskPoint] = [
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
    heads = ("confidence from %", "accepted", "coverage %", "wrong", "error %")
    return Table("If only confident answers are accepted", heads, tuple(rows))


def reliability_table(evaluation: Evaluation) -> Table:
    """What was promised and what was kept, by confidence."""
    bins: list[ReliabilityBin] = evaluation.scores.reliability
    rows = [
        (
            f"{_shortest(each.low)}–{_shortest(each.high)}",
            f"{each.count:,}",
            percent(each.confidence),
            percent(each.accuracy),
        )
        for each in bins
    ]
    heads = ("confidence %", "answers", "promised %", "right %")
    return Table("Is the confidence worth its name", heads, tuple(rows))


def mistakes_table(evaluation: Evaluation, most: int | None = None) -> Table | None:
    """The most confident wrong answers; None where there are none."""
    shown: tuple[Mistake, ...] = evaluation.mistakes[:most]
    if not shown:
        return None
    sourced = any(mistake.origin for mistake in shown)
    rows = [
        (
            str(mistake.index),
            str(mistake.truth),
            str(mistake.answer),
            percent(mistake.confidence, 1),
            mistake.verdict,
            " ".join(str(neighbor.label) for neighbor in mistake.neighbors),
            *((printable(mistake.origin or ""),) if sourced else ()),
        )
        for mistake in shown
    ]
    heads = ("index", "is", "taken for", "confidence %", "verdict", "neighbors")
    title = "Worst mistakes: wrong, and most confident of it"
    return Table(title, (*heads, *(("origin",) if sourced else ())), tuple(rows))


def tables(evaluation: Evaluation, most: int = 10) -> Iterable[Table]:
    """All tables for reading as text; of sources and mistakes, the worst ``most``."""
    found = (
        classes_table(evaluation),
        confusion_table(evaluation),
        verdicts_table(evaluation),
        limits_table(evaluation),
        reliability_table(evaluation),
        sources_table(evaluation, most),
        mistakes_table(evaluation, most),
    )
    return [table for table in found if table is not None]


def plain_text(evaluation: Evaluation) -> str:
    """Everything as plain text, for a pipe or a file."""
    figures = summary(evaluation)
    room = max(len(name) for name, _ in figures) + 2
    lines = [f"{name:{room}}{value}" for name, value in figures]
    lines += [f"note: {printable(note)}" for note in evaluation.notes]
    for table in tables(evaluation):
        lines += ["", table.title, *_aligned(table)]
    return "\n".join(lines) + "\n"


def _aligned(table: Table) -> Iterable[str]:
    columns = range(len(table.heads))
    rows = [table.heads, *table.rows]
    widths = [max(len(row[i]) for row in rows) for i in columns]
    for row in rows:
        cells = (
            row[i].rjust(widths[i]) if table.is_number(i) and i else row[i].ljust(widths[i]) for i in columns
        )
        yield "  ".join(cells).rstrip()
