"""The promises of NearestNeighbors: scikit-learn's estimator, searched faster, whose references change."""

from __future__ import annotations

import pickle

import joblib
import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn import neighbors as sklearn_neighbors
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.utils.estimator_checks import parametrize_with_checks

from inknn import NearestNeighbors
from inknn.estimators import engine
from inknn.metrics import METRICS, build_index
from inknn.search import brute_force

RNG = np.random.default_rng(3)
REFERENCES = RNG.normal(size=(300, 12))
QUERIES = RNG.normal(size=(20, 12))
PIXELS = RNG.integers(0, 256, (120, 784), dtype=np.uint8)
OWN_METRICS = ["tangent", "idm", "p2dhmdm", "ink-hamming"]


@parametrize_with_checks([NearestNeighbors(), NearestNeighbors(algorithm="inknn")])
def test_scikit_learns_checks_pass(estimator, check):
    check(estimator)


def largest_difference(a, b):
    return float(np.abs(a - b).max())


def theirs(**settings):
    return sklearn_neighbors.NearestNeighbors(algorithm="brute", **settings)


def test_it_is_one_of_scikit_learns():
    assert isinstance(NearestNeighbors(), sklearn_neighbors.NearestNeighbors)
    assert NearestNeighbors().get_params() == sklearn_neighbors.NearestNeighbors().get_params()


@pytest.mark.parametrize("algorithm", ["auto", "inknn"])
@pytest.mark.parametrize("metric", ["euclidean", "l2", "minkowski"])
def test_neighbors_are_scikit_learns(metric, algorithm):
    ours = NearestNeighbors(metric=metric, algorithm=algorithm).fit(REFERENCES)
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
        near, found = ours.radius_neighbors(X, r, sort_results=True)
        peer_near, peer_found = peer.radius_neighbors(X, r, sort_results=True)
        for row in range(len(found)):
            np.testing.assert_array_equal(found[row], peer_found[row])
            np.testing.assert_allclose(near[row], peer_near[row], atol=1e-9)
    assert isinstance(ours.kneighbors(QUERIES, return_distance=False), np.ndarray)


class TestEngine:
    def test_small_sets_and_few_dimensions_are_scikit_learns(self):
        assert NearestNeighbors().fit(REFERENCES[:, :2]).effective_engine_ == "scikit-learn"
        assert NearestNeighbors().fit(REFERENCES[:20]).effective_engine_ == "scikit-learn"

    def test_many_dense_vectors_are_inknns(self, monkeypatch):
        monkeypatch.setattr(engine, "_cores", lambda: 64)
        X = np.zeros((20_000, 64), np.float32)
        assert NearestNeighbors().fit(X).effective_engine_ == "inknn"
        assert NearestNeighbors(n_jobs=1).fit(X).effective_engine_ == "scikit-learn"

    def test_by_default_it_uses_the_threads_that_scikit_learn_would_use(self, monkeypatch):
        monkeypatch.setattr(engine, "_cores", lambda: 3)
        assert engine.threads_for(None, 784) == 3
        assert engine.threads_for(None, 8) == 1
        assert [engine.threads_for(n, dims) for n in (1, 2) for dims in (8, 784)] == [1, 1, 2, 2]
        with joblib.parallel_config("threading", n_jobs=2):
            assert engine.threads_for(None, 8) == 2
        with pytest.raises(ValueError, match="n_jobs == 0"):
            engine.threads_for(0, 8)

    def test_without_kernels_there_is_no_reason_to_search_oneself(self, monkeypatch):
        monkeypatch.setenv("INKNN_NO_NATIVE", "1")
        assert NearestNeighbors().fit(np.zeros((20_000, 64))).effective_engine_ == "scikit-learn"

    @pytest.mark.parametrize(
        "settings",
        [
            {"metric": "manhattan"},
            {"metric": "hamming"},
            {"p": 1},
            {"p": 3},
            {"metric": "minkowski", "metric_params": {"w": np.arange(1.0, 13.0)}},
            {"metric": "cosine"},
            {"algorithm": "ball_tree", "leaf_size": 3},
            {"metric": largest_difference},
        ],
        ids=lambda settings: "-".join(settings) + str(settings.get("p", "")),
    )
    def test_all_else_is_scikit_learns_own(self, settings):
        mine = NearestNeighbors(**settings).fit(REFERENCES)
        wanted = sklearn_neighbors.NearestNeighbors(**settings).fit(REFERENCES)
        assert mine.effective_engine_ == "scikit-learn"
        for part, expected in zip(mine.kneighbors(QUERIES), wanted.kneighbors(QUERIES), strict=True):
            np.testing.assert_array_equal(part, expected)

    def test_sparse_input_is_scikit_learns_own(self):
        sparse = csr_matrix(np.where(REFERENCES > 1, REFERENCES, 0))
        mine, wanted = (each.fit(sparse).kneighbors(sparse[:9]) for each in (NearestNeighbors(), theirs()))
        np.testing.assert_array_equal(mine[1], wanted[1])

    def test_inknns_search_refuses_other_metrics(self):
        with pytest.raises(ValueError, match="use algorithm='auto'"):
            NearestNeighbors(algorithm="inknn", metric="cosine").fit(REFERENCES)

    @pytest.mark.parametrize("spread", [1.0, 1e-159, 1e-170, 1e150])
    def test_data_of_any_size_has_neighbors(self, spread):
        X = RNG.normal(size=(3000, 20)) * spread
        model = NearestNeighbors(algorithm="inknn", n_neighbors=3).fit(X)
        for _ in range(3):  # the last search is one with an index
            distances, indices = model.kneighbors(np.concatenate([X[:50]] * 60))
        assert np.isfinite(distances).all()
        assert indices.max() < 3000
        np.testing.assert_array_equal(indices[:50], brute_force(X[:50], X, 3)[1])

    @pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
    def test_an_index_takes_over_and_changes_nothing(self, dtype, monkeypatch):
        monkeypatch.setattr(engine, "_MANY", 200)
        X = (RNG.normal(size=(300, 4)) @ RNG.normal(size=(4, 30)) * 20 + 128).clip(0, 255).astype(dtype)
        model = NearestNeighbors(algorithm="inknn").fit(X)
        first = model.kneighbors(X[:100])
        assert model._engine._index is None
        second = model.kneighbors(X[:100])
        assert model._engine._index is not None
        for part, again in zip(first, second, strict=True):
            np.testing.assert_array_equal(part, again)

    def test_noise_that_fills_all_dimensions_gets_no_index(self, monkeypatch):
        monkeypatch.setattr(engine, "_MANY", 100)
        model = NearestNeighbors(algorithm="inknn").fit(RNG.normal(size=(300, 40)))
        model.kneighbors(RNG.normal(size=(300, 40)))
        assert model._engine._index is None

    def test_p_counts_in_a_grid_search(self):
        from inknn import KNeighborsClassifier

        X, y = RNG.exponential(size=(300, 6)) ** 3, RNG.integers(0, 2, 300)
        y = (X[:, 0] > X[:, 1]).astype(int)
        search = GridSearchCV(KNeighborsClassifier(), {"p": [1, 2, 30]}, cv=3).fit(X, y)
        assert len(set(search.cv_results_["mean_test_score"])) > 1


@pytest.mark.parametrize("metric", OWN_METRICS)
def test_digits_are_compared_in_inknns_own_metrics(metric):
    model = NearestNeighbors(n_neighbors=3, metric=metric).fit(PIXELS)
    assert model.effective_engine_ == "inknn"
    expected = build_index(PIXELS, metric).query(PIXELS[:5], 3)
    for part, wanted in zip(model.kneighbors(PIXELS[:5]), expected, strict=True):
        np.testing.assert_array_equal(part, wanted)
    found = model.radius_neighbors(PIXELS[:2], float(expected[0][:2].max()), return_distance=False)
    assert [mine[0] for mine in found] == [0, 1]
    assert model.kneighbors_graph(PIXELS[:5]).shape == (5, 120)


@pytest.mark.parametrize("metric", METRICS)
def test_references_come_and_go_in_every_metric_of_the_table(metric):
    model = NearestNeighbors(n_neighbors=3, metric=metric).fit(PIXELS)
    np.testing.assert_array_equal(model.kneighbors(PIXELS[:5])[1][:, 0], np.arange(5))
    assert model.add(PIXELS[:1] // 2).tolist() == [120]
    model.remove([0])
    assert 0 not in model.kneighbors(PIXELS[:1], 50, return_distance=False)
    assert 0 not in model.radius_neighbors(PIXELS[:1], 1e9, return_distance=False)[0]


def test_references_in_other_metrics_stay():
    with pytest.raises(ValueError, match="can't come and go"):
        NearestNeighbors(metric="canberra").fit(REFERENCES).add(QUERIES)
    with pytest.raises(ValueError, match="sparse matrix or a tree can't come and go; fit a dense array"):
        NearestNeighbors().fit(csr_matrix(REFERENCES)).remove([3])


def test_bytes_are_exact_and_not_copied():
    model = NearestNeighbors(n_neighbors=6, algorithm="inknn").fit(PIXELS)
    assert np.shares_memory(model._engine.rows, PIXELS)
    for part, expected in zip(model.kneighbors(PIXELS[:9]), brute_force(PIXELS[:9], PIXELS, 6), strict=True):
        np.testing.assert_array_equal(part, expected)


@pytest.mark.parametrize("fitted", [np.uint8, np.float32, np.float64])
@pytest.mark.parametrize("queried", [np.uint8, np.int32, np.float32, np.float64])
@pytest.mark.parametrize("shift", [0, 0.1])
def test_types_may_differ_and_all_digits_of_both_count(fitted, queried, shift):
    references, queries = PIXELS[:, :30].astype(fitted), (PIXELS[:7, :30] + shift).astype(queried)
    model = NearestNeighbors(n_neighbors=5, algorithm="inknn").fit(references)
    answer = model.kneighbors(queries)
    expected = brute_force(queries.astype(np.float64), references.astype(np.float64), 5)
    for part, expected_part in zip(answer, expected, strict=True):
        np.testing.assert_array_equal(part, expected_part)


def test_equals_do_not_hide_each_other_when_none_is_its_own_neighbor():
    model = NearestNeighbors(n_neighbors=2, algorithm="inknn").fit(np.zeros((6, 3)))
    np.testing.assert_array_equal(model.kneighbors()[1], [[1, 2], [0, 2], [0, 1], [0, 1], [0, 1], [0, 1]])


@pytest.mark.parametrize("metric", ["euclidean", "manhattan"])
def test_indices_outlive_additions_and_removals(metric):
    model = NearestNeighbors(n_neighbors=3, metric=metric).fit(REFERENCES)
    assert model.add(QUERIES).tolist() == list(range(300, 320))
    model.remove([300, 5])
    assert model.n_samples_fit_ == 318
    every = np.concatenate([REFERENCES, QUERIES])
    left = np.setdiff1d(np.arange(320), [300, 5])
    fresh = NearestNeighbors(n_neighbors=3, metric=metric).fit(every[left])
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
    model = NearestNeighbors(n_neighbors=3, metric=metric).fit(REFERENCES)
    model.add(QUERIES)
    model.remove([1, 301])
    again = pickle.loads(pickle.dumps(model))
    for part, expected in zip(again.kneighbors(QUERIES), model.kneighbors(QUERIES), strict=True):
        np.testing.assert_array_equal(part, expected)
    with pytest.raises(NotFittedError):
        clone(model).kneighbors(QUERIES)


@pytest.mark.parametrize("n_jobs", [1, 2, -1])
def test_jobs_do_not_matter(n_jobs):
    one, other = (NearestNeighbors(algorithm="inknn", n_jobs=n).fit(REFERENCES) for n in (None, n_jobs))
    for part, wanted in zip(one.kneighbors(QUERIES), other.kneighbors(QUERIES), strict=True):
        np.testing.assert_array_equal(part, wanted)


@pytest.mark.parametrize(
    ("settings", "X"),
    [
        ({"n_neighbors": 0}, REFERENCES),
        ({"n_neighbors": 2.5}, REFERENCES),
        ({"metric": "euclidian"}, REFERENCES),
        ({"algorithm": "brutal"}, REFERENCES),
        ({}, np.full((3, 2), np.nan)),
        ({}, np.empty((0, 2))),
        ({}, np.zeros(3)),
    ],
)
def test_misfits_are_refused_as_by_scikit_learn(settings, X):
    for make in (NearestNeighbors, sklearn_neighbors.NearestNeighbors):
        with pytest.raises((ValueError, TypeError)):
            make(**settings).fit(X)


@pytest.mark.parametrize("algorithm", ["auto", "inknn"])
def test_misfit_queries_are_refused_in_scikit_learns_words(algorithm):
    model, peer = NearestNeighbors(algorithm=algorithm).fit(REFERENCES), theirs().fit(REFERENCES)
    for arguments in ((QUERIES, 301), (None, 300), (QUERIES, 0), (QUERIES[:, :5], 3), (QUERIES * np.nan, 3)):
        with pytest.raises(ValueError) as mine:  # noqa: PT011 - the words are compared
            model.kneighbors(*arguments)
        with pytest.raises(ValueError) as wanted:  # noqa: PT011
            peer.kneighbors(*arguments)
        assert str(mine.value).split("\n")[0] == str(wanted.value).split("\n")[0]
