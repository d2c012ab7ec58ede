"""The promises of the vote: near neighbors count for more, and equals are decided by the rule asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.neighbors import KNeighborsClassifier

from inknn.recognizer.votes import vote, vote_by_k


def votes_of(distances, labels, **settings):
    return vote(np.array([distances], float), np.array([labels]), **settings)


def naive_vote(distances, labels, n_labels, power, ties):
    """The winner and the shares of one vote, as one would count them by hand."""
    sums = [0.0] * n_labels
    for distance, label in zip(distances, labels, strict=True):
        sums[label] += 1.0 if distance == distances[0] else (distances[0] / distance) ** power
    shares = [each / sum(sums) for each in sums]
    order = labels if ties == "nearest" else range(n_labels)
    return max(order, key=lambda label: shares[label]), shares  # of equals, max takes the first


neighborhoods = st.integers(1, 9).flatmap(
    lambda k: st.tuples(
        st.lists(st.just(0.0) | st.floats(1e-6, 1e6), min_size=k, max_size=k).map(sorted),
        st.lists(st.integers(0, 9), min_size=k, max_size=k),
    )
)
few_distances = st.integers(1, 9).flatmap(  # many are equal, so that there are ties
    lambda k: st.tuples(
        st.lists(st.sampled_from([0.0, 1.0, 2.0, 4.0]), min_size=k, max_size=k).map(sorted),
        st.lists(st.integers(0, 3), min_size=k, max_size=k),
    )
)
ways = {"power": st.sampled_from([0, 1, 4]), "ties": st.sampled_from(["nearest", "lowest label"])}


class TestWinner:
    def test_a_near_neighbor_outvotes_two_far_ones(self):
        votes = votes_of([1, 2, 2], [4, 9, 9])
        assert votes.labels.tolist() == [4]
        np.testing.assert_allclose(votes.shares[0, [4, 9]], [16 / 18, 2 / 18])

    def test_two_neighbors_outvote_one_that_is_hardly_nearer(self):
        votes = votes_of([1, 1.1, 1.1], [4, 9, 9])
        assert votes.labels.tolist() == [9]
        assert votes.margins[0] < 0

    def test_of_equal_shares_the_label_of_the_nearest_wins(self):
        assert votes_of([2, 2], [7, 3]).labels.tolist() == [7]
        assert votes_of([2, 2], [3, 7]).labels.tolist() == [3]

    def test_or_the_lowest_label_where_that_is_the_rule(self):
        assert votes_of([2, 2], [7, 3], ties="lowest label").labels.tolist() == [3]
        assert votes_of([1, 9, 9], [7, 3, 5], power=0, ties="lowest label").labels.tolist() == [3]
        assert votes_of([1, 9, 9], [7, 3, 5], power=0).labels.tolist() == [7]

    def test_a_neighbor_at_distance_zero_decides_alone(self):
        votes = votes_of([0, 1e-9, 1e-9, 1e-9], [5, 6, 6, 6])
        assert votes.labels.tolist() == [5]
        assert votes.shares[0, 5] == 1

    def test_several_at_distance_zero_have_a_vote_each(self):
        votes = votes_of([0, 0, 0, 1], [5, 6, 6, 5], power=1)
        assert votes.labels.tolist() == [6]
        np.testing.assert_allclose(votes.shares[0, [5, 6]], [1 / 3, 2 / 3])

    @given(few_distances | neighborhoods, ways["power"], ways["ties"])
    def test_is_the_one_counted_by_hand(self, neighborhood, power, ties):
        distances, labels = neighborhood
        winner, shares = naive_vote(distances, labels, 10, power, ties)
        votes = votes_of(distances, labels, power=power, ties=ties)
        np.testing.assert_allclose(votes.shares[0], shares, atol=1e-12)
        assert votes.shares[0, votes.labels[0]] == votes.shares.max()
        clear = np.partition(shares, -2)[-2] < (1 - 1e-12) * max(shares)
        if clear or set(distances) <= {0.0, 1.0, 2.0, 4.0}:  # these are equal in any arithmetic
            assert votes.labels[0] == winner

    @pytest.mark.parametrize("weights", ["uniform", "distance"])
    def test_is_that_of_scikit_learn(self, weights):
        rng = np.random.default_rng(3)
        points, labels = rng.integers(0, 6, (200, 2)).astype(float), rng.integers(0, 4, 200)
        queries = rng.integers(0, 6, (100, 2)).astype(float) + 0.25
        theirs = KNeighborsClassifier(7, weights=weights, algorithm="brute").fit(points, labels)
        distances, indices = theirs.kneighbors(queries)
        power = {"uniform": 0, "distance": 1}[weights]
        votes = vote(distances, labels[indices], n_labels=4, power=power, ties="lowest label")
        np.testing.assert_allclose(votes.shares, theirs.predict_proba(queries), atol=1e-12)
        if weights == "uniform":  # whole numbers of votes: equals are equal in any arithmetic
            np.testing.assert_array_equal(votes.labels, theirs.predict(queries))


class TestWeights:
    def test_replace_those_by_distance(self):
        votes = vote(np.array([[1.0, 2.0, 3.0]]), np.array([[4, 9, 9]]), weights=np.array([[1.0, 1.0, 0.5]]))
        assert votes.labels.tolist() == [9]
        np.testing.assert_allclose(votes.shares[0, [4, 9]], [0.4, 0.6])

    def test_where_they_are_all_zero_every_label_has_the_same_share(self):
        votes = votes_of([1, 2], [3, 3], weights=np.zeros((1, 2)), n_labels=4, ties="lowest label")
        assert votes.shares.tolist() == [[0.25] * 4]
        assert votes.labels.tolist() == [0]
        assert votes.margins.tolist() == [-1]


class TestMargin:
    def test_compares_the_winner_with_the_nearest_other_label(self):
        votes = votes_of([1, 1.5, 3], [4, 4, 9])
        assert votes.margins[0] == pytest.approx((3 - 1) / (3 + 1))

    def test_is_one_exactly_where_all_agree(self):
        assert votes_of([1, 1, 2], [4, 4, 4]).margins[0] == 1
        assert votes_of([0, 5], [4, 9]).margins[0] == 1  # nothing is nearer than no distance at all
        assert votes_of([0, 0], [4, 9]).margins[0] == 0

    def test_is_set_by_neighbors_that_do_not_vote_too(self):
        votes = votes_of([1, 1, 1.1, 1.1, 1.1], [4, 4, 9, 9, 9], n_neighbors=2)
        assert votes.labels.tolist() == [4]
        assert votes.shares[0, 9] == 0
        assert 0 < votes.margins[0] < 1


def test_distance_is_the_mean_of_the_neighbors_that_vote():
    assert votes_of([1, 1.5, 3, 99], [4, 4, 9, 9], n_neighbors=3).distances[0] == pytest.approx(5.5 / 3)


def test_a_vote_is_split_where_neighbors_that_vote_disagree_and_not_where_the_others_do():
    assert votes_of([1, 2, 3], [4, 4, 9]).split.tolist() == [True]
    assert votes_of([1, 2, 3], [4, 4, 9], n_neighbors=2).split.tolist() == [False]


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


class TestEveryK:
    @given(few_distances | neighborhoods, ways["power"], ways["ties"])
    def test_the_winners_are_those_of_a_vote_for_each_k(self, neighborhood, power, ties):
        distances, labels = (np.array([each]) for each in neighborhood)
        winners = vote_by_k(distances, labels, power=power, ties=ties)
        expected = [
            vote(distances, labels, n_neighbors=k, power=power, ties=ties).labels[0]
            for k in range(1, len(neighborhood[0]) + 1)
        ]
        assert winners.tolist() == [expected]

    def test_rows_do_not_mix(self):
        rng = np.random.default_rng(5)
        distances, labels = np.sort(rng.random((40, 9)), axis=1), rng.integers(0, 3, (40, 9))
        together = vote_by_k(distances, labels, n_labels=3, power=1)
        alone = [
            vote_by_k(distances[i : i + 1], labels[i : i + 1], n_labels=3, power=1)[0] for i in range(40)
        ]
        np.testing.assert_array_equal(together, alone)


class TestNothing:
    def test_no_digits_give_no_votes(self):
        assert vote(np.empty((0, 3)), np.empty((0, 3), int)).shares.shape == (0, 10)
        assert vote_by_k(np.empty((0, 3)), np.empty((0, 3), int)).shape == (0, 3)

    @pytest.mark.parametrize(
        ("distances", "labels", "settings"),
        [
            (np.ones((2, 3)), np.ones((2, 2), int), {}),
            (np.ones((2, 0)), np.ones((2, 0), int), {}),
            (np.ones((2, 3)), np.ones((2, 3), int), {"n_neighbors": 0}),
        ],
    )
    def test_no_neighbors_to_vote_are_refused(self, distances, labels, settings):
        with pytest.raises(ValueError, match="must"):
            vote(distances, labels, **settings)
        if not settings:
            with pytest.raises(ValueError, match="must"):
                vote_by_k(distances, labels)


def test_reranking_overrules_the_vote_in_its_rows_only():
    votes = vote(np.array([[1.0, 1.2], [1.0, 1.2]]), np.array([[4, 9], [4, 9]]))
    away = np.full((1, 10), np.inf)
    away[0, [4, 9]] = 2.0, 1.0
    reranked = votes.reranked(np.array([1]), away)
    assert reranked.labels.tolist() == [4, 9]
    np.testing.assert_array_equal(reranked.shares[0], votes.shares[0])
    assert reranked.margins[1] == pytest.approx(1 / 3)
    assert reranked.shares[1].sum() == pytest.approx(1)
    assert reranked.shares[1].argmax() == 9
    assert reranked.shares[1, 9] / reranked.shares[1, 4] == pytest.approx(2**16)
    assert votes.labels.tolist() == [4, 4]


def test_reranking_with_one_label_is_certain():
    votes = vote(np.ones((1, 2)), np.zeros((1, 2), int), n_labels=1)
    reranked = votes.reranked(np.array([0]), np.array([[3.0]]))
    assert (reranked.labels.tolist(), reranked.margins.tolist()) == ([0], [1])
