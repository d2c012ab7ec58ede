"""The promises of calibration: confidence and credibility mean what they say."""

from __future__ import annotations

import numpy as np
import pytest

from inknn.recognizer.calibration import Calibration, kth_same_class_distance
from inknn.recognizer.votes import Votes


def made_votes(labels, margins, distances=None, n_labels=10, split=False):
    labels = np.asarray(labels)
    shares = np.zeros((len(labels), n_labels))
    shares[np.arange(len(labels)), labels] = 1
    distances = np.ones(len(labels)) if distances is None else np.asarray(distances, float)
    return Votes(labels, shares, np.asarray(margins, float), np.full(len(labels), split), distances)


def simulated(n, seed, split=False):
    """Predictions that are right with probability (margin + 1) / 2, and unanimous ones that are with 0.98."""
    rng = np.random.default_rng(seed)
    margins = rng.uniform(0, 0.9, n)
    chance = (margins + 1) / 2
    if not split:
        margins[: n // 4], chance[: n // 4] = 1.0, 0.98
    truth = rng.integers(0, 10, n)
    labels = np.where(rng.random(n) < chance, truth, (truth + 1) % 10)
    return made_votes(labels, margins, rng.uniform(1, 3, n), split=split), truth, chance


def calibrated(votes, truth, same_class_distance=2.0, non_digit_ratio=0.5):
    n = len(truth)
    return Calibration.fit(votes, np.full(n, same_class_distance), np.full(n, non_digit_ratio), truth)


@pytest.mark.parametrize("split", [True, False])
def test_confidence_is_the_chance_to_be_right(split):
    votes, truth, _ = simulated(20_000, 0, split)
    fresh, _, chance = simulated(2_000, 1, split)
    confidence = calibrated(votes, truth).confidence(fresh)
    assert np.abs(confidence - chance).max() < 0.08
    assert abs(confidence.mean() - chance.mean()) < 0.01


def test_split_votes_have_a_confidence_of_their_own():
    right, wrong = made_votes([1] * 200, [0.1] * 200), made_votes([1] * 200, [0.1] * 200, split=True)
    votes = Votes(*(np.concatenate(pair) for pair in zip(parts(right), parts(wrong), strict=True)))
    truth = np.array([1] * 200 + [2] * 200)
    calibration = calibrated(votes, truth)
    assert calibration.confidence(right)[0] > 0.95
    assert calibration.confidence(wrong)[0] < 0.05


def parts(votes):
    return votes.labels, votes.shares, votes.margins, votes.split, votes.distances


def test_confidence_never_falls_as_the_margin_grows():
    votes, truth, _ = simulated(300, 2)
    margins = np.linspace(-1, 1, 200)
    confidence = calibrated(votes, truth).confidence(made_votes(np.zeros(200, int), margins))
    assert (np.diff(confidence) >= 0).all()
    assert confidence.min() > 0
    assert confidence.max() < 1


def test_credibility_is_the_share_of_digits_that_conform_less():
    votes, truth, _ = simulated(20_000, 0)
    queries = made_votes([3, 3, 3, 3, 3], np.ones(5), [0.5, 1.5, 2.0, 2.5, 9])
    credibility = calibrated(votes, truth).credibility(queries, np.full(5, 0.5))
    np.testing.assert_allclose(credibility, [1, 0.75, 0.5, 0.25, 0], atol=0.03)


def test_a_digit_nearer_to_non_digits_is_less_credible():
    votes, truth, _ = simulated(20_000, 0)
    queries = made_votes([3, 3], np.ones(2), [2.0, 2.0])
    near, far = calibrated(votes, truth).credibility(queries, np.array([0.6, 0.4]))
    assert near < far


def test_normalized_distance_weighs_what_is_usual_for_the_label_and_for_all():
    labels = np.repeat([1, 7], 100)
    distances = np.where(labels == 1, 1.0, 4.0)  # the median of all is 2.5
    calibration = Calibration.fit(made_votes(labels, np.ones(200)), distances, np.ones(200), labels)
    normalized = calibration.normalized_distance(made_votes([1, 7], np.ones(2), [3.0, 3.0]))
    np.testing.assert_allclose(normalized, [3 / np.sqrt(2.5), 3 / np.sqrt(10)])


def test_a_label_hardly_seen_is_never_far():
    truth = np.array([1] * 100 + [2])
    calibration = calibrated(made_votes(truth, np.ones(101)), truth)
    queries = made_votes([2], [1.0], [1e9])
    assert calibration.normalized_distance(queries)[0] == 0
    assert calibration.credibility(queries, np.ones(1))[0] == 1


def test_nothing_to_learn_from_means_no_confidence_either_way():
    calibration = calibrated(made_votes(np.empty(0, int), []), np.empty(0, int))
    queries = made_votes([1, 2], [1.0, 0.2])
    np.testing.assert_allclose(calibration.confidence(queries), 0.5)
    np.testing.assert_allclose(calibration.credibility(queries, np.ones(2)), 1)


class TestKthSameClassDistance:
    def test_is_that_of_the_kth_of_a_label_or_of_its_last(self):
        distances, labels = np.array([[1.0, 2, 3, 4, 5]] * 3), np.array([[7, 8, 7, 7, 8]] * 3)
        assert kth_same_class_distance(distances, labels, np.array([7, 8, 9]), 2).tolist() == [3, 5, 0]
        assert kth_same_class_distance(distances, labels, np.array([7, 8, 9]), 9).tolist() == [4, 5, 0]

    def test_is_found_by_counting(self):
        rng = np.random.default_rng(2)
        distances, labels = np.sort(rng.random((30, 12)), axis=1), rng.integers(0, 4, (30, 12))
        wanted = rng.integers(0, 4, 30)
        found = kth_same_class_distance(distances, labels, wanted, 3)
        for row in range(30):
            mine = [d for d, label in zip(distances[row], labels[row], strict=True) if label == wanted[row]]
            assert found[row] == (mine[:3][-1] if mine else 0)
