"""The promises of deskewing: slant is measured and taken away, the width brought to the aim, no ink lost."""

from __future__ import annotations

import numpy as np
import pytest

from drawn_digits import slanted_bar
from inknn.glyph.deskew import deskew, moments


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
