"""``inknn audit``: what is wrong with a labeled set."""

from __future__ import annotations

import json
from typing import Literal

import click

from ..progress import terminal_progress
from ..tables import UNFOLDED
from .options import DATA, QUIET, REPORT, THREADS, WholeNumber, format_option, part_option
from .output import outputs


@click.command()
@DATA
@part_option("train")
@click.option(
    "--against",
    metavar="DATA",
    help="Look for DATA's digits in another set too, in its other part if it has two. May be DATA again.",
)
@REPORT
@format_option("text", "json", "csv", help="For people, programs or spreadsheets.")
@click.option(
    "--limit", type=WholeNumber(1), default=20, show_default=True, help="Findings of each kind to show."
)
@THREADS
@QUIET
def audit(
    data: str,
    part: Literal["train", "test"],
    against: str | None,
    report: str | None,
    format: str,
    limit: int,
    quiet: bool,
) -> None:
    """Find wrong labels, copies, and digits that mislead.

    The label of each digit is compared with the vote of the digits most similar to it, the digit itself left
    out. The most suspicious come first: "looks like" is the label that its neighbors have, "similar digits %"
    how many of the digits like it have that label, and "label wrong %" the probability that its own label is
    wrong. Look at them before you correct them: some digits are odd, but their label is right.

    Copies are pictures with the same pixels, or pictures less than half as far apart as other pictures
    around them, in the learned metric and in pixels. A digit misleads if more answers about the others would
    be right without it. "Least like a digit" are the pictures farthest from all others; credibility is the
    share of the set that is at least as odd.

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

            found = audit_data(data, part, against=against, n_odd=limit, progress=progress)
            if page is not None:
                from ..lab.reports.audit_page import audit_page

                page.write(audit_page(found, limit))
        from ..lab.reports import audit_tables

        if format == "json":
            sink.write(json.dumps(audit_tables.audit_dict(found, limit)) + "\n")
        elif format == "csv":
            sink.write(audit_tables.audit_csv(found, limit))
        else:
            sink.write(audit_tables.audit_text(found, limit, None if sink.is_terminal() else UNFOLDED))
