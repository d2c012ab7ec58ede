"""An audit as one page to go through by eye: no script, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

from ..datasets.load import LabeledDigits
from .audit import Audit, Copies, Suspect
from .audit_report import summary, whereabouts
from .paged import card, figures, neighbor, page, picture, safe, scrolling

__all__ = ["page_of"]


def page_of(found: Audit, limit: int = 40) -> str:
    """The page, HTML.

    Parameters
    ----------
    found : Audit
    limit : int
        Findings of each kind to show.

    Returns
    -------
    str
        Whole, with its styles; pictures are in it as ``data:`` addresses.
    """
    name, shown = safe(found.digits.name), min(limit, len(found.suspects))
    return page(
        "audit.html",
        title=f"Audit of {name}",
        heading=f"What is wrong with the digits of {name}?",
        subtitle=f"{len(found.digits):,} digits, each asked about by all the others",
        figures=_figures(found),
        suspects_text=(
            f"The {shown} worst of {len(found.suspects):,}. Below each digit are those that vote on it. Look "
            "at them: some are only odd, and the label is right."
            if shown
            else "None."
        ),
        suspects="\n".join(_suspect(found, suspect) for suspect in found.suspects[:limit]),
        copies=_copies_section("Copies", found.copies, found, found.digits, limit)
        + (
            _copies_section(
                f"Shared with {found.against.name}", found.copies_against, found, found.against, limit
            )
            if found.against is not None
            else ""
        ),
        hubs_text=f"There are {len(found.influence.worst()):,}.",
        hubs="\n".join(_hub(found, index) for index in found.influence.worst()[:limit].tolist()),
        odd="\n".join(
            _card(
                found.digits,
                odd.index,
                f"a <b>{odd.label}</b>",
                [
                    f"credibility {odd.credibility:.5f}",
                    "no ink at all" if not odd.ink else f"ink {odd.ink:.0f}",
                ],
            )
            for odd in found.odd[:limit]
        ),
        classes=_classes(found),
    )


def _figures(found: Audit) -> str:
    said = dict(summary(found))
    exact = sum(pair.exact for pair in found.copies)
    shown = [
        (f"{found.n_contradicted():,}", "labels contradicted", said["labels"], "wrong"),
        (f"{len(found.probable()):,}", "labels rather wrong than right", said["suspects"], "wrong"),
        (f"{exact:,}", "exact copies", said["copies"], "right"),
        (f"{len(found.influence.worst()):,}", "digits that mislead", said["influence"], "right"),
    ]
    return figures(shown)


def _picture(digits: LabeledDigits, index: int) -> str:
    return picture(digits.images[index], f"Digit {index}: labeled {digits.labels[index]}")


def _card(
    digits: LabeledDigits, index: int, said: str, details: Iterable[str], near: Iterable[str] = ()
) -> str:
    where = whereabouts(digits, index)
    place = f"index {index}" + (f", {where}" if where else "")
    return card(_picture(digits, index), said, [*details, place], near)


def _suspect(found: Audit, suspect: Suspect) -> str:
    digits = found.digits
    return _card(
        digits,
        suspect.index,
        f'labeled <b>{suspect.label}</b>, looks like <b class="wrong">{suspect.suggested}</b>',
        [
            f"{100 * suspect.certainty:.2f} % of such digits are {suspect.suggested}",
            f"label wrong: {100 * suspect.wrong:.1f} %",
        ],
        [
            neighbor(
                int(digits.labels[near]),
                suspect.label,
                suspect.suggested,
                _picture(digits, near),
                f"index {near}",
            )
            for near in suspect.neighbors[:5]
        ],
    )


def _hub(found: Audit, index: int) -> str:
    influence = found.influence
    return _card(
        found.digits,
        index,
        f"a <b>{found.digits.labels[index]}</b>",
        [
            f"answers right without it: {influence.fixed[index]}, wrong: {influence.broken[index]}",
            f"near to {influence.occurrences[index]} digits, {influence.bad[index]} of other labels",
        ],
    )


def _copies_section(title: str, copies: list[Copies], found: Audit, other: LabeledDigits, limit: int) -> str:
    if not copies:
        return f"<section>\n<h2>{safe(title)}</h2>\n<p>None.</p>\n</section>\n"
    cards = []
    for pair in copies[:limit]:
        mine, theirs = int(found.digits.labels[pair.first]), int(other.labels[pair.second])
        again = neighbor(theirs, mine, theirs, _picture(other, pair.second), f"index {pair.second}")
        how = (
            "the same in every pixel" if pair.exact else f"distance {pair.nearness:.2f} of what is usual here"
        )
        said = f"a <b>{mine}</b>" + ("" if theirs == mine else f', and a <b class="wrong">{theirs}</b>')
        cards.append(_card(found.digits, pair.first, said, [how, f"again at {pair.second}"], [again]))
    return (
        f"<section>\n<h2>{safe(title)}</h2>\n<p>The {len(cards)} nearest of {len(copies):,}.</p>\n"
        f'<div class="cards">\n{"".join(cards)}\n</div>\n</section>\n'
    )


def _classes(found: Audit) -> str:
    rows = "".join(
        f'<tr><th scope="row">{label}</th><td class="number">{count:,}</td>'
        f'<td class="number">{wrong:,}</td></tr>'
        for label, count, wrong in zip(
            found.classes.tolist(), found.counts.tolist(), found.contradicted.tolist(), strict=True
        )
    )
    heads = "".join(
        f'<th scope="col"{side}>{head}</th>'
        for head, side in (("label", ""), ("digits", ' class="number"'), ("contradicted", ' class="number"'))
    )
    return scrolling(
        "Digits of each label, and those that the vote of the others contradicts",
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody>",
    )
