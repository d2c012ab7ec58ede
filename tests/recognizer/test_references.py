"""The promises of references: nearest neighbors, themselves left out, and a vote that doubt re-ranks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from inknn.metrics import METRICS
from inknn.recognizer.references import References, without_itself
from inknn.recognizer.reranking import blended, label_distortions, local_mean_distances
from inknn.recognizer.settings import Settings
from inknn.recognizer.votes import vote
from inknn.search import brute_force

SETTINGS = Settings(n_neighbors=12, n_reranking_neighbors=30, local_mean_size=4, n_distorted=2)


@pytest.fixture(scope="module")
def references(recognizer):
    return recognizer.references


@pytest.fixture(scope="module")
def queries(recognizer, test_digits):
    return recognizer.embed(test_digits[0][:500])


def naive_vote(references, queries, pictures, settings, own=None):
    """Labels and neighbors, one query after the other, with the search to learn from."""
    labels, neighbors = [], []
    for row, query in enumerate(queries):
        distances, indices = brute_force(query[None], references.vectors, len(references))
        others = indices[0] != (-1 if own is None else own[row])
        distances, indices = distances[:, others], indices[:, others]
        k, codes = settings.n_margin_neighbors, references.labels[indices]
        votes = vote(distances[:, :k], codes[:, :k], n_neighbors=settings.n_neighbors)
        neighbors.append(indices[0, :k])
        if not (votes.split[0] and distances[0, 0] > 0 and settings.n_reranking_neighbors):
            labels.append(votes.labels[0])
            continue
        near, theirs = (each[:, : settings.n_reranking_neighbors] for each in (indices, codes))
        away = local_mean_distances(
            query[None], references.vectors[near], theirs, size=settings.local_mean_size
        )
        if settings.n_distorted:
            distorted = label_distortions(
                pictures[[row]], references.pictures, near, theirs, size=settings.n_distorted
            )
            away = blended(away, distorted)
        labels.append(away.argmin())
    return np.array(labels), np.array(neighbors)


class TestVote:
    @pytest.mark.parametrize("changes", [{}, {"n_distorted": 0}, {"n_reranking_neighbors": 0}])
    def test_is_that_of_a_plain_loop(self, references, queries, test_digits, changes):
        settings = replace(SETTINGS, **changes)
        distances, indices, votes = references.vote(queries, test_digits[0][:500], settings)
        labels, neighbors = naive_vote(references, queries, test_digits[0][:500], settings)
        np.testing.assert_array_equal(votes.labels, labels)
        np.testing.assert_array_equal(indices, neighbors)
        assert 10 < votes.split.sum() < 100
        assert (np.diff(distances, axis=1) >= 0).all()

    def test_on_references_leaves_each_of_them_out(self, references):
        own = np.arange(0, 600, 3)
        queries, pictures = references.vectors[own], references.pictures[own]
        _, indices, votes = references.vote(queries, pictures, SETTINGS, own)
        labels, neighbors = naive_vote(references, queries, pictures, SETTINGS, own)
        np.testing.assert_array_equal(votes.labels, labels)
        np.testing.assert_array_equal(indices, neighbors)
        assert not (indices == own[:, None]).any()

    def test_batches_of_doubtful_digits_do_not_matter(self, references, queries, test_digits, monkeypatch):
        expected = references.vote(queries, test_digits[0][:500], SETTINGS)[2]
        monkeypatch.setattr("inknn.recognizer.references._RERANKING_BATCH", 3)
        votes = references.vote(queries, test_digits[0][:500], SETTINGS)[2]
        np.testing.assert_array_equal(votes.labels, expected.labels)
        np.testing.assert_allclose(votes.shares, expected.shares, rtol=1e-5)

    def test_nothing_overrules_a_copy(self):
        vectors = np.array([[0, 0], [1, 0], [1, 0.1], [1, -0.1], [0, 1]], np.float32)
        few = References.build(np.array([0, 1, 1, 1, 1]), vectors, "euclidean", n_labels=2)
        assert few.vote(vectors[:1], None, Settings(n_distorted=0))[2].labels.tolist() == [0]


class TestNeighbors:
    def test_are_as_many_as_there_are(self):
        vectors = np.arange(6, dtype=np.float32)[:, None]
        few = References.build(np.zeros(6, int), vectors, "euclidean", n_labels=1)
        assert few.neighbors(vectors, 99)[1].shape == (6, 6)
        assert few.neighbors(vectors, 99, np.arange(6))[1].shape == (6, 5)

    @pytest.mark.parametrize("metric", [name for name, each in METRICS.items() if not each.takes_digits])
    def test_are_those_of_the_metric(self, metric, train_digits):
        vectors = train_digits[0][:60].reshape(60, -1)
        some = References.build(train_digits[1][:60], vectors, metric, n_labels=10)
        _, indices = some.neighbors(vectors[:20], 1)
        assert (METRICS[metric].distances(vectors[:20], vectors[indices[:, 0]]).diagonal() <= 1e-6).all()


class TestWithoutItself:
    def test_the_reference_itself_goes(self):
        distances, indices = without_itself(
            np.array([[0.0, 1, 2], [0, 0, 3]]), np.array([[4, 7, 9], [2, 5, 8]]), np.array([4, 5])
        )
        assert indices.tolist() == [[7, 9], [2, 8]]
        assert distances.tolist() == [[1, 2], [0, 3]]

    def test_behind_copies_of_it_the_last_neighbor_goes(self):
        distances, indices = without_itself(np.zeros((1, 3)), np.array([[0, 1, 2]]), np.array([6]))
        assert indices.tolist() == [[0, 1]]
        assert distances.tolist() == [[0, 0]]

    def test_matches_a_plain_loop(self):
        rng = np.random.default_rng(6)
        indices = np.array([rng.permutation(9)[:5] for _ in range(50)])
        own = rng.integers(0, 9, 50)
        _, found = without_itself(np.zeros((50, 5)), indices, own)
        for row in range(50):
            others = [index for index in indices[row].tolist() if index != own[row]]
            assert found[row].tolist() == others[:4]
