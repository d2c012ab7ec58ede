"""The promises of all indexes: whatever the metric, one index finds what measuring all references finds."""

from __future__ import annotations

import numpy as np
import pytest

from inknn.metrics import METRICS, BruteForceIndex, build_index
from inknn.search import ExactIndex, merge
from same_neighbors import assert_same_neighbors, vectors

REFERENCES, QUERIES = np.repeat(vectors(60, 7), 3, axis=0), vectors(9, 7, 1)  # each reference three times
METRIC = pytest.mark.parametrize("metric", ["euclidean", "manhattan", "chebyshev", "ink-hamming"])


def measured(metric, references, queries, k, ids):
    """What sorting all distances gives."""
    table = METRICS[metric].distances(queries, references)
    return merge([(table, np.tile(ids, (len(queries), 1)))], k)


@METRIC
class TestEveryIndex:
    def test_finds_the_nearest(self, metric):
        index = build_index(REFERENCES, metric)
        expected = measured(metric, REFERENCES, QUERIES, 8, np.arange(180))
        assert_same_neighbors(index.query(QUERIES, 8), expected)
        assert_same_neighbors(index.query(QUERIES, 8, 1), expected)

    def test_finds_all_within_a_radius(self, metric):
        index = build_index(REFERENCES, metric)
        distances, indices = measured(metric, REFERENCES, QUERIES, 180, np.arange(180))
        r = distances[0, 11]
        for n_threads in (None, 1):
            near, found = index.query_radius(QUERIES, r, n_threads)
            for row in range(len(QUERIES)):
                inside = distances[row] <= r
                np.testing.assert_array_equal(found[row], indices[row][inside])
                np.testing.assert_array_equal(near[row], distances[row][inside])

    def test_adds_and_removes_references(self, metric):
        index = build_index(REFERENCES, metric)
        assert index.add(QUERIES).tolist() == list(range(180, 189))
        index.remove([0, 4, 181])
        assert (len(index), index.n_ids, index.dtype) == (186, 189, np.float32)
        ids = np.setdiff1d(np.arange(189), [0, 4, 181])
        rows = np.concatenate([REFERENCES, QUERIES])[ids]
        for part, expected in zip(index.references(), (rows, ids), strict=True):
            np.testing.assert_array_equal(part, expected)
        assert_same_neighbors(index.query(QUERIES, 5), measured(metric, rows, QUERIES, 5, ids))
        with pytest.raises(IndexError, match="no reference 4"):
            index.remove([4])

    def test_is_built_again_from_what_it_stores(self, metric):
        index = build_index(REFERENCES, metric)
        again = build_index(REFERENCES, metric, stored=index.arrays())
        assert_same_neighbors(again.query(QUERIES, 5), index.query(QUERIES, 5))


def test_euclidean_distance_has_an_index_of_its_own():
    assert isinstance(build_index(REFERENCES), ExactIndex)
    assert isinstance(build_index(REFERENCES, "minkowski", metric_params={"p": 3}), BruteForceIndex)


def test_parameters_reach_the_metric():
    index = build_index(REFERENCES, "minkowski", metric_params={"p": 1})
    assert_same_neighbors(index.query(QUERIES, 4), build_index(REFERENCES, "manhattan").query(QUERIES, 4))
    for part, expected in zip(
        index.query_radius(QUERIES, 3.0),
        build_index(REFERENCES, "manhattan").query_radius(QUERIES, 3.0),
        strict=True,
    ):
        for some, expected_some in zip(part, expected, strict=True):
            np.testing.assert_array_equal(some, expected_some)


def test_costly_metrics_are_searched_within_a_shortlist(digits):
    index = build_index(digits.reshape(-1, 784), "idm")
    expected = measured("idm", digits, digits[:5], 3, np.arange(40))
    assert_same_neighbors(index.query(digits[:5].reshape(-1, 784), 3), expected)
