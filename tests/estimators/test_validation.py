"""The promises of the checks that estimators share: what passes is unambiguous, what doesn't is explained."""

from __future__ import annotations

import numpy as np
import pytest

from inknn.estimators.transformers import DigitFeatures
from inknn.estimators.validation import (
    check_enough_references,
    check_images,
    check_n_neighbors,
    check_square_images,
)


def test_a_number_of_neighbors_is_a_positive_whole_number():
    assert check_n_neighbors(np.int64(3)) == 3
    assert type(check_n_neighbors(np.int64(3))) is int
    for wrong in (True, 2.0, "3", None):
        with pytest.raises(TypeError, match="enter integer value"):
            check_n_neighbors(wrong)
    with pytest.raises(ValueError, match="Got -1"):
        check_n_neighbors(-1)


@pytest.mark.parametrize(
    ("k", "n_queries", "enough"), [(5, 9, True), (6, 9, False), (4, None, True), (5, None, False)]
)
def test_a_reference_is_no_neighbor_of_itself(k, n_queries, enough):
    if enough:
        check_enough_references(k, 5, n_queries)
    else:
        with pytest.raises(ValueError, match=f"n_neighbors = {k}, n_samples_fit = 5"):
            check_enough_references(k, 5, n_queries)


def test_images_of_both_shapes_are_the_same(train_digits):
    X = train_digits[0][:3]
    for same in (X, X.reshape(3, 784), X.reshape(3, 784).astype(float)):
        np.testing.assert_array_equal(check_images(DigitFeatures(), same, reset=True), X)
        np.testing.assert_array_equal(check_square_images(DigitFeatures(), same, reset=True), X)


@pytest.mark.parametrize("check", [check_images, check_square_images])
def test_another_size_than_that_noted_is_refused(check):
    estimator = DigitFeatures()
    check(estimator, np.zeros((2, 784), np.uint8), reset=True)
    with pytest.raises(ValueError, match="features"):
        check(estimator, np.zeros((2, 100), np.uint8))
