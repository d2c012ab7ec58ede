"""The promises of the projection: components, within-class whitening, discriminant scaling, lengths."""

from __future__ import annotations

import numpy as np
import pytest

from inknn.features import fit_projection


def clouds(n=400, dims=12, seed=0):
    """Two classes whose means differ along the first axis; within them the second varies most."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 2
    vectors = rng.normal(size=(n, dims)) * np.linspace(0.5, 0.1, dims)
    vectors[:, 1] *= 20
    vectors[:, 0] += 3 * labels
    return vectors.astype(np.float32), labels


def test_without_shrinkage_the_classes_become_round():
    vectors, labels = clouds()
    projected = fit_projection(vectors, labels, n_components=12, shrinkage=0, length_normalization=0).apply(
        vectors
    )
    for label in (0, 1):
        projected[labels == label] -= projected[labels == label].mean(axis=0)
    np.testing.assert_allclose(projected.T @ projected / len(labels), np.eye(12), atol=1e-3)


def test_with_full_shrinkage_it_is_a_scaled_rotation():
    vectors, labels = clouds()
    projection = fit_projection(vectors, labels, n_components=12, shrinkage=1)
    gram = projection.components @ projection.components.T
    np.testing.assert_allclose(gram, gram[0, 0] * np.eye(12), atol=1e-4 * gram[0, 0])


def test_components_alone_match_the_textbook():
    vectors, labels = clouds()
    projection = fit_projection(vectors, labels, n_components=3, whiten=False, length_normalization=0)
    covariance = np.cov(vectors.astype(float), rowvar=False, bias=True)
    expected = np.linalg.eigvalsh(covariance)[::-1][:3]
    np.testing.assert_allclose(projection.apply(vectors).var(axis=0), expected, rtol=1e-4)


def test_whitening_brings_out_what_tells_classes_apart():
    vectors, labels = clouds()
    plain = fit_projection(vectors, labels, n_components=2, whiten=False, length_normalization=0).apply(
        vectors
    )
    white = fit_projection(vectors, labels, n_components=2, length_normalization=0).apply(vectors)

    def separation(points):
        between = np.linalg.norm(points[labels == 0].mean(axis=0) - points[labels == 1].mean(axis=0))
        return between / np.sqrt(points[labels == 0].var(axis=0).sum())

    assert separation(white) > 1.5 * separation(plain)


def test_length_normalization_takes_the_root_of_lengths_and_keeps_directions():
    vectors, labels = clouds()
    plain = fit_projection(vectors, labels, length_normalization=0).apply(vectors)
    evened = fit_projection(vectors, labels, length_normalization=0.5).apply(vectors)
    lengths = np.linalg.norm(plain, axis=1, keepdims=True)
    np.testing.assert_allclose(evened, plain / np.sqrt(lengths), rtol=1e-4, atol=1e-6)


def test_invariances_are_discounted():
    vectors, labels = clouds()
    invariance = np.zeros((50, 12), np.float32)
    invariance[:, 2] = 5

    def size(*invariances):
        projection = fit_projection(
            vectors, labels, n_components=12, invariances=invariances, length_normalization=0
        )
        return np.linalg.norm(invariance[0] @ projection.components)

    assert size(invariance) < 0.3 * size()


def test_discriminant_scaling_makes_large_differences_larger():
    vectors, labels = clouds()
    projection = fit_projection(vectors, labels, n_components=12, length_normalization=0)
    differences = np.array([[3.0] + [0] * 11, [0, 1.0] + [0] * 10], np.float32)
    scaled = projection.scaled_by(differences, 0.25)
    sizes = [np.linalg.norm(p.components[:, :2], axis=0) for p in (projection, scaled)]
    ratio = sizes[1] / sizes[0]
    assert ratio[0] / ratio[1] == pytest.approx(9**0.25, rel=1e-3)
    assert projection.scaled_by(differences[:0], 0.25) is projection


@pytest.mark.parametrize("n", [1, 2, 5])
def test_fewer_vectors_than_dimensions_will_do(n):
    vectors, labels = clouds(n, 40)
    projected = fit_projection(vectors, labels).apply(vectors)
    assert projected.shape[0] == n
    assert 1 <= projected.shape[1] <= n
    assert np.isfinite(projected).all()


def test_equal_vectors_will_do():
    vectors = np.ones((6, 5), np.float32)
    assert not fit_projection(vectors, np.zeros(6, int)).apply(vectors).any()


@pytest.mark.parametrize(
    "wrong", [{"n_components": 0}, {"shrinkage": -0.1}, {"shrinkage": 1.1}, {"labels": np.zeros(3, int)}]
)
def test_projection_settings_out_of_range_are_refused(wrong):
    vectors, labels = clouds(10)
    with pytest.raises(ValueError, match="must"):
        fit_projection(vectors, **{"labels": labels, **wrong})
