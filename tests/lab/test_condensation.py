"""What is kept is enough for what was promised, and its cost is counted on digits held out."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commands import inknn
from inknn import DigitClassifier
from inknn.datasets import load_digits, load_mnist_part
from inknn.datasets.load import LabeledDigits
from inknn.errors import DataError, ParameterError, UnknownNameError
from inknn.lab.condensation import check_options, condense, count_to_keep, save_digits
from inknn.lab.selection import SELECTIONS, condensed, edited, medoids
from inknn.progress import no_progress
from inknn.search import brute_force


def clouds(seed, count=300, labels=3, spread=1.0):
    """Vectors in overlapping clouds, one for each label."""
    chance = np.random.default_rng(seed)
    codes = np.concatenate([np.arange(labels), chance.integers(0, labels, count - labels)])
    centers = 2 * np.eye(labels, 4)
    return (centers[codes] + spread * chance.normal(size=(count, 4))).astype(np.float32), codes


@pytest.fixture(scope="module")
def digits():
    images, labels = load_mnist_part("train")
    return LabeledDigits("some", images[:900], labels[:900].astype(np.int64))


@pytest.fixture(scope="module")
def found(digits):
    return condense(digits)


class TestCondensed:
    @given(st.integers(0, 10_000))
    @settings(max_examples=20)
    def test_the_nearest_kept_digit_has_the_label_of_every_digit(self, seed):
        vectors, codes = clouds(seed)
        kept = condensed(vectors, codes)
        _, nearest = brute_force(vectors, vectors[kept], 1)
        assert np.array_equal(codes[kept][nearest[:, 0]], codes)

    def test_keeps_one_of_each_where_labels_lie_apart(self):
        vectors, codes = clouds(0, spread=0.01)
        assert len(condensed(vectors, codes)) == 3

    def test_in_blocks_it_keeps_the_same_digits_as_one_by_one(self, monkeypatch):
        """Hart's rule, one digit at a time: keep each whose nearest kept digit has another label."""
        vectors, codes = clouds(1)
        monkeypatch.setattr("inknn.lab.selection._BLOCK", 7)
        kept = [int(row) for row in self.starts(vectors, codes)]
        before = -1
        while len(kept) != before:
            before = len(kept)
            for row in np.random.default_rng(1968).permutation(len(vectors)):
                away = np.linalg.norm(vectors[kept].astype(float) - vectors[row], axis=1)
                if codes[kept[int(away.argmin())]] != codes[row]:
                    kept.append(int(row))
        assert condensed(vectors, codes).tolist() == sorted(kept)

    @staticmethod
    def starts(vectors, codes):
        for label in np.unique(codes):
            rows = np.flatnonzero(codes == label)
            yield rows[np.square(vectors[rows] - vectors[rows].mean(axis=0)).sum(axis=1).argmin()]

    def test_ends_where_two_labels_lie_in_one_place(self):
        vectors = np.zeros((4, 2), np.float32)
        assert len(condensed(vectors, np.array([0, 1, 0, 1]))) >= 2

    def test_is_the_same_every_time(self):
        vectors, codes = clouds(2)
        assert np.array_equal(condensed(vectors, codes), condensed(vectors, codes))


class TestEdited:
    def test_drops_digits_among_those_of_another_label_and_keeps_the_rest(self):
        vectors, codes = clouds(0, spread=0.01)
        wrong = np.array([5, 50, 99])
        codes[wrong] = (codes[wrong] + 1) % 3
        assert np.array_equal(edited(vectors, codes), np.setdiff1d(np.arange(300), wrong))


class TestMedoids:
    def test_keeps_as_many_as_wanted_at_most_and_some_of_each_label(self):
        vectors, codes = clouds(3)
        kept = medoids(vectors, codes, 30)
        assert 15 <= len(kept) <= 30
        assert set(codes[kept]) == {0, 1, 2}

    def test_one_of_each_label_is_the_least(self):
        vectors, codes = clouds(3)
        assert sorted(codes[medoids(vectors, codes, 1)]) == [0, 1, 2]

    def test_a_rare_label_takes_its_one_from_the_commonest(self):
        vectors, codes = clouds(3)
        codes = np.where(np.arange(300) < 298, codes % 2, 2)
        kept = medoids(vectors, codes, 6)
        assert len(kept) <= 6
        assert set(codes[kept]) == {0, 1, 2}


@pytest.mark.parametrize("name", SELECTIONS)
def test_every_method_keeps_rows_in_order_and_all_labels(name):
    """Even a label of one digit, which editing alone would do away with."""
    vectors, codes = clouds(4)
    vectors, codes = np.append(vectors, vectors[:1] + 0.01, axis=0), np.append(codes, 3)
    kept = SELECTIONS[name].select(vectors, codes, 60, no_progress)
    assert np.array_equal(kept, np.unique(kept))
    assert name == "random" or set(codes[kept]) == {0, 1, 2, 3}
    assert 4 <= len(kept) < 301


@pytest.mark.slow
class TestCost:
    def test_is_that_of_a_recognizer_that_never_saw_the_held_out_digits(self, found, digits):
        names = [cost.name for cost in found.costs]
        assert names == ["all", "kept", "as many at random", "kept, metric learned from them"]
        everything, kept, drawn, alone = found.costs
        assert (everything.references, everything.count) == (720, 180)
        assert kept.references == drawn.references == alone.references < 150
        assert everything.errors <= drawn.errors
        assert everything.errors < 20

    def test_says_how_the_held_out_digits_were_chosen(self, found):
        how = "in blocks of consecutive digits: the data doesn't say who wrote which"
        assert found.to_dict()["how"] == how
        assert "held out  180 digits, in blocks of consecutive digits" in str(found)

    def test_is_counted_on_strangers_where_writers_are_known(self, digits):
        writers = tuple(f"writer {i // 30}" for i in range(300))
        some = LabeledDigits("some", digits.images[:300], digits.labels[:300], writers)
        assert "none of the 10 groups is on both sides" in str(condense(some, keep="20%"))

    def test_comes_with_its_interval(self, found):
        for cost in found.costs:
            low, high = cost.interval
            assert low <= cost.errors / cost.count <= high

    def test_model_answers_like_the_whole_and_is_calibrated(self, found, digits):
        images, labels = (part[2000:2300] for part in load_mnist_part("train"))
        whole = DigitClassifier(preset="fast").fit(digits.images, digits.labels)
        assert found.classifier.score(images, labels) > whole.score(images, labels) - 0.06
        assert len(found.classifier.recognizer_.labels) == len(found.indices) == round(found.ratio * 900)
        confidence = found.classifier.recognizer_.recognize(images).confidence
        right = found.classifier.predict(images) == labels
        assert confidence.mean() == pytest.approx(right.mean(), abs=0.1)

    def test_labels_need_not_be_0_to_9(self, digits):
        some = np.isin(digits.labels, [3, 8])
        pair = condense(LabeledDigits("pair", digits.images[some], digits.labels[some]), keep="40")
        assert set(pair.classifier.predict(digits.images[some])) == {3, 8}


class TestHowMany:
    @pytest.mark.parametrize(
        ("keep", "count"), [("10%", 20), ("0.1%", 1), ("200", 200), (" 7 ", 7), (None, 20)]
    )
    def test_is_a_number_or_a_part(self, keep, count):
        assert count_to_keep(keep, 200) == count

    @pytest.mark.parametrize("keep", ["0", "0%", "-1", "201", "101%", "many", "1.5", "nan%", ""])
    def test_nonsense_is_refused(self, keep):
        with pytest.raises(ParameterError, match="10%"):
            count_to_keep(keep, 200)

    @pytest.mark.parametrize("keep", ["0", "150%", "-3", "nan%"])
    def test_nonsense_is_reported_before_anything_is_read_and_without_a_count(self, keep):
        with pytest.raises(ParameterError, match=f"^can't keep {keep} of the digits; write 10% or 6000$"):
            check_options("medoids", keep)

    @pytest.mark.parametrize("method", ["medoids", "random"])
    def test_fewer_than_one_for_each_label_are_refused(self, digits, method):
        with pytest.raises(
            ParameterError, match="can't keep 3 of 900 digits with 10 labels; keep 10 or more"
        ):
            condense(digits, method, "3")

    def test_a_method_that_keeps_as_many_as_it_needs_takes_no_number(self, digits):
        with pytest.raises(ParameterError, match="leave --keep out"):
            condense(digits, "condensed", "10%")

    def test_an_unknown_method_offers_the_nearest(self, digits):
        with pytest.raises(UnknownNameError, match="did you mean medoids"):
            condense(digits, "medoid")


class TestBadInput:
    def test_one_label_or_too_few_digits(self, digits):
        with pytest.raises(DataError, match="too few"):
            condense(LabeledDigits("few", digits.images[:9], digits.labels[:9]))
        with pytest.raises(DataError, match="two labels or more"):
            condense(LabeledDigits("one", digits.images[:90], np.zeros(90, np.int64)))

    @pytest.mark.parametrize(
        ("arguments", "code", "said"),
        [
            (["set.npz", "-o", "small.txt"], 2, "-o must end in .npz or .inknn"),
            (["set.npz", "-o", "missing/small.npz"], 5, "there is no folder missing; make it first"),
            (["set.npz", "-o", "set.npz"], 5, "it is one of the files to read"),
        ],
    )
    def test_is_reported_and_nothing_is_written(self, tmp_path, arguments, code, said):
        np.savez(tmp_path / "set.npz", images=np.ones((30, 28, 28), np.uint8), labels=np.full(30, 3))
        done = inknn("condense", *arguments, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (code, b"")
        assert said in done.stderr.decode()
        assert "Traceback" not in done.stderr.decode()
        assert os.listdir(tmp_path) == ["set.npz"]


@pytest.mark.slow
def test_the_command_writes_digits_that_can_be_read_again(tmp_path, digits):
    np.savez(tmp_path / "set.npz", images=digits.images[:300], labels=digits.labels[:300])
    done = inknn("condense", "set.npz", "-o", "small.npz", "--keep", "20%", "-f", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    said, small = json.loads(done.stdout), load_digits(tmp_path / "small.npz")
    assert said["kept"] == len(small) <= 60
    with np.load(tmp_path / "small.npz") as arrays:
        assert np.array_equal(digits.images[arrays["indices"]], small.images)
        assert np.array_equal(digits.labels[arrays["indices"]], small.labels)


def test_digits_that_are_written_keep_their_groups(tmp_path, found, digits):
    writers = tuple(f"writer {i // 30}" for i in range(900))
    grouped = replace(found, digits=replace(digits, groups=writers))
    with open(tmp_path / "small.npz", "wb") as file:
        save_digits(grouped, file)
    assert load_digits(tmp_path / "small.npz").groups == tuple(writers[row] for row in found.indices)


def test_a_model_can_be_saved_and_loaded(tmp_path, found, digits):
    found.classifier.save(tmp_path / "small.inknn")
    loaded = DigitClassifier.load(tmp_path / "small.inknn")
    assert np.array_equal(loaded.predict(digits.images[:50]), found.classifier.predict(digits.images[:50]))
