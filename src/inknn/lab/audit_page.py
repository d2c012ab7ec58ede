"""An audit as one page to go through by eye: no script, nothing loaded from elsewhere."""

from __future__ import annotations

import base64
import io
from html import escape
from importlib.resources import files
from string import Template

from PIL import Image

from .. import __version__
from ..datasets.labelled import LabelledDigits
from .audit import Audit, Suspect
from .audit_report import summary, whereabouts
from .duplicates import Copies
from .evaluation_tables import printable

__all__ = ["page_of"]

_HEAD_ENDS = "<body>"


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
        Whole, with its styles, which are those of the page on an evaluation; pictures are in it as
        ``data:`` addresses.
    """
    folder = files(__package__)
    head = folder.joinpath("evaluation.html").read_text(encoding="utf-8").partition(_HEAD_ENDS)[0]
    template = Template(head + folder.joinpath("audit.html").read_text(encoding="utf-8"))
    name, shown = _text(found.digits.name), min(limit, len(found.suspects))
    return template.substitute(
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
        hubs_text=f"There are {len(found.leverage.worst()):,}.",
        hubs="\n".join(_hub(found, index) for index in found.leverage.worst()[:limit].tolist()),
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
        program=f"inknn {escape(__version__)}",
    )


def _text(text: str) -> str:
    """Text of a user's, safe inside a page."""
    return escape(printable(text))


def _figures(found: Audit) -> str:
    said = dict(summary(found))
    exact = sum(pair.exact for pair in found.copies)
    shown = [
        (f"{len(found.suspects):,}", "labels contradicted", said["labels"], "wrong"),
        (f"{len(found.probable()):,}", "labels rather wrong than right", "by the neighbours alone", "wrong"),
        (f"{exact:,}", "exact copies", said["copies"], "right"),
        (f"{len(found.leverage.worst()):,}", "digits that mislead", said["leverage"], "right"),
    ]
    return "\n".join(
        f'<div><dt>{title}</dt><dd class="big {colour}">{figure}</dd>'
        f'<dd class="more">{_text(more)}</dd></div>'
        for figure, title, more, colour in shown
    )


def _picture(digits: LabelledDigits, index: int) -> str:
    """A digit as it is written: dark ink on white."""
    file = io.BytesIO()
    image = digits.images[index]
    Image.fromarray(255 - image).save(file, "PNG", optimize=True)
    data = base64.b64encode(file.getvalue()).decode()
    alt = f"Digit {index}: labelled {digits.labels[index]}"
    return (
        f'<img class="digit" width="{image.shape[1]}" height="{image.shape[0]}" alt="{alt}" '
        f'src="data:image/png;base64,{data}">'
    )


def _card(digits: LabelledDigits, index: int, said: str, details: list[str], below: str = "") -> str:
    where = whereabouts(digits, index)
    details = [*details, f"index {index}" + (f", {where}" if where else "")]
    soft = "".join(f'<span class="soft">{_text(detail)}</span>' for detail in details)
    return (
        f'<figure class="card">{_picture(digits, index)}<figcaption>{said}{soft}</figcaption>{below}</figure>'
    )


def _suspect(found: Audit, suspect: Suspect) -> str:
    digits = found.digits
    near = []
    for other in suspect.neighbours[:5]:
        label = int(digits.labels[other])
        kind = "agrees" if label == suspect.label else "misleads" if label == suspect.suggested else "other"
        near.append(f'<li class="{kind}" title="index {other}">{_picture(digits, other)}{label}</li>')
    return _card(
        digits,
        suspect.index,
        f'labelled <b>{suspect.label}</b>, looks like <b class="wrong">{suspect.suggested}</b>',
        [
            f"{100 * suspect.certainty:.2f} % of such digits are {suspect.suggested}",
            f"label wrong: {100 * suspect.wrong:.1f} %",
        ],
        f'<ol class="near" aria-label="Its neighbours, nearest first">{"".join(near)}</ol>',
    )


def _hub(found: Audit, index: int) -> str:
    leverage = found.leverage
    return _card(
        found.digits,
        index,
        f"a <b>{found.digits.labels[index]}</b>",
        [
            f"answers right without it: {leverage.mended[index]}, wrong: {leverage.spoiled[index]}",
            f"near to {leverage.occurrences[index]} digits, {leverage.bad[index]} of other labels",
        ],
    )


def _copies_section(title: str, copies: list[Copies], found: Audit, other: LabelledDigits, limit: int) -> str:
    if not copies:
        return f"<section>\n<h2>{_text(title)}</h2>\n<p>None.</p>\n</section>\n"
    cards = []
    for pair in copies[:limit]:
        theirs = int(other.labels[pair.second])
        agrees = theirs == found.digits.labels[pair.first]
        again = (
            f'<ol class="near"><li class="{"agrees" if agrees else "misleads"}" title="index {pair.second}">'
            f"{_picture(other, pair.second)}{theirs}</li></ol>"
        )
        how = (
            "the same in every pixel" if pair.exact else f"distance {pair.nearness:.2f} of what is usual here"
        )
        said = f"a <b>{found.digits.labels[pair.first]}</b>" + (
            "" if agrees else f', and a <b class="wrong">{theirs}</b>'
        )
        cards.append(_card(found.digits, pair.first, said, [how, f"again at {pair.second}"], again))
    return (
        f"<section>\n<h2>{_text(title)}</h2>\n<p>The {len(cards)} nearest of {len(copies):,}.</p>\n"
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
    return (
        '<div class="wide"><table><thead><tr><th scope="col">label</th>'
        '<th scope="col" class="number">digits</th>'
        '<th scope="col" class="number">contradicted by the vote</th></tr></thead><tbody>'
        f"{rows}</tbody></table></div>"
    )
