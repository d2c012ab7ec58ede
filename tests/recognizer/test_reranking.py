"""The promises of re-ranking: both distances to labels are what a plain loop finds."""

from __future__ import annotations

import numpy as np
import pytest

from inknn.metrics import idm
from inknn.recognizer.reranking import blended, label_distortions, local_mean_distances, upright


class TestLocalMeans:
    def test_are_those_of_the_nearest_of_each_label(self):
        queries = np.array([[0, 0]], np.float32)
        neighbors = np.array([[[1, 0], [0, 2], [3, 0], [0, 9]]], np.float32)
        away = local_mean_distances(queries, neighbors, np.array([[4, 4, 7, 4]]), size=2)
        np.testing.assert_allclose(away[0, [4, 7]], [np.hypot(0.5, 1), 3])
        assert np.isinf(np.delete(away[0], [4, 7])).all()

    def test_match_a_plain_loop(self):
        rng = np.random.default_rng(1)
        queries = rng.normal(size=(5, 3)).astype(np.float32)
        neighbors = rng.normal(size=(5, 30, 3)).astype(np.float32)
        labels = rng.integers(0, 4, (5, 30))
        away = local_mean_distances(queries, neighbors, labels, n_labels=4, size=6)
        for row in range(5):
            for label in range(4):
                mean = neighbors[row][labels[row] == label][:6].mean(axis=0)
                assert away[row, label] == pytest.approx(np.linalg.norm(queries[row] - mean), rel=1e-5)


def naive_label_distortions(pictures, references, rows, labels, n_labels, size):
    """One pair of digits after the other."""
    result = np.empty((len(pictures), n_labels))
    for i, picture in enumerate(pictures):
        found = np.array(
            [
                idm.distances(upright(picture[None]), upright(references[[row]]), root_of_strength=True)[0, 0]
                for row in rows[i]
            ]
        )
        for label in range(n_labels):
            mine = sorted(found[labels[i] == label])[:size]
            result[i, label] = np.mean(mine + [found.max()] * (size - len(mine)))
    return result


class TestLabelDistortions:
    def test_match_a_plain_loop(self, train_digits, test_digits):
        pictures, references = test_digits[0][:35], train_digits[0]  # more than one batch
        rows = np.random.default_rng(4).integers(0, 300, (35, 9))
        labels = train_digits[1][rows].astype(int)
        for size in (1, 3):
            found = label_distortions(pictures, references, rows, labels, size=size)
            expected = naive_label_distortions(pictures, references, rows, labels, 10, size)
            np.testing.assert_allclose(found, expected, rtol=1e-12)

    def test_a_label_without_references_is_as_far_as_the_farthest(self, train_digits):
        pictures, references = train_digits[0][:1], train_digits[0]
        rows, labels = np.array([[1, 2, 3]]), np.array([[0, 0, 1]])
        found = label_distortions(pictures, references, rows, labels, n_labels=3, size=1)
        assert found[0, 2] == max(found[0, 0], found[0, 1], found[0, 2])

    def test_a_digit_is_not_distorted_into_itself(self, train_digits):
        images = train_digits[0]
        found = label_distortions(
            images[:1], images, np.array([[0, 1]]), np.array([[0, 1]]), n_labels=2, size=1
        )
        assert found[0, 0] == 0 < found[0, 1]

    def test_only_references_in_the_rows_are_loaded(self, train_digits):
        loaded = []

        class Pictures:
            def __getitem__(self, rows):
                loaded.extend(rows.tolist())
                return train_digits[0][rows]

        label_distortions(train_digits[0][:2], Pictures(), np.array([[5, 9], [9, 7]]), np.zeros((2, 2), int))
        assert sorted(loaded) == [5, 7, 9]


class TestUpright:
    def test_slanted_digits_stand_upright(self):
        slanted = np.zeros((1, 28, 28), np.uint8)
        for row in range(4, 24):
            slanted[0, row, 20 - row // 2 : 22 - row // 2] = 255
        columns = upright(slanted)[0].argmax(axis=1)[6:22]
        assert np.ptp(columns) <= 1
        assert np.ptp(slanted[0].argmax(axis=1)[6:22]) >= 7

    def test_batches_do_not_matter(self, train_digits):
        images = train_digits[0][:1030]
        np.testing.assert_array_equal(upright(images)[1020:], upright(images[1020:]))


def test_blending_multiplies_and_a_label_out_of_the_question_stays_so():
    assert blended(np.array([[4.0, np.inf]]), np.array([[9.0, 1.0]])).tolist() == [[6.0, np.inf]]
