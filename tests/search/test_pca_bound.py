"""The promises of the lower bounds: they never exceed the distance by more than proven, and rule most out."""

from __future__ import annotations

import numpy as np
import pytest

from hard_vectors import CASES, REFERENCES
from inknn.search.pca_bound import fit_pca_bound


@pytest.mark.parametrize("case", CASES)
def test_coordinates_never_exceed_the_distance_by_more_than_the_error_bound(case):
    references, queries = CASES[case]
    bound = fit_pca_bound(references)
    a, b = bound.apply(queries[:1]), bound.apply(references)
    z, y = ((rows.astype(np.float64) - bound.mean) * bound.scale for rows in (queries[:1], references))
    true = np.sqrt(((z - y) ** 2).sum(axis=1))
    allowed = true * (1 + 1e-12) + bound.error_bound * (a.norms + b.norms)
    for end, width in zip(a.stages, bound.widths, strict=True):
        # Components so far, and the length of the rest: what one stage compares.
        columns = [i for i in range(end) if i + 1 not in a.stages or i + 1 == end]
        assert len(columns) == width + 1
        mine, theirs = a.values[:, columns], b.values[:, columns]
        if np.isfinite(mine).all():
            with np.errstate(over="ignore", invalid="ignore"):
                between = np.sqrt(((mine.astype(np.float64) - theirs) ** 2).sum(axis=1))
                least = b.squared_norms() <= (theirs.astype(np.float64) ** 2).sum(axis=1) * (1 + 1e-14)
            finite = np.isfinite(theirs).all(axis=1)
            assert (between <= allowed)[finite].all()
            assert least[finite].all()


def test_an_error_bound_of_zero_would_be_too_little():
    """The comparison above can fail: rounding alone exceeds the distance between equals."""
    references = REFERENCES + 1e3
    bound = fit_pca_bound(references)
    near = references * (1 + 1e-14)
    a, b = bound.apply(references).values.astype(np.float64), bound.apply(near).values
    assert (np.sqrt(((a - b) ** 2).sum(axis=1)) > np.sqrt(((references - near) ** 2).sum(axis=1))).any()


def test_the_index_rules_most_of_the_digits_out(train_digits):
    bound = fit_pca_bound(train_digits[0].reshape(-1, 784))
    assert 40 < bound.widths[-1] <= 128
