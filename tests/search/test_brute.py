"""The promises of what defines the searches: the distance, brute force, and the comparison of results."""

from __future__ import annotations

import numpy as np
import pytest

from inknn.search import brute_force, squared_distances
from same_neighbors import assert_same_neighbors, rows, vectors


def test_comparator_accepts_the_right_answer():
    answer = brute_force(vectors(3, 5), vectors(9, 5, 1), 4)
    assert_same_neighbors(answer, tuple(part.copy() for part in answer))


@pytest.mark.parametrize("wrong", ["swapped", "one bit off", "fewer", "other type"])
def test_comparator_refuses_wrong_answers(wrong):
    distances, indices = brute_force(vectors(3, 5), vectors(9, 5, 1), 4)
    bad_distances, bad_indices = distances.copy(), indices.copy()
    if wrong == "swapped":
        bad_indices[1, [0, 1]] = bad_indices[1, [1, 0]]
    elif wrong == "one bit off":
        bad_distances[2, 3] = np.nextafter(bad_distances[2, 3], 0)
    elif wrong == "fewer":
        bad_distances, bad_indices = distances[:, :3], indices[:, :3]
    else:
        bad_indices = bad_indices.astype(np.int32)
    with pytest.raises(AssertionError):
        assert_same_neighbors((bad_distances, bad_indices), (distances, indices))


def test_distance_is_that_of_the_textbook():
    a, b = vectors(20, 37), vectors(20, 37, 1)
    expected = ((a.astype(np.float64) - b) ** 2).sum(axis=1)
    np.testing.assert_allclose(squared_distances(a, b), expected, rtol=1e-14)


def test_distance_of_bytes_is_exact():
    a, b = rows(20, 784), rows(20, 784, 1)
    expected = ((a.astype(np.int64) - b) ** 2).sum(axis=1)
    np.testing.assert_array_equal(squared_distances(a, b), expected)


def test_brute_force_finds_what_sorting_all_distances_finds():
    queries, references = rows(5, 20), rows(40, 20, 1)
    table = ((queries[:, None].astype(np.int64) - references) ** 2).sum(axis=2)
    order = np.lexsort((np.broadcast_to(np.arange(40), table.shape), table), axis=1)[:, :7]
    expected = np.sqrt(np.take_along_axis(table, order, axis=1))
    assert_same_neighbors(brute_force(queries, references, 7), (expected, order))
