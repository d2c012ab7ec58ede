"""The overlay shows every glyph, tells doubt apart without color, and hides no ink."""

from __future__ import annotations

import numpy as np
import pytest

from inknn.geometry import Box
from inknn.reader.overlay import draw_overlay
from inknn.reader.result import Digit, Line, Reading


def reading_of(width, height, *digits):
    lines = (Line(Box(0, 0, width, height), tuple(digits)),) if digits else ()
    return Reading("picture.png", 1, width, height, lines)


def digit(box, verdict="digit", label=7):
    return Digit(label, verdict, 0.9, 0.9, Box(*box))


def paper(width, height):
    return np.full((height, width, 3), 230, np.uint8)


def drawn(picture, *digits):
    height, width = picture.shape[:2]
    return np.asarray(draw_overlay(picture, reading_of(width, height, *digits)))


def painted(result):
    """Where anything but paper (230) or the white strip is."""
    return ((result != 230) & (result != 255)).any(axis=2)


class TestOverlay:
    def test_without_digits_is_the_picture(self):
        picture = np.random.default_rng(0).integers(0, 256, (300, 400, 3), np.uint8)
        assert np.array_equal(drawn(picture), picture)

    def test_leaves_the_ink_as_it_was(self):
        picture = paper(400, 300)
        picture[100:140, 200:230] = np.random.default_rng(0).integers(0, 256, (40, 30, 3), np.uint8)
        result = drawn(picture, digit((200, 100, 30, 40)))
        assert np.array_equal(result[100:140, 200:230], picture[100:140, 200:230])

    @pytest.mark.parametrize("corner", [(0, 0), (370, 0), (0, 260), (370, 260)])
    @pytest.mark.parametrize("verdict", ["digit", "unsure", "not-a-digit"])
    def test_leaves_the_ink_as_it_was_at_every_border(self, corner, verdict):
        x, y = corner
        picture = paper(400, 300)
        picture[y : y + 40, x : x + 30] = 17
        result = drawn(picture, digit((x, y, 30, 40), verdict))
        strip = len(result) - 300
        assert (result[strip + y : strip + y + 40, x : x + 30] == 17).all()

    def test_labels_stand_above_their_boxes(self):
        result = painted(drawn(paper(400, 300), digit((200, 150, 30, 40))))
        rows = np.flatnonzero(result.any(axis=1))
        assert rows[0] < 140
        assert rows[-1] < 195

    def test_a_strip_is_added_only_where_a_label_needs_it(self):
        assert len(drawn(paper(400, 300), digit((200, 150, 30, 40)))) == 300
        assert len(drawn(paper(400, 300), digit((200, 3, 30, 40)))) > 300

    def test_doubt_is_told_without_color(self):
        """Solid, dashed and dotted lines cover different parts of the box's lower edge."""
        part = {}
        for verdict in ("digit", "unsure", "not-a-digit"):
            result = painted(drawn(paper(400, 300), digit((100, 100, 200, 150), verdict)))
            edge = np.flatnonzero(result.any(axis=1))[-1]
            part[verdict] = result[edge, 100:300].mean()
        assert part["digit"] == 1
        assert 0.5 < part["unsure"] < 0.8
        assert 0.3 < part["not-a-digit"] < 0.6

    def test_the_digit_that_was_read_is_written(self):
        seven = drawn(paper(400, 300), digit((200, 150, 30, 40), label=7))
        eight = drawn(paper(400, 300), digit((200, 150, 30, 40), label=8))
        assert not np.array_equal(seven, eight)

    def test_the_line_grows_with_the_digits(self):
        thin = painted(drawn(paper(1000, 1000), digit((300, 300, 30, 40))))
        thick = painted(drawn(paper(1000, 1000), digit((300, 300, 300, 400))))
        assert thin[320, 280:300].sum() < thick[500, 280:300].sum()

    @pytest.mark.parametrize(
        ("size", "box"), [((28, 28), (4, 4, 20, 20)), ((1000, 800), (50, 50, 6, 9)), ((3, 1), (0, 0, 2, 1))]
    )
    def test_small_pictures_and_digits_are_enlarged_by_a_whole_factor(self, size, box):
        width, height = size
        result = drawn(paper(width, height), digit(box))
        factor = result.shape[1] // width
        assert factor > 1
        assert result.shape[1] == factor * width
        assert len(result) >= factor * height

    def test_large_pictures_are_not_enlarged(self):
        assert drawn(paper(5000, 100), digit((50, 50, 6, 9))).shape[1] == 5000

    def test_another_pictures_reading_is_refused(self):
        with pytest.raises(ValueError, match="400×300"):
            draw_overlay(paper(400, 300), reading_of(300, 400))
