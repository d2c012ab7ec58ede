"""Overlays are named after their pictures, replace no file but older overlays, and are recognized."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from PIL.PngImagePlugin import PngInfo

from inknn.cli import overlays
from inknn.cli.overlays import check_replaceable, is_overlay, overlay_paths, save_overlay
from inknn.errors import OutputError
from inknn.reader.result import Reading


def counted(work):
    """What a function gives, and how many names it folded to compare them."""
    with mock.patch.object(overlays, "_folded", side_effect=overlays._folded) as folded:
        return work(), folded.call_count


class TestOverlays:
    @pytest.mark.parametrize(
        ("names", "expected"),
        [
            (["a/1.png", "b/2.jpg", "-"], ["1.png", "2.png", "stdin.png"]),
            (["a/1.png", "b/1.png"], ["a-1.png", "b-1.png"]),
            (["x/a/1.png", "y/a/1.png"], ["x-a-1.png", "y-a-1.png"]),
            (["1.png", "1.jpg"], ["1-png.png", "1-jpg.png"]),
            (["a/1.png", "b/1.png", "b/1.jpg"], ["a-1.png", "b-1-png.png", "1-jpg.png"]),
            (["a/1.png", "b/1.png", "c/a-1.png"], ["a-1.png", "b-1.png", "a-1-overlay.png"]),
            (["a/1.png", "A/1.PNG"], ["1.png", "1-overlay.png"]),  # the same file on some systems
            (["a/1.png", "a/../a/1.png"], ["1.png", "1.png"]),
            (["seen/1.png", "seen/2.png"], ["1-overlay.png", "2-overlay.png"]),
        ],
    )
    def test_overlays_have_names_that_tell_whose_they_are(self, tmp_path, monkeypatch, names, expected):
        monkeypatch.chdir(tmp_path)
        paths = overlay_paths(names, Path("seen"))
        assert [path.name for path in paths] == expected

    def test_thousands_of_pictures_of_one_name_are_named_at_once(self):
        names = [f"/scans/{number}/img.png" for number in range(3000)]
        paths, compared = counted(lambda: overlay_paths(names, Path("seen")))
        assert [path.name for path in paths] == [f"{number}-img.png" for number in range(3000)]
        assert compared < 20 * len(names)

    @pytest.mark.parametrize("stem", ["a" * 251, "ä" * 125])
    def test_a_long_name_is_cut_and_stays_distinct(self, tmp_path, stem):
        names = [f"/a/{stem}.png", f"/b/{stem}.png", f"/c/{stem}x.jpg"[:250]]
        paths = overlay_paths(names, tmp_path)
        assert len(set(paths)) == 3
        for path in paths:
            path.write_bytes(b"")
            assert path.suffix == ".png"

    def test_an_overlay_takes_no_files_place_but_an_older_overlays(self, tmp_path, seven):
        seven.save(tmp_path / "1.png")
        (path,) = overlay_paths(["elsewhere/1.jpg"], tmp_path)
        assert path.name == "1-overlay.png"
        mark = PngInfo()
        mark.add_text("Software", "inknn overlay")
        seven.save(tmp_path / "1.png", pnginfo=mark)
        (path,) = overlay_paths(["elsewhere/1.jpg"], tmp_path)
        assert path.name == "1.png"

    def test_only_an_overlay_of_the_same_picture_is_replaced(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        drawn, page = Path("1.png"), np.full((9, 9, 3), 255, np.uint8)
        check_replaceable(drawn, "a/1.jpg")  # nothing is there
        for name in ("a/1.jpg", "-"):
            with drawn.open("wb") as file:
                save_overlay(page, Reading(name, 1, 9, 9, ()), file)
            assert is_overlay("1.png")
            check_replaceable(drawn, name)
            with pytest.raises(OutputError, match=r"overlay of another picture .* --force"):
                check_replaceable(drawn, "b/1.jpg")
        with drawn.open("wb") as file:
            save_overlay(page, Reading("a/1.jpg", 1, 9, 9, ()), file)
        check_replaceable(drawn, str(tmp_path / "b" / ".." / "a" / "1.jpg"))
        assert b"1.jpg" not in drawn.read_bytes()  # whoever is given the overlay learns no path
