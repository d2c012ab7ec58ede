"""The promises of DigitClassifier: a scikit-learn classifier like any other."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from inknn import DataError, DigitClassifier
from inknn.estimators.transformers import GradientHistograms
from inknn.memory import Model, write_arrays
from inknn.recognizer import FORMAT

# Of scikit-learn's checks these fit on data of their own: vectors of a few numbers, never 784 pixels.
OF_OTHER_THINGS = {
    "check_classifier_data_not_an_array",
    "check_classifiers_classes",
    "check_classifiers_one_label",
    "check_classifiers_regression_target",
    "check_classifiers_train",
    "check_dict_unchanged",
    "check_dont_overwrite_parameters",
    "check_dtype_object",
    "check_estimators_dtypes",
    "check_estimators_fit_returns_self",
    "check_estimators_nan_inf",
    "check_estimators_overwrite_params",
    "check_estimators_pickle",
    "check_f_contiguous_array_estimator",
    "check_fit2d_1feature",
    "check_fit2d_1sample",
    "check_fit2d_predict1d",
    "check_fit_check_is_fitted",
    "check_fit_idempotent",
    "check_fit_score_takes_y",
    "check_methods_sample_order_invariance",
    "check_methods_subset_invariance",
    "check_n_features_in",
    "check_n_features_in_after_fitting",
    "check_pipeline_consistency",
    "check_positive_only_tag_during_fit",
    "check_readonly_memmap_input",
    "check_supervised_y_2d",
    "check_transformer_data_not_an_array",
    "check_transformer_general",
    "check_transformer_preserve_dtypes",
}


@parametrize_with_checks(
    [DigitClassifier(), GradientHistograms()],
    expected_failed_checks=lambda estimator: dict.fromkeys(OF_OTHER_THINGS, "takes 28 × 28 digits only"),
)
def test_scikit_learn_accepts_it(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def classifier(train_digits):
    return DigitClassifier().fit(*train_digits)


@pytest.fixture(scope="module")
def fast(train_digits):
    return DigitClassifier(preset="fast").fit(*train_digits)


@pytest.fixture(scope="module")
def few(train_digits):
    """500 digits and their labels: quick to fit."""
    return train_digits[0][:500], train_digits[1][:500]


def test_it_scores_well(classifier, test_digits):
    assert classifier.score(*test_digits) > 0.98


def test_flat_and_square_digits_are_the_same(few, test_digits):
    X, X_test = few[0], test_digits[0][:200]
    square, flat = (DigitClassifier().fit(Z, few[1]) for Z in (X, X.reshape(-1, 784)))
    np.testing.assert_array_equal(flat.predict(X_test), square.predict(X_test.reshape(-1, 784)))
    assert flat.n_features_in_ == square.n_features_in_ == 784


def test_labels_keep_their_type_and_may_be_any(few, test_digits):
    X, y = few
    names = np.array(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])
    classifier = DigitClassifier().fit(X, names[y])
    assert classifier.classes_.tolist() == sorted(names)
    predicted = classifier.predict(test_digits[0][:200])
    assert predicted.dtype == names.dtype
    assert (predicted == names[test_digits[1][:200]]).mean() > 0.9
    odd = DigitClassifier().fit(X, np.where(y % 2, 1001, -5))
    assert odd.classes_.tolist() == [-5, 1001]
    assert odd.predict_proba(test_digits[0][:3]).shape == (3, 2)


def test_probabilities_are_those_of_the_classes(classifier, test_digits):
    X, y = test_digits
    probabilities = classifier.predict_proba(X)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    np.testing.assert_array_equal(classifier.classes_[probabilities.argmax(axis=1)], classifier.predict(X))
    assert probabilities.min() > 0  # nothing is impossible
    assert log_loss(y, probabilities) < 0.1


def test_neighbors_come_with_and_without_distances(classifier, train_digits):
    X = train_digits[0][:20]
    distances, indices = classifier.kneighbors(X)
    assert distances.shape == indices.shape == (20, classifier.n_neighbors)
    np.testing.assert_array_equal(indices[:, 0], np.arange(20))
    np.testing.assert_array_equal(classifier.kneighbors(X, return_distance=False), indices)
    more_distances, more = classifier.kneighbors(X, n_neighbors=9)
    np.testing.assert_array_equal(more[:, :5], indices)
    np.testing.assert_array_equal(more_distances[:, :5], distances)


def test_too_many_neighbors_are_refused(classifier, train_digits):
    with pytest.raises(ValueError, match="Expected n_neighbors <= n_samples_fit, but n_neighbors = 3001"):
        classifier.kneighbors(train_digits[0][:1], n_neighbors=3001)


def test_threads_do_not_matter(few, test_digits):
    alone, together = (DigitClassifier(n_jobs=n).fit(*few).predict_proba(test_digits[0][:99]) for n in (1, 3))
    np.testing.assert_array_equal(alone, together)


@pytest.mark.parametrize("n", [1, 2, 12])
def test_a_handful_of_digits_will_do(n, train_digits):
    X, y = train_digits[0][:n], train_digits[1][:n]
    classifier = DigitClassifier().fit(X, y)
    np.testing.assert_array_equal(classifier.predict(X), y)
    np.testing.assert_allclose(classifier.predict_proba(X).sum(axis=1), 1)


def test_a_set_sorted_by_label_is_no_worse(few, test_digits):
    order = np.argsort(few[1], kind="stable")
    classifier = DigitClassifier().fit(few[0][order], few[1][order])
    assert classifier.score(*test_digits) > 0.93


def test_it_can_be_cloned_searched_and_cross_validated(train_digits):
    X, y = train_digits[0][:200], train_digits[1][:200]
    classifier = clone(DigitClassifier(n_neighbors=1, shrinkage=0.4))
    assert classifier.get_params() == {
        "n_neighbors": 1,
        "preset": "best",
        "features": "learned",
        "metric": "euclidean",
        "weights": "distance",
        "n_components": 128,
        "shrinkage": 0.4,
        "n_jobs": None,
    }
    assert cross_val_score(classifier, X, y, cv=2).mean() > 0.75
    search = GridSearchCV(classifier, {"n_neighbors": [1, 3]}, cv=2).fit(X, y)
    assert search.best_params_["n_neighbors"] in (1, 3)


def test_neighbors_that_vote_can_be_changed_after_fit(few, test_digits):
    one, five = DigitClassifier(n_neighbors=1).fit(*few), DigitClassifier(n_neighbors=5).fit(*few)
    before = five.predict(test_digits[0])
    after = five.set_params(n_neighbors=1).predict(test_digits[0])
    np.testing.assert_array_equal(after, one.predict(test_digits[0]))
    assert (after != before).any()


def test_it_can_be_pickled_by_those_who_trust_their_files(classifier, test_digits):
    again = pickle.loads(pickle.dumps(classifier))
    np.testing.assert_array_equal(again.predict(test_digits[0]), classifier.predict(test_digits[0]))


def test_it_can_be_made_around_a_model(classifier, recognizer, test_digits):
    around = DigitClassifier.from_model(Model(recognizer, np.arange(10)))
    assert around.classes_.tolist() == list(range(10))
    assert around.get_params() == DigitClassifier().get_params()
    np.testing.assert_array_equal(around.predict(test_digits[0]), classifier.predict(test_digits[0]))


def test_before_fit_it_says_so(test_digits):
    for method in ("predict", "predict_proba", "kneighbors"):
        with pytest.raises(NotFittedError):
            getattr(DigitClassifier(), method)(test_digits[0])


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (np.zeros((3, 27, 28), np.uint8), [1, 2, 3], r"\(n, 28, 28\) or \(n, 784\)"),
        (np.zeros((3, 784)) - 1, [1, 2, 3], "whole numbers from 0 to 255"),
        (np.full((3, 784), 0.3), [1, 2, 3], "scaled"),
        (np.zeros((3, 784), np.uint8), [1, 2], "2 for 3 digits"),
        (np.zeros((0, 784), np.uint8), [], "0 sample"),
        (np.zeros((3, 784), np.uint8), [0.5, 1.5, 2.2], "continuous"),
    ],
)
def test_what_it_cannot_learn_from_is_refused_with_a_reason(X, y, message):
    with pytest.raises(ValueError, match=message):
        DigitClassifier().fit(X, y)


@pytest.mark.parametrize(
    ("k", "error"), [(0, ValueError), (-1, ValueError), (2.5, TypeError), (True, TypeError)]
)
def test_no_sensible_number_of_voters_is_refused(train_digits, k, error):
    with pytest.raises(error, match="n_neighbors"):
        DigitClassifier(n_neighbors=k).fit(*train_digits)


def test_there_are_two_presets_and_no_other(train_digits):
    assert DigitClassifier().preset == "best"
    said = "no preset named 'bset'; did you mean best.* There is: best, fast$"
    with pytest.raises(ValueError, match=said):
        DigitClassifier(preset="bset").fit(*train_digits)


class TestBest:
    def test_it_looks_again_only_where_voters_disagree(self, classifier, fast, test_digits):
        X = test_digits[0]
        distances, indices = fast.kneighbors(X)
        agreed = (np.ptp(fast.recognizer_.labels[indices].astype(int), axis=1) == 0).nonzero()[0]
        assert 800 < len(agreed) < 1000
        np.testing.assert_array_equal(classifier.predict(X)[agreed], fast.predict(X)[agreed])
        np.testing.assert_array_equal(classifier.kneighbors(X)[0], distances)
        shares = classifier.recognizer_.recognize(X).shares, fast.recognizer_.recognize(X).shares
        assert (shares[0] != shares[1]).any()

    def test_it_is_as_good_as_fast_at_least(self, classifier, fast, test_digits):
        assert classifier.score(*test_digits) >= fast.score(*test_digits) > 0.98

    def test_threads_and_kernels_do_not_matter(self, classifier, test_digits, monkeypatch):
        X = test_digits[0][:200]
        expected = classifier.predict_proba(X)
        classifier.n_jobs = 3
        np.testing.assert_array_equal(classifier.predict_proba(X), expected)
        classifier.n_jobs = None
        monkeypatch.setenv("INKNN_NO_NATIVE", "1")
        np.testing.assert_allclose(classifier.predict_proba(X), expected, atol=1e-4)

    def test_a_handful_of_digits_will_do(self, train_digits):
        X, y = train_digits[0][:12], train_digits[1][:12]
        classifier = DigitClassifier(preset="best").fit(X, y)
        np.testing.assert_array_equal(classifier.predict(X), y)
        np.testing.assert_allclose(classifier.predict_proba(X).sum(axis=1), 1)


class TestSave:
    @pytest.mark.parametrize("preset", ["fast", "best"])
    def test_it_comes_back_the_same(self, few, test_digits, tmp_path, preset):
        before = DigitClassifier(n_neighbors=3, preset=preset, shrinkage=0.3).fit(*few)
        before.save(tmp_path / "model.inknn")
        after = DigitClassifier.load(tmp_path / "model.inknn")
        assert after.get_params() == before.get_params()
        assert after.classes_.dtype == before.classes_.dtype
        X = test_digits[0]
        np.testing.assert_array_equal(after.predict_proba(X), before.predict_proba(X))
        np.testing.assert_array_equal(after.kneighbors(X)[1], before.kneighbors(X)[1])
        after.save(tmp_path / "again.inknn")
        assert (tmp_path / "again.inknn").read_bytes() == (tmp_path / "model.inknn").read_bytes()

    @pytest.mark.parametrize("names", [["null", "eins", "größer"], [1.0, 4.0, 9.0], [-7, 2, 2**40]])
    def test_labels_may_be_numbers_or_text(self, few, tmp_path, names):
        X, y = few
        before = DigitClassifier().fit(X, np.array(names)[y % 3])
        before.save(tmp_path / "model")
        after = DigitClassifier.load(tmp_path / "model")
        np.testing.assert_array_equal(after.classes_, before.classes_)
        np.testing.assert_array_equal(after.predict(X), before.predict(X))

    def test_neighbors_changed_after_fit_are_kept(self, few, test_digits, tmp_path):
        before = DigitClassifier().fit(*few).set_params(n_neighbors=1)
        before.save(tmp_path / "model")
        after = DigitClassifier.load(tmp_path / "model")
        assert after.n_neighbors == 1
        np.testing.assert_array_equal(after.predict(test_digits[0]), before.predict(test_digits[0]))

    def test_it_is_no_pickle(self, few, tmp_path):
        DigitClassifier().fit(*few).save(tmp_path / "model")
        with pytest.raises(pickle.UnpicklingError):
            pickle.loads((tmp_path / "model").read_bytes())

    def test_before_fit_there_is_nothing_to_keep(self, tmp_path):
        with pytest.raises(NotFittedError):
            DigitClassifier().save(tmp_path / "model")
        assert not (tmp_path / "model").exists()

    def test_a_damaged_file_is_refused(self, few, tmp_path):
        path = tmp_path / "model"
        DigitClassifier().fit(*few).save(path)
        whole = path.read_bytes()
        for damaged, why in (
            (whole[: len(whole) // 2], "bytes long"),
            (whole[:-5000] + b"x" + whole[-4999:], "damaged"),
            (b"PK" + whole, "not an inknn data file"),
            (b"", "not an inknn data file"),
        ):
            path.write_bytes(damaged)
            with pytest.raises(DataError, match=why):
                DigitClassifier.load(path)

    def test_a_file_that_is_no_model_is_refused(self, few, tmp_path):
        path = tmp_path / "other"
        arrays = DigitClassifier().fit(*few).recognizer_.arrays()
        write_arrays(path, arrays, kind="prepared index", version=FORMAT)
        said = f"holds prepared index version {FORMAT}, not model version {FORMAT}"
        with pytest.raises(DataError, match=said):
            DigitClassifier.load(path)
        write_arrays(path, arrays, kind="model", version=FORMAT)
        with pytest.raises(DataError, match="lacks 'classes'"):
            DigitClassifier.load(path)
        with pytest.raises(FileNotFoundError):
            DigitClassifier.load(tmp_path / "none")


def test_digits_in_other_containers_are_the_same(few, test_digits):
    X, y = few
    expected = DigitClassifier().fit(X, y).predict(test_digits[0][:50])
    other = DigitClassifier().fit(X.reshape(-1, 784).astype(float).tolist(), y.tolist())
    np.testing.assert_array_equal(
        other.predict(test_digits[0][:50].reshape(-1, 784).astype(np.int64)), expected
    )


def test_digits_on_bright_paper_are_noticed(few, recwarn):
    classifier = DigitClassifier().fit(*few)
    assert not recwarn.list
    with pytest.warns(UserWarning, match="give 255 - X"):
        classifier.predict(255 - few[0][:20])
    with pytest.warns(UserWarning, match="give 255 - X"):
        DigitClassifier().fit(255 - few[0], few[1])


def test_what_is_no_number_is_refused(few):
    with pytest.raises(ValueError, match="NaN"):
        DigitClassifier().fit(np.full((3, 784), np.nan), [1, 2, 3])
    with pytest.raises(ValueError, match="100 features"):
        DigitClassifier().fit(*few).predict(np.zeros((1, 100), np.uint8))
