"""The promises of preprocessing: what each step does to a digit, and that steps go together."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import estimator_checks_generator

from inknn.estimators.preprocessing import PREPROCESSING, Center, Deskew, Resize, Scale, preprocess
from inknn.estimators.registry import feature
from inknn.glyph.deskew import moments
from inknn.glyph.normalize import normalize

EVERY = pytest.mark.parametrize("line", PREPROCESSING.values(), ids=PREPROCESSING)
PICTURES = pytest.mark.parametrize(
    "line", [line for line in PREPROCESSING.values() if line.takes_pictures], ids=lambda line: line.name
)

# Of scikit-learn's checks these fit on data of their own: vectors of a few numbers, never square pictures.
OF_OTHER_THINGS = {
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
    "check_transformer_data_not_an_array",
    "check_transformer_general",
}


# Part of 1,000 digits whose nearest neighbor among 2,000, in pixels after the step, has their label; without
# any step 0.919. The digits are fixed, so only rounding can change neighbors: fewer than 10 of 1,000.
ACCURACY = {
    "scale": 0.919,
    "minmax": 0.919,
    "standardize": 0.865,
    "unit-norm": 0.922,
    "deskew": 0.952,
    "center-mass": 0.916,
    "center-box": 0.875,
    "normal-form": 0.919,
    "blur": 0.937,
    "binarize": 0.901,
    "resize": 0.919,
}


def checks_for(estimator):
    """Scikit-learn's checks of an estimator that takes any numbers, or of one that takes pictures."""
    for each, check in estimator_checks_generator(estimator):
        if isinstance(estimator, Scale) or check.func.__name__ not in OF_OTHER_THINGS:
            yield pytest.param(each, check, id=f"{estimator}-{check.func.__name__}")


@pytest.mark.parametrize(
    ("estimator", "check"),
    [pair for estimator in (Scale(), Deskew(), Center("box"), Resize()) for pair in checks_for(estimator)],
)
def test_scikit_learn_accepts_it(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def digits(train_digits):
    return train_digits[0][:200], train_digits[1][:200]


def moved(image, down, right):
    return np.roll(image, (down, right), axis=(0, 1))


@EVERY
class TestEveryStep:
    def test_gives_a_row_for_each_digit_and_names_for_its_columns(self, line, digits):
        X = digits[0].reshape(-1, 784)
        step = line.make().fit(X)
        found = step.transform(X)
        assert found.shape == (200, len(step.get_feature_names_out()))
        assert np.isfinite(found).all()
        assert found.std() > 0
        assert (found.dtype == np.uint8) == line.takes_pictures

    def test_is_cloned_with_its_parameters(self, line):
        step = line.make()
        assert clone(step).get_params() == step.get_params()

    def test_leaves_what_it_was_given_as_it_was(self, line, digits):
        X = digits[0].reshape(-1, 784).copy()
        line.make().fit_transform(X)
        assert np.array_equal(X, digits[0].reshape(-1, 784))

    def test_goes_before_a_classifier(self, line, digits):
        X, y = digits[0].reshape(-1, 784), digits[1]
        pipeline = make_pipeline(line.make(), KNeighborsClassifier(1)).fit(X[:150], y[:150])
        assert pipeline.score(X[:150], y[:150]) == 1.0

    def test_keeps_or_helps_what_tells_digits_apart_as_when_it_was_written(self, line, train_digits):
        X, y = train_digits[0].reshape(-1, 784), train_digits[1]
        pipeline = make_pipeline(line.make(), KNeighborsClassifier(1)).fit(X[:2000], y[:2000])
        assert pipeline.score(X[2000:], y[2000:]) == pytest.approx(ACCURACY[line.name], abs=0.01)


@PICTURES
class TestEveryStepOnPictures:
    def test_square_digits_are_the_same_as_flat_ones(self, line, digits):
        flat = line.make().fit_transform(digits[0].reshape(-1, 784))
        assert np.array_equal(line.make().fit_transform(digits[0]), flat)

    def test_changes_each_digit_by_itself(self, line, digits):
        step = line.make().fit(digits[0])
        assert np.array_equal(step.transform(digits[0][7:9]), step.transform(digits[0])[7:9])

    def test_goes_after_any_other_and_before_a_feature(self, line, digits):
        for other in PREPROCESSING.values():
            if other.takes_pictures:
                pipeline = make_pipeline(other.make(), line.make(), preprocess("resize"), feature("gradient"))
                assert len(pipeline.fit_transform(digits[0][:5])) == 5

    def test_takes_pictures_of_other_sizes(self, line):
        small = np.zeros((2, 8, 8), np.uint8)
        small[0, 2:6, 3] = 200
        assert line.make().fit_transform(small).any(axis=1).tolist() == [True, False]

    def test_no_digit_at_all_is_none(self, line, digits):
        with pytest.raises(ValueError, match="0 sample"):
            line.make().fit(digits[0]).transform(np.empty((0, 784), np.uint8))

    @pytest.mark.parametrize(
        ("X", "message"),
        [
            (np.zeros((2, 7), np.uint8), "7 pixels make no square"),
            (np.full((2, 9), -1), "whole numbers from 0 to 255"),
            (np.full((2, 9), 0.5), "whole numbers from 0 to 255"),
            (np.full((2, 9), np.nan), "NaN"),
        ],
    )
    def test_what_is_no_picture_is_refused(self, line, X, message):
        with pytest.raises(ValueError, match=message):
            line.make().fit(X)

    def test_another_size_than_it_was_fitted_to_is_refused(self, line, digits):
        with pytest.raises(ValueError, match="features"):
            line.make().fit(digits[0]).transform(np.zeros((2, 64), np.uint8))


class TestSteps:
    def test_scale_brings_gray_levels_to_one(self, digits):
        found = preprocess("scale").fit_transform(digits[0].reshape(-1, 784).astype(np.float32))
        assert (found.min(), found.max(), found.dtype) == (0, 1, np.float32)

    def test_standardize_and_unit_norm_and_minmax_do_as_they_say(self, digits):
        X = digits[0].reshape(-1, 784).astype(float)
        varied = X.std(axis=0) > 0
        standard = preprocess("standardize").fit_transform(X)[:, varied]
        np.testing.assert_allclose(standard.mean(axis=0), 0, atol=1e-9)
        np.testing.assert_allclose(standard.std(axis=0), 1, atol=1e-9)
        np.testing.assert_allclose(np.linalg.norm(preprocess("unit-norm").fit_transform(X), axis=1), 1)
        assert preprocess("minmax").fit_transform(X)[:, varied].max(axis=0).min() == pytest.approx(1)

    def test_deskew_takes_the_slant_away(self, digits):
        before = moments(digits[0]).slant
        after = moments(preprocess("deskew").fit_transform(digits[0]).reshape(-1, 28, 28)).slant
        assert np.abs(after).mean() < 0.1 * np.abs(before).mean()

    @pytest.mark.parametrize("by", ["mass", "box"])
    def test_centering_finds_a_moved_digit_again(self, digits, by):
        center = preprocess(f"center-{by}").fit(digits[0])
        for image in digits[0][:30]:
            small = np.zeros_like(image)
            small[9:19, 9:19] = image[::2, ::2][2:12, 2:12]
            there = center.transform(small[None])
            for down, right in ((0, 0), (-8, 5), (9, 9), (3, -9)):
                assert np.array_equal(center.transform(moved(small, down, right)[None]), there)

    def test_centering_puts_the_digit_into_the_middle(self, digits):
        by_mass = moments(preprocess("center-mass").fit_transform(digits[0]).reshape(-1, 28, 28))
        assert max(np.abs(by_mass.x - 13.5).max(), np.abs(by_mass.y - 13.5).max()) <= 0.51
        boxed = preprocess("center-box").fit_transform(digits[0]).reshape(-1, 28, 28)
        for image in boxed:
            rows, columns = np.nonzero(image)
            assert abs(rows.min() + rows.max() - 27) <= 1
            assert abs(columns.min() + columns.max() - 27) <= 1

    def test_blur_keeps_the_ink_and_lowers_the_peak(self, digits):
        blurred = preprocess("blur", sigma=1.5).fit_transform(digits[0])
        assert blurred.sum() == pytest.approx(digits[0].sum(dtype=float), rel=0.01)
        assert (blurred.max(axis=1) < digits[0].max(axis=(1, 2))).all()

    def test_binarize_leaves_ink_and_paper(self, digits):
        assert set(preprocess("binarize").fit_transform(digits[0]).ravel().tolist()) == {0, 255}
        fixed = preprocess("binarize", threshold=99).fit_transform(digits[0])
        assert np.array_equal(fixed > 0, digits[0].reshape(-1, 784) > 99)

    def test_resize_halves_by_areas(self, digits):
        half = preprocess("resize", side=14).fit_transform(digits[0]).reshape(-1, 14, 14)
        areas = digits[0].reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4))
        assert np.abs(half - areas).max() <= 0.5

    def test_normal_form_is_that_of_the_reader(self, digits):
        found = preprocess("normal-form").fit_transform(digits[0][:9]).reshape(-1, 28, 28)
        assert np.array_equal(found, [normalize(image) for image in digits[0][:9]])

    @pytest.mark.parametrize(
        ("name", "parameters"),
        [
            ("blur", {"sigma": 0}),
            ("binarize", {"threshold": 255}),
            ("resize", {"side": 0}),
            ("scale", {"top": 0}),
        ],
    )
    def test_parameters_that_make_no_sense_are_refused(self, digits, name, parameters):
        with pytest.raises(ValueError, match=next(iter(parameters))):
            preprocess(name, **parameters).fit(digits[0].reshape(-1, 784))

        with pytest.raises(ValueError, match="'mass' or 'box'"):
            Center("eye").fit(digits[0])

    def test_an_unknown_step_is_refused_with_the_most_similar_one(self):
        with pytest.raises(ValueError, match="did you mean standardize"):
            preprocess("standardise")
