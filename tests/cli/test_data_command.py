"""`inknn data`: lists, describes, downloads, draws and converts labeled sets."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial

import pytest
from PIL import Image

from commands import one_line, run
from inknn.datasets import load_digits
from inknn.datasets.catalog import CATALOG
from inknn.datasets.fetching import place_of
from labeled_digits import draw_folders


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache."""
    monkeypatch.setenv("INKNN_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def pictures(tmp_path, test_digits):
    """Pictures of several sizes and polarities in a folder for each label, one of them blank."""
    return draw_folders(tmp_path / "mine", test_digits)


@pytest.fixture
def inknn(capfd):
    return partial(run, capfd, "data")


class TestCommands:
    def test_list_has_a_line_for_each_set(self, inknn):
        done = inknn("list")
        rows = [line.split("\t") for line in done.stdout.splitlines()]
        assert rows[0][0] == "name"
        assert [row[0] for row in rows[1:]] == list(CATALOG)
        assert rows[1][1:6] == ["60000", "10000", "28×28", "yes", "CC BY-SA 3.0"]

    def test_info_of_a_set_has_its_license_and_checksums(self, inknn, cache):
        done = inknn("info", "optdigits")
        for text in ("CC BY 4.0", "Alpaydin", CATALOG["optdigits"].files[0].sha256, "3,823", "(missing)"):
            assert text in done.stdout

    def test_info_of_ones_own_counts_labels(self, inknn, pictures, tmp_path):
        inknn("import", pictures, "-o", tmp_path / "a.npz", "--normalize", "-q")
        done = inknn("info", tmp_path / "a.npz")
        assert "6 digits of 28×28" in done.stdout
        assert "groups 6" in " ".join(done.stdout.split())

    def test_show_draws_a_picture(self, inknn, tmp_path):
        done = inknn("show", "digits8x8", "-o", tmp_path / "a.png", "--part", "test")
        assert (done.returncode, done.stderr) == (0, "")
        with Image.open(tmp_path / "a.png") as sheet:
            assert sheet.size > (1000, 500)

    def test_import_says_what_it_saved(self, inknn, pictures, tmp_path):
        done = inknn("import", pictures, "-o", tmp_path / "a.npz", "--normalize")
        assert done.stdout == f"{tmp_path / 'a.npz'}\n"
        assert "blank.png: no digit found" in done.stderr
        assert "6 digits of 28×28 saved" in done.stderr
        assert load_digits(tmp_path / "a.npz").groups[0].endswith(".png")

    def test_verify_finds_damage(self, inknn, cache):
        for file in CATALOG["usps"].files:
            place_of(file).write_bytes(b"damaged")
        done = inknn("verify")
        assert done.returncode == 4
        assert "not all files are good" in one_line(done.stderr)
        assert done.stdout.count("damaged") == 2
        assert "optdigits\tmissing" in done.stdout

    @pytest.mark.parametrize(
        ("arguments", "code", "said"),
        [
            (["show", "mnsit", "-o", "a.png"], 2, "did you mean mnist"),
            (["info", "./nothing"], 4, "no such file or folder"),
            (["fetch", "mnsit"], 2, "did you mean mnist"),
            (["show", "usps", "-o", "a.png"], 4, "inknn data fetch usps"),
            (["show", "digits8x8", "-o", "a.txt"], 5, "no format is known by .txt"),
            (["show", "digits8x8", "-o", "no/a.png"], 5, "can't write"),
            (["import", "digits8x8", "-o", "a.txt"], 5, "has no known format"),
            (["import", "digits8x8", "-o", "no/a.npz"], 5, "there is no folder"),
            (["import", "mine", "-o", "a.npz"], 4, "inknn data import mine -o digits.npz --normalize"),
            (["import", "digits8x8", "-o", "a-images-idx3-ubyte"], 5, "--part"),
        ],
    )
    def test_bad_input_is_told_in_one_line_and_nothing_written(
        self, inknn, cache, pictures, monkeypatch, arguments, code, said
    ):
        folder = pictures.parent
        before = sorted(os.listdir(folder))
        monkeypatch.chdir(folder)
        done = inknn(*arguments)
        assert done.returncode == code
        assert said in one_line(done.stderr)
        assert sorted(os.listdir(folder)) in (before, sorted([*before, "cache"]))

    def test_reading_a_picture_loads_none_of_it(self):
        code = "import sys; from inknn.cli import build_app; build_app(); print(*sys.modules)"
        loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert not {"pooch", "requests", "inknn.datasets.catalog"} & set(loaded.stdout.split())
