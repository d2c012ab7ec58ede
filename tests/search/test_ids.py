"""The promises of ids: each is given once, and what can't be removed changes nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inknn.search.ids import Ids


@given(st.integers(0, 9), st.lists(st.tuples(st.integers(0, 3), st.integers(0, 50))))
def test_ids_are_those_of_a_set_that_only_counts_up(n_first, changes):
    ids, expected, n_given = Ids(n_first), set(range(n_first)), n_first
    for n_new, pick in changes:
        assert ids.give(n_new).tolist() == list(range(n_given, n_given + n_new))
        expected |= set(range(n_given, n_given + n_new))
        n_given += n_new
        if expected:
            gone = sorted(expected)[pick % len(expected)]
            assert ids.remove(gone).tolist() == [gone]
            expected.remove(gone)
        assert ids.present().tolist() == sorted(expected)
        assert ids.removed().tolist() == sorted(set(range(n_given)) - expected)
        assert (len(ids), ids.n_given) == (len(expected), n_given)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([4], "no reference 4"),
        ([10], "no reference 10"),
        ([-1], "no reference -1"),
        ([1, 1], "twice"),
        ([2, 99], "no reference 99"),
        ([0.5], "whole numbers"),
        ([[1, 2]], "one after the other"),
    ],
)
def test_what_is_not_present_is_refused_and_nothing_removed(wrong, message):
    ids = Ids(10)
    ids.remove([4])
    with pytest.raises(IndexError, match=message):
        ids.remove(wrong)
    assert len(ids) == 9


def test_rows_of_all_ids_are_not_copied():
    ids, rows = Ids(4), np.arange(8).reshape(4, 2)
    assert ids.rows_of(rows) is rows
    ids.remove([1])
    assert ids.rows_of(rows).tolist() == [[0, 1], [4, 5], [6, 7]]
