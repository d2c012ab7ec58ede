"""A pipeline is what its words say, and learns from the digits it is fitted to alone."""

from __future__ import annotations

import numpy as np
import pytest

from inknn.datasets import LabeledDigits
from inknn.errors import ParameterError, UnknownNameError
from inknn.estimators.registry import feature
from inknn.lab.pipeline import STEPS, Pipeline, parse_metric


@pytest.fixture(scope="module")
def digits(train_digits):
    images, labels = train_digits
    return LabeledDigits("some", images[:400], labels[:400].astype(np.int64))


class TestPipeline:
    def test_pixels_stay_bytes_of_any_size(self):
        images = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
        rows = Pipeline("pixels").fit_transform(images, np.array([0, 1]))
        assert rows.dtype == np.uint8
        np.testing.assert_array_equal(rows, images.reshape(2, 12))

    @pytest.mark.parametrize(
        ("spec", "dimensions"),
        [
            ("deskew", 784),
            ("blur+standardize+pca:4", 4),
            ("pca:5", 5),
            ("gradient+pca:6", 6),
            ("learned:7", 7),
            ("zoning", 49),
        ],
    )
    def test_the_number_is_that_of_dimensions(self, digits, spec, dimensions):
        pipeline = Pipeline(spec)
        assert pipeline.fit_transform(digits.images, digits.labels).shape == (400, dimensions)
        assert pipeline.transform(digits.images[:3]).shape == (3, dimensions)

    def test_preprocessing_comes_before_features(self, digits):
        from inknn.estimators.preprocessing import preprocess

        upright = preprocess("deskew").fit_transform(digits.images)
        np.testing.assert_array_equal(
            Pipeline("deskew+zoning").fit_transform(digits.images, digits.labels),
            feature("zoning").fit_transform(upright),
        )

    def test_what_learns_from_the_digits_is_known(self):
        assert [name for name in STEPS if Pipeline(name).learns] == [
            *("pca", "whitening", "learned", "minmax", "standardize")
        ]

    @pytest.mark.parametrize(
        ("spec", "digits_out", "shape", "said"),
        [
            ("pixels", False, (8, 9), ""),
            ("gradient", False, (8, 8), "28×28"),
            ("resize+gradient", False, (8, 8), ""),
            ("resize", True, (8, 8), ""),
            ("blur", True, (8, 8), "28×28"),
            ("resize", True, (8, 9), "square"),
            ("gradient", False, (28, 28), ""),
        ],
    )
    def test_pictures_it_cannot_take_are_refused(self, spec, digits_out, shape, said):
        refusal = Pipeline(spec).refusal(shape, digits=digits_out)
        assert said in refusal
        assert bool(said) == bool(refusal)

    def test_the_learned_space_is_the_recognizers(self, digits):
        from inknn.recognizer import Recognizer

        recognizer = Recognizer.fit(digits.images, digits.labels)
        rows = Pipeline("learned").fit_transform(digits.images, digits.labels)
        np.testing.assert_array_equal(rows, recognizer.vectors)

    @pytest.mark.parametrize(
        ("spec", "said"),
        [
            ("pca+gradient", "can't follow pca"),
            ("pca:0", "whole number"),
            ("pca:x", "whole number"),
            ("gradient:5", "takes no number"),
        ],
    )
    def test_what_does_not_follow_is_refused(self, spec, said):
        with pytest.raises(ParameterError, match=said):
            Pipeline(spec)


class TestMetrics:
    def test_minkowskis_p_is_a_number_after_a_colon(self):
        assert parse_metric("minkowski:4") == ("minkowski", {"p": 4.0})
        assert parse_metric("minkowski") == ("minkowski", {"p": 3.0})
        assert parse_metric(" Cosine ") == ("cosine", {})

    @pytest.mark.parametrize("spec", ["cosine:2", "minkowski:0.5", "minkowski:x", "minkowski:nan"])
    def test_other_numbers_are_refused(self, spec):
        with pytest.raises(ParameterError, match="write"):
            parse_metric(spec)

    def test_unknown_names_offer_the_nearest(self):
        with pytest.raises(UnknownNameError, match="did you mean cosine"):
            parse_metric("cosin")
