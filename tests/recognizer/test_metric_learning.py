"""The promises of metric learning: the projection is that of the definition, and not a matter of chance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from inknn.features import fit_projection
from inknn.features.augmentation import DEFORMATIONS, deform
from inknn.recognizer.description import describe
from inknn.recognizer.metric_learning import SEED, draw, learn_projection
from inknn.recognizer.settings import Settings
from inknn.search import brute_force

SETTINGS = Settings(n_components=24, n_deformed=30, n_anchors=60, n_impostors=2)


@pytest.fixture(scope="module")
def digits(train_digits):
    images, labels = train_digits[0][:400], train_digits[1][:400].astype(int)
    return images, describe(images, SETTINGS), labels


@pytest.fixture(scope="module")
def projection(digits):
    return learn_projection(*digits, SETTINGS)


def naive_projection(images, histograms, labels, settings):
    """The definition, digit by digit, with the search to learn from."""
    some = draw(len(images), settings.n_deformed, 1)
    invariances = [
        np.concatenate([describe(image[None], settings) for image in deform(images[some], kind, SEED)])
        - histograms[some]
        for kind in DEFORMATIONS
    ]
    plain = fit_projection(
        histograms,
        labels,
        n_components=settings.n_components,
        shrinkage=settings.shrinkage,
        length_normalization=settings.length_normalization,
        invariances=invariances,
    )
    vectors = plain.apply(histograms)
    differences = []
    for anchor in draw(len(images), settings.n_anchors, 2):
        others = np.flatnonzero(labels != labels[anchor])
        _, nearest = brute_force(vectors[[anchor]], vectors[others], settings.n_impostors)
        differences += [vectors[anchor] - vectors[others[impostor]] for impostor in nearest[0]]
    return plain.scaled_by(np.array(differences), settings.discriminant_scaling)


def squared_distances(vectors):
    return ((vectors[:, None] - vectors) ** 2).sum(axis=2)


class TestLearnProjection:
    def test_is_that_of_the_definition(self, digits, projection):
        # Distances, not coordinates: directions may be mirrored or turned within the space.
        naive = naive_projection(*digits, SETTINGS).apply(digits[1][:60])
        found = squared_distances(projection.apply(digits[1][:60]))
        np.testing.assert_allclose(found, squared_distances(naive), rtol=1e-3, atol=1e-4)

    def test_each_of_its_three_lessons_counts(self, digits, projection):
        images, histograms, labels = digits
        whole = squared_distances(projection.apply(histograms[:60]))
        for without in ({"n_deformed": 0}, {"n_anchors": 0}, {"discriminant_scaling": 0.0}):
            settings = replace(SETTINGS, **without)
            other = learn_projection(images, histograms, labels, settings).apply(histograms[:60])
            assert not np.allclose(whole, squared_distances(other), rtol=1e-2)

    def test_brings_the_nearest_digits_of_one_label_together(self, digits, projection, test_digits):
        images, labels = test_digits[0][:300], test_digits[1][:300]
        vectors = projection.apply(describe(images, SETTINGS))
        _, near = brute_force(vectors, projection.apply(digits[1]), 1)
        learned = (digits[2][near[:, 0]] == labels).mean()
        _, near = brute_force(images.reshape(300, -1), digits[0].reshape(400, -1), 1)
        assert learned > (digits[2][near[:, 0]] == labels).mean() + 0.03

    def test_threads_do_not_matter(self, digits, projection):
        again = learn_projection(*digits, SETTINGS, n_threads=3)
        np.testing.assert_array_equal(again.components, projection.components)

    def test_one_label_has_no_impostors(self, digits):
        images, histograms, _ = digits
        projection = learn_projection(images[:50], histograms[:50], np.zeros(50, int), SETTINGS)
        assert np.isfinite(projection.components).all()

    def test_reports_how_far_it_is(self, digits):
        parts = []
        learn_projection(*digits, SETTINGS, report=parts.append)
        assert parts == sorted(parts)
        assert all(0 <= part <= 1 for part in parts)


class TestDraw:
    def test_draws_each_at_most_once_and_the_same_every_time(self):
        drawn = draw(100, 30)
        assert len(set(drawn.tolist())) == 30
        assert set(drawn.tolist()) <= set(range(100))
        np.testing.assert_array_equal(draw(100, 30), drawn)

    def test_draws_others_in_another_turn(self):
        assert draw(100, 30).tolist() != draw(100, 30, 1).tolist()

    def test_draws_no_more_than_there_are(self):
        assert sorted(draw(5, 30).tolist()) == [0, 1, 2, 3, 4]
