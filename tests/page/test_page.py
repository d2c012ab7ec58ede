"""Glyphs stand in reading order, each in one piece and in a tight box; rules and dirt are no glyphs."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from ink_pages import best, blank_page, noisy, overlap, page_of, read
from inknn import page
from inknn.errors import PictureError
from inknn.geometry import Box
from inknn.ink import separate
from inknn.page import find_lines

ROWS = ("0123456789", "9876543210", "55055")


def lines_of(gray):
    return find_lines(separate(gray))


def boxes_of(gray):
    return [[glyph.box for glyph in line] for line in lines_of(gray)]


def assert_boxes(found, truth, least=0.7):
    """Every glyph, in reading order, in a box that nearly is the true one."""
    assert [len(row) for row in found] == [len(row) for row in truth]
    for row, true_row in zip(found, truth, strict=True):
        for box, true_box in zip(row, true_row, strict=True):
            assert overlap(box, true_box) >= least


class TestComparator:
    def test_accepts_the_truth(self):
        boxes = page_of(*ROWS).boxes
        assert_boxes(boxes, boxes)

    @pytest.mark.parametrize("wrong", ["missing", "swapped", "aside", "loose"])
    def test_refuses_wrong_boxes(self, wrong):
        truth = page_of(*ROWS).boxes
        boxes = [list(row) for row in truth]
        x, y, width, height = boxes[1][2]
        if wrong == "missing":
            boxes[1].pop()
        elif wrong == "swapped":
            boxes[1][0], boxes[1][1] = boxes[1][1], boxes[1][0]
        elif wrong == "aside":
            boxes[1][2] = Box(x + width // 3, y, width, height)
        else:
            boxes[1][2] = Box(x - 8, y - 8, width + 16, height + 16)
        with pytest.raises(AssertionError):
            assert_boxes(boxes, truth)


class TestOrder:
    def test_rows_from_top_to_bottom_and_digits_from_left_to_right(self):
        page = page_of(*ROWS)
        assert best(read(page.on())) == page.text
        assert_boxes(boxes_of(page.on()), page.boxes)

    @pytest.mark.parametrize("slope", [-0.15, -0.08, -0.03, 0.03, 0.08, 0.15])
    def test_sloping_rows(self, slope):
        page = page_of("0123456789", "9876543210", slope=slope)
        assert best(read(page.on())) == page.text

    def test_rows_of_unequal_length_and_start(self):
        page = blank_page(500, 700)
        page.write("31", 400, 40).write("4159265", 60, 150).write("3", 200, 270).write("5897", 300, 380)
        assert best(read(page.on())) == page.text

    def test_columns_of_a_table_are_read_row_by_row(self):
        page = blank_page(400, 900)
        for row, texts in enumerate((("12", "345", "6"), ("78", "901", "2"), ("34", "567", "8"))):
            for text, x in zip(texts, (50, 350, 750), strict=True):
                page.write(text, x, 50 + 110 * row)
        expected = ["123456", "789012", "345678"]
        assert best(read(page.on())) == "\n".join(expected)

    def test_a_single_digit_is_a_row(self):
        page = page_of("5")
        assert_boxes(boxes_of(page.on()), page.boxes)


class TestBoxes:
    @pytest.mark.parametrize("height", [24, 40, 80, 160])
    def test_are_tight_at_every_size(self, height):
        page = page_of(*ROWS, height=height)
        assert_boxes(boxes_of(page.on()), page.boxes)

    @pytest.mark.parametrize("factor", [0.5, 0.75, 1.5, 2, 3])
    def test_scale_with_the_page(self, factor):
        page = page_of(*ROWS)
        how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
        scaled = cv2.resize(page.on(), None, fx=factor, fy=factor, interpolation=how)
        truth = [[Box(*(round(side * factor) for side in box)) for box in row] for row in page.boxes]
        assert_boxes(boxes_of(scaled), truth)

    def test_stay_inside_the_picture(self):
        """Digits that touch the border, and are cut by it."""
        gray = page_of("908", "356").on()
        for cut in (gray[60:], gray[:, 60:], gray[:-60], gray[:, :-60], gray[50:-55, 52:-50]):
            height, width = cut.shape
            boxes = [box for row in boxes_of(cut) for box in row]
            assert len(boxes) >= 3
            for x, y, wide, tall in boxes:
                assert min(x, y) >= 0
                assert min(wide, tall) >= 1
                assert x + wide <= width
                assert y + tall <= height

    @given(arrays.arrays(np.uint8, st.tuples(st.integers(2, 40), st.integers(2, 40))))
    @settings(max_examples=50)
    def test_of_any_picture_stay_inside_it(self, gray):
        for line in lines_of(gray):
            for glyph in line:
                x, y, wide, tall = glyph.box
                assert min(x, y) >= 0
                assert min(wide, tall) >= 1
                assert x + wide <= gray.shape[1]
                assert y + tall <= gray.shape[0]

    def test_glyphs_are_bright_ink_on_black(self):
        for line in lines_of(page_of("3141592").on()):
            for glyph in line:
                assert glyph.ink.dtype == np.uint8
                assert glyph.ink.max() > 200
                assert np.median([glyph.ink[0], glyph.ink[-1]]) == 0


class TestPieces:
    @pytest.mark.parametrize("gap", [3, 6, 10])
    def test_a_five_with_its_bar_apart_is_one_digit(self, gap):
        page = page_of("7", "5", "2", height=100)
        x, y, width, _ = page.boxes[1][0]
        page.ink[y + 22 : y + 22 + gap, x - 2 : x + width + 2] = 0
        reading = read(page.on())
        assert [len(line.digits) for line in reading.lines] == [1, 1, 1]
        assert_boxes(boxes_of(page.on()), page.boxes)

    @pytest.mark.parametrize("label", "0368")
    def test_a_digit_broken_by_a_bad_pen_is_one_digit(self, label):
        page = page_of(f"1{label}7", height=100)
        x, y, width, height = page.boxes[0][1]
        page.ink[y + height // 2 : y + height // 2 + 4, x - 2 : x + width + 2] = 0
        assert_boxes(boxes_of(page.on()), page.boxes)

    def test_digits_that_stand_close_stay_apart(self):
        page = blank_page(150, 500).write("101101", 40, 50, pitch=34)
        assert len(lines_of(page.on())[0]) == 6

    def test_ink_of_a_neighbor_is_left_behind(self):
        """The boxes of slanted digits overlap; their ink doesn't."""
        page = blank_page(200, 300)
        page.line((60, 160), (110, 40), thickness=7, depth=1).line((95, 160), (145, 40), thickness=7, depth=1)
        (line,) = lines_of(page.on())
        assert len(line) == 2
        for glyph in line:
            assert cv2.connectedComponents((glyph.ink > 100).astype(np.uint8))[0] == 2


class TestDirt:
    def test_specks_are_dropped(self):
        page = page_of(*ROWS)
        random = np.random.default_rng(0)
        height, width = page.ink.shape
        for _ in range(150):
            y, x = random.integers(2, height - 4), random.integers(2, width - 4)
            if not page.ink[y - 2 : y + 4, x - 2 : x + 4].any():
                page.ink[y : y + 2, x : x + 2] = 0.9
        assert_boxes(boxes_of(page.on()), page.boxes)

    def test_print_shining_through_is_dropped(self):
        page = page_of(*ROWS)
        behind = np.zeros(page.ink.shape, np.uint8)
        for y in range(30, page.ink.shape[0], 60):
            cv2.putText(behind, "the other side", (20, y), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 25, 3)
        np.maximum(page.ink, behind.astype(np.float32) / 255, out=page.ink)
        assert_boxes(boxes_of(noisy(page.on(), 2)), page.boxes)


def ruled(page, pitch=60, first=30, depth=0.6, thickness=1):
    for y in range(first, page.ink.shape[0], pitch):
        page.line((0, y), (page.ink.shape[1], y), depth=depth, thickness=thickness)
    return page


def squared(page, pitch=24, depth=0.3):
    ruled(page, pitch, 10, depth)
    for x in range(10, page.ink.shape[1], pitch):
        page.line((x, 0), (x, page.ink.shape[0]), depth=depth, thickness=1)
    return page


def boxed(pitch=64):
    """Two rows of digits, each digit in a printed box."""
    page = blank_page(300, 8 * pitch)
    for text, y in (("3141592", 60), ("2718281", 180)):
        page.write(text, pitch // 2, y, pitch=pitch)
        for number in range(len(text)):
            page.box(pitch // 2 + number * pitch, y - 12, pitch, 72)
    return page


def table():
    page = page_of("3141592", "2718281")
    height, width = page.ink.shape
    for y in (24, height // 2, height - 24):
        page.line((20, y), (width - 20, y))
    for x in (20, width - 20):
        page.line((x, 24), (x, height - 24))
    return page


class TestRules:
    @pytest.mark.parametrize("first", [0, 20, 42, 55])
    def test_ruled_paper(self, first):
        """Rules below the digits and through them."""
        page = ruled(page_of(*ROWS), pitch=96, first=first)
        assert best(read(page.on())) == page.text

    def test_crooked_rules(self):
        page = page_of(*ROWS)
        height, width = page.ink.shape
        for y in range(101, height, 96):
            page.line((0, y), (width, y + 14), thickness=2)
        assert best(read(page.on())) == page.text

    def test_faint_squared_paper(self):
        page = squared(page_of(*ROWS))
        assert best(read(page.on())) == page.text

    def test_a_frame_around_all(self):
        page = page_of("3141592", "2718281")
        page.box(16, 16, page.ink.shape[1] - 32, page.ink.shape[0] - 32)
        assert_boxes(boxes_of(page.on()), page.boxes)

    def test_a_table(self):
        page = table()
        assert_boxes(boxes_of(page.on()), page.boxes)
        assert best(read(page.on())) == page.text

    def test_rows_of_boxes(self):
        page = boxed()
        assert_boxes(boxes_of(page.on()), page.boxes)
        assert best(read(page.on())) == page.text

    @pytest.mark.xfail(reason="the sides of the boxes are read as ones")
    def test_boxes_photographed_aslant(self):
        page = boxed()
        height, width = page.ink.shape
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), 2, 1)
        gray = cv2.warpAffine(page.on(), turn, (width, height), borderValue=230)
        assert best(read(noisy(gray, 3))) == page.text

    @pytest.mark.parametrize(
        "form",
        [
            "one line",
            "ruled",
            "squared",
            "frame",
            pytest.param(
                "boxes", marks=pytest.mark.xfail(reason="the sides of empty boxes are read as ones")
            ),
        ],
    )
    def test_paper_nobody_has_written_on_has_no_digits(self, form):
        page = blank_page(400, 600)
        if form == "one line":
            page.line((0, 200), (600, 210))
        elif form == "ruled":
            ruled(page)
        elif form == "squared":
            squared(page)
        elif form == "frame":
            page.box(40, 40, 520, 320)
        else:
            for x in range(60, 540, 60):
                page.box(x, 100, 60, 80)
        reading = read(page.on())
        assert [digit for digit in reading.digits if digit.verdict == "digit"] == []

    def test_a_one_is_no_rule(self):
        page = page_of("1", height=150)
        assert best(read(page.on())) == "1"
        page = page_of("111", "111", "111", height=80)
        assert best(read(page.on())) == page.text

    def test_a_long_bar_of_a_seven_is_no_rule(self):
        page = blank_page(300, 300)
        page.line((40, 50), (260, 50), thickness=9, depth=1)
        page.line((260, 50), (120, 260), thickness=9, depth=1)
        assert best(read(page.on())) == "7"


class TestHostilePages:
    @pytest.mark.parametrize("side", [2, 3])
    @pytest.mark.parametrize("down", [False, True])
    def test_a_strip_a_thousand_times_as_long_as_wide_is_a_page(self, side, down):
        strip = np.full((side, 1200 * side), 255, np.uint8)
        strip[:, ::50] = 0
        assert isinstance(find_lines(separate(np.ascontiguousarray(strip.T if down else strip))), list)

    @pytest.mark.parametrize("limit", ["MOST_GLYPHS", "MOST_COMPONENTS"])
    def test_more_glyphs_than_anybody_writes_are_refused(self, limit, monkeypatch):
        sheet = np.full((300, 300), 255, np.uint8)
        sheet.reshape(20, 15, 20, 15)[:, 3:12, :, 6:9] = 0
        ink = separate(sheet)
        monkeypatch.setattr(page, limit, 400)
        assert sum(map(len, find_lines(ink))) == 400
        monkeypatch.setattr(page, limit, 399)
        with pytest.raises(PictureError, match="divide the picture"):
            find_lines(ink)
