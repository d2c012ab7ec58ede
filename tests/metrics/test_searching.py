"""The promises of kneighbors in any metric: it finds the nearest, exactly within the shortlist."""

from __future__ import annotations

import numpy as np
import pytest

from inknn.glyph.deskew import deskew
from inknn.metrics import METRICS, find_metric, kneighbors

EVERY = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
COSTLY = [metric for metric in METRICS.values() if metric.shortlist]


@EVERY
class TestEveryMetric:
    def test_search_finds_the_nearest(self, metric, digits):
        table = metric.distances(digits[:9], digits)
        expected = np.argsort(table, axis=1, kind="stable")[:, :6]
        distances, indices = kneighbors(digits[:9], digits, 6, metric=metric.name, shortlist=40)
        np.testing.assert_array_equal(indices, expected)
        np.testing.assert_allclose(distances, np.take_along_axis(table, expected, axis=1), rtol=1e-12)

    @pytest.mark.parametrize("k", [0, 41])
    def test_search_refuses_a_k_that_cannot_be(self, metric, k, digits):
        with pytest.raises(ValueError, match=f"k must be between 1 and the 40 references, got {k}"):
            kneighbors(digits, digits, k, metric=metric.name)


@pytest.mark.parametrize("metric", COSTLY, ids=[metric.name for metric in COSTLY])
class TestCostlyMetrics:
    def test_search_is_exact_within_the_shortlist(self, metric, digits):
        euclidean = kneighbors(digits[:9], digits, 12, metric="euclidean")[1]
        table = metric.distances(digits[:9], digits, np.sort(euclidean, axis=1))
        expected = np.sort(table, axis=1)[:, :4]
        distances, indices = kneighbors(digits[:9], digits, 4, metric=metric.name, shortlist=12)
        np.testing.assert_allclose(distances, expected, rtol=1e-12)
        assert all(set(some) <= set(all_of) for some, all_of in zip(indices, euclidean, strict=True))

    def test_the_shortlist_can_not_be_too_short(self, metric, digits):
        assert metric.shortlist >= 100
        with pytest.raises(ValueError, match="shortlist must hold the k = 5"):
            kneighbors(digits, digits, 5, metric=metric.name, shortlist=4)


class TestFindMetric:
    def test_an_unknown_name_is_refused_with_the_most_similar_one(self):
        with pytest.raises(ValueError, match="no metric named 'euclidian'; did you mean euclidean"):
            find_metric("euclidian")
        with pytest.raises(ValueError, match=r"no metric named 'xyzzy'\. There is: chebyshev, correlation"):
            find_metric("xyzzy")
        with pytest.raises(TypeError, match="name or a function"):
            find_metric(3)

    def test_any_function_of_two_vectors_is_one(self, digits):
        flat = digits.reshape(-1, 784).astype(float)

        def city_blocks(a, b):
            return float(np.abs(a - b).sum())

        found = kneighbors(flat[:3], flat, 5, metric=city_blocks)
        for part, expected in zip(found, kneighbors(flat[:3], flat, 5, metric="manhattan"), strict=True):
            np.testing.assert_allclose(part, expected)

    def test_distances_that_are_no_number_come_last(self):
        values = np.array([[1.0], [np.nan], [0.0]])
        _, indices = kneighbors(np.array([[0.0]]), values, 3, metric=lambda a, b: abs(a[0] - b[0]))
        assert indices.tolist() == [[2, 0, 1]]


def test_without_kernels_the_answers_are_the_same(digits, monkeypatch):
    few = digits[:10]
    expected = [kneighbors(few, digits, 3, metric=name, shortlist=30) for name in ("idm", "p2dhmdm")]
    monkeypatch.setenv("INKNN_NO_NATIVE", "1")
    for name, answer in zip(("idm", "p2dhmdm"), expected, strict=True):
        for part, expected_part in zip(
            kneighbors(few, digits, 3, metric=name, shortlist=30), answer, strict=True
        ):
            np.testing.assert_array_equal(part, expected_part)


def test_straight_digits_of_one_label_lie_nearer(train_digits):
    X, y = train_digits[0][:400], train_digits[1][:400]
    straight = np.rint(deskew(X, 28)).astype(np.uint8)
    for name in ("idm", "p2dhmdm", "tangent"):
        _, found = kneighbors(straight[:100], straight, 2, metric=name, shortlist=50)
        assert (y[found[:, 1]] == y[:100]).mean() > 0.85
