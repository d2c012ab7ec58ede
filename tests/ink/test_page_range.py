"""Ranges of pages mean what a print dialog means by them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inknn.errors import ParameterError, PictureError
from inknn.ink.page_range import ALL_PAGES, PageRange


class TestPageRange:
    @pytest.mark.parametrize(
        ("text", "numbers"),
        [
            ("3", [3]),
            ("2-5", [2, 3, 4, 5]),
            ("1,3,7-", [1, 3, 7, 8]),
            ("5,2-3,3", [2, 3, 5]),
            (" 1 - 2 , 8 ", [1, 2, 8]),
            ("1-", [1, 2, 3, 4, 5, 6, 7, 8]),
        ],
    )
    def test_gives_each_page_once_in_order(self, text, numbers):
        assert list(PageRange.parse(text).of(8)) == numbers

    @pytest.mark.parametrize(
        "text", ["", ",", "1,", "a", "-3", "1--2", "1.5", "0", "0-3", "5-2", "1 2", "٣", "9999999999"]
    )
    def test_refuses_what_is_none(self, text):
        with pytest.raises(ParameterError):
            PageRange.parse(text)

    @pytest.mark.parametrize("text", ["9", "1-9", "9-", "1,9"])
    def test_of_pages_that_are_not_there_is_an_error(self, text):
        with pytest.raises(PictureError, match="there is no page 9: the file has 8 pages"):
            PageRange.parse(text).of(8)

    @given(st.lists(st.tuples(st.integers(1, 20), st.integers(0, 5)), min_size=1, max_size=5))
    def test_is_the_union_of_its_parts(self, parts):
        text = ",".join(f"{first}-{first + more}" for first, more in parts)
        union = {number for first, more in parts for number in range(first, first + more + 1)}
        assert list(PageRange.parse(text).of(30)) == sorted(union)

    def test_all_pages_are_all(self):
        assert list(ALL_PAGES.of(3)) == [1, 2, 3]
