"""``inknn metrics``: the table of metrics."""

from __future__ import annotations

import click

from .output import Sink


@click.command()
def metrics() -> None:
    """List the metrics, with their formulas and costs.

    Costs are in operations on the d numbers of a vector, or roughly the time on one core. A search with a
    shortlist compares only that many Euclidean neighbors, and is exact within them.

    Examples:

    \b
      inknn metrics
      inknn metrics | cut -f 1
    """
    from ..metrics import METRICS
    from ..tables import Table

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
        sink.write_table(Table(heads, rows))
