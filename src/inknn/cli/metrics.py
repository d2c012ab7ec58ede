"""``inknn metrics``: the distances there are."""

from __future__ import annotations

import click

from .sink import Sink


@click.command()
def metrics() -> None:
    """List the metrics: formula, cost of one pair, whether it is a true metric, shortlist of a search.

    Costs are in operations on the d numbers of a vector, or roughly the time on one core. A search with a
    shortlist compares only so many Euclidean neighbours, and is exact within them.

    Examples:

    \b
      inknn metrics
      inknn metrics | cut -f 1
    """
    from ..metrics import METRICS

    rows = [
        (
            metric.name,
            metric.formula,
            metric.cost,
            "yes" if metric.is_metric else "no",
            "all" if metric.shortlist is None else str(metric.shortlist),
        )
        for metric in METRICS.values()
    ]
    heads = ("name", "formula", "cost of a pair", "true metric", "compared")
    with Sink(None) as sink:
        if not sink.is_terminal():
            sink.write("".join("\t".join(row) + "\n" for row in [heads, *rows]))
            return
        from rich.console import Console
        from rich.table import Table

        table = Table(*heads, box=None, pad_edge=False)
        for row in rows:
            table.add_row(*row)
        console = Console()
        with console.capture() as capture:
            console.print(table)
        sink.write(capture.get())
