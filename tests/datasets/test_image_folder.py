"""Pictures in a folder for each label, or named by a table."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from inknn.datasets import limits, load_digits
from inknn.errors import DataError
from labeled_digits import COUNT, same


@pytest.fixture
def listed(tmp_path, digits):
    """A folder of pictures and a table of them, beside each other."""
    folder = tmp_path / "mine"
    folder.mkdir()
    for i, image in enumerate(digits[0]):
        Image.fromarray(image).save(folder / f"{i}.png")
    rows = [f"{i}.png,{label},hand {i % 2}" for i, label in enumerate(digits[1])]
    (tmp_path / "mine.csv").write_text("file,truth,source\n" + "\n".join(rows))
    return folder


class TestCraftedFolders:
    def test_pictures_that_would_fill_the_memory_are_refused(self, tmp_path, monkeypatch, digits):
        monkeypatch.setattr(limits, "MAX_BYTES", 2 * 784)
        (tmp_path / "7").mkdir()
        for i in range(3):
            Image.fromarray(digits[0][i]).save(tmp_path / "7" / f"{i}.png")
        with pytest.raises(DataError, match="limit"):
            load_digits(tmp_path)

    def test_parts_that_lead_to_themselves_are_refused(self, tmp_path):
        for part in ("train", "test"):
            (tmp_path / part).symlink_to(tmp_path)
        with pytest.raises(DataError, match="no labeled pictures"):
            load_digits(tmp_path)

    def test_folders_may_be_nested_to_any_depth(self, tmp_path, deep_folder, digits):
        Image.fromarray(digits[0][0]).save(deep_folder / "0.png")
        (tmp_path / "d").rename(tmp_path / "7")
        try:
            assert load_digits(tmp_path).labels.tolist() == [7]
        finally:
            (tmp_path / "7").rename(tmp_path / "d")


class TestFolderPerLabel:
    @pytest.fixture
    def folder(self, tmp_path, digits):
        for i, (image, label) in enumerate(zip(*digits, strict=True)):
            (tmp_path / str(label)).mkdir(exist_ok=True)
            Image.fromarray(image).save(tmp_path / str(label) / f"scan{i}.png")
        return tmp_path

    def test_is_read_in_natural_order_with_its_files(self, folder, digits):
        found = load_digits(folder)
        order = np.argsort(digits[1], kind="stable")
        assert same(found, (digits[0][order], digits[1][order]))
        assert found.groups[0] == f"{digits[1][order][0]}/scan{order[0]}.png"
        assert found.files[0] == folder / found.groups[0]

    def test_files_that_are_no_pictures_are_left_alone(self, folder):
        (folder / "README.txt").write_text("my digits")
        (folder / "0" / "Thumbs.db").write_bytes(b"x")
        (folder / "0" / ".DS_Store").write_bytes(b"x")
        assert len(load_digits(folder)) == COUNT

    def test_dark_ink_on_paper_is_turned_over(self, folder, digits):
        before = load_digits(folder).images
        for path in folder.rglob("*.png"):
            colors = np.repeat(255 - np.asarray(Image.open(path))[..., None], 3, axis=2)
            Image.fromarray(colors).save(path)
        assert np.array_equal(load_digits(folder).images, before)

    def test_mixed_sizes_offer_the_command_that_mends_them(self, folder):
        Image.new("L", (30, 40)).save(folder / "0" / "large.png")
        with pytest.raises(DataError, match=r"28×28, 30×40.*inknn data import .* --normalize"):
            load_digits(folder)

    def test_mixed_sizes_are_brought_into_normal_form_if_wanted(self, folder, digits):
        order = np.argsort(digits[1], kind="stable")
        Image.new("L", (30, 40), 255).save(folder / "0" / "zz.png")
        first = folder / str(digits[1][order][0]) / f"scan{order[0]}.png"
        Image.fromarray(255 - np.asarray(Image.open(first).resize((84, 84)))).save(first)
        found = load_digits(folder, normalize=True)
        assert found.several_sizes
        (remark,) = found.remarks
        assert remark.code == "blank"
        assert "zz.png: no digit found" in remark.message
        assert found.images.shape == (COUNT + 1, 28, 28)
        blank = [str(file).endswith("zz.png") for file in found.files]
        assert np.array_equal(~found.images.any(axis=(1, 2)), blank)
        assert np.abs(found.images[0].astype(int) - digits[0][order][0]).mean() < 20

    def test_several_things_on_a_picture_are_told_once(self, folder, digits):
        both = np.hstack([digits[0][0], digits[0][1]])
        for name in ("y.png", "z.png"):
            Image.fromarray(both).resize((168, 84)).save(folder / "0" / name)
        (remark,) = load_digits(folder, normalize=True).remarks
        assert remark.code == "several-glyphs"
        assert "y.png: 2 glyphs found" in remark.message
        assert "2 such pictures" in remark.message

    def test_a_folder_that_is_no_digit_is_named(self, folder):
        (folder / "0").rename(folder / "zero")
        with pytest.raises(DataError, match=r"zero/.*labeled 'zero'.*0 to 9"):
            load_digits(folder)

    def test_a_damaged_picture_is_named(self, folder):
        (folder / "7" / "cut.png").write_bytes(b"\x89PNG\r\n\x1a\n")
        with pytest.raises(DataError, match=r"7/cut\.png: "):
            load_digits(folder)

    def test_a_folder_of_nothing_says_what_it_should_hold(self, tmp_path):
        with pytest.raises(DataError, match="folders named 0 to 9"):
            load_digits(tmp_path)

    def test_folders_train_and_test_are_parts(self, folder, digits, tmp_path_factory):
        both = tmp_path_factory.mktemp("both")
        folder.rename(both / "train")
        (both / "test" / "3").mkdir(parents=True)
        Image.fromarray(digits[0][0]).save(both / "test" / "3" / "a.png")
        assert len(load_digits(both, "train")) == COUNT
        assert load_digits(both, "test").labels.tolist() == [3]


class TestTableOfPictures:
    def test_is_found_by_the_folder_and_by_the_table(self, listed, digits):
        for data in (listed, listed.with_suffix(".csv")):
            found = load_digits(data)
            assert same(found, digits)
            assert found.groups[:3] == ("hand 0", "hand 1", "hand 0")
            assert found.files[0] == listed / "0.png"

    @pytest.mark.parametrize("head", ["filename,label", "Image,Class", "path;digit", '"file","y"'])
    def test_columns_may_be_called_as_is_usual(self, listed, digits, head):
        mark = ";" if ";" in head else ","
        rows = [f"{i}.png{mark}{label}" for i, label in enumerate(digits[1])]
        listed.with_suffix(".csv").unlink()
        (listed / "any.csv").write_text("\n".join([head, *rows]))
        assert same(load_digits(listed), digits)
        assert load_digits(listed).groups[1] == "1.png"

    @pytest.mark.parametrize(
        ("row", "said"),
        [
            ("12.png,3,hand", r"mine\.csv, line 14: 12\.png: no such picture"),
            ("1.png,ten,hand", r"mine\.csv, line 14: 1\.png is labeled 'ten'"),
            ("1.png,12,hand", r"mine\.csv, line 14: 1\.png is labeled '12'"),
            ("1.png,", r"mine\.csv, line 14: 2 columns where the others have 3"),
        ],
    )
    def test_a_wrong_line_is_named(self, listed, row, said):
        table = listed.with_suffix(".csv")
        table.write_text(f"{table.read_text()}\n{row}\n")
        with pytest.raises(DataError, match=said):
            load_digits(listed)

    def test_a_picture_without_a_label_is_named(self, listed):
        Image.new("L", (28, 28)).save(listed / "extra.png")
        with pytest.raises(DataError, match=r"extra\.png has no label"):
            load_digits(listed)

    def test_a_table_without_labels_names_its_columns(self, listed):
        listed.with_suffix(".csv").write_text("file,size\n0.png,3\n")
        with pytest.raises(DataError, match="no column named label; its columns are file, size"):
            load_digits(listed)
