"""The promises of inknn.vote: near neighbours count more, and confidence means what it says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inknn.vote import Calibration, Rules, Votes, vote


def votes_of(distances, labels, **settings):
    return vote(np.array([distances], float), np.array([labels]), **settings)


def made_votes(labels, margins, distances=None, n_labels=10):
    labels = np.asarray(labels)
    shares = np.zeros((len(labels), n_labels))
    shares[np.arange(len(labels)), labels] = 1
    distances = np.ones(len(labels)) if distances is None else np.asarray(distances, float)
    return Votes(labels, shares, distances, np.asarray(margins, float))


# --- the vote ---


def test_a_near_neighbour_outvotes_two_far_ones():
    votes = votes_of([1, 3, 3], [4, 9, 9])
    assert votes.labels.tolist() == [4]
    np.testing.assert_allclose(votes.shares[0, [4, 9]], [3 / 5, 2 / 5])


def test_two_neighbours_outvote_one_that_is_hardly_nearer():
    votes = votes_of([1, 1.1, 1.1], [4, 9, 9])
    assert votes.labels.tolist() == [9]
    assert votes.margins[0] < 0


def test_of_equal_shares_the_label_of_the_nearest_wins():
    assert votes_of([2, 2], [7, 3]).labels.tolist() == [7]
    assert votes_of([2, 2], [3, 7]).labels.tolist() == [3]


def test_a_neighbour_at_distance_zero_decides_alone():
    votes = votes_of([0, 1e-9, 1e-9, 1e-9], [5, 6, 6, 6])
    assert votes.labels.tolist() == [5]
    assert votes.shares[0, 5] == 1


def test_margin_compares_the_winner_with_the_nearest_other_label():
    votes = votes_of([1, 1.5, 3], [4, 4, 9])
    assert votes.margins[0] == pytest.approx((3 - 1) / (3 + 1))
    assert votes.distances[0] == 1


def test_margin_is_one_exactly_where_all_agree():
    assert votes_of([1, 1, 2], [4, 4, 4]).margins[0] == 1
    assert votes_of([0, 5], [4, 9]).margins[0] == 1  # nothing is nearer than no distance at all
    assert votes_of([0, 0], [4, 9]).margins[0] == 0


def test_witnesses_beyond_the_voters_set_the_margin_but_have_no_vote():
    votes = votes_of([1, 1, 1.1, 1.1, 1.1], [4, 4, 9, 9, 9], n_voters=2)
    assert votes.labels.tolist() == [4]
    assert votes.shares[0, 9] == 0
    assert 0 < votes.margins[0] < 1


neighbourhoods = st.integers(1, 9).flatmap(
    lambda k: st.tuples(
        st.lists(st.floats(0, 1e6), min_size=k, max_size=k).map(sorted),
        st.lists(st.integers(0, 9), min_size=k, max_size=k),
    )
)


@given(neighbourhoods)
def test_shares_sum_to_one_and_the_winner_has_the_largest(neighbourhood):
    votes = votes_of(*neighbourhood)
    assert votes.shares.sum() == pytest.approx(1)
    assert votes.shares[0, votes.labels[0]] == votes.shares.max()
    assert votes.labels[0] in neighbourhood[1]
    assert -1 <= votes.margins[0] <= 1


@given(neighbourhoods, st.sampled_from([2.0**-20, 0.5, 1024.0]))
def test_the_unit_of_distance_does_not_matter(neighbourhood, unit):
    distances, labels = neighbourhood
    expected, votes = votes_of(distances, labels), votes_of(np.multiply(distances, unit), labels)
    np.testing.assert_allclose(votes.shares, expected.shares, atol=1e-12)
    np.testing.assert_allclose(votes.margins, expected.margins, atol=1e-12)


def test_no_digits_give_no_votes():
    votes = vote(np.empty((0, 3)), np.empty((0, 3), int))
    assert votes.shares.shape == (0, 10)


@pytest.mark.parametrize(
    ("distances", "labels", "settings"),
    [
        (np.ones((2, 3)), np.ones((2, 2), int), {}),
        (np.ones((2, 0)), np.ones((2, 0), int), {}),
        (np.ones((2, 3)), np.ones((2, 3), int), {"n_voters": 0}),
    ],
)
def test_nobody_to_vote_is_refused(distances, labels, settings):
    with pytest.raises(ValueError, match="must"):
        vote(distances, labels, **settings)


# --- calibration ---


def simulated(n, seed):
    """Answers that are right with probability (margin + 1) / 2, and unanimous ones that are with 0.98."""
    rng = np.random.default_rng(seed)
    margins = rng.uniform(0, 0.9, n)
    chance = (margins + 1) / 2
    margins[: n // 4], chance[: n // 4] = 1.0, 0.98
    truth = rng.integers(0, 10, n)
    labels = np.where(rng.random(n) < chance, truth, (truth + 1) % 10)
    return made_votes(labels, margins, rng.uniform(1, 3, n)), truth, chance


def test_confidence_is_the_chance_to_be_right():
    votes, truth, _ = simulated(20_000, 0)
    fresh, _, chance = simulated(2_000, 1)
    confidence = Calibration.fit(votes, truth).confidence(fresh)
    assert np.abs(confidence - chance).max() < 0.08
    assert abs(confidence.mean() - chance.mean()) < 0.01


def test_confidence_never_falls_as_the_margin_grows():
    votes, truth, _ = simulated(300, 2)
    margins = np.linspace(-1, 1, 200)
    confidence = Calibration.fit(votes, truth).confidence(made_votes(np.zeros(200, int), margins))
    assert (np.diff(confidence) >= 0).all()
    assert confidence.min() > 0
    assert confidence.max() < 1


def test_credibility_is_the_part_of_digits_that_lie_farther():
    votes, truth, _ = simulated(20_000, 0)
    calibration = Calibration.fit(votes, truth)
    asked = made_votes([3, 3, 3, 3, 3], np.ones(5), [0.5, 1.5, 2.0, 2.5, 9])
    np.testing.assert_allclose(calibration.credibility(asked), [1, 0.75, 0.5, 0.25, 0], atol=0.03)


def test_strangeness_is_one_for_a_typical_digit():
    votes, truth, _ = simulated(20_000, 0)
    asked = made_votes([3, 3], np.ones(2), [2.0, 6.0])
    np.testing.assert_allclose(Calibration.fit(votes, truth).strangeness(asked), [1, 3], rtol=0.03)


def test_a_label_hardly_seen_is_neither_strange_nor_incredible():
    calibration = Calibration.fit(made_votes([1] * 100 + [2], np.ones(101)), np.array([1] * 100 + [2]))
    asked = made_votes([2], [1.0], [1e9])
    assert calibration.strangeness(asked)[0] == 0
    assert calibration.credibility(asked)[0] == 1


def test_nothing_to_learn_from_means_no_confidence_either_way():
    calibration = Calibration.fit(made_votes(np.empty(0, int), []), np.empty(0, int))
    np.testing.assert_allclose(calibration.confidence(made_votes([1, 2], [1.0, 0.2])), 0.5)


# --- verdict ---


def test_verdicts_follow_the_rules():
    rules = Rules(strange=2.0, unsure=0.8)
    verdicts = rules.verdicts(np.array([0.99, 0.7, 0.99, 0.7]), np.array([1.0, 1.0, 2.1, 2.1]))
    assert verdicts.tolist() == ["digit", "unsure", "not-a-digit", "not-a-digit"]
