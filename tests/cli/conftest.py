"""Pictures for the tests of the command line."""

from __future__ import annotations

import zlib

import pytest
from PIL import Image

from inknn import datasets, memory


@pytest.fixture(scope="session")
def seven():
    """A picture of a clear 7, dark on white, as a PIL image."""
    images, labels = datasets.load_mnist_part("test")
    assert labels[0] == 7
    memory.factory_model()  # prepared here, so that no command announces that it does it
    large = Image.fromarray(255 - images[0]).resize((112, 112), Image.Resampling.BICUBIC)
    picture = Image.new("L", (200, 160), 255)
    picture.paste(large, (40, 24))
    return picture


@pytest.fixture
def folder(tmp_path, seven):
    """A working folder with good and bad pictures."""
    seven.save(tmp_path / "seven.png")
    seven.save(tmp_path / "seven.jpg", quality=95)
    Image.new("L", (200, 160), 255).save(tmp_path / "blank.png")
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "letter.png").write_text("Dear Sir or Madam,\n")
    (tmp_path / "cut.png").write_bytes((tmp_path / "seven.png").read_bytes()[:-800])
    (tmp_path / "cut.jpg").write_bytes((tmp_path / "seven.jpg").read_bytes()[:-800])
    Image.new("L", (1, 1), 255).save(tmp_path / "point.png")
    (tmp_path / "no-rows.png").write_bytes(png_header(width=200, height=0))
    (tmp_path / "bomb.png").write_bytes(png_header(width=60_000, height=60_000))
    seven.save(tmp_path / "moving.gif", save_all=True, append_images=[Image.new("L", seven.size, 0)])
    (tmp_path / "nothing").mkdir()
    (tmp_path / "nothing" / "notes.txt").write_text("no picture")
    return tmp_path


def png_header(width, height):
    """A PNG that promises a size and holds next to nothing."""

    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    pixels = zlib.compress(bytes(1000))
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size + b"\x08\0\0\0\0")
    return start + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
