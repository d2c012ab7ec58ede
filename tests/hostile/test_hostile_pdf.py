"""PDF files that were made to do harm are read or refused in one line; none crashes inknn or holds it up."""

from __future__ import annotations

import random

import numpy as np
import pytest
from PIL import Image

import pdf_files
from inknn.errors import PictureError
from inknn.ink import open_pages, pdf


def attack(data: bytes) -> None:
    """Open a file, and require what is promised."""
    message = ""
    try:
        for page in open_pages(data, dpi=72, max_pixels=1_000_000):
            assert page.gray.size <= 1_000_000
    except PictureError as error:
        message = str(error)
    assert "\n" not in message


def damaged(data: bytes, seed: int) -> bytes:
    """The file with some bytes changed, a piece moved, or its end cut off."""
    chance = random.Random(seed)
    changed = bytearray(data)
    for _ in range(chance.randint(0, 20)):
        changed[chance.randrange(8, len(changed))] = chance.randrange(256)
    if chance.random() < 0.3:
        start = chance.randrange(8, len(changed))
        piece = changed[start : start + chance.randrange(400)]
        changed[chance.randrange(8, len(changed)) :] += piece
    return bytes(changed[: chance.randrange(8, len(changed))] if chance.random() < 0.2 else changed)


DOCUMENTS = [
    pdf_files.showing(Image.fromarray(np.full((60, 90), 255, np.uint8))),
    pdf_files.blank(*[(99, 99)] * 5),
    pdf_files.nested(2, 3),
    pdf_files.locked(),
]


@pytest.mark.hostile(modest=8, full=400)
def test_a_damaged_pdf_is_read_or_refused(seeds, monkeypatch):
    monkeypatch.setattr(pdf, "_SECONDS", 10.0)
    for seed in seeds:
        attack(damaged(DOCUMENTS[seed % len(DOCUMENTS)], seed))


@pytest.mark.parametrize(
    "box",
    [b"0 0 1e39 9", b"0 0 nan inf", b"9 9 0 0", b"0 0 0 0", b"0 0 99", b"(a) [] 9 9", b"-1e9 -1e9 1e9 1e9"],
)
def test_a_page_box_of_nonsense(box):
    attack(pdf_files.pages(b"/MediaBox[" + box + b"]"))


def test_a_picture_that_claims_more_pixels_than_there_is_memory():
    image = pdf_files.stream(
        b"\0" * 100,
        b"/Type/XObject/Subtype/Image/Width 2000000000/Height 2000000000"
        b"/ColorSpace/DeviceRGB/BitsPerComponent 8",
    )
    contents = pdf_files.stream(b"99 0 0 99 0 0 cm /X Do")
    page = pdf_files.boxed(99, 99) + b"/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>"
    attack(pdf_files.pages(page, more=(contents, image)))


def test_forms_that_draw_each_other_for_ever(monkeypatch):
    monkeypatch.setattr(pdf, "_SECONDS", 1.0)
    attack(pdf_files.nested(20, 10))
