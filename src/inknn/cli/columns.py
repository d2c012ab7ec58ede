"""Rows in columns: aligned for a terminal, with tabs for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..tables import Table
from .output import Sink

__all__ = ["write_table", "write_tabs"]


def write_tabs(sink: Sink, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A line of heads and one for each row, with tabs between; None is an empty cell."""
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    sink.write(Table(heads, cells).to_tsv())


def write_table(
    sink: Sink, heads: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: int = 0, title: str = ""
) -> None:
    """A table that fits the terminal; columns of numbers are aligned to the right."""
    sink.write(Table(heads, list(rows), title).to_text())
