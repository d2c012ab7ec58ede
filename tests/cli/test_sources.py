"""Names on the command line become the pictures to read."""

from __future__ import annotations

import os

from commands import POSIX
from inknn.cli.sources import Source, find_sources


class TestSources:
    def test_a_folder_gives_its_pictures_in_natural_order(self, tmp_path):
        for name in ("scan10.png", "scan2.JPG", "Scan1.tif", "notes.txt", ".hidden.png"):
            (tmp_path / name).touch()
        names = [os.path.basename(source.name) for source in find_sources([str(tmp_path)])]
        assert names == ["Scan1.tif", "scan2.JPG", "scan10.png"]

    def test_folders_inside_are_looked_into_when_asked(self, tmp_path):
        (tmp_path / "inside").mkdir()
        (tmp_path / "inside" / "a.png").touch()
        (source,) = find_sources([str(tmp_path)])
        assert "--recursive" in str(source.error)
        (source,) = find_sources([str(tmp_path)], recursive=True)
        assert source.name == str(tmp_path / "inside" / "a.png")

    def test_a_folder_that_cant_be_looked_into_does_not_stop_the_others(self, tmp_path, monkeypatch):
        for name in ("a", "b", "c"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "1.png").touch()

        def scandir(path, look=os.scandir):
            if path == str(tmp_path / "b"):
                raise PermissionError(13, "Permission denied")
            return look(path)

        monkeypatch.setattr(os, "scandir", scandir)
        sources = find_sources([str(tmp_path)], recursive=True)
        assert [os.path.relpath(source.name, tmp_path) for source in sources] == ["a/1.png", "b", "c/1.png"]
        assert [source.error is None for source in sources] == [True, False, True]
        assert "Permission denied" in str(sources[1].error)

    @POSIX
    def test_links_that_lead_nowhere_are_failures(self, tmp_path):
        (tmp_path / "a.png").touch()
        (tmp_path / "gone.png").symlink_to(tmp_path / "missing.png")
        (tmp_path / "round.png").symlink_to("round.png")
        (tmp_path / "notes.txt").symlink_to(tmp_path / "missing.txt")
        good, *bad = find_sources([str(tmp_path)])
        assert good == Source(str(tmp_path / "a.png"))
        assert [os.path.basename(source.name) for source in bad] == ["gone.png", "round.png"]
        assert all("leads nowhere" in str(source.error) for source in bad)

    def test_other_kinds_of_pictures_are_counted_in_one_line(self, tmp_path):
        for name in ("a.png", "b.psd", "c.PSD", "d.svg", "notes.txt"):
            (tmp_path / name).touch()
        told = []
        (source,) = find_sources([str(tmp_path)], report=told.append)
        assert source == Source(str(tmp_path / "a.png"))
        assert told == [f"{tmp_path}: 3 files are no pictures inknn reads (.psd, .svg)"]
        (tmp_path / "a.png").unlink()
        (source,) = find_sources([str(tmp_path)], report=told.append)
        assert "only .psd, .svg" in str(source.error)
        assert len(told) == 1

    def test_pdf_and_heic_are_pictures_where_their_packages_are_installed(self, tmp_path, monkeypatch):
        for name in ("a.png", "b.PDF", "c.heic", "d.HEIF", "e.svg"):
            (tmp_path / name).touch()
        told = []
        found = find_sources([str(tmp_path)], report=told.append)
        assert [os.path.basename(source.name) for source in found] == ["a.png", "b.PDF", "c.heic", "d.HEIF"]
        assert told == [f"{tmp_path}: 1 file is no picture inknn reads (.svg)"]
        monkeypatch.setattr("inknn.cli.sources._opens", lambda suffix: suffix == ".pdf")
        found = find_sources([str(tmp_path)], report=told.append)
        assert [os.path.basename(source.name) for source in found] == ["a.png", "b.PDF"]
        assert told[1:] == [
            f"{tmp_path}: 3 files are no pictures inknn reads "
            "(.heic, .heif, .svg; pip install 'inknn[heif]' helps)"
        ]

    def test_names_stay_as_they_were_given(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "a.png").touch()
        names = [source.name for source in find_sources(["./a.png", ".", "missing", "-", "./a.png"])]
        assert names == ["./a.png", "./a.png", "missing", "-", "./a.png"]
