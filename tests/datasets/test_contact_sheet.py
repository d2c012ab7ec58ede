"""A contact sheet shows some digits of each label."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from inknn.datasets import load_digits
from inknn.datasets.contact_sheet import contact_sheet
from inknn.datasets.load import LabeledDigits


class TestContactSheet:
    def test_draws_each_label_in_its_row(self, test_digits):
        images, labels = test_digits[0][:200], test_digits[1][:200].astype(np.int64)
        sheet = np.asarray(contact_sheet(LabeledDigits("a", images, labels), 5))
        first = next(255 - image for image, label in zip(images, labels, strict=True) if label == 0)
        drawn = first.repeat(2, axis=0).repeat(2, axis=1)
        windows = np.lib.stride_tricks.sliding_window_view(sheet[:120], drawn.shape)
        assert (windows == drawn).all(axis=(2, 3)).sum() == 1

    def test_one_digit_alone_is_drawn(self):
        one = LabeledDigits("a" * 200, np.full((1, 4, 9), 255, np.uint8), np.array([7]))
        assert contact_sheet(one).size[0] > 54


def test_pillow_reads_what_show_writes():
    """The formats people ask for are there."""
    for kind in ("PNG", "JPEG"):
        file = io.BytesIO()
        contact_sheet(load_digits("digits8x8"), 2).save(file, kind)
        assert Image.open(file).mode == "L"
