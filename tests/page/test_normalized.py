"""Reading, predicting and importing see the same digit in the same way."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pytest
from PIL import Image

from ink_pages import clear_digit, gradient, page_of, read
from inknn.datasets import load_digits
from inknn.errors import PictureError
from inknn.glyph import normalize
from inknn.ink import separate
from inknn.page import find_lines, normalized
from inknn.page.normalized import normalized_lines, single_glyph

BLANK = np.full((60, 80), 255, np.uint8)


def cell(label, scale=4, margin=20):
    """A digit in a cell cut out of a form, dark on bright."""
    ink = np.kron(clear_digit(label), np.ones((scale, scale), np.uint8))
    return 255 - np.pad(ink, margin)


class TestNormalizedLines:
    def test_are_the_glyphs_of_the_page_each_in_normal_form(self):
        page = page_of("31", "415")
        gray = page.on(gradient(page.ink.shape))
        lines = normalized_lines(gray)
        glyphs = find_lines(separate(gray))
        assert [len(line) for line in lines] == [len(line) for line in glyphs] == [2, 3]
        for found, glyph in zip(chain(*lines), chain(*glyphs), strict=True):
            assert found.box == glyph.box
            assert np.array_equal(found.image, normalize(glyph.ink))
            assert found.amount == glyph.ink.sum(dtype=int)

    def test_no_memory_is_an_error_of_the_picture(self, monkeypatch):
        def separate(gray):
            raise MemoryError

        monkeypatch.setattr(normalized, "separate", separate)
        with pytest.raises(PictureError, match="not enough memory for a picture of 80×60 pixels"):
            normalized_lines(BLANK)

    def test_blank_paper_has_none(self):
        assert normalized_lines(BLANK) == []


class TestSingleGlyph:
    @pytest.mark.parametrize("invert", [False, True])
    def test_is_the_digit_as_the_reader_sees_it(self, invert):
        gray = 255 - cell(7) if invert else cell(7)
        glyph, remark = single_glyph(gray)
        assert remark is None
        assert glyph.box == read(gray).digits[0].box
        assert np.array_equal(glyph.image, normalized_lines(gray)[0][0].image)

    def test_of_nothing_is_nothing_with_a_remark(self):
        glyph, remark = single_glyph(BLANK)
        assert glyph is None
        assert remark.code == "blank"

    def test_of_several_is_the_one_with_the_most_ink_with_a_remark(self):
        small, large = cell(1, 3), cell(8, 6)
        height = max(len(small), len(large))
        padded = [
            np.pad(each, ((0, height - len(each)), (0, 0)), constant_values=255) for each in (small, large)
        ]
        glyph, remark = single_glyph(np.hstack(padded))
        assert remark.code == "several-glyphs"
        assert remark.message == "2 glyphs found, the one with the most ink taken"
        assert glyph.box.x > small.shape[1]


def test_an_imported_picture_is_what_the_reader_sees(tmp_path):
    for label, scale in ((3, 4), (7, 5)):  # of several sizes, or they would be taken as they are
        (tmp_path / str(label)).mkdir()
        Image.fromarray(cell(label, scale)).save(tmp_path / str(label) / "a.png")
    found = load_digits(tmp_path, normalize=True)
    assert found.labels.tolist() == [3, 7]
    for image, label, scale in zip(found.images, (3, 7), (4, 5), strict=True):
        assert np.array_equal(image, single_glyph(cell(label, scale))[0].image)
