"""The promises of the checks that estimators share: what passes is unambiguous, what doesn't is explained."""

from __future__ import annotations

import numpy as np
import pytest

from inknn import KNeighborsClassifier, NearestNeighbors
from inknn.estimators.transformers import DigitFeatures
from inknn.estimators.validation import (
    check_enough_references,
    check_images,
    check_n_jobs,
    check_n_neighbors,
    check_square_images,
    resolve_metric,
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


def test_jobs_are_threads():
    assert [check_n_jobs(n) for n in (None, -1, -2, 1, 7)] == [None, None, None, 1, 7]
    with pytest.raises(ValueError, match="n_jobs == 0"):
        check_n_jobs(0)


@pytest.mark.parametrize(
    ("given", "resolved"),
    [
        (("euclidean", 2, None), ("euclidean", {})),
        (("l1", 2, None), ("manhattan", {})),
        (("cityblock", 2, None), ("manhattan", {})),
        (("l2", 9, None), ("euclidean", {})),
        (("minkowski", 1, None), ("manhattan", {})),
        (("minkowski", 2, None), ("euclidean", {})),
        (("minkowski", np.inf, None), ("chebyshev", {})),
        (("minkowski", 3, None), ("minkowski", {"p": 3})),
        (("minkowski", 3, {"p": 1}), ("manhattan", {})),
        (("hamming", 2, {"threshold": 9}), ("hamming", {"threshold": 9})),
    ],
)
def test_scikit_learns_names_of_metrics_are_resolved(given, resolved):
    assert resolve_metric(*given) == resolved


def test_what_is_no_metric_is_refused():
    with pytest.raises(ValueError, match="did you mean manhattan"):
        resolve_metric("manhatan", 2, None)
    with pytest.raises(TypeError, match="name or a function"):
        resolve_metric(3, 2, None)
    assert resolve_metric(max, 2, None) == (max, {})


@pytest.mark.parametrize("make", [NearestNeighbors, KNeighborsClassifier])
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"n_neighbors": 0}, "n_neighbors > 0"),
        ({"algorithm": "magic"}, "algorithm must be auto, brute, kd_tree or ball_tree"),
        ({"metric": "euclidian"}, "did you mean euclidean"),
        ({"n_jobs": 0}, "n_jobs == 0"),
    ],
)
def test_every_neighbor_search_checks_the_same_parameters(make, wrong, message):
    with pytest.raises(ValueError, match=message):
        make(**wrong).fit(np.eye(6), [0, 1, 0, 1, 0, 1])


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
