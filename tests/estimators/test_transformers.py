"""The promises of the transformers: scikit-learn's steps that give what the functions give."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from inknn.estimators.transformers import GradientHistograms, WithinClassWhitening
from inknn.features import fit_projection, gradient_histograms


def test_transformers_make_a_pipeline_that_reads_digits(train_digits, test_digits):
    pipeline = make_pipeline(GradientHistograms(), WithinClassWhitening(60), KNeighborsClassifier(3))
    (X, y), (X_test, y_test) = train_digits, test_digits
    pipeline.fit(X, y)
    assert pipeline.score(X_test, y_test) > 0.97
    flat = clone(pipeline).fit(X.reshape(-1, 784), y)
    np.testing.assert_array_equal(flat.predict(X_test[:50]), pipeline.predict(X_test[:50]))
    assert len(pipeline[:2].get_feature_names_out()) == 60


def test_transformers_give_what_the_functions_give(train_digits):
    X, y = train_digits[0][:500], train_digits[1][:500]
    histograms = GradientHistograms().fit_transform(X)
    np.testing.assert_array_equal(histograms, gradient_histograms(X))
    expected = fit_projection(histograms, y, n_components=20, shrinkage=0.4).apply(histograms)
    whitening = WithinClassWhitening(n_components=20, shrinkage=0.4)
    np.testing.assert_allclose(whitening.fit_transform(histograms, y), expected, atol=1e-5)


@parametrize_with_checks([WithinClassWhitening()])
def test_scikit_learn_accepts_it(estimator, check):
    check(estimator)


class TestWhiteningOfOneVectorDoesNotDependOnTheOthers:
    """Products of matrices may differ in the last bits by the number of rows: in float32 that would show."""

    def assert_same(self, one, other):
        np.testing.assert_allclose(one, other, rtol=1e-7, atol=1e-9)  # as scikit-learn's checks compare

    @pytest.mark.parametrize("dims", [1, 3, 8, 33, 300])
    @pytest.mark.parametrize("count", [2, 5, 20, 33, 257])
    def test_in_any_order_and_number(self, dims, count):
        rng = np.random.default_rng(dims * count)
        X = 3 * rng.uniform(size=(count, dims))
        whitening = WithinClassWhitening(n_components=min(dims, 60)).fit(X, X[:, 0].astype(int))
        together = whitening.transform(X)
        assert together.dtype == np.float32
        for size in {1, 2, count // 2, count}:
            some = rng.permutation(count)[:size]
            self.assert_same(whitening.transform(X[some]), together[some])

    def test_the_order_of_the_digits_to_learn_from_does_not_matter(self):
        rng = np.random.default_rng(0)
        X, y = rng.normal(size=(500, 40)), rng.integers(0, 4, 500)
        X[np.arange(500), y] += 3
        order = rng.permutation(500)
        one, other = WithinClassWhitening(10).fit(X, y), WithinClassWhitening(10).fit(X[order], y[order])
        np.testing.assert_allclose(one.transform(X), other.transform(X), rtol=1e-5, atol=1e-7)

    def test_the_comparison_would_show_the_rounding_of_float32(self):
        values = np.float32(1) + np.arange(9, dtype=np.float32)
        with pytest.raises(AssertionError):
            self.assert_same(np.nextafter(np.nextafter(values, 99), 99), values)
