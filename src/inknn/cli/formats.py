"""How readings are written: plain text, JSON lines, CSV, or a table for the eye."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ..tables import csv_line, decimals, percent
from .output import Sink

if TYPE_CHECKING:
    from rich.text import Text

    from ..reader.result import Digit, Line, Reading

CSV_COLUMNS = (
    "source",
    "page",
    "line",
    "text",
    "confidence",
    "doubtful",
    "x",
    "y",
    "width",
    "height",
    "error",
)

_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SHORTEST_NAME = 16
"""Characters of a picture's name that the table keeps while there is anything else to give way."""


class Writer:
    """Takes readings one by one, and pictures that can't be read, and writes them to a sink."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink

    def add(self, reading: Reading, *, paged: bool = False) -> None:
        """Write one page; ``paged`` if others of the same file are written too."""
        raise NotImplementedError

    def fail(self, source: str, reason: str) -> None:
        """Write that a picture can't be read, in formats that have a place for it."""

    def close(self) -> None:
        """Write what has to wait until all pages are known."""


class TextWriter(Writer):
    """One line for each row of digits; with names, the file's name and a tab before it.

    Without a word about names, files of several pages have them. Their pages are named as in a link to a PDF:
    ``scan.pdf#page=2``.
    """

    def __init__(self, sink: Sink, *, names: bool | None) -> None:
        super().__init__(sink)
        self.names = names

    def add(self, reading: Reading, *, paged: bool = False) -> None:
        named = paged if self.names is None else self.names
        page = f"#page={reading.page}" if paged or reading.page > 1 else ""
        start = f"{_on_one_line(reading.source + page)}\t" if named else ""
        rows = [line.text for _, line in rows_with_digits(reading)]
        if not rows and named:
            rows = [""]  # every picture has its row, so that a list of files and the answers stay in step
        self.sink.write("".join(f"{start}{row}\n" for row in rows))


class JsonWriter(Writer):
    """One JSON object for each page, and for each picture that can't be read."""

    def add(self, reading: Reading, *, paged: bool = False) -> None:
        self._write(reading.to_dict())

    def fail(self, source: str, reason: str) -> None:
        self._write({"source": source, "error": reason})

    def _write(self, plain: dict[str, Any]) -> None:
        self.sink.write(json.dumps(plain, separators=(",", ":")) + "\n")


class CsvWriter(Writer):
    """One row for each row of digits, under a header; a picture without digits, or an error, has one row too.

    Rows are numbered as in JSON, which has those without digits as well.
    """

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self.sink.write(csv_line(CSV_COLUMNS))

    def add(self, reading: Reading, *, paged: bool = False) -> None:
        start = (reading.source, reading.page)
        rows: list[tuple[object, ...]] = [
            (*start, number, line.text, decimals(_least(line), 3), len(_doubtful(line)), *line.box, "")
            for number, line in rows_with_digits(reading)
        ]
        rows = rows or [(*start, *[""] * (len(CSV_COLUMNS) - len(start)))]
        self.sink.write("".join(map(csv_line, rows)))

    def fail(self, source: str, reason: str) -> None:
        self.sink.write(csv_line((source, *[""] * (len(CSV_COLUMNS) - 2), reason)))


class TableWriter(Writer):
    """A table with doubt in color, for a person; written when all pages are known."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self._readings: list[Reading] = []

    def add(self, reading: Reading, *, paged: bool = False) -> None:
        self._readings.append(reading)

    def close(self) -> None:
        if not self._readings:
            return
        from rich.console import Console  # 0.1 s, and pipes never need it
        from rich.table import Table

        numbered = any(reading.page > 1 for reading in self._readings)
        heads = ("picture", *(["page"] if numbered else []), "line", "text", "confidence", "doubtful")
        rows = [row for reading in self._readings for row in _table_rows(reading, numbered)]
        console = Console()
        widths = _table_widths(heads, rows, console.width)
        table = Table()
        for head, width in zip(heads, widths, strict=True):
            right = head in ("page", "line", "confidence")
            # Folded, not cut: half a number would be taken for a whole one.
            table.add_column(head, width=width, overflow="fold", justify="right" if right else "left")
        for row in rows:
            if row[0].plain and table.rows:
                table.add_section()
            table.add_row(_shortened(row[0], widths[0]), *row[1:])
        with console.capture() as drawn:  # the sink knows what the terminal can show
            console.print(table)
        self.sink.write(drawn.get())


_WRITERS: dict[str, Callable[[Sink, bool | None], Writer]] = {
    "text": lambda sink, names: TableWriter(sink) if sink.is_terminal() else TextWriter(sink, names=names),
    "jsonl": lambda sink, _: JsonWriter(sink),
    "csv": lambda sink, _: CsvWriter(sink),
}

FORMATS = tuple(_WRITERS)
"""The names of ``--format``."""


def open_writer(sink: Sink, format: str, *, names: bool | None) -> Writer:
    """The writer of a format; with ``names``, lines of plain text begin with the picture's name.

    With None they do so for files of several pages.
    """
    return _WRITERS[format](sink, names)


def rows_with_digits(reading: Reading) -> list[tuple[int, Line]]:
    """The rows that hold a digit, if only a doubtful one, and their numbers from 1.

    The others are of letters, leaves or stains, and would fill the output with question marks.
    """
    return [
        (number, line)
        for number, line in enumerate(reading.lines, start=1)
        if any(digit.verdict != "not-a-digit" for digit in line.digits)
    ]


def _on_one_line(name: str) -> str:
    """The name; as a JSON string where it would break up a line or a column, or be taken for one."""
    return json.dumps(name) if name.startswith('"') or _BREAKS.search(name) else name


def _least(line: Line) -> float:
    """Confidence in the whole row: that of its least certain digit, 0 where a glyph is none."""
    return min(
        (0.0 if digit.verdict == "not-a-digit" else digit.confidence for digit in line.digits), default=0.0
    )


def _doubtful(line: Line) -> list[Digit]:
    return [digit for digit in line.digits if digit.verdict != "digit"]


def _guess(digit: Digit) -> str:
    if digit.verdict == "not-a-digit":
        return "no digit?"
    return " or ".join(str(other.label) for other in digit.alternatives[:2]) or str(digit.label)


def _table_rows(reading: Reading, numbered: bool) -> Iterator[list[Text]]:
    """The cells of one page; the picture's name stands in its first row only."""
    start = [_plain(reading.source), *([_plain(str(reading.page))] if numbered else [])]
    for number, line in rows_with_digits(reading):
        certain = _plain(f"{percent(_least(line), 1)} %")
        doubts = _plain(", ".join(map(_guess, _doubtful(line))))
        yield [*start, _plain(str(number)), _colored(line), certain, doubts]
        start = [_plain("")] * len(start)
    if start[0].plain:
        yield [*start, _plain(""), _plain("no digits", "dim"), _plain(""), _plain("")]


def _table_widths(heads: tuple[str, ...], rows: list[list[Text]], room: int) -> list[int]:
    """Columns for a terminal so many characters wide: text gets what it needs before the others do."""
    wanted = [max(len(head), *(row[i].cell_len for row in rows)) for i, head in enumerate(heads)]
    picture, text, doubtful = 0, len(heads) - 3, len(heads) - 1
    spare = room - (3 * len(heads) + 1) - sum(wanted)  # without the borders and the blanks beside them
    for column, least in ((picture, _SHORTEST_NAME), (doubtful, len("doubtful")), (text, 1), (picture, 1)):
        taken = min(max(0, -spare), max(0, wanted[column] - least))
        wanted[column] -= taken
        spare += taken
    return wanted


def _shortened(name: Text, width: int) -> Text:
    """The end of a name, by which pictures in one folder differ, after an ellipsis."""
    from rich.text import Text

    if name.cell_len <= width:
        return name
    end = name.plain
    while end and Text(end).cell_len > width - 1:
        end = end[1:]
    return Text(f"…{end}", name.style)


def _plain(text: str, style: str = "") -> Text:
    from rich.text import Text

    from ..tables import printable

    return Text(printable(text), style)  # not a str: rich would take brackets in a file's name for markup


def _colored(line: Line) -> Text:
    from rich.text import Text

    text = Text()
    for digit in line.digits:
        text.append(digit.text, "" if digit.verdict == "digit" else "bold reverse yellow")
    return text
