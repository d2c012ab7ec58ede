"""The promises of non-digits: they are made of digits' strokes, and how near they are is measured."""

from __future__ import annotations

import numpy as np
import pytest

from inknn.features.augmentation import halves, pairs
from inknn.glyph.normal_form import in_normal_form
from inknn.recognizer.metric_learning import SEED, draw
from inknn.recognizer.non_digits import make_non_digits, non_digit_ratio
from inknn.recognizer.settings import Settings
from inknn.search import squared_distances


class TestMakeNonDigits:
    def test_are_pairs_of_drawn_digits_and_then_halves(self, train_digits):
        images, settings = train_digits[0][:300], Settings(n_non_digits=20)
        made = make_non_digits(images, settings)
        left, right, whole = (draw(300, 20, turn) for turn in (3, 4, 5))
        np.testing.assert_array_equal(made[:20], pairs(images[left], images[right], SEED))
        np.testing.assert_array_equal(made[20:], halves(images[whole], SEED))
        assert 20 < len(made) <= 40  # halves of ones are left out

    def test_are_at_most_one_pair_and_one_half_for_ten_digits(self, train_digits):
        assert 11 < len(make_non_digits(train_digits[0][:101], Settings())) <= 22
        assert len(make_non_digits(train_digits[0][:1], Settings())) <= 2

    def test_none_are_made_where_none_are_wanted(self, train_digits):
        assert make_non_digits(train_digits[0][:300], Settings(n_non_digits=0)).shape == (0, 28, 28)

    def test_are_in_normal_form_and_no_copies_of_digits(self, train_digits):
        images = train_digits[0][:300]
        made = make_non_digits(images, Settings())
        assert in_normal_form(made).mean() > 0.95
        known = {image.tobytes() for image in images}
        assert not any(each.tobytes() in known for each in made)

    def test_are_the_same_every_time(self, train_digits):
        made, again = (make_non_digits(train_digits[0][:200], Settings()) for _ in range(2))
        np.testing.assert_array_equal(made, again)


class TestRatio:
    def test_matches_a_plain_loop(self):
        rng = np.random.default_rng(8)
        queries, non_digits = (rng.normal(size=(n, 5)).astype(np.float32) for n in (7, 30))
        distances = rng.random(7) + 1
        found = non_digit_ratio(distances, queries, non_digits, Settings(n_neighbors=4))
        for row in range(7):
            away = sorted(np.sqrt(squared_distances(non_digits, queries[row])))
            assert found[row] == pytest.approx(distances[row] / np.mean(away[:4]), rel=1e-6)

    def test_is_zero_where_there_are_none(self):
        queries, none = np.ones((2, 3), np.float32), np.empty((0, 3), np.float32)
        assert non_digit_ratio(np.ones(2), queries, none, Settings()).tolist() == [0, 0]

    def test_takes_those_there_are_and_is_finite_at_a_non_digit_itself(self):
        queries = np.ones((1, 3), np.float32)
        found = non_digit_ratio(np.ones(1), queries, queries, Settings(n_neighbors=5))
        assert np.isfinite(found).all()
        assert found[0] > 1e6
