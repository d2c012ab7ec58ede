"""Fixtures that the tests of several metrics need."""

from __future__ import annotations

import pytest

from kernel_sets import SETS, using


@pytest.fixture(scope="module")
def digits(train_digits):
    """Digits, a blank and a full image among them."""
    some = train_digits[0][:40].copy()
    some[3], some[4] = 0, 255
    return some


@pytest.fixture(params=SETS)
def instruction_set(request):
    """Each instruction set of this machine, in use."""
    with using(request.param):
        yield request.param
