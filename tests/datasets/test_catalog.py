"""Sets are as the catalog says; any set, published or one's own, can be looked over and saved."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from PIL import Image

from data_commands import one_line, run
from inknn import datasets
from inknn.datasets import load_digits, published, write_idx
from inknn.datasets.catalog import CATALOG, entry_of
from inknn.datasets.contact_sheet import contact_sheet
from inknn.datasets.convert import import_digits, save_digits
from inknn.datasets.fetching import place_of
from inknn.datasets.load import LabeledDigits
from inknn.errors import DataError, OutputError, UnknownNameError


@pytest.fixture
def inknn(capfd):
    return partial(run, capfd)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache."""
    monkeypatch.setenv("INKNN_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


class TestCatalog:
    def test_every_file_has_an_address_and_a_checksum(self):
        files = [file for entry in CATALOG.values() for file in entry.files]
        assert len(files) == 9
        assert len({file.sha256 for file in files}) == len({file.name for file in files}) == 9
        for file in files:
            assert len(bytes.fromhex(file.sha256)) == 32
            assert all(url.startswith(("https://", "http://")) for url in file.urls)
            assert len(file.urls) >= 2

    @pytest.mark.parametrize("name", ["mnist", "digits8x8"])
    @pytest.mark.parametrize("part", ["train", "test"])
    def test_what_comes_with_inknn_is_as_described(self, name, part):
        entry, found = CATALOG[name], load_digits(name, part)
        assert found.images.shape == (entry.counts[part], *entry.shape)
        assert found.part == part
        assert len(set(found.labels.tolist())) == entry.classes
        assert found.images.max() == 255

    def test_scikit_learns_digits_are_the_test_part_of_optdigits(self, tmp_path):
        """Which the checksum of a file that we write from them proves."""
        from sklearn.datasets import load_digits as theirs

        values, labels = theirs(return_X_y=True)
        rows = np.column_stack([values, labels]).astype(int).tolist()
        (tmp_path / "a").write_text("".join(",".join(map(str, row)) + "\n" for row in rows))
        digest = hashlib.sha256((tmp_path / "a").read_bytes()).hexdigest()
        assert digest == CATALOG["optdigits"].files[1].sha256
        images, found, _ = published.optdigits([tmp_path / "a"] * 2, "test")
        halves = [load_digits("digits8x8", part) for part in ("train", "test")]
        assert np.array_equal(images, np.concatenate([half.images for half in halves]))
        assert np.array_equal(found, labels)

    def test_a_set_that_is_not_here_says_how_to_get_it(self, cache):
        with pytest.raises(DataError, match=r"inknn data fetch usps gets it \(8 MB\)"):
            load_digits("usps")

    def test_a_damaged_one_too(self, cache):
        for file in CATALOG["usps"].files:
            place_of(file).write_bytes(b"damaged")
        with pytest.raises(DataError, match=r"damaged .* inknn data fetch usps"):
            load_digits("usps")

    def test_an_unknown_name_offers_the_nearest(self):
        with pytest.raises(UnknownNameError, match="did you mean qmnist"):
            entry_of("qmnits")


class TestPublishedFormats:
    """Each parser, on a small file of the same form."""

    def test_usps(self, tmp_path):
        dark = " ".join(f"{i}:-1" for i in range(1, 256))
        (tmp_path / "a.bz2").write_bytes(bz2.compress(f"1 {dark} 256:1\n10 {dark} 256:0\n".encode()))
        images, labels, _ = published.usps([tmp_path / "a.bz2"] * 2, "train")
        assert images.shape == (2, 16, 16)
        assert images[:, 15, 15].tolist() == [255, 128]
        assert images[:, :15].max() == 0
        assert labels.tolist() == [0, 9]

    def test_qmnist_knows_the_writers(self, tmp_path, test_digits):
        write_idx(tmp_path / "images.gz", test_digits[0][:3])
        rows = np.zeros((3, 8), np.int32)
        rows[:, 0], rows[:, 1], rows[:, 2] = test_digits[1][:3], 4, [7, 8, 9]
        write_idx(tmp_path / "labels.gz", rows)
        images, labels, groups = published.qmnist([tmp_path / "images.gz", tmp_path / "labels.gz"], "train")
        assert np.array_equal(images, test_digits[0][:3])
        assert labels.tolist() == test_digits[1][:3].tolist()
        assert groups == ("hsf4 writer 7", "hsf4 writer 8", "hsf4 writer 9")

    def test_emnist_is_set_upright(self, tmp_path, test_digits):
        images = test_digits[0][:3]
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
            for kind, array in (
                ("images-idx3", images.transpose(0, 2, 1)),
                ("labels-idx1", test_digits[1][:3]),
            ):
                write_idx(tmp_path / kind, array)
                packed = gzip.compress((tmp_path / kind).read_bytes())
                file.writestr(f"gzip/emnist-digits-test-{kind}-ubyte.gz", packed)
        found, labels, _ = published.emnist_digits([tmp_path / "a.zip"], "test")
        assert np.array_equal(found, images)
        assert labels.tolist() == test_digits[1][:3].tolist()
        with pytest.raises(DataError, match="no gzip/emnist-digits-train-images"):
            published.emnist_digits([tmp_path / "a.zip"], "train")


@pytest.fixture
def pictures(tmp_path, test_digits):
    """A folder per label with pictures of several sizes and polarities, one of them blank."""
    folder = tmp_path / "mine"
    for i, (image, label) in enumerate(zip(test_digits[0][:6], test_digits[1][:6], strict=True)):
        (folder / str(label)).mkdir(parents=True, exist_ok=True)
        large = Image.fromarray(255 - image if i % 2 else image).resize((84 + 14 * i,) * 2)
        large.save(folder / str(label) / f"{i}.png")
    Image.new("L", (90, 90), 255).save(folder / str(test_digits[1][0]) / "blank.png")
    return folder


class TestImport:
    def test_pictures_of_any_size_are_brought_to_28(self, pictures, test_digits):
        told = []
        (found,) = import_digits(str(pictures), normalize=True, tell=told.append)
        assert found.images.shape == (6, 28, 28)
        assert found.labels.tolist() == sorted(test_digits[1][:6].tolist())
        assert len(told) == 1
        assert "blank.png: no digit found" in told[0]
        order = np.argsort(test_digits[1][:6], kind="stable")
        differences = np.abs(found.images.astype(int) - test_digits[0][order]).mean(axis=(1, 2))
        assert differences.max() < 20  # another digit differs by 40 and more

    def test_blank_pictures_alone_are_an_error(self, tmp_path):
        (tmp_path / "a" / "3").mkdir(parents=True)
        Image.new("L", (90, 90), 255).save(tmp_path / "a" / "3" / "blank.png")
        with pytest.raises(DataError, match="none of the 1 pictures shows a digit"):
            import_digits(str(tmp_path / "a"), normalize=True)

    def test_small_arrays_are_brought_to_28_too(self):
        parts = import_digits("digits8x8", normalize=True)
        assert [part.images.shape for part in parts] == [(898, 28, 28), (899, 28, 28)]
        assert [part.part for part in parts] == ["train", "test"]

    def test_what_is_saved_is_loaded(self, tmp_path, test_digits):
        one = LabeledDigits("a", test_digits[0][:9], test_digits[1][:9].astype(np.int64), tuple("abcabcabc"))
        assert save_digits([one], tmp_path / "a.npz") == [tmp_path / "a.npz"]
        for name in ("x-images-idx3-ubyte", "z-images-idx3-ubyte.gz"):
            images, labels = save_digits([one], tmp_path / name)
            assert labels.name == name.replace("images-idx3", "labels-idx1")
            assert np.array_equal(load_digits(images).images, one.images)
            assert np.array_equal(load_digits(labels).labels, one.labels)
        back = load_digits(tmp_path / "a.npz")
        assert np.array_equal(back.images, one.images)
        assert np.array_equal(back.labels, one.labels)
        assert (back.groups, back.part) == (one.groups, None)

    def test_two_parts_stay_two(self, tmp_path):
        parts = import_digits("digits8x8")
        save_digits(parts, tmp_path / "a.npz")
        for part in parts:
            back = load_digits(tmp_path / "a.npz", part.part)
            assert np.array_equal(back.images, part.images)
            assert back.part == part.part
        with pytest.raises(OutputError, match="--part"):
            save_digits(parts, tmp_path / "a-images-idx3-ubyte")

    def test_gzipped_idx_is_the_same_each_time(self, tmp_path):
        array = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
        for name in ("a.gz", "b.gz"):
            write_idx(tmp_path / name, array)
        assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()
        assert (tmp_path / "a.gz").read_bytes()[:2] == b"\x1f\x8b"
        assert np.array_equal(datasets.read_idx(tmp_path / "a.gz"), array)


class TestNormalForm:
    def test_mnists_own_digits_stay(self, test_digits):
        assert datasets.to_mnist_form(test_digits[0]) is test_digits[0]

    def test_small_digits_fill_the_box(self):
        images = load_digits("digits8x8").images[:50]
        formed = datasets.to_mnist_form(images)
        assert (formed.shape, formed.dtype) == ((50, 28, 28), np.uint8)
        for image in formed:
            assert max(np.ptp(np.nonzero(image.max(axis=axis))[0]) + 1 for axis in (0, 1)) in (19, 20)


class TestLabeledDigits:
    def test_are_shown_in_one_line_not_pixel_by_pixel(self):
        one = LabeledDigits("a", np.zeros((1200, 8, 6), np.uint8), np.zeros(1200, np.int64), part="test")
        assert repr(one) == "<LabeledDigits a, test: 1,200 digits of 6×8 pixels>"
        assert repr(replace(one, part=None)) == "<LabeledDigits a: 1,200 digits of 6×8 pixels>"


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
            (["import", "digits8x8", "-o", "a.txt"], 5, "can't tell the format"),
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


def test_pillow_reads_what_show_writes():
    """The formats people ask for are there."""
    for kind in ("PNG", "JPEG"):
        file = io.BytesIO()
        contact_sheet(load_digits("digits8x8"), 2).save(file, kind)
        assert Image.open(file).mode == "L"
