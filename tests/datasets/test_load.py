"""Labeled digits by name: the name of a set, or else a path."""

from __future__ import annotations

import numpy as np
import pytest

from inknn.datasets import load_digits
from inknn.errors import DataError, UnknownNameError


class TestNames:
    def test_mnist_is_known_by_name(self):
        found = load_digits("mnist", "test")
        assert (found.name, found.images.shape, found.labels.dtype) == ("mnist", (10000, 28, 28), np.int64)

    def test_an_unknown_name_offers_the_nearest(self):
        said = "there is no file, folder or labeled set named 'mnsit'; did you mean mnist"
        with pytest.raises(UnknownNameError, match=said):
            load_digits("mnsit")

    def test_a_missing_path_is_no_name(self, tmp_path):
        with pytest.raises(DataError, match="no such file or folder"):
            load_digits(tmp_path / "digits")
