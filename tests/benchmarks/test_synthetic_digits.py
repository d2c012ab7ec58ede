"""Synthetic digits are slight deformations of the given ones, all different, the same in every call."""

from __future__ import annotations

import numpy as np

from benchmarks.synthetic_digits import synthetic_digits
from inknn.datasets import load_mnist_part

DIGITS = load_mnist_part("train")[0][:40]


def test_the_given_digits_come_first():
    many = synthetic_digits(100, DIGITS)
    assert many.shape == (100, 784)
    assert np.array_equal(many[:40], DIGITS.reshape(40, 784))
    assert np.array_equal(synthetic_digits(10, DIGITS), many[:10])


def test_all_differ_and_are_the_same_in_every_call():
    many = synthetic_digits(1300, DIGITS)
    assert len(np.unique(many, axis=0)) == 1300
    assert np.array_equal(many, synthetic_digits(1300, DIGITS))


def test_a_deformed_digit_is_nearest_to_its_source():
    many = synthetic_digits(200, DIGITS).astype(float)
    distances = ((many[40:, None] - many[None, :40]) ** 2).sum(axis=-1)
    assert (distances.argmin(axis=1) == np.arange(160) % 40).mean() > 0.9


def test_the_ink_stays_in_place_and_as_bright():
    many = synthetic_digits(200, DIGITS).reshape(-1, 28, 28)
    assert (many[40:].max(axis=(1, 2)) == 255).all()
    places = np.arange(28)
    ink = many.sum(axis=(1, 2))
    for axis in (1, 2):
        center = many.sum(axis=axis) @ places / ink
        assert np.abs(center[40:] - np.tile(center[:40], 4)).max() < 2
