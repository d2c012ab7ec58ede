"""A sheet on a table is read like the sheet alone; a page that fills the picture is left as it is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ink_pages import best, gradient, noisy, page_of, read, shadowed
from inknn.ink.sheet import isolate_sheet


def on_table(sheet: np.ndarray, table: int, turned: float = 0.0, margin: float = 0.2) -> np.ndarray:
    """The sheet laid on a table of one gray level, turned by degrees, its edges sharp."""
    height, width = sheet.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), turned, 1)
    turn[:, 2] += [width * margin, height * margin]
    size = (int(width * (1 + 2 * margin)), int(height * (1 + 2 * margin)))
    laid = cv2.warpAffine(sheet, turn, size, flags=cv2.INTER_LINEAR, borderValue=table)
    return noisy(laid.astype(np.float32), 3)


@pytest.fixture
def page():
    return page_of("31415", "92653", "58979", height=60)


class TestSheetOnATable:
    @pytest.mark.parametrize("table", [20, 60, 110])
    @pytest.mark.parametrize("turned", [0, 3, -3])
    def test_is_read_like_the_sheet(self, page, table, turned):
        assert best(read(on_table(page.on(), table, turned))) == page.text

    def test_a_dark_board_on_a_bright_wall(self, page):
        assert best(read(255 - on_table(page.on(), 40))) == page.text

    def test_the_table_is_painted_over(self, page):
        picture = on_table(page.on(), 30)
        painted = isolate_sheet(picture)
        assert painted is not picture
        assert painted.shape == picture.shape
        assert painted[:20].min() > 150

    def test_boxes_stay_in_pixels_of_the_whole_picture(self, page):
        picture = on_table(page.on(), 30)
        x, y, width, height = read(picture).lines[0].digits[0].box
        outside = np.ones(picture.shape, bool)
        outside[y - 6 : y + height + 6, x - 6 : x + width + 6] = False
        alone = np.where(outside, 230, picture).astype(np.uint8)
        assert best(read(alone)) == page.text[0]


class TestNoSheet:
    @pytest.mark.parametrize(
        "paper",
        [
            lambda shape: np.full(shape, 230.0),
            gradient,
            lambda shape: shadowed(shape, dark=110),
            lambda shape: np.zeros(shape),
        ],
        ids=["plain", "gradient", "half in the shade", "black"],
    )
    def test_the_picture_is_left_as_it_is(self, page, paper):
        picture = noisy(page.on(paper(page.ink.shape)), 3)
        assert isolate_sheet(picture) is picture

    @pytest.mark.parametrize("shape", [(1, 500), (20, 20), (300, 40)])
    def test_tiny_and_narrow_pictures_do_no_harm(self, shape):
        picture = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
        assert isolate_sheet(picture).shape == shape

    def test_a_round_plate_is_no_sheet(self):
        picture = np.full((400, 400), 40, np.uint8)
        cv2.circle(picture, (200, 200), 140, 230, -1)
        assert isolate_sheet(picture) is picture
