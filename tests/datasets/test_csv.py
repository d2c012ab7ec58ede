"""Tables of pixels; what is wrong in them is named by file and line."""

from __future__ import annotations

import gzip
import os

import numpy as np
import pytest

from inknn.datasets import csv, limits, load_digits
from inknn.errors import DataError
from labeled_digits import COUNT, same


def pixels_csv(path, images, labels, *, last=False, head=None, delimiter=","):
    rows = [[*image.ravel(), label] if last else [label, *image.ravel()]
            for image, label in zip(images, labels, strict=True)]  # fmt: skip
    lines = [delimiter.join(map(str, row)) for row in rows]
    path.write_text("\n".join(([head] if head else []) + lines) + "\n")
    return path


class TestCraftedFiles:
    def test_what_would_fill_the_memory_is_not_unpacked(self, tmp_path, monkeypatch):
        monkeypatch.setattr(limits, "MAX_BYTES", 1_000_000)
        for fill in (b"0", b"0,", b"0\n"):
            (tmp_path / "a.csv.gz").write_bytes(gzip.compress(fill * 2_000_000))
            with pytest.raises(DataError, match="limit"):
                load_digits(tmp_path / "a.csv.gz")

    def test_nor_are_millions_of_empty_lines(self, tmp_path, monkeypatch):
        monkeypatch.setattr(csv, "_MOST_LINES", 1000)
        (tmp_path / "a.csv").write_bytes(b"\n" * 1001)
        with pytest.raises(DataError, match="1,000 lines"):
            load_digits(tmp_path / "a.csv")

    @pytest.mark.parametrize("line", [b'"' + b"a" * 200_000, b"label,file\n" + b"a" * 200_000 + b",1"])
    def test_a_cell_of_any_length_is_refused(self, tmp_path, line):
        (tmp_path / "a.csv").write_bytes(line)
        with pytest.raises(DataError, match=r"a\.csv"):
            load_digits(tmp_path / "a.csv")

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
    @pytest.mark.parametrize("name", ["a.csv", "images-idx3-ubyte", "a.npz", "a"])
    def test_a_pipe_is_refused_at_once(self, tmp_path, name):
        os.mkfifo(tmp_path / name)
        with pytest.raises(DataError, match="regular file"):
            load_digits(tmp_path / name)


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
