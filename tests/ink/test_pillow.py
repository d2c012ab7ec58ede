"""Pillow is used without its limits, warnings and programs for the whole process."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
import warnings

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin, UnidentifiedImageError

from inknn.errors import PictureError
from inknn.ink.decode import open_pages
from inknn.ink.pillow import FORMATS, decoding, identify, upright

PAPER = Image.fromarray(np.full((20, 30), 200, np.uint8))


def saved(kind, image=PAPER, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


class TestIdentify:
    @pytest.mark.parametrize("kind", sorted(FORMATS))
    def test_every_format_is_opened(self, kind):
        if kind == "AVIF" and kind not in Image.SAVE:
            pytest.skip("Pillow was built without AVIF")
        assert identify(saved(kind)).format == kind

    @pytest.mark.parametrize("kind", ["EPS", "ICO", "SGI", "PCX"])
    def test_other_formats_are_not(self, kind):
        with pytest.raises(UnidentifiedImageError):
            identify(saved(kind))

    @pytest.mark.parametrize("name", ["page.ps", "page.png"])
    def test_postscript_starts_no_program(self, name, tmp_path, monkeypatch):
        started = []
        monkeypatch.setattr(subprocess, "Popen", lambda *arguments, **options: started.append(arguments))
        (tmp_path / name).write_bytes(
            b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 90 90\n%%EndComments\nshowpage\n"
        )
        with pytest.raises(PictureError, match="not a picture"):
            list(open_pages(tmp_path / name))
        assert not started


class TestDecoding:
    def test_pillows_warnings_are_dropped_even_where_they_are_errors(self):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with decoding():
                warnings.warn_explicit("broken", UserWarning, "a.py", 1, module="PIL.Image")
                warnings.warn_explicit("ours", UserWarning, "b.py", 1, module="inknn.ink")
        assert [str(one.message) for one in caught] == ["ours"]

    def test_afterwards_warnings_are_as_before(self):
        before = list(warnings.filters)
        with decoding(), decoding():
            pass
        assert warnings.filters == before
        with decoding():
            warnings.resetwarnings()
        assert not warnings.filters

    def test_a_tag_that_pillow_warns_of_does_not_matter(self):
        directory = TiffImagePlugin.ImageFileDirectory_v2()
        directory[270] = "a description"
        data = saved("TIFF", tiffinfo=directory).replace(b"a description", b"\xff" * 13)
        broken = data.replace(b"\x0e\x01\x02\x00\x0e\x00\x00\x00", b"\x0e\x01\x02\x00\xff\xff\xff\x00")
        assert broken != data
        (page,) = open_pages(broken)
        assert page.gray[0, 0] == 200

    def test_no_memory_is_said_with_the_size(self):
        with (
            pytest.raises(PictureError, match="not enough memory for a picture of 30×20 pixels"),
            decoding(30, 20),
        ):
            raise MemoryError

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
    def test_a_process_forked_while_a_thread_opens_pictures_can_open_some_too(self):
        code = (
            "import os, threading\n"
            "from inknn.ink import open_pages, decode, pillow\n"
            "inside, done = threading.Event(), threading.Event()\n"
            "def hold(*arguments):\n"
            "    inside.set(); done.wait()\n"
            "    raise OSError\n"
            "data = open(sys.argv[1], 'rb').read()\n"
            "from PIL import Image, PngImagePlugin\n"
            "opener, accepts = Image.OPEN['PNG']\n"
            "Image.OPEN['PNG'] = hold, accepts\n"
            "def attempt():\n"
            "    try: next(open_pages(data))\n"
            "    except Exception: pass\n"
            "threading.Thread(target=attempt, daemon=True).start()\n"
            "inside.wait()\n"
            "child = os.fork()\n"
            "if child == 0:\n"
            "    Image.OPEN['PNG'] = opener, accepts\n"
            "    next(open_pages(data)); os._exit(0)\n"
            "status = os.waitpid(child, 0)[1]\n"
            "done.set()\n"
            "sys.exit(status != 0)\n"
        )
        with open("sheet.png", "wb") as file:
            file.write(saved("PNG"))
        done = subprocess.run(
            [sys.executable, "-c", "import sys\n" + code, "sheet.png"], timeout=60, check=False
        )
        assert done.returncode == 0

    @pytest.fixture(autouse=True)
    def in_a_folder_of_its_own(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)

    def test_many_threads_leave_the_filters_as_they_were(self):
        before = list(warnings.filters)
        data = saved("PNG")
        threads = [
            threading.Thread(target=lambda: [next(open_pages(data)) for _ in range(50)]) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert warnings.filters == before


class TestUpright:
    BROKEN = b"Exif\0\0XX*\0\x08\0\0\0\xff\xff and what is no tag"

    @pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
    def test_damaged_exif_data_leave_a_remark(self, kind):
        (page,) = open_pages(saved(kind, exif=self.BROKEN))
        assert abs(int(page.gray[0, 0]) - 200) < 5
        assert [remark.code for remark in page.warnings] == ["unknown-orientation"]

    @pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG", "TIFF"])
    def test_sound_ones_leave_none(self, kind):
        exif = Image.Exif()
        exif[0x010F] = "a maker of cameras"
        for options in ({}, {"exif": exif}, {"exif": Image.Exif()}):
            (page,) = open_pages(saved(kind, **options))
            assert page.warnings == ()

    def test_a_text_that_should_hold_exif_data_and_does_not(self):
        from PIL.PngImagePlugin import PngInfo

        info = PngInfo()
        info.add_text("Raw profile type exif", "\nexif\n 3\nnot hexadecimal")
        image = identify(saved("PNG", pnginfo=info))
        image.load()
        assert upright(image) == (image, False)
