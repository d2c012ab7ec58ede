"""``inknn audit``: what is wrong with a labeled set."""

from __future__ import annotations

import json
from contextlib import ExitStack

import click

from ..progress import terminal_progress
from ..tables import UNFOLDED
from .arguments import complete_data, open_report
from .sink import Sink


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
    type=click.Path(),
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
    type=click.IntRange(1),
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

    The label of each digit is compared with the vote of the digits most similar to it, the digit itself left
    out. The most suspicious come first: "looks like" is the label that its neighbors have, "similar digits %"
    how many of the digits like it have that label, and "label wrong %" the probability that its own label is
    wrong. Look at them before you correct them: some digits are odd, but their label is right.

    Copies have the same pixels, or are less than half as far away as the digits that come after, in the
    learned metric and in pixels. A digit misleads if more answers about the others would be right without
    it. "Least like a digit" are those farthest from all others; credibility is the share of the set that is
    at least as odd.

    Examples:

    \b
      inknn audit mnist
      inknn audit our-digits/ --report audit.html
      inknn audit mnist --against mnist -f json     copies across its two parts
      inknn audit digits.npz -f csv --limit 1000 > to-check.csv
    """
    with ExitStack() as stack:
        page = None if report is None else stack.enter_context(open_report(report, data, against))
        sink = stack.enter_context(Sink(None))
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
                from ..lab.reports.audit_page import audit_page

                page.write(audit_page(found, limit))
        from ..lab.reports import audit_tables

        if format == "json":
            sink.write(json.dumps(audit_tables.audit_dict(found, limit)) + "\n")
        elif format == "csv":
            sink.write(audit_tables.audit_csv(found, limit))
        else:
            sink.write(audit_tables.audit_text(found, limit, None if sink.is_terminal() else UNFOLDED))
