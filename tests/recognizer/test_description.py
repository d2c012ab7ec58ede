"""The promises of the description: the features that the settings name, in batches."""

from __future__ import annotations

import numpy as np
import pytest

from inknn.features import gradient_histograms
from inknn.features.registry import DESCRIPTIONS
from inknn.recognizer import description
from inknn.recognizer.description import describe
from inknn.recognizer.settings import FEATURES, Settings


def test_learned_features_start_from_gradient_histograms(train_digits):
    settings = Settings()
    expected = gradient_histograms(train_digits[0][:20], settings.gradient)
    np.testing.assert_array_equal(describe(train_digits[0][:20], settings), expected)


@pytest.mark.parametrize("feature", [*DESCRIPTIONS])
def test_others_are_those_of_the_registry(train_digits, feature):
    found = describe(train_digits[0][:20], Settings(feature=feature))
    np.testing.assert_array_equal(found, DESCRIPTIONS[feature][0](train_digits[0][:20]))
    assert found.dtype == (np.uint8 if feature == "pixels" else np.float32)


@pytest.mark.parametrize("feature", FEATURES)
def test_batches_do_not_matter(train_digits, feature, monkeypatch):
    settings, images = Settings(feature=feature), train_digits[0][:50]
    whole = describe(images, settings)
    monkeypatch.setattr(description, "_BATCH", 7)
    np.testing.assert_array_equal(describe(images, settings), whole)


def test_no_digits_have_no_features():
    assert describe(np.empty((0, 28, 28), np.uint8), Settings(feature="pixels")).shape == (0, 784)
