"""A dozen digits, and folders of pictures."""

from __future__ import annotations

import numpy as np
import pytest

from labeled_digits import COUNT, draw_folders


@pytest.fixture(scope="module")
def digits(test_digits):
    """Twelve digits of MNIST, 28×28, and their labels as int64."""
    images, labels = test_digits
    return images[:COUNT], labels[:COUNT].astype(np.int64)


@pytest.fixture
def pictures(tmp_path, test_digits):
    """Pictures of several sizes and polarities in a folder for each label, one of them blank."""
    return draw_folders(tmp_path / "mine", test_digits)
