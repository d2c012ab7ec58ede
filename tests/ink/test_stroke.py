"""How wide strokes are, and that hairlines become wide enough to survive being made small."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from inknn.ink.stroke import LARGEST, THINNEST, stroke_width, thicken


def strokes(*widths, side=300):
    """Upright bars of these widths, as a mask."""
    mask = np.zeros((side, side), bool)
    for number, width in enumerate(widths):
        left = 10 + number * (side - 20) // len(widths)
        mask[10:-10, left : left + width] = True
    return mask


def seven(width, side=300):
    """A 7 drawn with a line of that width, uint8, bright on black."""
    ink = np.zeros((side, side), np.uint8)
    corners = np.array([[20, 20], [side - 20, 20], [side // 3, side - 20]])
    cv2.polylines(ink, [corners], False, 255, width)
    return ink


class TestStrokeWidth:
    @pytest.mark.parametrize(
        "width",
        [
            1,
            2,
            3,
            5,
            8,
            13,
            21,
            40,
        ],
    )
    def test_of_a_bar_is_its_width(self, width):
        assert stroke_width(strokes(width)) == pytest.approx(width, abs=1, rel=0.1)

    @pytest.mark.parametrize("width", [3, 7, 15])
    def test_of_a_slanted_line_is_its_width(self, width):
        line = cv2.line(np.zeros((300, 300), np.uint8), (20, 30), (270, 260), 255, width)
        true = np.count_nonzero(line) / np.hypot(250, 230)
        assert stroke_width(line > 0) == pytest.approx(true, abs=1.2, rel=0.15)

    def test_of_nothing_is_zero(self):
        assert stroke_width(np.zeros((20, 30), bool)) == 0

    def test_grows_with_the_pen(self):
        widths = [stroke_width(seven(width) > 0) for width in range(1, 40, 3)]
        assert widths == sorted(widths)
        assert widths[0] < widths[-1] / 10

    def test_many_strokes_outvote_one_dark_corner(self):
        mask = strokes(4, 4, 4, 4, 4, 4)
        mask[200:300, 255:] = True
        assert stroke_width(mask) == pytest.approx(4, abs=1)

    def test_many_specks_do_not_outvote_strokes(self):
        mask = strokes(8, 8, 8, 8)
        mask[::12, 1] = True
        assert stroke_width(mask) == pytest.approx(8, abs=1)


class TestThicken:
    @pytest.mark.parametrize("width", [1, 2, 3, 6, 12])
    def test_hairlines_become_wide_enough(self, width):
        wide = thicken(seven(width))
        assert wide.dtype == np.uint8
        assert stroke_width(wide > 100) >= 0.8 * THINNEST * 260

    @pytest.mark.parametrize("width", [35, 50])
    def test_wide_strokes_stay_as_they_are(self, width):
        ink = seven(width)
        assert thicken(ink) is ink

    def test_the_ink_stays_where_it_was(self):
        """Nothing is lost, and what is added lies all around it."""
        ink = seven(2)
        wide = thicken(ink)
        grown = (wide.shape[0] - ink.shape[0]) // 2
        assert (wide[grown:-grown, grown:-grown] >= ink).all()
        for axis in (0, 1):
            before, after = (np.flatnonzero(i.any(axis=axis)) for i in (ink, wide))
            assert (before[0] + before[-1]) / 2 + grown == pytest.approx((after[0] + after[-1]) / 2, abs=1)

    def test_soft_edges_stay_soft(self):
        ink = cv2.GaussianBlur(seven(5), (0, 0), 2)
        assert len(np.unique(thicken(ink))) > 10

    def test_input_is_left_as_it_was(self):
        ink = seven(1)
        before = ink.copy()
        thicken(ink)
        assert np.array_equal(ink, before)

    def test_nothing_stays_nothing(self):
        assert not thicken(np.zeros((30, 20), np.uint8)).any()

    @pytest.mark.parametrize("shape", [(2400, 2400), (200_000, 4)])
    def test_large_ones_are_made_smaller_first(self, shape):
        ink = np.zeros(shape, np.uint8)
        ink[:, shape[1] // 2] = 255
        wide = thicken(ink)
        assert LARGEST / 2 < max(wide.shape) < 1.3 * LARGEST
        assert stroke_width(wide > 100) >= 0.8 * THINNEST * LARGEST / 2
