"""The promises of the pseudo two-dimensional model: the kernel's distances are those of its NumPy twin."""

from __future__ import annotations

import numpy as np

from inknn.metrics import METRICS, p2dhmdm
from inknn.metrics.edges import edges


def test_distances_are_those_of_the_twin(instruction_set, digits):
    few = digits[:12]
    rows = np.tile(np.arange(12), (12, 1))
    expected = np.sqrt(p2dhmdm.distances_numpy(edges(few), edges(few), rows).astype(float))
    np.testing.assert_array_equal(p2dhmdm.distances(few, few), expected)


def test_shifting_alike_costs_something(digits):
    """Not always: the stricter model may reach one column farther."""
    idm, strict = (METRICS[name].distances(digits, digits) for name in ("idm", "p2dhmdm"))
    assert (strict > idm).mean() > 0.8
