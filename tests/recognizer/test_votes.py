"""The promises of the vote: near neighbors count more, and confidence means what it says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inknn.recognizer.calibration import Calibration
from inknn.recognizer.verdict import Rules
from inknn.recognizer.votes import Votes, local_mean_distances, reaches, vote


def votes_of(distances, labels, **settings):
    return vote(np.array([distances], float), np.array([labels]), **settings)


def made_votes(labels, margins, distances=None, n_labels=10, split=False):
    labels = np.asarray(labels)
    shares = np.zeros((len(labels), n_labels))
    shares[np.arange(len(labels)), labels] = 1
    distances = np.ones(len(labels)) if distances is None else np.asarray(distances, float)
    return Votes(labels, shares, np.asarray(margins, float), np.full(len(labels), split), distances)


# --- the vote ---


def test_a_near_neighbor_outvotes_two_far_ones():
    votes = votes_of([1, 2, 2], [4, 9, 9])
    assert votes.labels.tolist() == [4]
    np.testing.assert_allclose(votes.shares[0, [4, 9]], [16 / 18, 2 / 18])


def test_two_neighbors_outvote_one_that_is_hardly_nearer():
    votes = votes_of([1, 1.1, 1.1], [4, 9, 9])
    assert votes.labels.tolist() == [9]
    assert votes.margins[0] < 0


def test_of_equal_shares_the_label_of_the_nearest_wins():
    assert votes_of([2, 2], [7, 3]).labels.tolist() == [7]
    assert votes_of([2, 2], [3, 7]).labels.tolist() == [3]


def test_a_neighbor_at_distance_zero_decides_alone():
    votes = votes_of([0, 1e-9, 1e-9, 1e-9], [5, 6, 6, 6])
    assert votes.labels.tolist() == [5]
    assert votes.shares[0, 5] == 1


def test_margin_compares_the_winner_with_the_nearest_other_label():
    votes = votes_of([1, 1.5, 3], [4, 4, 9])
    assert votes.margins[0] == pytest.approx((3 - 1) / (3 + 1))


def test_distance_is_the_mean_of_those_who_vote():
    assert votes_of([1, 1.5, 3, 99], [4, 4, 9, 9], n_neighbors=3).distances[0] == pytest.approx(5.5 / 3)


def test_a_vote_is_split_where_voters_disagree_not_where_witnesses_do():
    assert votes_of([1, 2, 3], [4, 4, 9]).split.tolist() == [True]
    assert votes_of([1, 2, 3], [4, 4, 9], n_neighbors=2).split.tolist() == [False]


def test_margin_is_one_exactly_where_all_agree():
    assert votes_of([1, 1, 2], [4, 4, 4]).margins[0] == 1
    assert votes_of([0, 5], [4, 9]).margins[0] == 1  # nothing is nearer than no distance at all
    assert votes_of([0, 0], [4, 9]).margins[0] == 0


def test_witnesses_beyond_the_voters_set_the_margin_but_have_no_vote():
    votes = votes_of([1, 1, 1.1, 1.1, 1.1], [4, 4, 9, 9, 9], n_neighbors=2)
    assert votes.labels.tolist() == [4]
    assert votes.shares[0, 9] == 0
    assert 0 < votes.margins[0] < 1


neighborhoods = st.integers(1, 9).flatmap(
    lambda k: st.tuples(
        st.lists(st.just(0.0) | st.floats(1e-6, 1e6), min_size=k, max_size=k).map(sorted),
        st.lists(st.integers(0, 9), min_size=k, max_size=k),
    )
)


@given(neighborhoods)
def test_shares_sum_to_one_and_the_winner_has_the_largest(neighborhood):
    votes = votes_of(*neighborhood)
    assert votes.shares.sum() == pytest.approx(1)
    assert votes.shares[0, votes.labels[0]] == votes.shares.max()
    assert votes.labels[0] in neighborhood[1]
    assert -1 <= votes.margins[0] <= 1


@given(neighborhoods, st.sampled_from([2.0**-20, 0.5, 1024.0]))
def test_the_unit_of_distance_does_not_matter(neighborhood, unit):
    distances, labels = neighborhood
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
        (np.ones((2, 3)), np.ones((2, 3), int), {"n_neighbors": 0}),
    ],
)
def test_nobody_to_vote_is_refused(distances, labels, settings):
    with pytest.raises(ValueError, match="must"):
        vote(distances, labels, **settings)


# --- the second look ---


def test_local_means_are_those_of_the_nearest_of_each_label():
    queries = np.array([[0, 0]], np.float32)
    neighbors = np.array([[[1, 0], [0, 2], [3, 0], [0, 9]]], np.float32)
    away = local_mean_distances(queries, neighbors, np.array([[4, 4, 7, 4]]), size=2)
    np.testing.assert_allclose(away[0, [4, 7]], [np.hypot(0.5, 1), 3])
    assert np.isinf(np.delete(away[0], [4, 7])).all()


def test_local_means_match_a_plain_loop():
    rng = np.random.default_rng(1)
    queries = rng.normal(size=(5, 3)).astype(np.float32)
    neighbors = rng.normal(size=(5, 30, 3)).astype(np.float32)
    labels = rng.integers(0, 4, (5, 30))
    away = local_mean_distances(queries, neighbors, labels, n_labels=4, size=6)
    for row in range(5):
        for label in range(4):
            mean = neighbors[row][labels[row] == label][:6].mean(axis=0)
            assert away[row, label] == pytest.approx(np.linalg.norm(queries[row] - mean), rel=1e-5)


def test_a_second_look_overrules_the_vote_in_its_rows_only():
    votes = vote(np.array([[1.0, 1.2], [1.0, 1.2]]), np.array([[4, 9], [4, 9]]))
    away = np.full((1, 10), np.inf)
    away[0, [4, 9]] = 2.0, 1.0
    looked = votes.reranked(np.array([1]), away)
    assert looked.labels.tolist() == [4, 9]
    np.testing.assert_array_equal(looked.shares[0], votes.shares[0])
    assert looked.margins[1] == pytest.approx(1 / 3)
    assert looked.shares[1].sum() == pytest.approx(1)
    assert looked.shares[1].argmax() == 9
    assert looked.shares[1, 9] / looked.shares[1, 4] == pytest.approx(2**16)
    assert votes.labels.tolist() == [4, 4]


def test_reach_completes_a_label_or_ends_with_its_last():
    distances, labels = np.array([[1.0, 2, 3, 4, 5]] * 3), np.array([[7, 8, 7, 7, 8]] * 3)
    assert reaches(distances, labels, np.array([7, 8, 9]), 2).tolist() == [3, 5, 0]
    assert reaches(distances, labels, np.array([7, 8, 9]), 9).tolist() == [4, 5, 0]


# --- calibration ---


def simulated(n, seed, split=False):
    """Answers that are right with probability (margin + 1) / 2, and unanimous ones that are with 0.98."""
    rng = np.random.default_rng(seed)
    margins = rng.uniform(0, 0.9, n)
    chance = (margins + 1) / 2
    if not split:
        margins[: n // 4], chance[: n // 4] = 1.0, 0.98
    truth = rng.integers(0, 10, n)
    labels = np.where(rng.random(n) < chance, truth, (truth + 1) % 10)
    return made_votes(labels, margins, rng.uniform(1, 3, n), split=split), truth, chance


def calibrated(votes, truth, reach=2.0, likeness=0.5):
    n = len(truth)
    return Calibration.fit(votes, np.full(n, reach), np.full(n, likeness), truth)


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


def test_credibility_is_the_part_of_digits_that_are_odder():
    votes, truth, _ = simulated(20_000, 0)
    asked = made_votes([3, 3, 3, 3, 3], np.ones(5), [0.5, 1.5, 2.0, 2.5, 9])
    credibility = calibrated(votes, truth).credibility(asked, np.full(5, 0.5))
    np.testing.assert_allclose(credibility, [1, 0.75, 0.5, 0.25, 0], atol=0.03)


def test_who_is_more_like_a_non_digit_is_less_credible():
    votes, truth, _ = simulated(20_000, 0)
    asked = made_votes([3, 3], np.ones(2), [2.0, 2.0])
    near, far = calibrated(votes, truth).credibility(asked, np.array([0.6, 0.4]))
    assert near < far


def test_farness_weighs_what_is_usual_for_the_label_and_for_all():
    labels = np.repeat([1, 7], 100)
    reach = np.where(labels == 1, 1.0, 4.0)  # the median of all is 2.5
    calibration = Calibration.fit(made_votes(labels, np.ones(200)), reach, np.ones(200), labels)
    farness = calibration.farness(made_votes([1, 7], np.ones(2), [3.0, 3.0]))
    np.testing.assert_allclose(farness, [3 / np.sqrt(2.5), 3 / np.sqrt(10)])


def test_a_label_hardly_seen_is_never_far():
    truth = np.array([1] * 100 + [2])
    calibration = calibrated(made_votes(truth, np.ones(101)), truth)
    asked = made_votes([2], [1.0], [1e9])
    assert calibration.farness(asked)[0] == 0
    assert calibration.credibility(asked, np.ones(1))[0] == 1


def test_nothing_to_learn_from_means_no_confidence_either_way():
    calibration = calibrated(made_votes(np.empty(0, int), []), np.empty(0, int))
    asked = made_votes([1, 2], [1.0, 0.2])
    np.testing.assert_allclose(calibration.confidence(asked), 0.5)
    np.testing.assert_allclose(calibration.credibility(asked, np.ones(2)), 1)


# --- verdict ---


def test_verdicts_follow_the_rules():
    rules = Rules(far=2.0, alike=0.9, unsure=0.8)
    confidence = np.array([0.99, 0.7, 0.99, 0.7, 0.99])
    verdicts = rules.verdicts(confidence, np.array([1, 1, 2.1, 2.1, 1]), np.array([0.5, 0.5, 0.5, 0.5, 0.95]))
    assert verdicts.tolist() == ["digit", "unsure", "not-a-digit", "not-a-digit", "not-a-digit"]
