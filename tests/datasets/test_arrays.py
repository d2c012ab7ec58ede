"""Pictures and labels of any usual shape, type and scale give the same arrays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inknn.datasets.arrays import as_digit_labels, as_pictures
from inknn.errors import DataError


class TestScales:
    @pytest.mark.parametrize(
        "scaled",
        [
            pytest.param(lambda x: x, id="0 to 255"),
            pytest.param(lambda x: x.astype(np.int64), id="whole numbers"),
            pytest.param(lambda x: x / 255, id="0 to 1"),
            pytest.param(lambda x: x / 127.5 - 1, id="-1 to 1"),
            pytest.param(lambda x: x.astype(np.uint16) * 257, id="16 bits"),
            pytest.param(lambda x: 255 - x, id="dark on bright"),
            pytest.param(lambda x: x[..., None], id="a channel"),
            pytest.param(lambda x: np.repeat(x[..., None], 3, axis=3), id="color"),
            pytest.param(lambda x: x.reshape(len(x), -1), id="flat"),
        ],
    )
    def test_all_give_the_same_pictures(self, digits, scaled):
        assert np.array_equal(as_pictures(scaled(digits[0])), digits[0])

    def test_counts_to_16_fill_the_range(self):
        assert as_pictures(np.array([[[0, 8], [0, 16]]])).tolist() == [[[0, 128], [0, 255]]]

    @pytest.mark.parametrize(
        ("values", "said"),
        [
            (np.full((1, 2, 2), -3), "from 0 to 255"),
            (np.full((1, 2, 2), np.nan), "no finite number"),
            (np.zeros((1, 7)), "no square"),
            (np.zeros((0, 2, 2)), "no pictures"),
            (np.zeros((1, 2, 2), "U1"), "must be numbers"),
            (np.zeros(3), "n, height, width"),
        ],
    )
    def test_what_is_no_picture_is_refused(self, values, said):
        with pytest.raises(DataError, match=said):
            as_pictures(values)

    @given(st.lists(st.integers(0, 9), min_size=1, max_size=9))
    def test_labels_may_be_of_any_type(self, labels):
        forms = (labels, np.array(labels, float), [str(v) for v in labels], [f"{v}.0" for v in labels])
        for form in (*forms, np.eye(10)[labels], np.array(labels)[:, None], np.array(labels, "S1")):
            assert as_digit_labels(form).tolist() == labels

    @pytest.mark.parametrize("labels", [[1, 10], [1, -1], [1, 2.5], ["1", "a"], [["1"], ["b"]], [[[1]]]])
    def test_labels_that_are_no_digits_are_refused(self, labels):
        with pytest.raises(DataError, match=r"labels must be"):
            as_digit_labels(np.array(labels))
