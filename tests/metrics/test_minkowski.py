"""The promises of Minkowski's distances."""

from __future__ import annotations

import numpy as np
import pytest

from inknn.metrics import METRICS, kneighbors


class TestMinkowski:
    @pytest.mark.parametrize(("p", "name"), [(1, "manhattan"), (2, "euclidean"), (np.inf, "chebyshev")])
    def test_it_has_famous_cases(self, p, name, digits):
        np.testing.assert_array_equal(
            METRICS["minkowski"].distances(digits[:4], digits, p=p),
            METRICS[name].distances(digits[:4], digits),
        )

    def test_great_powers_do_not_overflow(self, digits):
        table = METRICS["minkowski"].distances(digits[:4], digits, p=1000.0)
        np.testing.assert_allclose(table, METRICS["chebyshev"].distances(digits[:4], digits), rtol=0.01)

    def test_p_below_one_is_refused(self, digits):
        with pytest.raises(ValueError, match=r"p must be at least 1, got 0\.5"):
            kneighbors(digits, digits, 1, metric="minkowski", p=0.5)
