"""NPZ files under the usual names of arrays; nothing in them is run."""

from __future__ import annotations

import numpy as np
import pytest

from inknn.datasets import load_digits
from inknn.errors import DataError
from labeled_digits import COUNT, same


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
