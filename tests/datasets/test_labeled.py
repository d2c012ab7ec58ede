"""Labeled digits as one object: what it holds, and parts of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inknn.datasets import LabeledDigits


class TestRows:
    digits = LabeledDigits(
        "ours",
        np.arange(5 * 4, dtype=np.uint8).reshape(5, 2, 2),
        np.array([3, 1, 4, 1, 5]),
        ("ann", "ann", "ben", "ben", "cem"),
        tuple(Path(f"{i}.png") for i in range(5)),
        "test",
        remarks=("one is blank",),
    )

    @pytest.mark.parametrize(
        ("indices", "places"),
        [
            (np.array([4, 0]), [4, 0]),
            ([2, 2], [2, 2]),
            (np.array([True, False, False, True, False]), [0, 3]),
            (slice(1, None, 2), [1, 3]),
            (np.array([], np.intp), []),
            (np.array([-1]), [4]),
        ],
    )
    def test_everything_known_of_a_digit_goes_with_it(self, indices, places):
        found = self.digits.rows(indices)
        assert np.array_equal(found.images, self.digits.images[places])
        assert found.labels.tolist() == self.digits.labels[places].tolist()
        assert found.groups == tuple(self.digits.groups[place] for place in places)
        assert found.files == tuple(self.digits.files[place] for place in places)
        assert (found.name, found.part, found.remarks) == ("ours", "test", ("one is blank",))

    def test_what_is_not_known_stays_unknown(self):
        found = LabeledDigits("ours", self.digits.images, self.digits.labels).rows([0])
        assert (found.groups, found.files, found.part) == (None, None, None)

    def test_there_must_be_such_digits(self):
        with pytest.raises(IndexError):
            self.digits.rows([5])


class TestLabeledDigits:
    def test_are_shown_in_one_line_not_pixel_by_pixel(self):
        one = LabeledDigits("a", np.zeros((1200, 8, 6), np.uint8), np.zeros(1200, np.int64), part="test")
        assert repr(one) == "<LabeledDigits a, test: 1,200 digits of 6×8 pixels>"
        assert repr(replace(one, part=None)) == "<LabeledDigits a: 1,200 digits of 6×8 pixels>"
