"""The promises of augmentation: deformed digits, halves and pairs, in normal form and by seed."""

from __future__ import annotations

import numpy as np

from inknn.features import gradient_histograms
from inknn.features.augmentation import DEFORMATIONS, deform, halves, pairs
from inknn.glyph.deskew import moments


def test_deformed_digits_are_in_normal_form_and_still_about_the_same(train_digits):
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


def test_the_same_seed_gives_the_same_digits(train_digits):
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


def test_blank_images_stay_blank():
    blank = np.zeros((2, 28, 28), np.uint8)
    for kind in DEFORMATIONS:
        assert not deform(blank, kind).any()
    assert len(pairs(blank, blank)) == len(halves(blank)) == 0
