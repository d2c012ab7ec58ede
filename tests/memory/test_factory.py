"""The factory model is prepared once, kept, and prepared again when its file is no good."""

from __future__ import annotations

import numpy as np
import pytest

from inknn import datasets
from inknn.errors import DataError, UnknownNameError
from inknn.memory import Model, factory, factory_images, factory_model, open_model
from inknn.progress import PREPARING
from inknn.recognizer import Recognizer


@pytest.fixture
def small_factory(tmp_path, monkeypatch):
    """A factory model of 600 digits, in a cache of this test alone: prepared in a moment."""
    images, labels = datasets.load_mnist_part("test")
    monkeypatch.setenv("INKNN_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(datasets, "load_mnist_part", lambda part: (images[:600], labels[:600]))
    return tmp_path


@pytest.fixture
def fits(monkeypatch):
    """How often a recognizer has been prepared."""
    counted = []
    fit = Recognizer.fit

    def counting(*arguments, **settings):
        counted.append(1)
        return fit(*arguments, **settings)

    monkeypatch.setattr(Recognizer, "fit", counting)
    return counted


def index_file(folder):
    (path,) = folder.glob("inknn-index-*.bin")
    return path


def assert_same_predictions(one, other):
    images = datasets.load_mnist_part("train")[0][:50]
    first, second = one.predict(images), other.predict(images)
    for name in ("labels", "shares", "confidence", "credibility", "neighbor_indices", "neighbor_distances"):
        assert np.array_equal(getattr(first, name), getattr(second, name)), name


class TestFactoryModel:
    def test_is_prepared_once(self, small_factory, fits):
        first, second = factory_model(), factory_model()
        assert len(fits) == 1
        assert_same_predictions(first, second)

    def test_answers_as_one_that_was_never_on_disk(self, small_factory):
        assert_same_predictions(factory_model(), Model.fit(*datasets.load_mnist_part("train")))

    def test_its_arrays_are_mapped_not_read(self, small_factory):
        assert not factory_model().recognizer.vectors.flags.owndata
        assert not factory_model().recognizer.vectors.flags.writeable

    def test_tells_how_far_it_is(self, small_factory):
        told = []
        factory_model(progress=lambda what, fraction: told.append((what, fraction)))
        assert told
        assert all(0 <= fraction <= 1 for _, fraction in told)

    def test_announces_only_what_is_done_once(self, small_factory):
        told = []
        for preset in (None, None, "fast"):
            factory_model(preset, lambda what, fraction: told.append(what))
        assert told.count(PREPARING) == 1
        assert told[0] == PREPARING

    @pytest.mark.parametrize("damage", ["cut short", "changed", "emptied", "foreign"])
    def test_is_prepared_again_when_its_file_is_damaged(self, small_factory, fits, damage):
        first = factory_model()
        path = index_file(small_factory)
        whole = path.read_bytes()
        middle = len(whole) // 2
        path.unlink()  # ``first`` has mapped it
        path.write_bytes(
            {
                "cut short": whole[:middle],
                "changed": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
                "emptied": b"",
                "foreign": b"PK\x03\x04" + whole[4:],
            }[damage]
        )
        assert_same_predictions(factory_model(), first)
        assert len(fits) == 2
        assert path.read_bytes() == whole

    def test_is_prepared_again_when_the_format_is_another(self, small_factory, fits, monkeypatch):
        factory_model()
        monkeypatch.setattr(factory, "FORMAT", factory.FORMAT + 1)
        factory_model()
        assert len(fits) == 2

    def test_other_settings_have_a_file_of_their_own(self, small_factory, fits, monkeypatch):
        factory_model()
        monkeypatch.setattr(Recognizer, "FINGERPRINT", "other")
        factory_model()
        assert len(fits) == 2
        assert len(list(small_factory.glob("inknn-index-*.bin"))) == 2

    def test_an_interrupted_preparation_leaves_nothing_half_done(self, small_factory, monkeypatch):
        def interrupted(what, fraction):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            factory_model(progress=interrupted)
        assert not list(small_factory.glob("*inknn-index-*[!k]"))  # but for the empty lock
        assert len(factory_model().recognizer.references) == 600

    def test_an_interrupted_write_leaves_nothing_half_done(self, small_factory, monkeypatch):
        def interrupted(descriptor):
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr("inknn.files.os.fsync", interrupted)
            with pytest.raises(KeyboardInterrupt):
                factory_model()
        assert not list(small_factory.glob("*inknn-index-*[!k]"))
        assert len(factory_model().recognizer.references) == 600

    def test_damaged_digits_in_the_package_are_no_reason_to_guess(self, small_factory, monkeypatch):
        def damaged(part):
            raise DataError("damaged")

        monkeypatch.setattr(datasets, "load_mnist_part", damaged)
        with pytest.raises(DataError, match="damaged"):
            factory_model()


class TestFactoryImages:
    def test_are_the_digits_the_neighbors_point_at(self, small_factory):
        model, images = factory_model(), factory_images()
        predictions = model.predict(images[:20])
        assert predictions.neighbor_indices[:, 0].tolist() == list(range(20))
        assert np.array_equal(predictions.neighbor_labels[:, 0], model.recognizer.labels[:20])
        assert np.array_equal(model.pictures[np.arange(20)], images[:20])


class TestPresets:
    def test_best_is_the_default(self, small_factory, fits):
        assert_same_predictions(factory_model("best"), factory_model())
        assert len(fits) == 1
        assert factory_model().name == "MNIST's training digits, preset best"

    def test_fast_is_fitted_each_time_and_shows_its_references_too(self, small_factory, fits):
        fast = factory_model("fast")
        assert fast.recognizer.settings.preset == "fast"
        assert fast.pictures[np.arange(3)].shape == (3, 28, 28)
        factory_model("fast")
        assert len(fits) == 2
        assert not list(small_factory.glob("inknn-index-*.bin"))

    def test_an_unknown_one_is_answered_with_the_nearest_name(self):
        with pytest.raises(UnknownNameError, match="did you mean best"):
            factory_model("bets")


class TestOpenModel:
    @pytest.mark.parametrize("name", [None, "mnist"])
    def test_no_file_or_mnist_is_the_factory_model(self, small_factory, name):
        assert_same_predictions(open_model(name), factory_model())
        assert open_model(name, "fast").recognizer.settings.preset == "fast"

    def test_a_file_is_the_model_in_it_with_digits_for_labels(self, tmp_path, train_digits):
        images, labels = train_digits[0][:60], train_digits[1][:60]
        kept = Model.fit(images, labels.astype(str))
        kept.save(tmp_path / "m")
        opened = open_model(tmp_path / "m")
        assert (opened.name, opened.classes.tolist()) == (str(tmp_path / "m"), list(range(10)))
        assert np.array_equal(opened.predict(images).labels, kept.predict(images).labels.astype(int))

    def test_labels_that_are_no_digits_are_refused(self, tmp_path, train_digits):
        Model.fit(train_digits[0][:60], train_digits[1][:60] + 10).save(tmp_path / "m")
        with pytest.raises(DataError, match=r"m aren't digits \('10', '11', '12' \.\.\.\)"):
            open_model(tmp_path / "m")

    def test_a_missing_or_foreign_file_is_refused(self, tmp_path):
        with pytest.raises(DataError, match=r"can't read the model .*none: No such file"):
            open_model(tmp_path / "none")
        (tmp_path / "notes.txt").write_text("no model")
        with pytest.raises(DataError, match="not an inknn data file; make the model again"):
            open_model(tmp_path / "notes.txt")
