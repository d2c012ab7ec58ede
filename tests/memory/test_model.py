"""The promises of a model: it predicts in the user's labels, and comes back from its file the same."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from inknn.errors import DataError
from inknn.memory import Model, read_arrays, write_arrays
from inknn.recognizer import FORMAT, Recognizer, Settings, choose_settings


def as_bytes(text):
    """A text as files keep it."""
    return np.frombuffer(text.encode(), np.uint8)


def settings_with(**changes):
    """Settings of ``plain`` as files keep them, some of them changed."""
    plain = json.loads(choose_settings(features="zoning", n_neighbors=3).to_json())
    return as_bytes(json.dumps({**plain, **changes}))


NAMES = np.array(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])


@pytest.fixture(scope="module")
def few(train_digits):
    """500 digits and their labels: quick to fit."""
    return train_digits[0][:500], train_digits[1][:500]


@pytest.fixture(scope="module")
def model(few):
    return Model.fit(few[0], NAMES[few[1]])


@pytest.fixture(scope="module")
def plain(few):
    """Quick to keep and to open."""
    return Model.fit(few[0][:60], few[1][:60], choose_settings(features="zoning", n_neighbors=3))


def assert_same_predictions(one, other, images):
    first, second = one.predict(images), other.predict(images)
    for name in (
        "classes", "labels", "shares", "confidence", "credibility", "verdicts",
        "neighbor_indices", "neighbor_labels", "neighbor_distances",
    ):  # fmt: skip
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


class TestPredict:
    def test_labels_are_those_of_fit(self, model, few, test_digits):
        predictions = model.predict(test_digits[0][:200])
        assert model.classes.tolist() == sorted(NAMES)
        assert (predictions.labels == NAMES[test_digits[1][:200]]).mean() > 0.9
        np.testing.assert_array_equal(
            predictions.neighbor_labels, NAMES[few[1]][predictions.neighbor_indices]
        )
        assert predictions.alternatives(0)[0][0] == predictions.labels[0]

    def test_agrees_with_its_recognizer(self, model, test_digits):
        images = test_digits[0][:200]
        codes, predictions = model.recognizer.recognize(images), model.predict(images)
        np.testing.assert_array_equal(predictions.labels, model.classes[codes.labels])
        np.testing.assert_array_equal(predictions.probabilities(), codes.probabilities())
        np.testing.assert_array_equal(predictions.verdicts, codes.verdicts)

    def test_threads_do_not_matter(self, model, test_digits):
        one, three = (model.predict(test_digits[0][:99], n_threads=n) for n in (1, 3))
        np.testing.assert_array_equal(one.probabilities(), three.probabilities())

    def test_settings_and_name_are_its_own(self, few):
        settings = Settings(n_neighbors=3, n_distorted=0)
        model = Model.fit(few[0][:100], few[1][:100], settings, name="mine")
        assert (model.recognizer.settings, model.name, model.pictures) == (settings, "mine", None)

    def test_fit_reports_how_far_it_is(self, few):
        reported = []
        Model.fit(few[0][:60], few[1][:60], progress=lambda what, part: reported.append(part))
        assert reported[-1] == 1


class TestOfDigits:
    def test_numbers_and_text_become_digits(self, plain):
        text = replace(plain, classes=plain.classes.astype(str))
        for model in (plain, text):
            digits = model.of_digits().classes
            assert (digits.dtype, digits.tolist()) == (np.int64, plain.classes.tolist())

    @pytest.mark.parametrize(
        ("classes", "said"),
        [
            (np.arange(10, 20), r"\('10', '11', '12' \.\.\.\)"),
            (np.array(["1", "two"]), r"\('1', 'two'\)"),
            (np.array(["²"]), "'²'"),
            (np.array([1.0, 2.0]), "'1.0'"),
        ],
    )
    def test_other_labels_are_refused_and_named(self, plain, classes, said):
        with pytest.raises(DataError, match=f"labels of ours aren't digits.*{said}"):
            replace(plain, classes=classes, name="ours").of_digits()


class TestSave:
    @pytest.mark.parametrize(
        "settings",
        [Settings(n_neighbors=3), choose_settings(preset="fast"), choose_settings(features="pixels")],
    )
    def test_it_comes_back_the_same(self, few, test_digits, tmp_path, settings):
        before = Model.fit(few[0], few[1], settings)
        before.save(tmp_path / "m.inknn")
        after = Model.open(tmp_path / "m.inknn")
        assert (after.recognizer.settings, after.name) == (settings, str(tmp_path / "m.inknn"))
        assert after.classes.dtype == before.classes.dtype
        assert (after.pictures is None) == (settings.n_distorted == 0)
        assert_same_predictions(before, after, test_digits[0][:200])
        after.save(tmp_path / "again")
        assert (tmp_path / "again").read_bytes() == (tmp_path / "m.inknn").read_bytes()

    @pytest.mark.parametrize(
        "classes",
        [
            np.array(["null", "eins", "größer", *"abcdefg"]),
            np.arange(10) / 2,
            np.arange(-7, 3) * 2**40,
            np.arange(10, dtype=np.uint8),
        ],
    )
    def test_labels_may_be_numbers_or_text(self, few, test_digits, tmp_path, classes):
        before = Model.fit(few[0][:60], classes[few[1][:60]], choose_settings(features="zoning"))
        before.save(tmp_path / "m")
        after = Model.open(tmp_path / "m")
        assert after.classes.dtype == before.classes.dtype
        assert_same_predictions(before, after, test_digits[0][:50])

    def test_other_labels_are_refused_and_nothing_is_written(self, plain, tmp_path):
        with pytest.raises(ValueError, match="numbers or text"):
            replace(plain, classes=plain.classes.astype(object)).save(tmp_path / "m")
        assert list(tmp_path.iterdir()) == []

    def test_an_open_file_is_written_to(self, plain, tmp_path, test_digits):
        with open(tmp_path / "m", "wb") as file:
            plain.save(file)
        assert_same_predictions(plain, Model.open(tmp_path / "m"), test_digits[0][:20])

    def test_an_opened_model_is_mapped_and_outlives_its_file(self, plain, tmp_path, test_digits):
        plain.save(tmp_path / "m")
        after = Model.open(tmp_path / "m")
        assert not after.recognizer.vectors.flags.owndata
        (tmp_path / "m").unlink()
        assert_same_predictions(plain, after, test_digits[0][:20])


class TestOpen:
    @pytest.fixture
    def change(self, plain, tmp_path):
        """Keep a model with some arrays changed, or left out, as a file made elsewhere could have them."""

        def change(**changes):
            plain.save(tmp_path / "m")
            arrays = {**read_arrays(tmp_path / "m", kind="model", version=FORMAT), **changes}
            kept = {name: array for name, array in arrays.items() if array is not None}
            write_arrays(tmp_path / "changed", kept, kind="model", version=FORMAT)
            return tmp_path / "changed"

        return change

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"classes": None}, "lacks 'classes'"),
            ({"classes": np.arange(9)}, "names 9 labels for 10"),
            ({"classes": np.arange(10)[::-1].copy()}, "out of order"),
            ({"classes": np.zeros(10)}, "out of order"),
            ({"pictures": np.zeros((59, 28, 28), np.uint8)}, "pictures of other digits"),
            ({"vectors": None}, "'vectors'"),
            ({"classes": np.arange(20).reshape(10, 2)}, "labels that are none"),
            ({"classes": np.full(10, np.nan)}, "out of order"),
            ({"classes_are_text": np.array([True, False])}, "labels that are none"),
            ({"classes": np.full((10, 1), 2**31, np.uint32), "classes_are_text": np.array(True)}, "labels"),
            ({"settings": as_bytes("[" * 5000)}, "recursion"),
            ({"settings": as_bytes('{"gradient": 7}')}, "prepare it again"),
            ({"settings": settings_with(n_neighbors=0)}, "positive"),
            ({"settings": settings_with(n_neighbors="5")}, "n_neighbors"),
            ({"settings": settings_with(n_neighbors=10**30)}, "n_neighbors"),
            ({"settings": settings_with(vote_power=float("nan"))}, "vote_power"),
            ({"settings": settings_with(feature="smell")}, "smell"),
            ({"settings": settings_with(metric="tangent")}, "tangent"),
            ({"settings": settings_with(feature="pixels")}, "other features"),
            ({"labels": np.full(60, 10)}, "labels that are not 0 to 9"),
            ({"labels": np.full(60, -1)}, "labels that are not 0 to 9"),
            ({"labels": np.zeros(60)}, "labels that are no codes"),
            ({"labels": np.zeros(59, np.uint8)}, "not those of the labels"),
            ({"vectors": np.full((60, 49), np.nan, np.float32)}, "too long"),
            ({"vectors": np.zeros(60, np.float32)}, "vectors"),
            ({"non_digits": np.zeros((3, 2), np.float32)}, "another space"),
            ({"calibration_class_scales": np.zeros(10)}, "not positive"),
            ({"calibration_split_confidences": np.full(1, 2.0)}, "shares|fit"),
            ({"calibration_split_margins": np.zeros(0)}, "fit each other"),
            ({"index_ids": np.full(64, 7)}, "other references|no row"),
            ({"index_ids": np.arange(64) * 10**15}, "other references"),
            ({"index_settings": np.array([np.inf, 1.0])}, "principal components"),
            ({"index_settings": np.array(1.0)}, "prepare it again"),
            ({"index_stages": np.array([1])}, "other references"),
            ({"index_max_norm": np.array([1.0, 2.0])}, "prepare it again"),
            ({"index_packed": np.zeros((1, 1, 64), np.float32)}, "prepare it again"),
        ],
    )
    def test_arrays_that_do_not_fit_are_refused(self, change, changes, said):
        with pytest.raises(DataError, match=said):
            Model.open(change(**changes))

    def test_an_index_that_hides_references_is_refused_when_it_is_searched(self, change, few):
        model = Model.open(change(index_half_norms=np.full((1, 64), np.inf, np.float32)))
        with pytest.raises(DataError, match="other references"):
            model.predict(few[0][:1])

    def test_a_file_of_another_kind_or_version_is_refused(self, tmp_path, few):
        arrays = Recognizer.fit(few[0][:60], few[1][:60]).arrays()
        write_arrays(tmp_path / "a", arrays, kind="prepared index", version=FORMAT)
        write_arrays(tmp_path / "b", arrays, kind="model", version=FORMAT - 1)
        for name, kind, version in (("a", "prepared index", FORMAT), ("b", "model", FORMAT - 1)):
            said = f"holds {kind} version {version}, not model version {FORMAT}; make the model again"
            with pytest.raises(DataError, match=said):
                Model.open(tmp_path / name)

    def test_a_missing_file_is_missing(self, tmp_path):
        with pytest.raises(FileNotFoundError):
            Model.open(tmp_path / "none")
