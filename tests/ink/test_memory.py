"""Too little memory is said in one line."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from inknn.errors import PictureError
from inknn.ink.memory import enough_memory


def test_whoever_has_no_memory_is_told_the_size():
    with pytest.raises(PictureError, match="30×20"), enough_memory(30, 20):
        raise MemoryError


def test_opencvs_own_error_is_the_same():
    with pytest.raises(PictureError, match="not enough memory for a picture;"), enough_memory():
        cv2.resize(np.zeros((4, 4), np.uint8), (2**30, 2**30))


def test_other_errors_stay_what_they_are():
    with pytest.raises(cv2.error), enough_memory(30, 20):
        cv2.resize(np.zeros((0, 0), np.uint8), (4, 4))
    with pytest.raises(ZeroDivisionError), enough_memory(30, 20):
        1 / 0  # noqa: B018
