"""A dozen labeled digits, as the tests of file formats write and load them."""

from __future__ import annotations

import numpy as np
from PIL import Image

COUNT = 12


def same(found, digits):
    """Whether labeled digits are these pictures and labels, in the types that were promised."""
    assert found.images.dtype == np.uint8
    assert found.labels.dtype == np.int64
    assert np.array_equal(found.images, digits[0])
    assert np.array_equal(found.labels, digits[1])
    return True


def draw_folders(folder, digits):
    """A folder per label with six pictures of several sizes and polarities, and a blank one."""
    for i, (image, label) in enumerate(zip(digits[0][:6], digits[1][:6], strict=True)):
        (folder / str(label)).mkdir(parents=True, exist_ok=True)
        large = Image.fromarray(255 - image if i % 2 else image).resize((84 + 14 * i,) * 2)
        large.save(folder / str(label) / f"{i}.png")
    Image.new("L", (90, 90), 255).save(folder / str(digits[1][0]) / "blank.png")
    return folder
