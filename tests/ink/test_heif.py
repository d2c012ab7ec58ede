"""HEIC pictures open upright, and only where the package for them is installed."""

from __future__ import annotations

import io
import sys

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from inknn.errors import MissingExtraError, PictureError, PictureTooLargeError
from inknn.ink import open_pages
from inknn.ink.heif import is_heif


def sheet() -> np.ndarray:
    """White paper with a dark L: no turn or mirror image of it looks like another."""
    gray = np.full((48, 72), 255, np.uint8)
    gray[8:40, 12:20] = gray[32:40, 12:48] = 0
    return gray


def heic(gray, *more, **options) -> bytes:
    file = io.BytesIO()
    pictures = pillow_heif.HeifFile()
    for each in (gray, *more):
        pictures.add_from_pillow(Image.fromarray(np.ascontiguousarray(each)))
    pictures.save(file, quality=95, **options)
    return file.getvalue()


def opened(data, **options):
    (page,) = open_pages(data, **options)
    return page


def assert_shows(page, gray):
    assert page.gray.shape == gray.shape
    assert np.abs(page.gray.astype(int) - gray).max() < 60


class TestHeif:
    def test_opens_from_path_bytes_and_file(self, tmp_path):
        data = heic(sheet())
        path = tmp_path / "photo.jpg"  # the name does not matter
        path.write_bytes(data)
        for source in (path, data, io.BytesIO(data)):
            assert_shows(opened(source), sheet())

    @pytest.mark.parametrize(
        ("orientation", "stored"),
        [(1, sheet()), (3, sheet()[::-1, ::-1]), (6, np.rot90(sheet())), (8, np.rot90(sheet(), -1))],
    )
    def test_is_turned_upright_once(self, orientation, stored):
        exif = Image.Exif()
        exif[0x0112] = orientation
        page = opened(heic(stored, exif=exif.tobytes()))
        assert_shows(page, sheet())
        with pytest.raises(AssertionError):
            assert_shows(page, sheet()[::-1])

    def test_of_several_pictures_the_primary_one_is_read_and_that_is_said(self):
        page = opened(heic(255 - sheet(), sheet(), primary_index=1))
        assert_shows(page, sheet())
        assert [warning.code for warning in page.warnings] == ["animation"]

    def test_keeps_the_limit_of_pixels(self):
        with pytest.raises(PictureTooLargeError):
            opened(heic(sheet()), max_pixels=48 * 72 - 1)

    @pytest.mark.parametrize("length", [40, 300, -20])
    def test_that_is_cut_off_is_damaged(self, length):
        with pytest.raises(PictureError, match="damaged or incomplete"):
            opened(heic(sheet())[:length])

    def test_is_known_by_its_brands(self):
        assert is_heif(heic(sheet()))
        file = io.BytesIO()
        Image.fromarray(sheet()).save(file, "AVIF")
        assert not is_heif(file.getvalue())
        assert not is_heif(b"")
        assert not is_heif(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom")
        assert_shows(opened(file.getvalue()), sheet())

    def test_without_the_package_it_is_named(self, monkeypatch):
        data = heic(sheet())
        monkeypatch.setitem(sys.modules, "pillow_heif", None)
        with pytest.raises(
            MissingExtraError,
            match=r"^HEIC needs pillow-heif; install it with: pip install 'inknn\[heif\]'$",
        ):
            opened(data)
