"""The promises of Sobel's derivatives: those of OpenCV, black beyond the border."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from inknn.features.sobel import sobel_derivatives


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (28, 28), (33, 17)])
def test_derivatives_are_opencvs(shape):
    images = np.random.default_rng(0).integers(0, 256, (5, *shape)).astype(np.float32)
    across, down = sobel_derivatives(images)
    for i, image in enumerate(images):
        framed = cv2.copyMakeBorder(image, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
        for found, order in ((across[i], (1, 0)), (down[i], (0, 1))):
            np.testing.assert_array_equal(found, cv2.Sobel(framed, cv2.CV_32F, *order)[1:-1, 1:-1])
    assert across.dtype == down.dtype == np.float32
