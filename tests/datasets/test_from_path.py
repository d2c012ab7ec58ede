"""Users' own digits: every usual format is read, and what is wrong with it is told by file and line."""

from __future__ import annotations

import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from inknn.datasets import load_digits, write_idx
from inknn.datasets.arrays import as_digit_labels, as_pictures
from inknn.errors import DataError, UnknownNameError

COUNT = 12


@pytest.fixture(scope="module")
def digits(test_digits):
    """Twelve digits of MNIST, 28×28, and their labels as int64."""
    images, labels = test_digits
    return images[:COUNT], labels[:COUNT].astype(np.int64)


def same(found, digits):
    assert found.images.dtype == np.uint8
    assert found.labels.dtype == np.int64
    assert np.array_equal(found.images, digits[0])
    assert np.array_equal(found.labels, digits[1])
    return True


def pixels_csv(path, images, labels, *, last=False, head=None, delimiter=","):
    rows = [[*image.ravel(), label] if last else [label, *image.ravel()]
            for image, label in zip(images, labels, strict=True)]  # fmt: skip
    lines = [delimiter.join(map(str, row)) for row in rows]
    path.write_text("\n".join(([head] if head else []) + lines) + "\n")
    return path


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


class TestNames:
    def test_mnist_is_known_by_name(self):
        found = load_digits("mnist", "test")
        assert (found.name, found.images.shape, found.labels.dtype) == ("mnist", (10000, 28, 28), np.int64)

    def test_an_unknown_name_offers_the_nearest(self):
        with pytest.raises(UnknownNameError, match="did you mean mnist"):
            load_digits("mnsit")

    def test_a_missing_path_is_no_name(self, tmp_path):
        with pytest.raises(DataError, match="no such file or folder"):
            load_digits(tmp_path / "digits")


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
        assert "zz.png: no digit found" in found.remarks[0]
        assert found.images.shape == (COUNT + 1, 28, 28)
        blank = [str(file).endswith("zz.png") for file in found.files]
        assert np.array_equal(~found.images.any(axis=(1, 2)), blank)
        assert np.abs(found.images[0].astype(int) - digits[0][order][0]).mean() < 20

    def test_several_things_on_a_picture_are_told_once(self, folder, digits):
        both = np.hstack([digits[0][0], digits[0][1]])
        for name in ("y.png", "z.png"):
            Image.fromarray(both).resize((168, 84)).save(folder / "0" / name)
        (remark,) = load_digits(folder, normalize=True).remarks
        assert "y.png: 2 glyphs found" in remark
        assert "2 such pictures" in remark

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


class TestIdx:
    @pytest.mark.parametrize("ends", [("", ""), (".gz", ""), (".gz", ".gz")])
    @pytest.mark.parametrize("named", [0, 1])
    def test_the_other_file_lies_beside_it(self, tmp_path, digits, ends, named):
        files = (tmp_path / f"my-images-idx3-ubyte{ends[0]}", tmp_path / f"my-labels-idx1-ubyte{ends[1]}")
        write_idx(files[0], digits[0])
        write_idx(files[1], digits[1].astype(np.uint8))
        assert same(load_digits(files[named]), digits)
        assert same(load_digits(tmp_path), digits)

    def test_a_folder_as_of_mnist_has_two_parts(self, tmp_path, digits):
        for name, part in (("train", slice(0, 8)), ("t10k", slice(8, COUNT))):
            write_idx(tmp_path / f"{name}-images-idx3-ubyte", digits[0][part])
            write_idx(tmp_path / f"{name}-labels-idx1-ubyte", digits[1][part].astype(np.uint8))
        assert same(load_digits(tmp_path, "train"), (digits[0][:8], digits[1][:8]))
        assert same(load_digits(tmp_path, "test"), (digits[0][8:], digits[1][8:]))

    def test_labels_of_eight_columns_are_those_of_qmnist(self, tmp_path, digits):
        rows = np.zeros((COUNT, 8), np.int32)
        rows[:, 0] = digits[1]
        write_idx(tmp_path / "q-images-idx3-ubyte", digits[0])
        write_idx(tmp_path / "q-labels-idx2-int", rows)
        assert same(load_digits(tmp_path), digits)

    def test_missing_labels_are_asked_for_by_name(self, tmp_path, digits):
        write_idx(tmp_path / "a-images-idx3-ubyte", digits[0])
        with pytest.raises(DataError, match="put them there as a-labels-idx1-ubyte"):
            load_digits(tmp_path / "a-images-idx3-ubyte")

    def test_counts_that_differ_are_told(self, tmp_path, digits):
        write_idx(tmp_path / "a-images-idx3-ubyte", digits[0])
        write_idx(tmp_path / "a-labels-idx1-ubyte", digits[1][:5].astype(np.uint8))
        with pytest.raises(DataError, match="12 pictures and 5 labels"):
            load_digits(tmp_path / "a-images-idx3-ubyte")

    def test_another_name_says_how_it_should_be(self, tmp_path, digits):
        write_idx(tmp_path / "digits", digits[0])
        with pytest.raises(DataError, match="name the two as MNIST's are"):
            load_digits(tmp_path / "digits")


class TestNpz:
    @pytest.mark.parametrize(
        ("images", "labels"), [("images", "labels"), ("X", "y"), ("data", "target"), ("x_train", "y_train")]
    )
    def test_arrays_may_be_called_as_is_usual(self, tmp_path, digits, images, labels):
        np.savez_compressed(tmp_path / "a.npz", **{images: digits[0], labels: digits[1]})
        assert same(load_digits(tmp_path / "a.npz", "test"), digits)

    @pytest.mark.parametrize("form", ["x_{}", "X{}", "{}_images", "images_{}"])
    def test_two_parts_are_told_apart(self, tmp_path, digits, form):
        labels = {"x_{}": "y_{}", "X{}": "y{}"}.get(form, form.replace("images", "labels"))
        arrays = {}
        for part, some in (("train", slice(0, 8)), ("test", slice(8, COUNT))):
            arrays |= {form.format(part): digits[0][some], labels.format(part): digits[1][some]}
        np.savez(tmp_path / "a.npz", **arrays)
        assert same(load_digits(tmp_path / "a.npz", "train"), (digits[0][:8], digits[1][:8]))
        assert same(load_digits(tmp_path / "a.npz", "test"), (digits[0][8:], digits[1][8:]))

    def test_python_objects_are_refused(self, tmp_path, digits):
        np.savez(tmp_path / "a.npz", images=digits[0], labels=np.array(["3"] * COUNT, object))
        with pytest.raises(DataError, match="Python objects"):
            load_digits(tmp_path / "a.npz")

    def test_other_arrays_are_named(self, tmp_path, digits):
        np.savez(tmp_path / "a.npz", pictures=digits[0])
        with pytest.raises(DataError, match="only pictures"):
            load_digits(tmp_path / "a.npz")

    def test_a_file_cut_short_is_refused(self, tmp_path, digits):
        np.savez(tmp_path / "a.npz", images=digits[0], labels=digits[1])
        whole = (tmp_path / "a.npz").read_bytes()
        for count in (10, len(whole) // 2, len(whole) - 1):
            (tmp_path / "a.npz").write_bytes(whole[:count])
            with pytest.raises(DataError):
                load_digits(tmp_path / "a.npz")


class TestTableOfPixels:
    HEAD = "label," + ",".join(f"pixel{i}" for i in range(784))

    def test_the_label_may_be_first_or_last_or_named(self, tmp_path, digits):
        last = ",".join(f"pixel{i}" for i in range(784)) + ",class"
        for arguments in ({}, {"last": True}, {"head": self.HEAD}, {"head": last, "last": True}):
            path = pixels_csv(tmp_path / "a.csv", *digits, **arguments)
            assert same(load_digits(path), digits)

    def test_gzipped_or_with_other_marks(self, tmp_path, digits):
        path = pixels_csv(tmp_path / "a.csv", *digits, delimiter="\t")
        assert same(load_digits(path), digits)
        path.write_bytes(gzip.compress(pixels_csv(path, *digits, delimiter=";").read_bytes()))
        assert same(load_digits(path), digits)

    @pytest.mark.parametrize("one_hot", [False, True])
    def test_the_labels_may_lie_beside_it(self, tmp_path, digits, one_hot):
        labels = np.eye(10)[digits[1]] if one_hot else digits[1]
        np.savetxt(tmp_path / "ARDIS_train_2828.csv", digits[0].reshape(COUNT, -1))
        np.savetxt(tmp_path / "ARDIS_train_labels.csv", labels)
        assert same(load_digits(tmp_path / "ARDIS_train_2828.csv"), digits)
        np.savetxt(tmp_path / "ARDIS_train_labels.csv", labels[:5])
        with pytest.raises(DataError, match="12 pictures and 5 labels"):
            load_digits(tmp_path / "ARDIS_train_2828.csv")

    def test_pixels_without_any_labels_are_refused(self, tmp_path, digits):
        np.savetxt(tmp_path / "a.csv", digits[0].reshape(COUNT, -1))
        with pytest.raises(DataError, match="784 columns are no label and a square of pixels"):
            load_digits(tmp_path / "a.csv")

    def test_how_far_it_is_is_told(self, tmp_path, digits):
        told = []
        path = pixels_csv(tmp_path / "a.csv", *digits)
        load_digits(path, progress=lambda what, part: told.append((what, part)))
        assert told == [("reading a.csv", 1.0)]

    def test_a_ragged_line_is_named(self, tmp_path, digits):
        path = pixels_csv(tmp_path / "a.csv", *digits, head=self.HEAD)
        lines = path.read_text().splitlines()
        lines[3] += ",0"
        path.write_text("\n".join(lines))
        with pytest.raises(DataError, match=r"a\.csv, line 4: 786 columns where the others have 785"):
            load_digits(path)

    @pytest.mark.parametrize(("line", "cell"), [(1, "ink"), (5, "nan"), (7, ""), (COUNT, "1e999")])
    def test_what_is_no_number_is_named(self, tmp_path, digits, line, cell):
        path = pixels_csv(tmp_path / "a.csv", *digits)
        lines = path.read_text().splitlines()
        cells = lines[line - 1].split(",")
        cells[9] = cell
        lines[line - 1] = ",".join(cells)
        path.write_text("\n".join(lines))
        with pytest.raises(DataError, match=rf"a\.csv, line {line}, column 10: '{cell}' is not a number"):
            load_digits(path)

    def test_a_label_that_is_no_digit_is_named(self, tmp_path, digits):
        labels = digits[1].copy()
        labels[2] = 10
        path = pixels_csv(tmp_path / "a.csv", digits[0], labels, head=self.HEAD)
        with pytest.raises(DataError, match="line 4 is labeled 10"):
            load_digits(path)

    def test_a_label_that_cant_be_told_is_asked_for(self, tmp_path, digits):
        path = pixels_csv(tmp_path / "a.csv", digits[0], np.zeros(COUNT, int))
        with pytest.raises(DataError, match="add a header line that names it label"):
            load_digits(path)

    def test_columns_that_make_no_square_are_counted(self, tmp_path):
        (tmp_path / "a.csv").write_text("1,2,3\n4,5,6\n")
        with pytest.raises(DataError, match="3 columns are no label and a square of pixels"):
            load_digits(tmp_path / "a.csv")

    @pytest.mark.parametrize("text", ["", "\n\n", "label,pixel0,pixel1,pixel2,pixel3\n"])
    def test_a_file_without_digits_says_so(self, tmp_path, text):
        (tmp_path / "a.csv").write_text(text)
        with pytest.raises(DataError, match=r"is empty|no digits"):
            load_digits(tmp_path / "a.csv")

    def test_a_file_of_no_known_format_says_which_there_are(self, tmp_path):
        (tmp_path / "a.bin").write_bytes(bytes(range(128, 256)))
        with pytest.raises(DataError, match="a folder, IDX, NPZ, or CSV"):
            load_digits(tmp_path / "a.bin")


class TestScales:
    @pytest.mark.parametrize(
        "scaled",
        [
            pytest.param(lambda x: x, id="0 to 255"),
            pytest.param(lambda x: x.astype(np.int64), id="whole numbers"),
            pytest.param(lambda x: x / 255, id="0 to 1"),
            pytest.param(lambda x: x / 127.5 - 1, id="-1 to 1"),
            pytest.param(lambda x: x.astype(np.uint16) * 257, id="16 bits"),
            pytest.param(lambda x: 255 - x, id="dark on bright"),
            pytest.param(lambda x: x[..., None], id="a channel"),
            pytest.param(lambda x: np.repeat(x[..., None], 3, axis=3), id="color"),
            pytest.param(lambda x: x.reshape(len(x), -1), id="flat"),
        ],
    )
    def test_all_give_the_same_pictures(self, digits, scaled):
        assert np.array_equal(as_pictures(scaled(digits[0])), digits[0])

    def test_counts_to_16_fill_the_range(self):
        assert as_pictures(np.array([[[0, 8], [0, 16]]])).tolist() == [[[0, 128], [0, 255]]]

    @pytest.mark.parametrize(
        ("values", "said"),
        [
            (np.full((1, 2, 2), -3), "from 0 to 255"),
            (np.full((1, 2, 2), np.nan), "no finite number"),
            (np.zeros((1, 7)), "no square"),
            (np.zeros((0, 2, 2)), "no pictures"),
            (np.zeros((1, 2, 2), "U1"), "must be numbers"),
            (np.zeros(3), "n, height, width"),
        ],
    )
    def test_what_is_no_picture_is_refused(self, values, said):
        with pytest.raises(DataError, match=said):
            as_pictures(values)

    @given(st.lists(st.integers(0, 9), min_size=1, max_size=9))
    def test_labels_may_be_of_any_type(self, labels):
        forms = (labels, np.array(labels, float), [str(v) for v in labels], [f"{v}.0" for v in labels])
        for form in (*forms, np.eye(10)[labels], np.array(labels)[:, None], np.array(labels, "S1")):
            assert as_digit_labels(form).tolist() == labels

    @pytest.mark.parametrize("labels", [[1, 10], [1, -1], [1, 2.5], ["1", "a"], [["1"], ["b"]], [[[1]]]])
    def test_labels_that_are_no_digits_are_refused(self, labels):
        with pytest.raises(DataError, match=r"labels must be"):
            as_digit_labels(np.array(labels))
