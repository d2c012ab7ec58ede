"""A pytest plugin: scikit-learn's tests find inknn's NearestNeighbors and KNeighborsClassifier as its own.

With ``INKNN_ALWAYS=1`` inknn's search takes all that it can search, however small. A test that the two
classes can't pass stands in ``EXCEPTIONS`` with the reason; at most one in a hundred may.
"""

from __future__ import annotations

import os

import pytest
from sklearn import neighbors

import inknn.estimators.neighbors

EXCEPTIONS: dict[str, str] = {}
"""Names of tests, as pytest prints them, and why each fails."""

neighbors.NearestNeighbors = inknn.NearestNeighbors
neighbors.KNeighborsClassifier = inknn.KNeighborsClassifier
if os.environ.get("INKNN_ALWAYS") == "1":
    inknn.estimators.neighbors.is_faster = lambda *sizes: True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Expect the failures that are listed."""
    assert len(EXCEPTIONS) <= len(items) / 100
    for item in items:
        if item.name in EXCEPTIONS:
            item.add_marker(pytest.mark.xfail(reason=EXCEPTIONS[item.name], strict=True))
