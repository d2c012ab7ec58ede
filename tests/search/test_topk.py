"""The promises of the top-k primitives: the k nearest by (distance, index), however they were divided."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from inknn.search.topk import NO_INDEX, merge, no_neighbors, smallest, without_itself
from same_neighbors import AWKWARD, assert_same_neighbors


def naive_merge(parts, k):
    """Every neighbor of a query as a pair, sorted; what is no number counts as the largest."""
    result = []
    for lists in zip(*(zip(*part, strict=True) for part in parts), strict=True):
        pairs = [
            (np.isnan(d), d, i)
            for distances, indices in lists
            for d, i in zip(distances, indices, strict=True)
        ]
        result.append(sorted(pairs, key=lambda pair: (pair[0], 0 if pair[0] else pair[1], pair[2]))[:k])
    distances = np.array([[pair[1] for pair in row] for row in result], np.float64).reshape(len(result), k)
    indices = np.array([[pair[2] for pair in row] for row in result], np.int64).reshape(len(result), k)
    return distances, indices


def divided(table, n_parts, seed=0):
    """A table of distances as lists of neighbors: its columns, shuffled and dealt out."""
    order = np.random.default_rng(seed).permutation(table.shape[1])
    groups = np.array_split(order, n_parts)
    return [(table[:, group], np.tile(group, (len(table), 1))) for group in groups]


def tied(n_queries, n, seed=0):
    """Distances most of which occur several times."""
    return np.random.default_rng(seed).integers(0, max(2, n // 4), (n_queries, n)).astype(np.float64)


@pytest.mark.parametrize("n", AWKWARD)
def test_merging_parts_gives_the_naive_result(n):
    for n_queries in (0, 1, 5):
        table = tied(n_queries, n, n)
        for n_parts in {1, min(2, n), n}:
            for k in {1, (n + 1) // 2, n}:
                parts = divided(table, n_parts)
                if n_queries:
                    assert_same_neighbors(merge(parts, k), naive_merge(parts, k))
                else:
                    assert merge(parts, k)[0].shape == merge(parts, k)[1].shape == (0, k)


@pytest.mark.parametrize("n", AWKWARD)
def test_the_smallest_of_a_table_are_those_of_a_merge(n):
    table = tied(4, n, n)
    everything = (table, np.tile(np.arange(n), (4, 1)))
    for k in {1, (n + 1) // 2, n}:
        assert_same_neighbors(smallest(table, k), naive_merge([everything], k))


special = st.sampled_from([0.0, 1.0, 1.0 + 2**-52, 5e-324, np.inf, np.nan])


@given(
    st.tuples(st.integers(1, 4), st.integers(1, 9)).flatmap(
        lambda shape: st.tuples(
            arrays.arrays(np.float64, shape, elements=special),
            st.integers(1, shape[1]),
            st.integers(1, shape[1]),
        )
    )
)
def test_any_table_full_of_ties(case):
    table, k, n_parts = case
    parts = divided(table, n_parts, seed=k)
    expected = naive_merge(parts, k)
    assert_same_neighbors(merge(parts, k), expected)
    assert_same_neighbors(smallest(table, k), expected)


@given(st.integers(1, 6), st.integers(1, 6))
def test_how_references_are_divided_does_not_matter(n_parts, seed):
    table = tied(3, 24, seed)
    assert_same_neighbors(merge(divided(table, n_parts, seed), 7), smallest(table, 7))


def test_missing_neighbors_come_last():
    distances, indices = merge([no_neighbors(1, 2), (np.array([[np.inf, 3.0]]), np.array([[8, 4]]))], 4)
    assert distances.tolist() == [[3.0, np.inf, np.inf, np.inf]]
    assert indices.tolist() == [[4, 8, NO_INDEX, NO_INDEX]]


def test_merging_does_not_change_its_parts():
    parts = divided(tied(3, 10), 2)
    before = [(distances.copy(), indices.copy()) for distances, indices in parts]
    merge(parts, 4)
    for part, copies in zip(parts, before, strict=True):
        assert_same_neighbors(part, copies)


def test_the_naive_result_would_show_a_wrong_order():
    """The comparison can fail: a merge that forgets the index gives another result."""
    parts = [(np.array([[1.0, 1.0]]), np.array([[7, 3]]))]
    assert naive_merge(parts, 2)[1].tolist() == [[3, 7]]
    with pytest.raises(AssertionError):
        assert_same_neighbors(parts[0], naive_merge(parts, 2))


class TestWithoutItself:
    def naive(self, distances, indices, own):
        kept = []
        for row, me in enumerate(own):
            places = [place for place, index in enumerate(indices[row]) if index != me]
            kept.append(places[: indices.shape[1] - 1])
        return np.take_along_axis(distances, np.array(kept), 1), np.take_along_axis(
            indices, np.array(kept), 1
        )

    @pytest.mark.parametrize("k", [2, 3, 8, 17])
    def test_each_reference_is_left_out_of_its_own_neighbors(self, k):
        # Distances with ties: a reference may come anywhere among its equals, or behind the last of them.
        points = np.random.default_rng(k).integers(0, 4, 30).astype(np.float64)
        distances, indices = smallest(np.abs(points[:, None] - points), k)
        own = np.arange(30)
        result = without_itself(distances, indices, own)
        assert_same_neighbors(result, self.naive(distances, indices, own))
        assert (result[1] != own[:, None]).all()

    def test_among_its_copies_the_last_is_left_out(self):
        distances, indices = np.zeros((1, 3)), np.array([[2, 5, 6]])
        assert without_itself(distances, indices, np.array([9]))[1].tolist() == [[2, 5]]
        assert without_itself(distances, indices, np.array([5]))[1].tolist() == [[2, 6]]

    def test_one_neighbor_leaves_none(self):
        distances, indices = without_itself(np.zeros((2, 1)), np.array([[0], [1]]), np.array([0, 1]))
        assert distances.shape == indices.shape == (2, 0)
