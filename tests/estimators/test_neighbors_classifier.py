"""The promises of KNeighborsClassifier: those of scikit-learn's, in any of inknn's metrics."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import neighbors
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from inknn import KNeighborsClassifier


@parametrize_with_checks(
    [
        KNeighborsClassifier(),
        KNeighborsClassifier(algorithm="inknn", weights="distance"),
        KNeighborsClassifier(n_neighbors=3, metric="cosine", n_jobs=2),
    ]
)
def test_scikit_learn_accepts_it(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def iris():
    return load_iris(return_X_y=True)


@pytest.mark.parametrize("weights", ["uniform", "distance", lambda distances: 1 / (1 + distances)])
def test_inknns_search_votes_as_scikit_learns(weights):
    rng = np.random.default_rng(5)
    X, Q = rng.normal(size=(400, 20)), rng.normal(size=(60, 20))
    one_label, two_labels = rng.integers(0, 4, 400), rng.integers(0, 3, (400, 2))
    for y in (one_label, two_labels):
        one = KNeighborsClassifier(7, weights=weights, algorithm="inknn").fit(X, y)
        other = neighbors.KNeighborsClassifier(7, weights=weights, algorithm="brute").fit(X, y)
        assert one.effective_engine_ == "inknn"
        np.testing.assert_array_equal(one.predict(Q), other.predict(Q))
        np.testing.assert_allclose(one.predict_proba(Q), other.predict_proba(Q), atol=1e-9)
        np.testing.assert_array_equal(one.predict(None), other.predict(None))


@pytest.mark.parametrize(
    ("metric", "at_least"), [("euclidean", 0.8), ("chebyshev", 0.45), ("ink-hamming", 0.7), ("idm", 0.95)]
)
def test_digits_are_recognized_in_any_metric(metric, at_least, train_digits):
    X, y = train_digits
    X = X.reshape(-1, 784)
    classifier = KNeighborsClassifier(3, metric=metric).fit(X[:1000], y[:1000])
    assert classifier.score(X[1000:1100], y[1000:1100]) >= at_least


@pytest.mark.parametrize(
    "options",
    [
        {"metric": "minkowski"},
        {"metric": "minkowski", "p": 1},
        {"metric": "minkowski", "p": 4},
        {"metric": "minkowski", "p": np.inf},
        {"metric": "minkowski", "metric_params": {"p": 1.5}},
        {"metric": "l1"},
        {"metric": "l2", "algorithm": "kd_tree", "leaf_size": 3},
        {"metric": "cityblock", "algorithm": "ball_tree"},
        {"weights": None},
    ],
    ids=str,
)
@pytest.mark.filterwarnings("ignore:Parameter p is found in metric_params")
def test_scikit_learns_options_mean_the_same_here(iris, options):
    X, y = iris
    one = KNeighborsClassifier(7, **options).fit(X[::2], y[::2])
    other = neighbors.KNeighborsClassifier(7, **options).fit(X[::2], y[::2])
    np.testing.assert_allclose(one.kneighbors(X)[0], other.kneighbors(X)[0], atol=1e-6)
    graphs = (each.kneighbors_graph(X[:9], mode="distance").sum(axis=1) for each in (one, other))
    np.testing.assert_allclose(*graphs, atol=1e-6)


def test_it_is_one_of_scikit_learns():
    assert isinstance(KNeighborsClassifier(), neighbors.KNeighborsClassifier)
    assert KNeighborsClassifier().get_params() == neighbors.KNeighborsClassifier().get_params()


def test_whole_numbers_are_not_squeezed_into_bytes():
    classifier = KNeighborsClassifier(1).fit([[0], [300], [-5]], ["a", "b", "c"])
    assert classifier.predict([[290], [-4], [44]]).tolist() == ["b", "c", "a"]


def test_types_may_differ_between_fit_and_predict(train_digits):
    X, y = train_digits[0][:300].reshape(-1, 784), train_digits[1][:300]
    classifier = KNeighborsClassifier().fit(X, y)
    expected = classifier.kneighbors(X[:20])[1]
    for dtype in (np.float32, np.float64, np.int64):
        np.testing.assert_array_equal(classifier.kneighbors(X[:20].astype(dtype))[1], expected)


def test_a_copy_outvotes_all_others_by_distance():
    X, y = [[0.0], [1.0], [1.1], [1.2]], [0, 1, 1, 1]
    classifier = KNeighborsClassifier(4, weights="distance").fit(X, y)
    assert classifier.predict_proba([[0.0]]).tolist() == [[1, 0]]
    assert classifier.predict([[0.5], [0.9]]).tolist() == [1, 1]


@pytest.mark.parametrize("algorithm", ["auto", "inknn"])
def test_weights_that_are_all_zero_are_refused(iris, algorithm):
    classifier = KNeighborsClassifier(weights=lambda distances: 0 * distances, algorithm=algorithm).fit(*iris)
    for answer in (classifier.predict, classifier.predict_proba):
        with pytest.raises(ValueError, match="zero weights"):
            answer(iris[0][:2])


def test_equals_keep_the_order_of_fit_and_of_labels():
    classifier = KNeighborsClassifier(2, algorithm="inknn").fit([[1.0], [-1.0], [1.0]], ["b", "a", "c"])
    assert classifier.kneighbors([[0.0]])[1].tolist() == [[0, 1]]
    assert classifier.predict([[0.0]]).tolist() == ["a"]


def test_nobody_is_a_neighbor_of_himself():
    model = KNeighborsClassifier(1, algorithm="inknn")
    classifier = model.fit([[0.0], [0.0], [0.0], [3.0]], [0, 0, 1, 1])
    distances, indices = classifier.kneighbors()
    assert indices.ravel().tolist() == [1, 0, 0, 0]
    assert distances.ravel().tolist() == [0, 0, 0, 3]
    assert classifier.kneighbors(return_distance=False, n_neighbors=3)[3].tolist() == [0, 1, 2]


def test_it_can_be_cloned_and_searched(iris):
    pipeline = make_pipeline(StandardScaler(), clone(KNeighborsClassifier()))
    grid = {
        f"kneighborsclassifier__{name}": values
        for name, values in {
            "n_neighbors": [1, 5],
            "metric": ["euclidean", "cosine"],
            "weights": ["uniform", "distance"],
        }.items()
    }
    search = GridSearchCV(pipeline, grid, cv=3, n_jobs=2).fit(*iris)
    assert search.best_score_ > 0.93


def test_it_takes_data_frames(iris):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(iris[0], columns=list("abcd"))
    classifier = KNeighborsClassifier().fit(frame, iris[1])
    assert classifier.feature_names_in_.tolist() == list("abcd")
    np.testing.assert_array_equal(classifier.predict(frame), classifier.fit(*iris).predict(iris[0]))


def test_more_neighbors_than_there_are_are_refused(iris):
    classifier = KNeighborsClassifier().fit(iris[0][:4], iris[1][:4])
    with pytest.raises(ValueError, match="Expected n_neighbors <= n_samples_fit"):
        classifier.predict(iris[0])
