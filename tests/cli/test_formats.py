"""Readings are written as text, JSON lines, CSV, or a table that never cuts an answer."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from dataclasses import replace

import pytest

from inknn.cli.formats import CSV_COLUMNS, CsvWriter, JsonWriter, TableWriter, TextWriter
from inknn.cli.output import Sink
from inknn.geometry import Box
from inknn.reader.result import Alternative, Digit, Line, Reading
from inknn.remarks import Remark


def digit(label, verdict="digit", confidence=0.9):
    guesses = (Alternative(label, 0.75), Alternative(0, 0.25))
    return Digit(label, verdict, confidence, 0.5, Box(1, 2, 3, 4), guesses)


READING = Reading(
    "scan.png",
    1,
    200,
    100,
    (
        Line(Box(10, 20, 30, 40), (digit(4), digit(2, "unsure", 0.612))),
        Line(Box(10, 70, 30, 20), (digit(8), digit(1, "not-a-digit", 0.5))),
    ),
)


BLANK = Reading("blank.png", 1, 200, 100, (), (Remark("blank", "the page is blank"),))


class TestFormats:
    def write(self, tmp_path, make, *readings):
        with Sink(str(tmp_path / "out")) as sink:
            writer = make(sink)
            for reading in readings:
                writer.add(reading)
            writer.close()
        return (tmp_path / "out").read_bytes().decode()

    def test_text_is_the_bare_digits(self, tmp_path):
        out = self.write(tmp_path, lambda sink: TextWriter(sink, names=False), READING, BLANK)
        assert out == "4?\n8?\n"

    def test_text_with_names_has_a_line_for_every_picture(self, tmp_path):
        out = self.write(tmp_path, lambda sink: TextWriter(sink, names=True), READING, BLANK)
        assert out == "scan.png\t4?\nscan.png\t8?\nblank.png\t\n"

    def test_jsonl_is_one_object_for_each_page(self, tmp_path):
        out = self.write(tmp_path, JsonWriter, READING, BLANK)
        assert [json.loads(line) for line in out.splitlines()] == [
            json.loads(json.dumps(reading.to_dict())) for reading in (READING, BLANK)
        ]

    def test_csv_is_one_row_for_each_row_of_digits(self, tmp_path):
        out = self.write(tmp_path, CsvWriter, READING, BLANK)
        rows = list(csv.DictReader(io.StringIO(out)))
        assert tuple(rows[0]) == CSV_COLUMNS
        assert [tuple(row.values()) for row in rows] == [
            ("scan.png", "1", "1", "4?", "0.612", "1", "10", "20", "30", "40", ""),
            ("scan.png", "1", "2", "8?", "0.000", "1", "10", "70", "30", "20", ""),
            ("blank.png", "1", "", "", "", "", "", "", "", "", ""),
        ]

    def test_what_cant_be_read_has_its_place_where_programs_read(self, tmp_path):
        with Sink(str(tmp_path / "out.csv")) as csv_sink, Sink(str(tmp_path / "out.jsonl")) as json_sink:
            for writer in (CsvWriter(csv_sink), JsonWriter(json_sink)):
                writer.fail("a,b.png", "the file is empty")
                writer.add(BLANK)
        failed, blank = csv.DictReader((tmp_path / "out.csv").read_text().splitlines())
        assert {name: value for name, value in failed.items() if value} == {
            "source": "a,b.png",
            "error": "the file is empty",
        }
        assert (blank["source"], blank["error"]) == ("blank.png", "")
        lines = (tmp_path / "out.jsonl").read_text().splitlines()
        assert json.loads(lines[0]) == {"source": "a,b.png", "error": "the file is empty"}
        assert "error" not in json.loads(lines[1])

    def test_nearly_certain_is_never_shown_as_certain(self, tmp_path):
        sure, certain = (Line(Box(0, 0, 9, 9), (digit(4, confidence=c),)) for c in (0.99996, 1.0))
        reading = Reading("a.png", 1, 9, 9, (sure, certain))
        rows = csv.DictReader(io.StringIO(self.write(tmp_path, CsvWriter, reading)))
        assert [row["confidence"] for row in rows] == ["0.999", "1.000"]
        shown = self.write(tmp_path, TableWriter, reading)
        assert re.findall(r"[0-9.]+ %", shown) == ["99.9 %", "100.0 %"]

    @pytest.mark.parametrize(
        ("names", "start"), [(None, "scan.pdf#page={}\t"), (True, "scan.pdf#page={}\t"), (False, "")]
    )
    def test_pages_are_told_apart_where_there_are_several(self, tmp_path, names, start):
        pages = [replace(READING, source="scan.pdf", page=page) for page in (1, 2)]
        with Sink(str(tmp_path / "out")) as sink:
            writer = TextWriter(sink, names=names)
            for page in pages:
                writer.add(page, paged=True)
        rows = [start.format(page) + text for page in (1, 2) for text in ("4?", "8?")]
        assert (tmp_path / "out").read_text().splitlines() == rows

    def test_a_single_page_is_told_by_its_number_only_if_it_is_not_the_first(self, tmp_path):
        second = replace(READING, page=2)
        out = self.write(tmp_path, lambda sink: TextWriter(sink, names=None), READING, second)
        assert out == "4?\n8?\n" * 2
        out = self.write(tmp_path, lambda sink: TextWriter(sink, names=True), READING, second)
        assert [row.split("\t")[0] for row in out.splitlines()] == ["scan.png"] * 2 + ["scan.png#page=2"] * 2

    def test_rows_without_digits_are_left_out_but_of_json(self, tmp_path):
        stain = Line(Box(0, 0, 9, 9), (digit(1, "not-a-digit"), digit(7, "not-a-digit", 1.0)))
        doubt = Line(Box(0, 9, 9, 9), (digit(1, "not-a-digit"), digit(7, "unsure")))
        some = Reading("some.png", 1, 20, 20, (stain, doubt))
        none = Reading("none.png", 1, 20, 20, (stain,))
        out = self.write(tmp_path, lambda sink: TextWriter(sink, names=True), some, none)
        assert out == "some.png\t??\nnone.png\t\n"
        rows = list(csv.DictReader(io.StringIO(self.write(tmp_path, CsvWriter, some, none))))
        assert [(row["source"], row["line"], row["text"]) for row in rows] == [
            ("some.png", "2", "??"),
            ("none.png", "", ""),
        ]
        pages = map(json.loads, self.write(tmp_path, JsonWriter, some, none).splitlines())
        assert [len(page["lines"]) for page in pages] == [2, 1]

    @pytest.mark.parametrize("width", [40, 60, 80, 200])
    def test_the_table_never_cuts_an_answer(self, capsys, monkeypatch, width):
        monkeypatch.setenv("COLUMNS", str(width))
        number = "75943140229781630524"
        line = Line(Box(0, 0, 9, 9), tuple(digit(int(label), confidence=0.987) for label in number))
        many = Line(Box(0, 9, 9, 9), tuple(digit(1, "unsure") for _ in range(9)))
        name = "archive/of/the/year/2024/with/a/long/path/page-17.png"
        with Sink(None) as sink:
            writer = TableWriter(sink)
            writer.add(Reading(name, 1, 99, 99, (line, many)))
            writer.close()
        shown = capsys.readouterr().out
        assert max(map(len, shown.splitlines())) <= width
        cells = [re.split("[│┃]", row) for row in shown.splitlines() if row[0] in "│┃"]
        columns = ["".join(row[i].strip() for row in cells) for i in range(1, 6)]
        assert columns[2] == "text" + number + 9 * "?"
        assert "98.7 %" in columns[3]
        assert columns[4].count("or") == 9
        if width >= 80:
            assert number in shown
            assert "page-17.png" in shown
        assert (name in shown) == (width == 200)

    def test_a_file_name_takes_one_line_and_no_tabs(self, tmp_path):
        for name in ("a\tb.png", "a\nb.png", '"a".png', "a\u2028b.png"):
            out = self.write(tmp_path, lambda sink: TextWriter(sink, names=True), Reading(name, 1, 9, 9, ()))
            (row,) = out.splitlines()
            quoted, text = row.split("\t")
            assert (json.loads(quoted), text) == (name, "")

    def test_a_file_name_of_any_bytes_goes_out_as_it_came_in(self, tmp_path):
        name = os.fsdecode(b"caf\xe9,\xff.png")
        reading = Reading(name, 1, 9, 9, ())
        out = self.write(tmp_path, JsonWriter, reading)
        assert json.loads(out)["source"] == name
        with Sink(str(tmp_path / "raw")) as sink:
            TextWriter(sink, names=True).add(reading)
        assert (tmp_path / "raw").read_bytes() == name.encode("utf-8", "surrogateescape") + b"\t\n"
