"""The promises of inknn.features and of deskewing."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from inknn._native import kernels
from inknn.estimators.transformers import GradientHistograms, WithinClassWhitening
from inknn.features import GradientSettings, Grid, as_images, fit_projection, gradient_histograms
from inknn.features.augmentation import DEFORMATIONS, deform, halves, pairs
from inknn.features.gradient import gradient_histograms_numpy
from inknn.glyph.deskew import deskew, moments


def slanted_bar(slant):
    """A bar two pixels wide that leans ``slant`` columns per row, about the image's center."""
    image = np.zeros((28, 28), np.uint8)
    for row in range(6, 22):
        column = 13.0 + slant * (row - 13.5)
        left = int(column)
        image[row, left : left + 3] = np.rint(
            255 * np.array([1 - (column - left), 1, column - left]) * [1, 1, 1]
        ).astype(np.uint8)
    return image


# --- deskew ---


@pytest.mark.parametrize("slant", [-0.5, -0.2, 0.0, 0.3, 0.6])
def test_slant_is_measured(slant):
    measured = moments(slanted_bar(slant)[None])
    assert measured.slant[0] == pytest.approx(slant, abs=0.01)


@pytest.mark.parametrize("slant", [-0.5, 0.4])
def test_a_leaning_bar_is_stood_upright_in_the_middle(slant):
    straight = deskew(slanted_bar(slant)[None], 32)
    again = moments(np.rint(straight).astype(np.uint8))
    assert again.slant[0] == pytest.approx(0, abs=0.02)
    assert again.x[0] == pytest.approx(15.5, abs=0.05)
    assert again.y[0] == pytest.approx(15.5, abs=0.05)


def test_evening_brings_the_width_to_the_aim(train_digits):
    images = train_digits[0][:200]
    images = images[moments(images).spread > 2.5]  # blending blurs thin strokes, and widens them a little

    def widths(evening):
        straight = deskew(images, 64, spread=6.0, evening=evening)
        return moments(np.rint(straight).astype(np.uint8)).spread

    before = moments(images).spread
    np.testing.assert_allclose(widths(1.0), 6, rtol=0.1)
    np.testing.assert_allclose(widths(0.5), np.sqrt(before * 6), rtol=0.1)
    np.testing.assert_allclose(widths(0.0), before, rtol=0.1)


def test_deskewing_neither_makes_nor_loses_ink(train_digits):
    images = train_digits[0][:200]
    np.testing.assert_allclose(
        deskew(images, 48).sum(axis=(1, 2)), images.sum(axis=(1, 2), dtype=float), rtol=1e-5
    )


def test_blank_and_one_pixel_images_are_no_exception():
    images = np.zeros((2, 28, 28), np.uint8)
    images[1, 27, 0] = 255
    straight = deskew(images, 32)
    assert not straight[0].any()
    assert straight[1].sum() == pytest.approx(255)


# --- gradient histograms ---

SETTINGS = [
    GradientSettings(),
    GradientSettings(side=28, bins=8, grids=(Grid(7, 4.0, 2.0),)),
    GradientSettings(side=33, bins=16, grids=(Grid(8, 4.0, 1.6), Grid(3, 8.0, 3.0))),
    GradientSettings(side=64, bins=1, grids=(Grid(1, 1.0, 9.0),)),
    GradientSettings(spread=3.0, evening=0.0, root_of_strength=False),
]


@pytest.mark.skipif(not kernels(), reason="installed without kernels")
@pytest.mark.parametrize("settings", SETTINGS)
def test_kernel_and_numpy_agree(settings, train_digits):
    images = train_digits[0][:300]
    np.testing.assert_allclose(
        gradient_histograms(images, settings), gradient_histograms_numpy(images, settings), atol=1e-5
    )


@pytest.mark.skipif(not kernels(), reason="installed without kernels")
def test_kernel_and_numpy_agree_on_noise_and_on_edges_of_the_frame():
    rng = np.random.default_rng(3)
    images = rng.integers(0, 256, (40, 28, 28), dtype=np.uint8)
    images[::2] *= rng.random((20, 28, 28)) < 0.02
    images[1] = 255
    # The root of 1e-9, which rounding may leave or not, is 3e-5.
    np.testing.assert_allclose(gradient_histograms(images), gradient_histograms_numpy(images), atol=1e-4)


def test_this_agreement_can_fail(train_digits):
    images = train_digits[0][:20]
    wrong = gradient_histograms_numpy(images, GradientSettings(grids=(Grid(8, 4.0, 1.61),)))
    assert np.abs(wrong - gradient_histograms(images)).max() > 1e-4


def test_each_grid_has_length_one_and_a_blank_image_none(train_digits):
    settings = SETTINGS[2]
    histograms = gradient_histograms(
        np.concatenate([train_digits[0][:9], np.zeros((1, 28, 28), np.uint8)]), settings
    )
    first = 16 * 64
    for part in (histograms[:9, :first], histograms[:9, first:]):
        np.testing.assert_allclose(np.linalg.norm(part, axis=1), 1, atol=1e-5)
    assert not histograms[9].any()
    assert histograms.shape == (10, settings.n_features)


def test_edges_of_a_bar_fall_into_two_opposite_directions():
    maps = gradient_histograms(slanted_bar(0)[None], GradientSettings(bins=4)).reshape(8, 8, 4)
    middle = (maps[3:5] ** 2).sum(axis=(0, 1))  # away from the ends of the bar
    assert middle[[0, 2]].sum() > 20 * middle[[1, 3]].sum()
    assert middle[0] == pytest.approx(middle[2], rel=0.01)


def test_slant_hardly_changes_the_description():
    upright, leaning, other = gradient_histograms(
        np.stack([slanted_bar(0), slanted_bar(0.3), slanted_bar(0).T.copy()])
    )
    assert np.linalg.norm(upright - leaning) < 0.4 * np.linalg.norm(upright - other)


@pytest.mark.parametrize("native", [True, False])
def test_any_number_of_images_threads_and_layout(native, monkeypatch, train_digits):
    monkeypatch.setenv("INKNN_NO_NATIVE", "" if native else "1")
    images = train_digits[0][:600]
    expected = gradient_histograms(images, n_threads=1)
    np.testing.assert_allclose(gradient_histograms(images, n_threads=3), expected, atol=1e-6)
    np.testing.assert_allclose(gradient_histograms(images[::-1][:7]), expected[::-1][:7], atol=1e-6)
    assert gradient_histograms(images[:0]).shape == (0, 768)


@pytest.mark.parametrize(
    "images", [np.zeros((2, 28, 27), np.uint8), np.zeros((2, 28, 28)), np.zeros(784, np.uint8)]
)
def test_other_images_are_refused(images):
    with pytest.raises(ValueError, match=r"uint8 \(n, 28, 28\)"):
        gradient_histograms(images)


@pytest.mark.parametrize(
    "wrong", [{"bins": 0}, {"bins": 17}, {"side": 65}, {"grids": (Grid(17),)}, {"grids": ()}]
)
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match="must"):
        GradientSettings(**wrong)


# --- variants ---


def test_variants_are_in_normal_form_and_still_about_the_same(train_digits):
    images = train_digits[0][:60]
    for kind in DEFORMATIONS:
        deformed = deform(images, kind)
        assert deformed.shape == images.shape
        assert (deformed.max(axis=(1, 2)) >= 250).all()
        assert (deformed != images).any(axis=(1, 2)).mean() > 0.9
        own, other = (
            np.linalg.norm(gradient_histograms(deformed) - gradient_histograms(them), axis=1)
            for them in (images, np.roll(images, 1, axis=0))
        )
        assert (own < other).mean() > 0.95


def test_the_same_seed_gives_the_same_variants(train_digits):
    images = train_digits[0][:9]
    for kind in DEFORMATIONS:
        np.testing.assert_array_equal(deform(images, kind, 3), deform(images, kind, 3))
        assert (deform(images, kind, 3) != deform(images, kind, 4)).any()


def test_halves_and_pairs_are_made_of_digits(train_digits):
    images = train_digits[0][:40]
    both = pairs(images[:20], images[20:])
    assert both.shape == (20, 28, 28)
    wide = moments(both).spread > moments(images[:20]).spread
    assert wide.mean() > 0.8
    assert 10 < len(halves(images)) < 40  # narrow digits are left out


def test_blank_images_have_no_variants_that_hurt():
    blank = np.zeros((2, 28, 28), np.uint8)
    for kind in DEFORMATIONS:
        assert not deform(blank, kind).any()
    assert len(pairs(blank, blank)) == len(halves(blank)) == 0


# --- projection ---


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


def test_nuisances_are_discounted():
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


# --- transformers ---


def test_transformers_make_a_pipeline_that_reads_digits(train_digits, test_digits):
    pipeline = make_pipeline(GradientHistograms(), WithinClassWhitening(60), KNeighborsClassifier(3))
    (X, y), (X_test, y_test) = train_digits, test_digits
    pipeline.fit(X, y)
    assert pipeline.score(X_test, y_test) > 0.97
    flat = clone(pipeline).fit(X.reshape(-1, 784), y)
    np.testing.assert_array_equal(flat.predict(X_test[:50]), pipeline.predict(X_test[:50]))
    assert len(pipeline[:2].get_feature_names_out()) == 60


def test_transformers_give_what_the_functions_give(train_digits):
    X, y = train_digits[0][:500], train_digits[1][:500]
    histograms = GradientHistograms().fit_transform(X)
    np.testing.assert_array_equal(histograms, gradient_histograms(X))
    expected = fit_projection(histograms, y, n_components=20, shrinkage=0.4).apply(histograms)
    whitening = WithinClassWhitening(n_components=20, shrinkage=0.4)
    np.testing.assert_allclose(whitening.fit_transform(histograms, y), expected, atol=1e-5)


def test_images_come_flat_or_square_and_in_whole_numbers_of_any_type(train_digits):
    X = train_digits[0][:5]
    for same in (X, X.reshape(5, 784), X.astype(int), X.astype(np.float32).reshape(5, 784), X.tolist()):
        np.testing.assert_array_equal(as_images(same), X)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.zeros((28, 28), np.uint8), r"one image is X\[None\]"),
        (np.zeros((3, 783), np.uint8), r"\(n, 784\)"),
        (np.full((3, 784), 0.5), "looks scaled"),
        (np.full((3, 784), -1), "whole numbers from 0 to 255"),
        (np.full((3, 784), 256), "whole numbers from 0 to 255"),
        (np.full((3, 784), 3.5), "whole numbers from 0 to 255"),
        (np.full((3, 784), np.nan), "whole numbers from 0 to 255"),
        (np.full((3, 784), "7"), "uint8"),
    ],
)
def test_what_is_no_digit_is_refused_with_a_reason(X, message):
    with pytest.raises(ValueError, match=message):
        as_images(X)
