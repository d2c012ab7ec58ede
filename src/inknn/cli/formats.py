"""How readings are written: plain text, JSON lines, CSV, or a table for the eye."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from .messages import printable
from .sink import Sink

if TYPE_CHECKING:
    from rich.text import Text

    from ..reading import Digit, Line, Reading

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
)


class Writer:
    """Takes readings one by one and writes them to a sink."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink

    def add(self, reading: Reading) -> None:
        """Write one page."""
        raise NotImplementedError

    def close(self) -> None:
        """Write what has to wait until all pages are known."""


class TextWriter(Writer):
    """One line for each row of digits; the file's name and a tab before it where there are several."""

    def __init__(self, sink: Sink, *, names: bool) -> None:
        super().__init__(sink)
        self.names = names

    def add(self, reading: Reading) -> None:
        start = f"{reading.source}\t" if self.names else ""
        rows = [line.text for line in reading.lines]
        if not rows and self.names:
            rows = [""]  # every picture has its row, so that a list of files and the answers stay in step
        self.sink.write("".join(f"{start}{row}\n" for row in rows))


class JsonWriter(Writer):
    """One JSON object for each page."""

    def add(self, reading: Reading) -> None:
        self.sink.write(json.dumps(reading.to_dict(), separators=(",", ":")) + "\n")


class CsvWriter(Writer):
    """One row for each row of digits, under a header; a picture without digits has one row too."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self._write([CSV_COLUMNS])

    def add(self, reading: Reading) -> None:
        start = (reading.source, reading.page)
        rows: list[tuple[object, ...]] = [
            (*start, number, line.text, f"{_least(line):.3f}", len(_doubtful(line)), *line.box)
            for number, line in enumerate(reading.lines, start=1)
        ]
        self._write(rows or [(*start, *[""] * (len(CSV_COLUMNS) - len(start)))])

    def _write(self, rows: list[tuple[object, ...]]) -> None:
        lines = io.StringIO()
        csv.writer(lines, lineterminator="\n").writerows(rows)
        self.sink.write(lines.getvalue())


class TableWriter(Writer):
    """A table with doubt in colour, for a person; written when all pages are known."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self._readings: list[Reading] = []

    def add(self, reading: Reading) -> None:
        self._readings.append(reading)

    def close(self) -> None:
        if not self._readings:
            return
        from rich.console import Console  # 0.1 s, and pipes never need it
        from rich.table import Table

        paged = any(reading.page > 1 for reading in self._readings)
        table = Table("picture", *(["page"] if paged else []), "line", "text", "confidence", "doubtful")
        for column in table.columns:
            if column.header in ("page", "line", "confidence"):
                column.justify = "right"
        for reading in self._readings:
            start = [_plain(reading.source), *([_plain(str(reading.page))] if paged else [])]
            for number, line in enumerate(reading.lines, start=1):
                cells = (_plain(str(number)), _coloured(line), _plain(f"{100 * _least(line):.1f} %"))
                table.add_row(*start, *cells, _plain(", ".join(map(_guess, _doubtful(line)))))
                start = [_plain("")] * len(start)
            if not reading.lines:
                table.add_row(*start, "", _plain("no digits", "dim"))
            table.add_section()
        Console().print(table)


_WRITERS: dict[str, Callable[[Sink, bool], Writer]] = {
    "text": lambda sink, names: TableWriter(sink) if sink.is_terminal() else TextWriter(sink, names=names),
    "jsonl": lambda sink, _: JsonWriter(sink),
    "csv": lambda sink, _: CsvWriter(sink),
}

FORMATS = tuple(_WRITERS)
"""The names of ``--format``."""


def open_writer(sink: Sink, format: str, *, names: bool) -> Writer:
    """The writer of a format; ``names`` asks the one for plain text to begin lines with picture names."""
    return _WRITERS[format](sink, names)


def _least(line: Line) -> float:
    return min((digit.confidence for digit in line.digits), default=0.0)


def _doubtful(line: Line) -> list[Digit]:
    return [digit for digit in line.digits if digit.verdict != "digit"]


def _guess(digit: Digit) -> str:
    if digit.verdict == "not-a-digit":
        return "no digit?"
    return " or ".join(str(other.label) for other in digit.alternatives[:2]) or str(digit.label)


def _plain(text: str, style: str = "") -> Text:
    from rich.text import Text

    return Text(printable(text), style)  # not a str: rich would take brackets in a file's name for markup


def _coloured(line: Line) -> Text:
    from rich.text import Text

    text = Text()
    for digit in line.digits:
        text.append(digit.text, "" if digit.verdict == "digit" else "bold reverse yellow")
    return text
