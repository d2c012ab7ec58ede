"""``inknn audit``: what is wrong with a labeled set."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from ..progress import terminal_progress
from ..tables import printable
from .options import FileName, WholeNumber, complete_data
from .output import outputs

if TYPE_CHECKING:
    from ..lab.audit import Audit


@click.command()
@click.argument("data", metavar="DATA", shell_complete=complete_data)
@click.option(
    "--part",
    type=click.Choice(["train", "test"]),
    default="train",
    show_default=True,
    help="Which part of DATA, where it has two.",
)
@click.option(
    "--against",
    metavar="DATA",
    help="Look for DATA's digits in another set too; of parts, in the other one. May be DATA again.",
)
@click.option(
    "--report",
    metavar="FILE.html",
    type=FileName(),
    help="Write a page with the findings in pictures: one file, works offline.",
)
@click.option(
    "--format",
    "-f",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
    help="For people, programs or spreadsheets.",
)
@click.option(
    "--limit",
    type=WholeNumber(1),
    default=20,
    show_default=True,
    metavar="N",
    help="Findings of each kind to show.",
)
@click.option("--quiet", "-q", is_flag=True, help="No remarks and no progress bar.")
def audit(
    data: str, part: str, against: str | None, report: str | None, format: str, limit: int, quiet: bool
) -> None:
    """Look for wrong labels, copies, digits that mislead, and pictures of nothing.

    Every digit is asked about with itself left out, and contradicted where the others vote for another label.
    Suspects come worst first: "looks like" is what the neighbors say, "as often as" the part of digits like
    it that bear that label, and "label wrong" the probability that this one was a slip. Look at them: some
    are odd, but right.

    Copies are the same pixel by pixel, or less than half as far away as what comes after, in the learned
    metric and in pixels. A digit misleads if more answers about the others were right without it. Least like
    a digit comes first what lies farthest from all others; credibility is the part of the set that is at
    least as odd.

    Examples:

    \b
      inknn audit mnist
      inknn audit our-digits/ --report audit.html
      inknn audit mnist --against mnist -f json     copies across its two parts
      inknn audit digits.npz -f csv --limit 1000 > to-check.csv
    """
    with outputs(report, reads=(data, against)) as (sink, page):
        with terminal_progress(quiet) as progress:
            from ..lab.audit import audit_data

            found = audit_data(
                data,
                "test" if part == "test" else "train",
                against=against,
                n_odd=limit,
                progress=progress,
            )
            if page is not None:
                from ..lab.audit_page import page_of

                page.write(page_of(found, limit))
        sink.write(_written(found, format, limit))


def _written(found: Audit, format: str, limit: int) -> str:
    from ..lab.audit_report import as_csv, as_dict, as_text

    if format == "json":
        return json.dumps(as_dict(found, limit)) + "\n"
    if format == "csv":
        return as_csv(found, limit)
    return "".join(printable(line) + "\n" for line in as_text(found, limit).splitlines())
