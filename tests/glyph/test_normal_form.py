"""Sets of digits in MNIST's normal form: recognized, and made."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from inknn import datasets
from inknn.datasets import load_digits, load_mnist
from inknn.glyph import normalize
from inknn.glyph.normal_form import in_normal_form, to_normal_form


class TestAnySize:
    def test_mnists_own_digits_stay(self, test_digits):
        assert datasets.to_mnist_form(test_digits[0]) is test_digits[0]

    def test_small_digits_fill_the_box(self):
        images = load_digits("digits8x8").images[:50]
        formed = datasets.to_mnist_form(images)
        assert (formed.shape, formed.dtype) == ((50, 28, 28), np.uint8)
        for image in formed:
            assert max(np.ptp(np.nonzero(image.max(axis=axis))[0]) + 1 for axis in (0, 1)) in (19, 20)


class TestNormalForm:
    images = load_mnist()[1][0]

    def test_mnist_is_in_it_and_stays_as_it_is(self):
        assert in_normal_form(self.images).sum() == 9996
        same, changed = to_normal_form(self.images[:500])
        assert not changed
        assert same.base is self.images or np.shares_memory(same, self.images)

    def test_digits_beside_their_place_are_brought_to_it(self):
        moved = np.roll(self.images[:50], 2, axis=2)
        assert not in_normal_form(moved).any()
        normal, changed = to_normal_form(moved)
        assert changed
        assert (normal == [normalize(image) for image in moved]).all()
        assert in_normal_form(normal).all()

    @given(st.integers(0, 999), st.integers(-1, 1), st.integers(-1, 1))
    def test_agrees_with_the_definition(self, row, down, right):
        image = np.roll(self.images[row], (down, right), axis=(0, 1))
        ys, xs = np.nonzero(image)
        side = max(np.ptp(ys), np.ptp(xs)) + 1
        weights = image / image.sum()
        barycenter = (weights.sum(1) @ (np.arange(28) + 0.5), weights.sum(0) @ (np.arange(28) + 0.5))
        expected = side == 20 and all(14 < each <= 15 for each in barycenter)
        assert in_normal_form(image[None])[0] == expected

    def test_other_sizes_are_brought_to_it_and_blank_ones_stay_blank(self):
        small = self.images[:5, 4:24, 4:24].copy()
        small[4] = 0
        normal, changed = to_normal_form(small)
        assert changed
        assert normal.shape == (5, 28, 28)
        assert in_normal_form(normal).tolist() == [True] * 4 + [False]
        assert not normal[4].any()
