"""One kind of table, and four ways to write it: for a terminal, as TSV, as Markdown, as HTML.

>>> table = Table(("digit", "errors"), (("3", "12"), ("8", "7")), title="Errors")
>>> print(table.to_markdown())
**Errors**
<BLANKLINE>
| digit | errors |
|---:|---:|
| 3 | 12 |
| 8 | 7 |
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

__all__ = ["MISSING", "UNFOLDED", "Table", "csv_line", "decimals", "percent", "printable"]

MISSING = "–"
"""In a cell that has no value."""

UNFOLDED = 10_000
"""A width for :meth:`Table.to_text` where text is not for a terminal and no cell should be folded."""


_NUMBER = re.compile(rf"[+-]?[0-9][0-9.,{MISSING} ]*(%|×|ms|s|MB)?|{MISSING}|·|")


@dataclass(frozen=True, slots=True)
class Table:
    """Cells of text under column heads.

    Columns of numbers are aligned to the right.

    Attributes
    ----------
    heads : sequence of str (c,)
    rows : sequence of sequences of str (r, c)
    title : str
        Empty for none.
    totals : int
        So many of the last rows sum up the others.
    """

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    title: str = ""
    totals: int = 0

    def is_number(self, column: int) -> bool:
        """Whether a column holds numbers only; totals don't count."""
        body = self.rows[: len(self.rows) - self.totals] or self.rows
        return any(row[column] for row in body) and all(_NUMBER.fullmatch(row[column]) for row in body)

    def to_text(self, width: int | None = None) -> str:
        """Aligned columns for a terminal, ending with a newline.

        Parameters
        ----------
        width : int, optional
            Characters there is room for; long text is folded to fit. By default the terminal's, and no limit
            without one.

        Returns
        -------
        str
        """
        from rich.console import Console
        from rich.table import Table as RichTable
        from rich.text import Text

        table = RichTable(box=None, pad_edge=False)
        for column, head in enumerate(self.heads):
            number = self.is_number(column)
            table.add_column(head, justify="right" if number else "left", no_wrap=number, overflow="fold")
        for place, row in enumerate(self.rows):
            if self.totals and place == len(self.rows) - self.totals:
                table.add_section()
            table.add_row(*map(printable, row))
        console = Console(markup=False, highlight=False, width=width)
        if width is None and not console.is_terminal:
            console.width = UNFOLDED
        with console.capture() as capture:
            if self.title:  # not as the table's own, which is folded to the width of the table
                console.print(Text(printable(self.title), style="bold"))
            console.print(table)
        return "".join(f"{line.rstrip()}\n" for line in capture.get().splitlines())

    def to_tsv(self) -> str:
        """A line of heads and a line for each row, tabs between the cells; for programs."""
        return "".join("\t".join(map(_on_one_line, row)) + "\n" for row in (self.heads, *self.rows))

    def to_markdown(self) -> str:
        """A table for Markdown pages, the title in bold above it; without a newline at the end."""
        rule = "|".join("---:" if self.is_number(column) else "---" for column in range(len(self.heads)))
        lines = [
            f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
            for row in (self.heads, *self.rows)
        ]
        title = [f"**{self.title}**", ""] if self.title else []
        return "\n".join((*title, lines[0], f"|{rule}|", *lines[1:]))

    def to_html(self) -> str:
        """A ``<table>``; the title is its caption, numbers have the class ``number``, totals ``total``.

        The first cell of each row is its head.
        """
        numbers = [self.is_number(column) for column in range(len(self.heads))]

        def cells(row: Sequence[str], first: str, others: str) -> str:
            tags = [first, *[others] * (len(row) - 1)]
            return "".join(
                f"<{tag}{' class=number' if number else ''}>{escape(cell)}</{tag.split()[0]}>"
                for cell, number, tag in zip(row, numbers, tags, strict=True)
            )

        caption = f"<caption>{escape(self.title)}</caption>" if self.title else ""
        first_total = len(self.rows) - self.totals
        body = "\n".join(
            f"<tr{' class=total' if place >= first_total else ''}>{cells(row, 'th scope=row', 'td')}</tr>"
            for place, row in enumerate(self.rows)
        )
        head = cells(self.heads, "th scope=col", "th scope=col")
        return f"<table>{caption}\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def csv_line(cells: Sequence[object]) -> str:
    r"""A line of CSV that ends with a newline; a cell that holds a line break of any kind is quoted.

    Examples
    --------
    >>> csv_line(["a\rb", 7])
    '"a\rb",7\n'
    """
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)  # it quotes cells that hold one of these
    return line.getvalue().removesuffix("\r\n") + "\n"


def printable(text: str) -> str:
    """The text on one line, with control characters spelled out.

    A file name may hold newlines, escape codes and bytes that are not UTF-8.
    """
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


def decimals(share: float, digits: int, whole: int = 1) -> str:
    """A share as decimals; one that is less than the whole is never rounded up to it.

    Parameters
    ----------
    share : float
        0 to 1.
    digits : int
        After the point.
    whole : int
        What 1 is shown as.

    Examples
    --------
    >>> decimals(0.9995, 3), decimals(0.98765, 3), decimals(1, 3)
    ('0.999', '0.988', '1.000')
    """
    shown = f"{share * whole:.{digits}f}"
    if share < 1 and float(shown) >= whole:
        return f"{whole - 10.0**-digits:.{digits}f}"
    return shown


def percent(share: float | None, digits: int = 2) -> str:
    """A share, 0 to 1, in percent without the sign, as :func:`decimals`; a dash for None and NaN.

    Examples
    --------
    >>> percent(0.9996, 1)
    '99.9'
    """
    return MISSING if share is None or share != share else decimals(share, digits, 100)


def _on_one_line(cell: str) -> str:
    return cell.replace("\t", " ").replace("\n", " ").replace("\r", " ")
