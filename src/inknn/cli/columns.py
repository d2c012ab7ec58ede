"""Rows in columns: a table for people at a terminal, lines with tabs for programs in a pipe."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .sink import Sink

__all__ = ["write_table", "write_tabs"]


def write_tabs(sink: Sink, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A line of heads and one for each row, with tabs between; None is an empty cell."""
    for row in [heads, *rows]:
        cells = ("" if cell is None else str(cell) for cell in row)
        sink.write("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in cells) + "\n")


def write_table(
    sink: Sink, heads: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: int = 0, title: str = ""
) -> None:
    """A table that fits the terminal, the last ``numbers`` columns to the right."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, title=title or None, title_justify="left", title_style="bold")
    for place, head in enumerate(heads):
        right = place >= len(heads) - numbers
        table.add_column(head, justify="right" if right else "left", no_wrap=right)
    for row in rows:
        table.add_row(*row)
    console = Console(markup=False, highlight=False)
    with console.capture() as capture:
        console.print(table)
    sink.write(capture.get())
