"""An audit as text for people, as a table for spreadsheets, and as plain values for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...datasets.load import LabeledDigits
from ...tables import Table, csv_line, percent, printable
from ..audit import Audit, Copies
from ..statistics import wilson_interval

__all__ = ["CSV_COLUMNS", "audit_csv", "audit_dict", "audit_summary", "audit_text", "label_table", "place_of"]

CSV_COLUMNS = ("finding", "index", "label", "suggested", "score", "other", "other_label", "origin")

_NEIGHBORS = 5  # shown of a suspect


def place_of(digits: LabeledDigits, index: int) -> str:
    """The file of a digit, else its writer; empty where only its index is known."""
    if digits.files is not None:
        return str(digits.files[index])
    return "" if digits.groups is None else digits.groups[index]


def audit_summary(audit: Audit) -> list[tuple[str, str]]:
    """The figures to begin with, each with its name."""
    count, contradicted = len(audit.digits), audit.n_contradicted()
    low, high = wilson_interval(contradicted, count)
    lines = [
        ("set", f"{audit.digits.name}, {count:,} digits, {len(audit.classes)} labels"),
        (
            "labels",
            f"{contradicted:,} contradicted by the vote of the others ({percent(contradicted / count)} %, "
            f"95 % interval {percent(low)} to {percent(high)} %)",
        ),
        ("suspects", _suspicion(audit)),
        ("copies", f"{_kinds(audit.copies)}; {len(audit.conflicting()):,} with another label"),
    ]
    if audit.against is not None:
        other = f"{audit.against.name} ({len(audit.against):,} digits)"
        lines.append(("shared", f"{_kinds(audit.copies_against)}, with {other}"))
    misleading, hubness = len(audit.influence.worst()), audit.influence.hubness
    mislead = f"{misleading:,} digits cause more wrong answers than right ones; hubness {hubness:.2f}"
    return [*lines, ("influence", mislead)]


def _kinds(copies: Sequence[Copies]) -> str:
    exact = sum(pair.exact for pair in copies)
    return f"{exact:,} exact, {len(copies) - exact:,} nearly"


def _suspicion(audit: Audit) -> str:
    if audit.unrelated():
        commonest = int(audit.counts.argmax())
        return (
            "none, because the labels look unrelated to the pictures: the vote is right on "
            f"{len(audit.digits) - audit.n_contradicted():,} digits; the answer {audit.classes[commonest]} "
            f"for all of them would be right on {audit.counts[commonest]:,}"
        )
    return (
        f"{len(audit.suspects):,} labels that similar digits contradict; {len(audit.probable()):,} of them "
        f"are probably wrong. Expected wrong labels in all: {audit.expected_errors:.1f}"
    )


def audit_text(audit: Audit, limit: int, width: int | None = None) -> str:
    """The findings as text for people.

    Parameters
    ----------
    audit : Audit
    limit : int
        Findings of each kind, at most.
    width : int, optional
        Characters there is room for in a table; those of the terminal by default.

    Returns
    -------
    str
        Lines, ending with a newline.
    """
    digits = audit.digits
    tables = [
        label_table(audit),
        _suspect_table(audit),
        _copy_table("Copies", audit.copies, digits, digits),
        *(
            [_copy_table(f"Copies in {audit.against.name}", audit.copies_against, digits, audit.against)]
            if audit.against is not None
            else []
        ),
        _influence_table(audit),
        _odd_table(audit),
    ]
    text = "".join(f"{name:11}{printable(line)}\n" for name, line in audit_summary(audit))
    for table in tables:
        # All labels are few; of findings there may be thousands.
        most = len(table.rows) if table is tables[0] else limit
        text += _shown(table, most, width) if table.rows else ""
    return text


def _shown(table: Table, limit: int, width: int | None) -> str:
    """A table after an empty line, without its empty columns, and how many more rows there are."""
    rows = table.rows[:limit]
    filled = [place for place in range(len(table.heads)) if any(row[place] for row in rows)]
    shown = Table(
        [table.heads[place] for place in filled],
        [[row[place] for place in filled] for row in rows],
        table.title,
    )
    more = len(table.rows) - len(rows)
    return f"\n{shown.to_text(width)}" + (f"... and {more:,} more: raise --limit\n" if more else "")


def label_table(audit: Audit) -> Table:
    """The digits of each label, and how many of them the vote of the others contradicts."""
    rows = [
        (str(label), f"{count:,}", percent(count / len(audit.digits), 1), f"{contradicted:,}")
        for label, count, contradicted in zip(
            audit.classes.tolist(), audit.counts.tolist(), audit.contradicted.tolist(), strict=True
        )
    ]
    return Table(("label", "digits", "share %", "contradicted"), rows, "Labels")


def _suspect_table(audit: Audit) -> Table:
    digits = audit.digits
    rows = [
        (
            str(suspect.index),
            str(suspect.label),
            str(suspect.suggested),
            percent(suspect.certainty),
            percent(suspect.wrong, 1),
            " ".join(str(digits.labels[near]) for near in suspect.neighbors[:_NEIGHBORS]),
            place_of(digits, suspect.index),
        )
        for suspect in audit.suspects
    ]
    heads = ("index", "label", "looks like", "similar digits %", "label wrong %", "neighbors", "from")
    return Table(heads, rows, "Suspects, most probably wrong first")


def _copy_table(title: str, copies: Sequence[Copies], digits: LabeledDigits, other: LabeledDigits) -> Table:
    rows = [
        (
            str(pair.first),
            str(pair.second),
            str(digits.labels[pair.first]),
            str(other.labels[pair.second]),
            "exact" if pair.exact else f"{pair.nearness:.3f}",
        )
        for pair in copies
    ]
    return Table(("index", "copy at", "label", "label of the copy", "relative distance"), rows, title)


def _influence_table(audit: Audit) -> Table:
    influence = audit.influence
    columns = (
        audit.digits.labels,
        influence.fixed,
        influence.broken,
        influence.occurrences,
        influence.bad,
    )
    rows = [(str(row), *(str(column[row]) for column in columns)) for row in influence.worst().tolist()]
    heads = ("index", "label", "right without it", "wrong without it", "neighbor of", "of other labels")
    return Table(heads, rows, "Digits that mislead")


def _odd_table(audit: Audit) -> Table:
    rows = [
        (str(odd.index), str(odd.label), f"{odd.credibility:.5f}", f"{odd.ink:.0f}" if odd.ink else "blank")
        for odd in audit.odd
    ]
    return Table(("index", "label", "credibility", "ink"), rows, "Least like a digit")


def audit_csv(audit: Audit, limit: int) -> str:
    """A finding in each row under :data:`CSV_COLUMNS`, at most ``limit`` of each kind; for spreadsheets."""
    digits, labels = audit.digits, audit.digits.labels
    rows: list[tuple[object, ...]] = [CSV_COLUMNS]
    for suspect in audit.suspects[:limit]:
        place = place_of(digits, suspect.index)
        score = f"{suspect.wrong:.6g}"
        rows.append(("label", suspect.index, suspect.label, suspect.suggested, score, "", "", place))
    for kind, copies, other in (
        ("copy", audit.copies, digits),
        ("shared", audit.copies_against, audit.against or digits),
    ):
        for pair in copies[:limit]:
            score, theirs = f"{_score(pair):.6g}", other.labels[pair.second]
            place = place_of(digits, pair.first)
            rows.append((kind, pair.first, labels[pair.first], "", score, pair.second, theirs, place))
    for row in audit.influence.worst()[:limit].tolist():
        net = audit.influence.fixed[row] - audit.influence.broken[row]
        rows.append(("misleads", row, labels[row], "", net, "", "", place_of(digits, row)))
    for odd in audit.odd[:limit]:
        score = f"{odd.credibility:.6g}"
        rows.append(("odd", odd.index, odd.label, "", score, "", "", place_of(digits, odd.index)))
    return "".join(map(csv_line, rows))


def audit_dict(audit: Audit, limit: int) -> dict[str, Any]:
    """The findings as plain values, ready for ``json.dumps``; at most ``limit`` of each kind."""
    digits, labels, influence = audit.digits, audit.digits.labels, audit.influence
    count, contradicted = len(digits), audit.n_contradicted()

    def pairs(copies: Sequence[Copies], other: LabeledDigits) -> list[dict[str, Any]]:
        return [
            {
                "first": pair.first,
                "second": pair.second,
                "labels": [int(labels[pair.first]), int(other.labels[pair.second])],
                "exact": pair.exact,
                "nearness": _score(pair),
            }
            for pair in copies[:limit]
        ]

    return {
        "dataset": digits.name,
        "count": count,
        "labels": {
            str(label): {"count": number, "contradicted": wrong}
            for label, number, wrong in zip(
                audit.classes.tolist(), audit.counts.tolist(), audit.contradicted.tolist(), strict=True
            )
        },
        "contradicted": contradicted,
        "contradicted_interval": list(wilson_interval(contradicted, count)),
        "unrelated": audit.unrelated(),
        "suspected": len(audit.suspects),
        "probably_wrong": len(audit.probable()),
        "expected_errors": audit.expected_errors,
        "suspects": [
            {
                "index": suspect.index,
                "label": suspect.label,
                "suggested": suspect.suggested,
                "wrong": suspect.wrong,
                "certainty": suspect.certainty,
                "neighbors": list(suspect.neighbors),
                "neighbor_labels": [int(labels[near]) for near in suspect.neighbors],
                "origin": place_of(digits, suspect.index) or None,
            }
            for suspect in audit.suspects[:limit]
        ],
        "copies": {"count": len(audit.copies), "pairs": pairs(audit.copies, digits)},
        "shared": None
        if audit.against is None
        else {
            "dataset": audit.against.name,
            "count": len(audit.copies_against),
            "pairs": pairs(audit.copies_against, audit.against),
        },
        "hubness": influence.hubness,
        "misleading": [
            {
                "index": row,
                "label": int(labels[row]),
                "fixed": int(influence.fixed[row]),
                "broken": int(influence.broken[row]),
                "occurrences": int(influence.occurrences[row]),
                "bad_occurrences": int(influence.bad[row]),
            }
            for row in influence.worst()[:limit].tolist()
        ],
        "odd": [
            {"index": odd.index, "label": odd.label, "credibility": odd.credibility, "ink": odd.ink}
            for odd in audit.odd[:limit]
        ],
    }


def _score(pair: Copies) -> float:
    return 0.0 if pair.exact else round(pair.nearness, 6)
