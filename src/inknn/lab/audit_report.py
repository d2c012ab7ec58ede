"""An audit in words, as a table for spreadsheets, and as plain values for programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from ..datasets.load import LabeledDigits
from .audit import Audit, Copies
from .statistics import wilson_interval

__all__ = ["CSV_COLUMNS", "as_csv", "as_dict", "as_text", "summary", "whereabouts"]

CSV_COLUMNS = ("finding", "index", "label", "suggested", "score", "other", "other_label", "origin")

_SHOWN_NEIGHBORS = 5


def whereabouts(digits: LabeledDigits, index: int) -> str:
    """The file of a digit, else where it comes from; empty where only its place is known."""
    if digits.files is not None:
        return str(digits.files[index])
    return "" if digits.groups is None else digits.groups[index]


def summary(found: Audit) -> list[tuple[str, str]]:
    """The figures to begin with, each under its name."""
    count, contradicted = len(found.digits), found.n_contradicted()
    low, high = wilson_interval(contradicted, count)
    exact = sum(pair.exact for pair in found.copies)
    lines = [
        ("set", f"{found.digits.name}, {count:,} digits, {len(found.classes)} labels"),
        (
            "labels",
            f"{contradicted:,} contradicted by the vote of the others ({100 * contradicted / count:.2f} %, "
            f"95 % interval {100 * low:.2f} to {100 * high:.2f} %)",
        ),
        ("suspects", _suspicion(found)),
        (
            "copies",
            f"{exact:,} exact, {len(found.copies) - exact:,} nearly; {len(found.conflicting()):,} with "
            "another label",
        ),
    ]
    if found.against is not None:
        exact = sum(pair.exact for pair in found.copies_against)
        lines.append(
            (
                "shared",
                f"{exact:,} exact, {len(found.copies_against) - exact:,} nearly, with {found.against.name}"
                f" ({len(found.against):,} digits)",
            )
        )
    lines.append(
        (
            "influence",
            f"{len(found.influence.worst()):,} digits cost more answers than they give; hubness "
            f"{found.influence.hubness:.2f}",
        )
    )
    return lines


def _suspicion(found: Audit) -> str:
    if found.unrelated():
        commonest = int(found.counts.argmax())
        return (
            "none can be told: the labels look unrelated to the pictures; the vote is right about "
            f"{len(found.digits) - found.n_contradicted():,}, and always saying {found.classes[commonest]} "
            f"would be about {found.counts[commonest]:,}"
        )
    return (
        f"{len(found.suspects):,} that digits like them contradict, {len(found.probable()):,} of them rather "
        f"wrong than right; {found.expected_errors:.1f} wrong labels expected in all"
    )


def as_text(found: Audit, limit: int) -> str:
    """For people: what was found, at most ``limit`` of each kind.

    Parameters
    ----------
    found : Audit
    limit : int

    Returns
    -------
    str
        Lines, ending in a newline.
    """
    labels, digits = found.digits.labels, found.digits
    parts = ["".join(f"{name:9} {line}\n" for name, line in summary(found))]
    parts.append(
        _table(
            "label by label",
            ("label", "digits", "share", "contradicted"),
            [
                (str(label), f"{count:,}", f"{100 * count / len(digits):.1f} %", f"{wrong:,}")
                for label, count, wrong in zip(
                    found.classes.tolist(), found.counts.tolist(), found.contradicted.tolist(), strict=True
                )
            ],
            len(found.classes),
        )
    )
    suspects = [
        (
            str(suspect.index),
            str(suspect.label),
            str(suspect.suggested),
            f"{suspect.certainty:.4f}",
            f"{suspect.wrong:.3f}",
            " ".join(str(labels[near]) for near in suspect.neighbors[:_SHOWN_NEIGHBORS]),
            whereabouts(digits, suspect.index),
        )
        for suspect in found.suspects
    ]
    heads = ("index", "label", "looks like", "as often as", "label wrong", "neighbors", "from")
    parts.append(_table("suspects, the most probably wrong first", heads, suspects, limit))
    parts.append(_copies("copies", found.copies, found, digits, limit))
    if found.against is not None:
        title = f"copies in {found.against.name}"
        parts.append(_copies(title, found.copies_against, found, found.against, limit))
    influence = found.influence
    parts.append(
        _table(
            "digits that mislead",
            (
                "index",
                "label",
                "answers right without it",
                "wrong without it",
                "neighbor of",
                "of other labels",
            ),
            [
                tuple(
                    str(number)
                    for number in (
                        row,
                        labels[row],
                        influence.fixed[row],
                        influence.broken[row],
                        influence.occurrences[row],
                        influence.bad[row],
                    )
                )
                for row in influence.worst().tolist()
            ],
            limit,
        )
    )
    odd = [
        (str(odd.index), str(odd.label), f"{odd.credibility:.5f}", f"{odd.ink:.0f}" if odd.ink else "blank")
        for odd in found.odd
    ]
    parts.append(_table("least like a digit", ("index", "label", "credibility", "ink"), odd, limit))
    return "\n".join(part for part in parts if part)


def as_csv(found: Audit, limit: int) -> str:
    """For spreadsheets: a finding in each row, under :data:`CSV_COLUMNS`, at most ``limit`` of each kind."""
    digits, labels = found.digits, found.digits.labels
    rows: list[tuple[object, ...]] = [CSV_COLUMNS]
    for suspect in found.suspects[:limit]:
        where = whereabouts(digits, suspect.index)
        score = f"{suspect.wrong:.6g}"
        rows.append(("label", suspect.index, suspect.label, suspect.suggested, score, "", "", where))
    for kind, pairs, other in (
        ("copy", found.copies, digits),
        ("shared", found.copies_against, found.against or digits),
    ):
        for pair in pairs[:limit]:
            where = whereabouts(digits, pair.first)
            their = other.labels[pair.second]
            score = f"{_score(pair):.6g}"
            rows.append((kind, pair.first, labels[pair.first], "", score, pair.second, their, where))
    for row in found.influence.worst()[:limit].tolist():
        net = found.influence.fixed[row] - found.influence.broken[row]
        rows.append(("misleads", row, labels[row], "", net, "", "", whereabouts(digits, row)))
    for odd in found.odd[:limit]:
        score = f"{odd.credibility:.6g}"
        rows.append(("odd", odd.index, odd.label, "", score, "", "", whereabouts(digits, odd.index)))
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\n").writerows(rows)
    return lines.getvalue()


def as_dict(found: Audit, limit: int) -> dict[str, Any]:
    """For programs: plain values, ready for ``json.dumps``; at most ``limit`` findings of each kind."""
    digits, labels, influence = found.digits, found.digits.labels, found.influence
    count, contradicted = len(digits), found.n_contradicted()

    def pairs(copies: list[Copies], other: LabeledDigits) -> list[dict[str, Any]]:
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
                found.classes.tolist(), found.counts.tolist(), found.contradicted.tolist(), strict=True
            )
        },
        "contradicted": contradicted,
        "contradicted_interval": list(wilson_interval(contradicted, count)),
        "unrelated": found.unrelated(),
        "suspected": len(found.suspects),
        "probably_wrong": len(found.probable()),
        "expected_errors": found.expected_errors,
        "suspects": [
            {
                "index": suspect.index,
                "label": suspect.label,
                "suggested": suspect.suggested,
                "wrong": suspect.wrong,
                "certainty": suspect.certainty,
                "neighbors": list(suspect.neighbors),
                "neighbor_labels": [int(labels[near]) for near in suspect.neighbors],
                "origin": whereabouts(digits, suspect.index) or None,
            }
            for suspect in found.suspects[:limit]
        ],
        "copies": {"count": len(found.copies), "pairs": pairs(found.copies, digits)},
        "shared": None
        if found.against is None
        else {
            "dataset": found.against.name,
            "count": len(found.copies_against),
            "pairs": pairs(found.copies_against, found.against),
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
            for odd in found.odd[:limit]
        ],
    }


def _score(pair: Copies) -> float:
    return 0.0 if pair.exact else round(pair.nearness, 6)


def _copies(title: str, copies: list[Copies], found: Audit, other: LabeledDigits, limit: int) -> str:
    labels = found.digits.labels
    rows = [
        (
            str(pair.first),
            str(pair.second),
            str(labels[pair.first]),
            str(other.labels[pair.second]),
            "exact" if pair.exact else f"{pair.nearness:.3f}",
        )
        for pair in copies
    ]
    return _table(title, ("index", "again at", "label", "other label", "distance"), rows, limit)


def _table(title: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], limit: int) -> str:
    """Columns side by side under a title; nothing where there are no rows."""
    if not rows:
        return ""
    shown = [heads, *rows[:limit]]
    filled = [place for place in range(len(heads)) if any(row[place] for row in shown[1:])]
    widths = {place: max(len(row[place]) for row in shown) for place in filled}
    left = {place for place in filled if heads[place] in ("neighbors", "from")}
    lines = [
        "  ".join(
            row[place].ljust(widths[place]) if place in left else row[place].rjust(widths[place])
            for place in filled
        ).rstrip()
        for row in shown
    ]
    more = len(rows) - limit
    lines += [f"... and {more:,} more: raise --limit"] if more > 0 else []
    return "\n".join([title, *lines, ""])
