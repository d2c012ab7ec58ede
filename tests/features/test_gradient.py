"""The promises of gradient histograms: the kernel's are those of the NumPy twin, and describe edges."""

from __future__ import annotations

import numpy as np
import pytest

from drawn_digits import slanted_bar
from inknn._native import kernels
from inknn.features import GradientSettings, Grid, gradient_histograms
from inknn.features.gradient import gradient_histograms_numpy

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
