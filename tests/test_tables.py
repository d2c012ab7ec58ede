"""A table says the same in each of its four forms, and no cell can break out of them."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inknn.tables import MISSING, Table, csv_line, decimals, percent, printable

TABLE = Table(
    ("set", "errors", "%"), (("USPS", "28", "0.38"), ("ARDIS", "134", MISSING), ("all", "162", "1.2")), "T", 1
)


def cells_of_markdown(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("|") and "---" not in line]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


class TestCsvLine:
    @given(st.lists(st.text(st.characters(codec="utf-8")), min_size=1))
    def test_every_reader_gets_the_cells_back(self, cells):
        line = csv_line(cells)
        assert line.endswith("\n")
        assert list(csv.reader(io.StringIO(line + line, newline=""))) == [cells, cells]

    @pytest.mark.parametrize("mark", ["\r", "\n", ",", '"'])
    def test_a_cell_that_would_break_the_line_is_quoted(self, mark):
        assert csv_line([f"a{mark}b"]).startswith('"a')


class TestWriters:
    def test_all_hold_every_cell_in_order(self):
        expected = [list(row) for row in (TABLE.heads, *TABLE.rows)]
        assert [line.split("\t") for line in TABLE.to_tsv().splitlines()] == expected
        assert cells_of_markdown(TABLE.to_markdown()) == expected
        text = TABLE.to_text(80).splitlines()
        assert text[0].strip() == "T"
        assert [line.split() for line in text[1:] if line.strip()] == expected

    def test_numbers_stand_at_the_right(self):
        assert "|---|---:|---:|" in TABLE.to_markdown()
        rows = TABLE.to_text(80).splitlines()[2:4]
        ends = [row.index(number) + len(number) for row, number in zip(rows, ("28", "134"), strict=True)]
        assert ends[0] == ends[1]

    def test_totals_do_not_make_a_column_of_numbers_text(self):
        assert Table(("n",), (("1",), ("mean",)), totals=1).is_number(0)
        assert not Table(("n",), (("1",), ("mean",))).is_number(0)

    def test_an_empty_column_is_no_column_of_numbers(self):
        assert not Table(("a",), (("",), ("",))).is_number(0)

    @pytest.mark.parametrize("cell", ["<script>alert(1)</script>", "a & b", '"x"'])
    def test_html_escapes_everything(self, cell):
        html = Table((cell,), ((cell,),), title=cell).to_html()
        assert cell not in html or not set(cell) & set("<>&")
        assert "<script>" not in html

    def test_html_marks_numbers_and_totals(self):
        html = TABLE.to_html()
        assert html.count("<td class=number>") == 6
        assert html.count("<tr class=total>") == 1

    def test_html_heads_say_whether_they_are_of_a_row_or_a_column(self):
        html = TABLE.to_html()
        assert re.findall("<th scope=(\\w+)[^>]*>([^<]*)", html) == [
            *(("col", head) for head in TABLE.heads),
            *(("row", row[0]) for row in TABLE.rows),
        ]

    def test_a_title_is_not_folded_to_a_narrow_table(self):
        title = "A title that is longer than its table"
        assert Table(("a",), (("1",),), title).to_text(80).splitlines()[0] == title

    def test_tabs_and_newlines_in_a_cell_do_not_break_the_row(self):
        assert Table(("a", "b"), (("x\ty", "1\n2"),)).to_tsv() == "a\tb\nx y\t1 2\n"

    def test_a_bar_in_a_cell_does_not_break_the_row(self):
        assert r"a\|b" in Table(("h",), (("a|b",),)).to_markdown()

    def test_long_text_is_folded_and_not_cut(self):
        text = Table(("name", "n"), (("x" * 100, "7"),)).to_text(40)
        assert text.count("x") == 100
        assert max(map(len, text.splitlines())) <= 40


def test_printable_spells_out_control_characters():
    assert printable("a\nb\x1b[31m") == r"a\nb\x1b[31m"


class TestShares:
    @pytest.mark.parametrize(
        ("share", "digits", "shown"),
        [
            (0.9995, 3, "0.999"),
            (0.99999, 4, "0.9999"),
            (1.0, 3, "1.000"),
            (0.98765, 3, "0.988"),
            (0, 1, "0.0"),
        ],
    )
    def test_decimals(self, share, digits, shown):
        assert decimals(share, digits) == shown

    @pytest.mark.parametrize(
        ("share", "digits", "shown"),
        [(0.9996, 1, "99.9"), (0.99999, 2, "99.99"), (1, 1, "100.0"), (0.5, 2, "50.00"), (1.5, 0, "150")],
    )
    def test_percent(self, share, digits, shown):
        assert percent(share, digits) == shown

    @given(st.floats(0, 1, exclude_max=True), st.integers(0, 6))
    def test_what_is_less_than_all_never_looks_like_all(self, share, digits):
        assert float(decimals(share, digits)) < 1
        assert float(percent(share, digits)) < 100

    @pytest.mark.parametrize("nothing", [None, float("nan")])
    def test_nothing_is_a_dash(self, nothing):
        assert percent(nothing) == MISSING
