"""The promises of the image distortion model: the kernel's distances are those of its NumPy twin."""

from __future__ import annotations

import numpy as np
import pytest

from inknn.metrics import METRICS, idm
from inknn.metrics.edges import edges


def test_distances_are_those_of_the_twin(instruction_set, digits):
    halves = np.zeros((4, 28, 28), np.uint8)  # the strongest edges there can be, face to face
    halves[0, :14], halves[1, 14:], halves[2, :, :14], halves[3, :, 14:] = 255, 255, 255, 255
    some = edges(np.concatenate([digits, halves]))
    rows = np.tile(np.arange(len(some)), (len(some), 1))
    expected = np.sqrt(idm.edge_distances_numpy(some, some, rows).astype(float))
    np.testing.assert_array_equal(idm.edge_distances(some, some, rows), expected)


def test_scattered_ink_is_no_exception(instruction_set):
    """Bits of noise anywhere: the kernel passes over what is blank in the query or the reference."""
    rng = np.random.default_rng(3)
    images = np.zeros((25, 28, 28), np.uint8)
    for image in images:
        for _ in range(rng.integers(1, 4)):
            y, x, height, width = rng.integers((0, 0, 1, 1), (28, 28, 15, 25))
            spot = image[y : y + height, x : x + width]
            spot[:] = rng.integers(0, 256, spot.shape)
    some = edges(images, root_of_strength=True)
    rows = np.tile(rng.permutation(25), (25, 1))
    expected = np.sqrt(idm.edge_distances_numpy(some, some, rows).astype(float))
    np.testing.assert_array_equal(idm.edge_distances(some, some, rows), expected)


def test_giving_up_early_never_gives_up_the_nearest(train_digits):
    X = train_digits[0][:400]
    rows = np.tile(np.arange(400), (20, 1))
    whole = idm.distances(X[:20], X, rows)
    limits = np.sort(whole, axis=1)[:, 5]
    cut = idm.distances(X[:20], X, rows, limits=limits)
    kept = whole <= limits[:, None]
    np.testing.assert_array_equal(cut[kept], whole[kept])
    assert (cut[~kept] > np.broadcast_to(limits[:, None], cut.shape)[~kept]).all()
    assert (cut <= whole).all()


def test_rows_that_are_not_there_are_refused(digits):
    some = edges(digits)
    with pytest.raises((ValueError, IndexError)):
        idm.edge_distances(some, some, np.full((40, 1), 40))


def test_a_shift_of_two_pixels_costs_nothing(train_digits):
    one = np.pad(train_digits[0][:30, 4:24, 4:24], ((0, 0), (4, 4), (4, 4)))
    for shift in ((2, 0), (0, -2), (-2, 2)):
        moved = np.roll(one, shift, axis=(1, 2))
        for metric in ("idm", "p2dhmdm"):
            assert np.diag(METRICS[metric].distances(one, moved)).max() == 0
