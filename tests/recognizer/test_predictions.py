"""The promises of predictions: labels, alternatives and neighbors in the user's own labels."""

from __future__ import annotations

import numpy as np
import pytest

from inknn.recognizer.predictions import Predictions


def coded():
    """Two digits among three labels, as codes."""
    return Predictions(
        np.arange(3),
        np.array([2, 0]),
        np.array([[0.25, 0.0, 0.75], [0.5, 0.5, 0.0]]),
        np.array([0.9, 0.5]),
        np.ones(2),
        np.array(["digit", "unsure"]),
        np.array([[7, 4], [1, 2]]),
        np.array([[2, 0], [0, 1]]),
        np.array([[0.5, 1.5], [1.0, 1.0]]),
    )


@pytest.fixture
def named():
    return coded().decoded(np.array(["ape", "bee", "cat"]))


def test_codes_become_what_they_stand_for(named):
    assert named.labels.tolist() == ["cat", "ape"]
    assert named.neighbor_labels.tolist() == [["cat", "ape"], ["ape", "bee"]]
    assert named.classes.tolist() == ["ape", "bee", "cat"]
    assert len(named) == 2


def test_alternatives_are_labels_with_votes_the_predicted_one_first(named):
    assert named.alternatives(0) == [("cat", 0.75), ("ape", 0.25)]
    assert named.alternatives(1) == [("ape", 0.5), ("bee", 0.5)]


def test_neighbors_come_nearest_first_and_no_more_than_asked_for(named):
    assert named.neighbors(0, 1) == [(7, "cat", 0.5)]
    assert named.neighbors(0, 9) == [(7, "cat", 0.5), (4, "ape", 1.5)]
    assert named.neighbors(1, 0) == []


def test_probabilities_do_not_depend_on_the_names(named):
    np.testing.assert_array_equal(named.probabilities(), coded().probabilities())


def test_the_predicted_label_has_its_confidence_and_no_label_is_impossible(named):
    probabilities = named.probabilities()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    np.testing.assert_array_equal(named.classes[probabilities.argmax(axis=1)], named.labels)
    assert probabilities[0, 2] == 0.9
    assert probabilities.min() > 0
    # Nine tenths of the rest by share, one tenth equally.
    assert probabilities[0, 0] == pytest.approx(0.1 * 0.95)


def test_one_label_is_certain():
    lone = Predictions(
        np.arange(1), np.zeros(1, int), np.ones((1, 1)), np.array([0.4]), np.ones(1), np.array(["digit"]),
        *(np.zeros((1, 1)) for _ in range(3)),
    )  # fmt: skip
    assert lone.probabilities().tolist() == [[1]]
