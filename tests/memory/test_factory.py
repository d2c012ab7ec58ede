"""The factory recognizer is prepared once, kept, and prepared again when its file is no good."""

from __future__ import annotations

import numpy as np
import pytest

from inknn import datasets
from inknn.errors import DataError
from inknn.memory import factory, factory_images, factory_recognizer
from inknn.recognizer import Recognizer


@pytest.fixture
def small_factory(tmp_path, monkeypatch):
    """A factory set of 600 digits, in a cache of this test alone: prepared in a moment."""
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


def assert_same_answers(one, other):
    images = datasets.load_mnist_part("train")[0][:50]
    first, second = one.recognize(images), other.recognize(images)
    for name in ("labels", "shares", "confidence", "credibility", "neighbor_indices", "neighbor_distances"):
        assert np.array_equal(getattr(first, name), getattr(second, name)), name


class TestFactoryRecognizer:
    def test_is_prepared_once(self, small_factory, fits):
        first, second = factory_recognizer(), factory_recognizer()
        assert len(fits) == 1
        assert_same_answers(first, second)

    def test_answers_as_one_that_was_never_on_disk(self, small_factory):
        assert_same_answers(factory_recognizer(), Recognizer.fit(*datasets.load_mnist_part("train")))

    def test_its_arrays_are_mapped_not_read(self, small_factory):
        assert not factory_recognizer().vectors.flags.owndata
        assert not factory_recognizer().vectors.flags.writeable

    def test_tells_how_far_it_is(self, small_factory):
        told = []
        factory_recognizer(lambda what, fraction: told.append((what, fraction)))
        assert told
        assert all(0 <= fraction <= 1 for _, fraction in told)

    @pytest.mark.parametrize("damage", ["cut short", "changed", "emptied", "foreign"])
    def test_is_prepared_again_when_its_file_is_damaged(self, small_factory, fits, damage):
        first = factory_recognizer()
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
        assert_same_answers(factory_recognizer(), first)
        assert len(fits) == 2
        assert path.read_bytes() == whole

    def test_is_prepared_again_when_the_format_is_another(self, small_factory, fits, monkeypatch):
        factory_recognizer()
        monkeypatch.setattr(factory, "_VERSION", 2)
        factory_recognizer()
        assert len(fits) == 2

    def test_other_settings_have_a_file_of_their_own(self, small_factory, fits, monkeypatch):
        factory_recognizer()
        monkeypatch.setattr(Recognizer, "FINGERPRINT", "other")
        factory_recognizer()
        assert len(fits) == 2
        assert len(list(small_factory.glob("inknn-index-*.bin"))) == 2

    def test_an_interrupted_preparation_leaves_nothing_half_done(self, small_factory, monkeypatch):
        def interrupted(what, fraction):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            factory_recognizer(interrupted)
        assert not list(small_factory.glob("*inknn-index-*[!k]"))  # but for the empty lock
        assert len(factory_recognizer().labels) == 600

    def test_an_interrupted_write_leaves_nothing_half_done(self, small_factory, monkeypatch):
        def interrupted(descriptor):
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr("inknn.files.os.fsync", interrupted)
            with pytest.raises(KeyboardInterrupt):
                factory_recognizer()
        assert not list(small_factory.glob("*inknn-index-*[!k]"))
        assert len(factory_recognizer().labels) == 600

    def test_damaged_digits_in_the_package_are_no_reason_to_guess(self, small_factory, monkeypatch):
        def damaged(part):
            raise DataError("damaged")

        monkeypatch.setattr(datasets, "load_mnist_part", damaged)
        with pytest.raises(DataError, match="damaged"):
            factory_recognizer()


class TestFactoryImages:
    def test_are_the_digits_the_neighbors_point_at(self, small_factory):
        recognizer, images = factory_recognizer(), factory_images()
        answers = recognizer.recognize(images[:20])
        assert answers.neighbor_indices[:, 0].tolist() == list(range(20))
        assert np.array_equal(answers.neighbor_labels[:, 0], recognizer.labels[:20])
