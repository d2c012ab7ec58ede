"""The promises of edges: the kernel's are those of its NumPy twin, and fit the bits they are kept in."""

from __future__ import annotations

import numpy as np
import pytest

from inknn.metrics.edges import edges, edges_numpy


@pytest.mark.parametrize("root", [False, True])
def test_edges_are_those_of_the_twin(instruction_set, root, train_digits):
    noise = np.random.default_rng(0).integers(0, 256, (50, 28, 28), dtype=np.uint8)
    hard = (noise > 127).astype(np.uint8) * 255
    images = np.concatenate([train_digits[0][:300], noise, hard])
    found = edges(images, root_of_strength=root)
    np.testing.assert_array_equal(found, edges_numpy(images, root_of_strength=root))
    assert np.abs(found.astype(int)).max() <= 42


def test_every_derivative_is_rounded_as_the_twin_does(instruction_set):
    """Of all strengths from 0 to 4 · 255, in four directions."""
    strengths = np.arange(1021)
    images = np.zeros((1021, 28, 28), np.uint8)
    images[:, 12, 11] = middle = np.minimum(strengths // 2, 255)  # counts twice
    images[:, 11, 11] = above = np.minimum(strengths - 2 * middle, 255)
    images[:, 13, 11] = strengths - 2 * middle - above
    for turned in (np.rot90(images, i, axes=(1, 2)) for i in range(4)):
        found = edges(turned)
        assert len(np.unique(found)) > 40
        np.testing.assert_array_equal(found, edges_numpy(turned))


@pytest.mark.parametrize("root", [False, True])
def test_sixteen_bits_hold_what_surroundings_can_differ_by(root):
    """The kernel takes the squared length of a pixel's surroundings to be less than 2¹⁴.

    It is convex in the 5 × 5 gray levels it depends on, so the largest is that of an image in black and
    white; it is a sum over the three middle rows of pixels, each of which depends on three of the image.
    """
    row = (np.arange(32)[:, None] >> np.arange(5) & 1) * 255.0
    a, b, c = row[:, None, None], row[:, None], row
    step = [line[..., 2:] - line[..., :-2] for line in (a, b, c)]
    smooth = [line[..., :-2] + 2 * line[..., 1:-1] + line[..., 2:] for line in (a, c)]
    squares = (step[0] + 2 * step[1] + step[2]) ** 2 + (smooth[1] - smooth[0]) ** 2
    costs = (np.sqrt(squares) * 1082 if root else squares).sum(axis=-1) / 26**2
    best = costs.max(axis=0)[:, :, None] + costs  # of four rows of the image, by the last three
    largest = (best.max(axis=0)[:, :, None] + costs).max()
    rounding = 0.5 * np.sqrt(18)  # of nine pixels' two components
    assert 14_000 < largest < (np.sqrt(largest) + rounding) ** 2 < 2**14
