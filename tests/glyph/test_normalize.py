"""normalize() makes the normal form of MNIST: the acceptance test of its makers, at any size of ink."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from inknn.datasets import load_mnist
from inknn.glyph import normalize
from inknn.search import brute_force


@pytest.fixture(scope="module")
def mnist():
    return load_mnist()[1][0]


def enlarged(images, factor):
    if factor == 1:
        return images
    return [cv2.resize(i, None, fx=factor, fy=factor, interpolation=cv2.INTER_LINEAR) for i in images]


def normalized(images):
    return np.stack([normalize(image) for image in images])


def barycenters(images):
    """Row and column of each image's barycenter, (n, 2), pixel centers at one half."""
    ink = images.astype(np.float64)
    centers = np.arange(images.shape[1]) + 0.5
    total = ink.sum(axis=(1, 2))
    return np.stack([ink.sum(axis=2) @ centers / total, ink.sum(axis=1) @ centers / total], axis=1)


def longer_sides(images):
    sides = []
    for axis in (2, 1):
        inked = images.any(axis=axis)
        sides.append(28 - inked.argmax(axis=1) - inked[:, ::-1].argmax(axis=1))
    return np.maximum(*sides)


def assert_normal_form(images):
    """What holds for the real test images of MNIST."""
    barycenter = barycenters(images)
    assert ((barycenter > 14) & (barycenter <= 15)).all(axis=1).mean() >= 0.9999
    assert (longer_sides(images) == 20).mean() >= 0.9997
    assert (images.max(axis=(1, 2)) >= 250).all()


class TestAcceptance:
    def test_real_images_pass(self, mnist):
        assert_normal_form(mnist)

    @pytest.mark.parametrize("wrong", ["a pixel aside", "smaller", "paler", "centered by box"])
    def test_other_forms_are_refused(self, mnist, wrong):
        images = mnist[:1000]
        if wrong == "a pixel aside":
            images = np.roll(images, 1, axis=2)
        elif wrong == "smaller":
            small = [cv2.resize(image, (26, 26), interpolation=cv2.INTER_AREA) for image in images]
            images = np.pad(np.stack(small), [(0, 0), (1, 1), (1, 1)])
        elif wrong == "paler":
            images = images // 2
        else:
            images = np.stack([_centered_by_box(image) for image in images])
        with pytest.raises(AssertionError):
            assert_normal_form(images)

    @pytest.mark.parametrize("factor", [1, 3, 5])
    def test_digits_of_every_size_pass(self, mnist, factor):
        assert_normal_form(normalized(enlarged(mnist, factor)))

    def test_nine_in_ten_of_mnists_own_digits_come_back_to_the_last_bit(self, mnist):
        same = (normalized(mnist[:3000]) == mnist[:3000]).all(axis=(1, 2))
        assert same.mean() > 0.88

    @pytest.mark.parametrize("factor", [1, 4])
    def test_a_second_time_changes_nothing_in_most(self, mnist, factor):
        once = normalized(enlarged(mnist[:1000], factor))
        same = (normalized(once) == once).all(axis=(1, 2))
        assert same.mean() > 0.8

    @pytest.mark.parametrize("factor", [2, 3, 5])
    def test_an_enlarged_digit_is_the_same_digit(self, mnist, factor):
        """Nearer to its own original than to any other of 300."""
        originals = mnist[:300].reshape(300, -1)
        made = normalized(enlarged(mnist[:300], factor)).reshape(300, -1)
        _, nearest = brute_force(made, originals, 1)
        assert (nearest[:, 0] == np.arange(300)).mean() > 0.95


def _centered_by_box(image):
    rows, columns = (np.flatnonzero(image.any(axis=axis)) for axis in (1, 0))
    crop = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    result = np.zeros_like(image)
    top, left = (28 - crop.shape[0]) // 2, (28 - crop.shape[1]) // 2
    result[top : top + crop.shape[0], left : left + crop.shape[1]] = crop
    return result


glyphs = arrays.arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40)))


class TestAnyInk:
    @given(glyphs, st.tuples(*[st.integers(0, 50)] * 4))
    def test_black_around_the_ink_never_matters(self, ink, around):
        top, foot, left, right = around
        moved = np.pad(ink, [(top, foot), (left, right)])
        assert np.array_equal(normalize(moved), normalize(ink))

    @given(glyphs)
    def test_result_is_28_by_28_bytes_and_the_input_stays(self, ink):
        before = ink.copy()
        image = normalize(ink)
        assert image.shape == (28, 28)
        assert image.dtype == np.uint8
        assert image.any() == ink.any()
        assert np.array_equal(ink, before)

    @given(st.integers(1, 200), st.integers(1, 200))
    def test_a_bar_of_any_size_has_the_normal_form(self, height, width):
        image = normalize(np.ones((height, width)))
        barycenter = barycenters(image[None])
        assert ((barycenter > 14) & (barycenter <= 15)).all()
        assert image.max() == 255
        assert longer_sides(image[None])[0] <= 20
        if max(height, width) >= 10:
            assert longer_sides(image[None])[0] == 20

    @given(glyphs, st.integers(-20, 20))
    def test_brightness_of_the_ink_never_matters(self, ink, power):
        assert np.array_equal(normalize(ink * 2.0**power), normalize(ink))

    @pytest.mark.parametrize(
        "dtype", [bool, np.int8, np.uint16, np.int64, np.float16, np.float32, np.float64]
    )
    def test_every_dtype_gives_the_same(self, dtype, mnist):
        ink = mnist[0] > 100
        assert np.array_equal(normalize(ink.astype(dtype)), normalize(ink.astype(np.uint8) * 255))

    def test_lists_and_strided_arrays_are_arrays(self, mnist):
        ink = mnist[0]
        assert np.array_equal(normalize(ink.tolist()), normalize(ink))
        assert np.array_equal(normalize(np.repeat(ink, 2, axis=1)[:, ::2]), normalize(ink))
        assert np.array_equal(normalize(np.asfortranarray(ink)), normalize(ink))

    @pytest.mark.parametrize(
        "scale",
        [
            1e-30,
            1e30,
            1e-300,
            1e300,
        ],
    )
    @pytest.mark.filterwarnings("ignore:overflow")
    def test_any_finite_brightness_is_ink(self, mnist, scale):
        assert np.array_equal(normalize(mnist[0] / 255.0 * scale) > 127, normalize(mnist[0]) > 127)


class TestEdges:
    @pytest.mark.parametrize("shape", [(0, 0), (0, 9), (9, 0), (1, 1), (28, 28), (300, 2)])
    def test_no_ink_is_an_empty_image(self, shape):
        image = normalize(np.zeros(shape))
        assert image.shape == (28, 28)
        assert not image.any()

    @pytest.mark.parametrize("side", [1, 2, 3, 4])
    def test_a_dot_stays_a_dot(self, side):
        """Ink of fewer than ten pixels is not blown up to fill the box."""
        image = normalize(np.ones((side, side)))
        assert image.max() == 255
        assert longer_sides(image[None])[0] <= 2 * side + 2

    @pytest.mark.parametrize("shape", [(), (28,), (28, 28, 1), (2, 28, 28)])
    def test_other_shapes_are_refused(self, shape):
        with pytest.raises(ValueError, match="height, width"):
            normalize(np.ones(shape))

    @pytest.mark.parametrize("value", [-1, np.nan, np.inf, -np.inf])
    def test_values_that_are_no_ink_are_refused(self, value):
        with pytest.raises(ValueError, match="finite and not negative"):
            normalize(np.array([[0.0, 1.0], [value, 0.0]]))

    def test_text_is_refused(self):
        with pytest.raises(ValueError):  # noqa: PT011 - NumPy's own words
            normalize([["a", "b"]])
