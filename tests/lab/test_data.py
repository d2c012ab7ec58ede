"""Digits held out are those of strangers: no group is on both sides where groups are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from inknn.datasets import LabeledDigits
from inknn.lab.data import find_groups, folds, groups_of, hold_out, sample, shares

LABELS = np.random.default_rng(0).integers(0, 3, 120)
WRITERS = tuple(f"writer {i // 8}" for i in range(120))  # 15, of 8 digits each


def on_both_sides(groups, known, held_out):
    return {groups[row] for row in known} & {groups[row] for row in held_out}


class TestFindGroups:
    labels = np.array([7, 7, 1, 1])

    @pytest.mark.parametrize(
        ("names", "expected"),
        [
            (("anna", "anna", "ben", "ben"), ("anna", "anna", "ben", "ben")),
            (("7/anna/1.png", "7/ben/1.png", "1/anna/2.png", "1/ben/2.png"), ("anna", "ben", "anna", "ben")),
            (("anna/7/1.png", "ben/7/1.png", "anna/1/2.png", "ben/1/2.png"), ("anna", "ben", "anna", "ben")),
            (("7/anna_1.png", "7/ben_1.png", "1/anna_2.png", "1/ben_2.png"), ("anna", "ben", "anna", "ben")),
            (("7\\anna-1.png", "7\\ben-1.png", "1\\anna-2.png", "1\\ben-2.png"), ("anna", "ben") * 2),
        ],
    )
    def test_writers_folders_and_prefixes_of_names_group_digits(self, names, expected):
        assert find_groups(names, self.labels) == expected
        digits = LabeledDigits("some", np.zeros((4, 1, 1), np.uint8), self.labels, names)
        assert groups_of(digits) == expected

    @pytest.mark.parametrize(
        "names",
        [
            None,
            (),
            ("7/1.png", "7/2.png", "1/1.png", "1/2.png"),  # folders that say the label only
            ("7_1.png", "7_2.png", "1_1.png", "1_2.png"),
            ("7", "7", "1", "1"),
            ("a.png", "b.png", "c.png", "d.png"),
            ("anna", "anna", "anna", "anna"),
        ],
    )
    def test_names_that_tell_no_groups_apart_make_none(self, names):
        assert find_groups(names, self.labels) is None


class TestFolds:
    def test_without_groups_they_are_scikit_learns_in_the_datas_order(self):
        found = folds(LABELS, None, 5)
        for part, expected in zip(found.parts, StratifiedKFold(5).split(LABELS, LABELS), strict=True):
            np.testing.assert_array_equal(part[0], expected[0])
            np.testing.assert_array_equal(part[1], expected[1])
        assert found.how == "in blocks of consecutive digits: the data doesn't say who wrote which"
        assert found.warning == ""

    def test_with_groups_none_is_divided(self):
        found = folds(LABELS, WRITERS, 5)
        expected = StratifiedGroupKFold(5).split(LABELS, LABELS, WRITERS)
        for (known, held_out), (_, theirs) in zip(found.parts, expected, strict=True):
            assert not on_both_sides(WRITERS, known, held_out)
            np.testing.assert_array_equal(held_out, theirs)
        assert found.how == "by group: none of the 15 groups is on both sides"
        assert found.warning == ""

    @pytest.mark.parametrize(
        ("labels", "groups"),
        [
            (LABELS, tuple("aab" * 40)),  # two groups for five folds
            (np.arange(120) % 6, tuple("abcdef" * 20)),  # no group has a label of another
        ],
    )
    def test_groups_that_cannot_be_kept_whole_are_divided_with_a_warning(self, labels, groups):
        found = folds(labels, groups, 5)
        for part, expected in zip(found.parts, StratifiedKFold(5).split(labels, labels), strict=True):
            np.testing.assert_array_equal(part[1], expected[1])
        assert found.how.startswith("in blocks of consecutive digits: ")
        assert "errors may be too low" in found.warning


class TestHoldOut:
    def test_without_groups_it_is_the_last_fifth_of_each_label(self):
        labels = np.repeat([3, 5, 8], [60, 30, 10])
        found = hold_out(labels, None)
        assert found.held_out.tolist() == [*range(48, 60), *range(84, 90), *range(98, 100)]
        assert found.how == "in blocks of consecutive digits: the data doesn't say who wrote which"

    @given(st.lists(st.integers(0, 4), min_size=2, max_size=60), st.booleans())
    @settings(max_examples=60)
    def test_every_digit_is_on_one_side(self, labels, grouped):
        labels = np.array(labels)
        groups = tuple(f"g{i // 4}" for i in range(len(labels))) if grouped else None
        found = hold_out(labels, groups)
        assert sorted([*found.known, *found.held_out]) == list(range(len(labels)))
        assert len(found.held_out)
        if found.how.startswith("by group"):
            assert not on_both_sides(groups, found.known, found.held_out)
            assert set(labels[found.held_out]) <= set(labels[found.known])
        else:
            assert len(found.held_out) == max(1, round(len(labels) / 5))

    def test_with_groups_it_is_about_a_fifth_of_the_digits_and_none_of_a_group_that_is_known(self):
        found = hold_out(LABELS, WRITERS)
        assert not on_both_sides(WRITERS, found.known, found.held_out)
        assert len(found.held_out) == 24
        assert "15 groups" in found.how

    def test_of_two_writers_one_is_held_out(self):
        groups = tuple("anna" if i < 80 else "ben" for i in range(120))
        assert hold_out(LABELS, groups).held_out.tolist() == list(range(80, 120))

    def test_a_label_that_only_one_writer_wrote_is_never_held_out_whole(self):
        labels = np.where(np.arange(120) < 8, 9, LABELS)
        assert 9 not in labels[hold_out(labels, WRITERS).held_out]


class TestSample:
    def test_every_label_has_its_share_and_no_digit_comes_twice(self):
        labels = np.repeat([3, 5, 8], [600, 300, 100])
        rows = sample(labels, 100)
        assert len(set(rows.tolist())) == 100
        assert np.bincount(labels[rows])[[3, 5, 8]].tolist() == [60, 30, 10]

    def test_shares_are_those_of_a_sample(self):
        assert shares(np.repeat([0, 1, 3], [600, 300, 100]), 100).tolist() == [60, 30, 0, 10]

    def test_the_same_seed_draws_the_same(self):
        labels = np.arange(50) % 4
        np.testing.assert_array_equal(sample(labels, 10), sample(labels, 10))
        assert (sample(labels, 10, 1) != sample(labels, 10)).any()

    def test_a_smaller_sample_is_part_of_a_larger_one(self):
        assert set(sample(LABELS, 20).tolist()) < set(sample(LABELS, 50).tolist())

    def test_more_than_there_are_is_all(self):
        assert sample(np.array([1, 1, 2]), 10).tolist() == [0, 1, 2]
