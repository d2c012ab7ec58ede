"""Overlays are named after their pictures, replace no file but older overlays, and are recognized."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL.PngImagePlugin import PngInfo

from inknn.cli.overlays import overlay_paths


class TestOverlays:
    @pytest.mark.parametrize(
        ("names", "overlays"),
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
    def test_overlays_have_names_that_tell_whose_they_are(self, tmp_path, monkeypatch, names, overlays):
        monkeypatch.chdir(tmp_path)
        paths = overlay_paths(names, Path("seen"))
        assert [path.name for path in paths] == overlays

    def test_an_overlay_takes_no_files_place_but_an_older_overlays(self, tmp_path, seven):
        seven.save(tmp_path / "1.png")
        (path,) = overlay_paths(["elsewhere/1.jpg"], tmp_path)
        assert path.name == "1-overlay.png"
        mark = PngInfo()
        mark.add_text("Software", "inknn overlay")
        seven.save(tmp_path / "1.png", pnginfo=mark)
        (path,) = overlay_paths(["elsewhere/1.jpg"], tmp_path)
        assert path.name == "1.png"
