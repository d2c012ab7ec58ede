"""The promises of NearestNeighbors: scikit-learn's estimator, exact, whose references come and go."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from sklearn import neighbors as sklearn_neighbors
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import parametrize_with_checks

from inknn import NearestNeighbors
from inknn.metrics import METRICS
from inknn.search import brute_force

RNG = np.random.default_rng(3)
REFERENCES = RNG.normal(size=(300, 12))
QUERIES = RNG.normal(size=(20, 12))
PIXELS = RNG.integers(0, 256, (120, 784), dtype=np.uint8)


@parametrize_with_checks([NearestNeighbors(), NearestNeighbors(metric="manhattan")])
def test_scikit_learns_checks_pass(estimator, check):
    check(estimator)


def theirs(**settings):
    return sklearn_neighbors.NearestNeighbors(algorithm="brute", **settings)


@pytest.mark.parametrize("metric", ["euclidean", "manhattan", "chebyshev", "cosine", "correlation"])
def test_neighbors_are_scikit_learns(metric):
    ours = NearestNeighbors(metric=metric).fit(REFERENCES)
    peer = theirs(metric=metric).fit(REFERENCES)
    for X in (QUERIES, None):
        distances, indices = ours.kneighbors(X, 7)
        expected_distances, expected = peer.kneighbors(X, 7)
        np.testing.assert_array_equal(indices, expected)
        np.testing.assert_allclose(distances, expected_distances, atol=1e-9)
        for mode in ("connectivity", "distance"):
            np.testing.assert_allclose(
                ours.kneighbors_graph(X, 7, mode).toarray(),
                peer.kneighbors_graph(X, 7, mode).toarray(),
                atol=1e-9,
            )
        r = float(np.median(expected_distances))
        near, found = ours.radius_neighbors(X, r)
        peer_near, peer_found = peer.radius_neighbors(X, r, sort_results=True)
        for row in range(len(found)):
            np.testing.assert_array_equal(found[row], peer_found[row])
            np.testing.assert_allclose(near[row], peer_near[row], atol=1e-9)
    assert isinstance(ours.kneighbors(QUERIES, return_distance=False), np.ndarray)
    assert ours.radius_neighbors(QUERIES, 1.0, return_distance=False).shape == (20,)


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_of_the_table_will_do(metric):
    model = NearestNeighbors(3, metric).fit(PIXELS)
    _, indices = model.kneighbors(PIXELS[:5])
    assert indices.shape == (5, 3)
    np.testing.assert_array_equal(indices[:, 0], np.arange(5))
    new = model.add(PIXELS[:1] // 2)
    assert new.tolist() == [120]
    model.remove([0])
    assert 0 not in model.kneighbors(PIXELS[:1], 50, return_distance=False)


def test_a_function_of_two_vectors_will_do():
    model = NearestNeighbors(4, lambda a, b: float(np.abs(a - b).sum())).fit(REFERENCES)
    expected = NearestNeighbors(4, "manhattan").fit(REFERENCES).kneighbors(QUERIES)
    np.testing.assert_array_equal(model.kneighbors(QUERIES)[1], expected[1])


def test_a_graph_within_a_radius_is_scikit_learns():
    from sklearn.neighbors import NearestNeighbors as Theirs

    ours, theirs = NearestNeighbors(radius=3.0).fit(REFERENCES), Theirs(radius=3.0).fit(REFERENCES)
    for mode in ("connectivity", "distance"):
        for X in (QUERIES, None):
            pair = (each.radius_neighbors_graph(X, mode=mode).toarray() for each in (ours, theirs))
            np.testing.assert_allclose(*pair, atol=1e-4)
    with pytest.raises(ValueError, match="Unsupported mode"):
        ours.radius_neighbors_graph(QUERIES, mode="distances")


def test_parameters_reach_the_metric():
    model = NearestNeighbors(4, "minkowski", metric_params={"p": 1}).fit(REFERENCES)
    expected = NearestNeighbors(4, "manhattan").fit(REFERENCES).kneighbors(QUERIES)[1]
    np.testing.assert_array_equal(model.kneighbors(QUERIES)[1], expected)


def test_bytes_are_exact_and_not_copied():
    model = NearestNeighbors(6).fit(PIXELS)
    assert np.shares_memory(model._index.references()[0], PIXELS)
    for part, expected in zip(model.kneighbors(PIXELS[:9]), brute_force(PIXELS[:9], PIXELS, 6), strict=True):
        np.testing.assert_array_equal(part, expected)


@pytest.mark.parametrize("fitted", [np.uint8, np.float32, np.float64])
@pytest.mark.parametrize("queried", [np.uint8, np.int32, np.float32, np.float64])
@pytest.mark.parametrize("shift", [0, 0.1])
def test_types_may_differ_and_all_digits_of_both_count(fitted, queried, shift):
    references, queries = PIXELS[:, :30].astype(fitted), (PIXELS[:7, :30] + shift).astype(queried)
    model = NearestNeighbors(5).fit(references)
    answer = model.kneighbors(queries)
    expected = brute_force(queries.astype(np.float64), references.astype(np.float64), 5)
    for part, expected_part in zip(answer, expected, strict=True):
        np.testing.assert_array_equal(part, expected_part)
    indices = model.radius_neighbors(queries, float(expected[0].max()), return_distance=False)
    np.testing.assert_array_equal(indices[0][:5], expected[1][0])


def test_equals_do_not_hide_each_other_when_none_is_its_own_neighbor():
    model = NearestNeighbors(2).fit(np.zeros((6, 3)))
    np.testing.assert_array_equal(model.kneighbors()[1], [[1, 2], [0, 2], [0, 1], [0, 1], [0, 1], [0, 1]])


@pytest.mark.parametrize("metric", ["euclidean", "manhattan"])
def test_indices_outlive_additions_and_removals(metric):
    model = NearestNeighbors(3, metric).fit(REFERENCES)
    assert model.add(QUERIES).tolist() == list(range(300, 320))
    model.remove([300, 5])
    assert model.n_samples_fit_ == 318
    every = np.concatenate([REFERENCES, QUERIES])
    left = np.setdiff1d(np.arange(320), [300, 5])
    fresh = NearestNeighbors(3, metric).fit(every[left])
    for X in (QUERIES, None):
        np.testing.assert_array_equal(model.kneighbors(X)[1], left[fresh.kneighbors(X)[1]])
    assert model.kneighbors_graph(QUERIES).shape == (20, 320)
    with pytest.raises(IndexError):
        model.remove([5])


def test_what_the_references_type_cannot_hold_is_refused():
    with pytest.raises(ValueError, match="uint8"):
        NearestNeighbors().fit(PIXELS).add(PIXELS[:1] + 0.5)


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_copies_answer_alike(metric):
    model = NearestNeighbors(3, metric).fit(REFERENCES)
    model.add(QUERIES)
    model.remove([1, 301])
    again = pickle.loads(pickle.dumps(model))
    for part, expected in zip(again.kneighbors(QUERIES), model.kneighbors(QUERIES), strict=True):
        np.testing.assert_array_equal(part, expected)
    with pytest.raises(NotFittedError):
        clone(model).kneighbors(QUERIES)


@pytest.mark.parametrize("n_jobs", [1, 2, -1])
def test_jobs_do_not_matter(n_jobs):
    expected = NearestNeighbors().fit(REFERENCES).kneighbors(QUERIES)
    for part, wanted in zip(
        NearestNeighbors(n_jobs=n_jobs).fit(REFERENCES).kneighbors(QUERIES), expected, strict=True
    ):
        np.testing.assert_array_equal(part, wanted)


@pytest.mark.parametrize(
    ("settings", "X", "error", "words"),
    [
        ({"n_neighbors": 0}, REFERENCES, ValueError, "Expected n_neighbors > 0. Got 0"),
        ({"n_neighbors": 2.5}, REFERENCES, TypeError, "enter integer value"),
        ({"metric": "euclidian"}, REFERENCES, ValueError, "did you mean euclidean"),
        ({"n_jobs": 0}, REFERENCES, ValueError, "n_jobs == 0 has no meaning"),
        ({}, np.full((3, 2), np.nan), ValueError, "contains NaN"),
        ({}, np.empty((0, 2)), ValueError, "Found array with 0 sample"),
        ({}, np.zeros(3), ValueError, "Expected 2D array"),
    ],
)
def test_misfits_are_refused_in_scikit_learns_words(settings, X, error, words):
    with pytest.raises(error, match=words):
        NearestNeighbors(**settings).fit(X)


def test_misfit_queries_are_refused_in_scikit_learns_words():
    model, peer = NearestNeighbors().fit(REFERENCES), theirs().fit(REFERENCES)
    for arguments in ((QUERIES, 301), (None, 300), (QUERIES, 0), (QUERIES[:, :5], 3), (QUERIES * np.nan, 3)):
        with pytest.raises(ValueError) as mine:  # noqa: PT011 - the words are compared
            model.kneighbors(*arguments)
        with pytest.raises(ValueError) as wanted:  # noqa: PT011
            peer.kneighbors(*arguments)
        assert str(mine.value).split("\n")[0] == str(wanted.value).split("\n")[0]
