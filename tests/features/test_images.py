"""The promises of as_images: digits of both shapes, and a reason where there are none."""

from __future__ import annotations

import numpy as np
import pytest

from inknn.features import as_images


def test_images_come_flat_or_square_and_in_whole_numbers_of_any_type(train_digits):
    X = train_digits[0][:5]
    for same in (X, X.reshape(5, 784), X.astype(int), X.astype(np.float32).reshape(5, 784), X.tolist()):
        np.testing.assert_array_equal(as_images(same), X)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.zeros((28, 28), np.uint8), r"one image is X\[None\]"),
        (np.zeros((3, 783), np.uint8), r"\(n, 784\)"),
        (np.full((3, 784), 0.5), "looks scaled"),
        (np.full((3, 784), -1), "whole numbers from 0 to 255"),
        (np.full((3, 784), 256), "whole numbers from 0 to 255"),
        (np.full((3, 784), 3.5), "whole numbers from 0 to 255"),
        (np.full((3, 784), np.nan), "whole numbers from 0 to 255"),
        (np.full((3, 784), "7"), "uint8"),
    ],
)
def test_what_is_no_digit_is_refused_with_a_reason(X, message):
    with pytest.raises(ValueError, match=message):
        as_images(X)
