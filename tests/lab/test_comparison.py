"""Comparing methods: the same digits for all, honest chances, and no method lost to another's failure."""

from __future__ import annotations

import csv
import io
import json
import os
from functools import partial

import numpy as np
import pytest
from scipy.stats import binom
from sklearn.ensemble import RandomForestClassifier
from sklearn.svm import SVC

import commands
from inknn.cli.output import Sink
from inknn.datasets import LabeledDigits, write_idx
from inknn.errors import DataError, UnknownNameError
from inknn.estimators.registry import FEATURES
from inknn.lab import comparison as comparing
from inknn.lab.comparison import QUICK, Task, compare, load_task
from inknn.lab.methods import METHODS, Method, PlainVote, measure
from inknn.lab.statistics import mcnemar, wilson_interval
from inknn.metrics import METRICS
from inknn.recognizer.settings import PRESETS

CHEAP = ("inknn-fast", "knn-euclidean", "knn-ink", "logistic")


@pytest.fixture(scope="module")
def task(train_digits, test_digits):
    (x, y), (x_test, y_test) = train_digits, test_digits
    return Task(
        LabeledDigits("some", x[:300], y[:300].astype(np.int64)),
        LabeledDigits("some", x_test[:80], y_test[:80].astype(np.int64)),
        "some of MNIST",
    )


@pytest.fixture(scope="module")
def comparison(task):
    return compare(task, only=CHEAP)


class _Fixed:
    """Answers by rote."""

    def __init__(self, answer):
        self._answer = answer

    def fit(self, images, labels):
        self._labels = labels

    def predict(self, images):
        return self._answer(images)

    def nbytes(self):
        return 1


def with_method(monkeypatch, name, answer, **options):
    """A method beside the others."""
    monkeypatch.setitem(METHODS, name, Method(name, "by rote", lambda: _Fixed(answer), **options))


class TestTheFigures:
    def test_errors_are_those_of_the_method_itself(self, task, comparison):
        rows = {row.name: row for row in comparison.rows}
        vote = PlainVote()
        vote.fit(task.train.images, task.train.labels)
        wrong = vote.predict(task.test.images) != task.test.labels
        assert rows["knn-euclidean"].wrong == tuple(wrong)
        assert rows["knn-euclidean"].errors == wrong.sum()
        assert rows["knn-euclidean"].interval == wilson_interval(int(wrong.sum()), 80)

    def test_the_least_error_comes_first(self, comparison):
        rates = [row.error_rate for row in comparison.rows]
        assert rates == sorted(rates)
        assert {row.name for row in comparison.rows} == set(CHEAP)
        assert comparison.rows[0].name == "inknn-fast"

    def test_the_first_that_ran_is_what_the_others_are_compared_with(self, task, comparison):
        assert comparison.ours == "inknn-fast"
        ours, other = (next(row for row in comparison.rows if row.name == name) for name in CHEAP[:2])
        assert (ours.p, ours.only_ours) == (None, None)
        assert other.only_this == sum(b and not a for a, b in zip(ours.wrong, other.wrong, strict=True))
        assert other.only_ours == sum(a and not b for a, b in zip(ours.wrong, other.wrong, strict=True))
        assert other.p == mcnemar(other.only_ours, other.only_this)

    @pytest.mark.parametrize(("one", "other"), [(0, 0), (3, 3), (0, 5), (1, 9), (12, 4)])
    def test_mcnemars_p_is_the_chance_of_so_uneven_tosses(self, one, other):
        tosses = one + other
        expected = min(1.0, 2 * binom.cdf(min(one, other), tosses, 0.5)) if one != other else 1.0
        assert mcnemar(one, other) == pytest.approx(expected)
        assert mcnemar(one, other) == mcnemar(other, one)

    def test_digits_that_only_one_was_tested_on_do_not_count(self, task, monkeypatch):
        with_method(monkeypatch, "half", lambda images: np.full(len(images), -1), limits=(10, 40))
        half = next(row for row in compare(task, only=["knn-euclidean", "half"]).rows if row.name == "half")
        assert (half.test, half.errors) == (40, 40)
        whole = next(row for row in compare(task, only=["knn-euclidean"]).rows)
        assert half.only_this == 40 - sum(whole.wrong[:40])

    def test_a_method_never_gets_the_test_labels(self, task, monkeypatch):
        seen = []
        with_method(monkeypatch, "spy", lambda images: seen.append(images) or np.zeros(len(images)))
        compare(task, only=["spy"])
        np.testing.assert_array_equal(np.concatenate(seen), task.test.images)

    def test_one_method_can_be_measured_alone(self, task, comparison):
        found = measure(METHODS["knn-euclidean"], task.train.images, task.train.labels, task.test.images)
        row = next(row for row in comparison.rows if row.name == "knn-euclidean")
        assert tuple(found.predictions != task.test.labels) == row.wrong
        assert found.bytes == row.bytes
        assert min(found.fit_seconds, found.predict_seconds) > 0

    def test_scikit_learns_neighbors_and_ours_agree_but_for_ties(self, task):
        ours, theirs = (
            measure(METHODS[name], task.train.images, task.train.labels, task.test.images).predictions
            for name in ("knn-euclidean", "sklearn-knn")
        )
        assert np.mean(ours == theirs) >= 0.98

    def test_it_is_plain_values(self, comparison):
        plain = comparison.to_dict()
        assert json.loads(json.dumps(plain)) == plain
        assert plain["rows"][0]["interval"][0] <= plain["rows"][0]["error_rate"]
        assert plain["machine"]["cores"] >= 1


class TestMethods:
    def test_every_metric_every_feature_and_every_preset_has_a_line(self):
        assert {f"knn-{name}" for name in [*METRICS, *FEATURES] if name != "pixels"} <= set(METHODS)
        assert {f"inknn-{name}" for name in PRESETS} <= set(METHODS)
        others = {"svm", "forest", "logistic", "mlp", "sklearn-knn", "knn-learned", "knn-gradient+whitening"}
        assert others <= set(METHODS)

    @pytest.mark.parametrize("name", [name for name in METHODS if name != "mlp"])
    def test_each_tells_digits_apart_better_than_chance(self, task, name):
        some = Task(task.train, LabeledDigits("few", task.test.images[:20], task.test.labels[:20]), "few")
        (row,) = compare(some, only=[name]).rows
        assert row.errors <= 17
        assert row.bytes > 0
        assert row.train == 300

    def test_sizes_are_what_a_method_must_keep(self, task):
        images, labels = task.train.images, task.train.labels

        def size(name):
            contestant = METHODS[name].make()
            contestant.fit(images, labels)
            return contestant.nbytes()

        assert size("knn-euclidean") == 300 * (784 + 1)
        assert size("sklearn-knn") == 300 * (784 * 4 + 8)
        assert size("knn-zoning") == 300 * (49 * 4 + 1)
        assert size("logistic") in {10 * 785 * 4, 10 * 785 * 8}
        gray = images.reshape(300, -1).astype(np.float32) / np.float32(255)
        svm = SVC(C=10).fit(gray, labels)
        assert size("svm") == svm.support_vectors_.nbytes + svm.dual_coef_.nbytes + svm.intercept_.nbytes
        forest = RandomForestClassifier(300, random_state=0).fit(gray, labels)
        nodes = sum(tree.tree_.node_count for tree in forest.estimators_)
        assert 64 * nodes <= size("forest") <= 64 * nodes + nodes * 8 * 10

    def test_pictures_of_another_size_are_brought_into_normal_form_where_a_method_needs_it(self):
        rng = np.random.default_rng(0)
        labels = np.arange(40) % 2
        images = (rng.integers(0, 50, (40, 8, 8)) + 200 * labels[:, None, None]).astype(np.uint8)
        digits = LabeledDigits("small", images, labels)
        only = ["inknn-fast", "knn-cosine", "knn-pca", "knn-tangent"]
        result = compare(Task(digits, digits, ""), only=only)
        assert result.failed == ()
        remarks = {row.name: row.remark for row in result.rows}
        formed = "pictures brought into MNIST's normal form"
        assert remarks == {
            "inknn-fast": formed,
            "knn-cosine": "",
            "knn-pca": "",
            "knn-tangent": formed,
        }


class TestNothingIsLost:
    def test_one_that_breaks_does_not_stop_the_others(self, task, monkeypatch):
        def broken(images):
            raise MemoryError("no room for\n100 GiB")

        with_method(monkeypatch, "broken", broken)
        result = compare(task, only=["broken", "knn-euclidean", "knn-ink"])
        assert {row.name for row in result.rows} == {"knn-euclidean", "knn-ink"}
        assert result.failed == (("broken", "no room for 100 GiB"),)
        assert result.remarks() == ["broken failed and was left out: no room for 100 GiB"]

    def test_an_interruption_keeps_what_is_done(self, task, monkeypatch):
        def interrupted(images):
            raise KeyboardInterrupt

        with_method(monkeypatch, "slow", interrupted)
        with_method(monkeypatch, "never", interrupted)
        result = compare(task, only=["knn-euclidean", "slow", "never"])
        assert [row.name for row in result.rows] == ["knn-euclidean"]
        assert result.missing == ("slow", "never")

    def test_one_that_has_not_converged_says_so(self, task, monkeypatch):
        def warn(images):
            import warnings

            from sklearn.exceptions import ConvergenceWarning

            warnings.warn("more steps", ConvergenceWarning, stacklevel=1)
            return np.zeros(len(images))

        with_method(monkeypatch, "hasty", warn)
        (row,) = compare(task, only=["hasty"]).rows
        assert "converged" in row.remark

    def test_progress_only_grows_and_ends(self, task):
        told = []
        compare(task, only=CHEAP[1:3], progress=lambda what, part: told.append(part))
        assert told == sorted(told)
        assert told[-1] == 1


class TestTheTask:
    def test_quick_is_a_random_sample_of_both_parts(self):
        task = load_task("mnist", quick=True)
        assert (len(task.train), len(task.test)) == QUICK
        shares = np.bincount(load_task("mnist").test.labels) / 10
        assert abs(np.bincount(task.test.labels) - shares).max() <= 1

    def test_of_one_part_a_fifth_of_each_label_is_held_out(self, tmp_path, train_digits):
        images, labels = train_digits[0][:200], train_digits[1][:200]
        np.savez(tmp_path / "mine.npz", images=images, labels=labels)
        task = load_task(tmp_path / "mine.npz")
        assert (len(task.train), len(task.test)) == (160, 40)
        together = np.concatenate([task.train.images, task.test.images]).reshape(200, -1)
        assert sorted(map(bytes, together)) == sorted(map(bytes, images.reshape(200, -1)))
        assert "a fifth held out in blocks of consecutive digits: the data doesn't say " in task.how

    def test_of_one_part_no_writer_is_on_both_sides_where_writers_are_known(self, tmp_path, train_digits):
        images, labels = train_digits[0][:200], train_digits[1][:200]
        writers = [f"writer {i // 10}" for i in range(200)]
        np.savez(tmp_path / "mine.npz", images=images, labels=labels, groups=writers)
        task = load_task(tmp_path / "mine.npz")
        assert not set(task.train.groups) & set(task.test.groups)
        assert "by group: none of the 20 groups is on both sides" in task.how
        assert compare(task, only=["knn-ink"]).to_dict()["how"] == task.how

    def test_one_label_only_is_reported(self, tmp_path, train_digits):
        np.savez(tmp_path / "mine.npz", images=train_digits[0][:20], labels=np.full(20, 7))
        with pytest.raises(DataError, match="two labels or more"):
            load_task(tmp_path / "mine.npz")

    def test_unknown_methods_offer_the_nearest(self, task):
        with pytest.raises(UnknownNameError, match="did you mean knn-cosine"):
            compare(task, only=["knn-cosin"])


class TestTheCommand:
    @pytest.fixture
    def run(self, capfd, tmp_path, monkeypatch, task):
        """Run the command in this process, on 100 digits: exit code, stdout and stderr."""

        monkeypatch.chdir(tmp_path)
        write_idx(tmp_path / "mine-images-idx3-ubyte", task.train.images[:100])
        write_idx(tmp_path / "mine-labels-idx1-ubyte", task.train.labels[:100].astype(np.uint8))
        return partial(commands.run, capfd, "compare")

    MINE = "./mine-images-idx3-ubyte"

    def test_in_a_pipe_it_writes_tabs_and_keeps_the_result(self, tmp_path, run):
        code, out, err = run(self.MINE, "--only", "knn-euclidean,knn-ink", "-o", "compared.json")
        assert (code, err) == (0, "")
        rows = list(csv.DictReader(io.StringIO(out), delimiter="\t"))
        assert {row["name"] for row in rows} == {"knn-euclidean", "knn-ink"}
        assert all(float(row["low"]) <= float(row["error_rate"]) <= float(row["high"]) for row in rows)
        kept = json.loads((tmp_path / "compared.json").read_text())
        assert [row["name"] for row in kept["rows"]] == [row["name"] for row in rows]
        assert [row["errors"] for row in kept["rows"]] == [int(row["errors"]) for row in rows]

    def test_on_a_terminal_it_says_how_it_was_measured(self, run, monkeypatch):
        monkeypatch.setattr(Sink, "is_terminal", lambda self: self.path is None)
        code, out, _ = run(self.MINE, "--only", "knn-euclidean", "--only", "knn-ink")
        assert code == 0
        assert "ms a digit" in out
        assert "80 digits learned, 20 tested" in " ".join(out.split())

    def test_an_interrupted_run_shows_what_is_done(self, run, monkeypatch):
        def interrupted(images):
            raise KeyboardInterrupt

        with_method(monkeypatch, "slow", interrupted)
        code, out, err = run(self.MINE, "--only", "knn-euclidean,slow")
        assert code == 130
        assert len(out.splitlines()) == 2
        assert "not measured before the interruption: slow" in err

    def test_an_interrupted_run_is_marked_and_one_without_a_row_replaces_nothing(
        self, tmp_path, run, monkeypatch
    ):
        def interrupted(images):
            raise KeyboardInterrupt

        with_method(monkeypatch, "slow", interrupted)
        run(self.MINE, "--only", "knn-euclidean,slow", "-o", "compared.json")
        kept = (tmp_path / "compared.json").read_text()
        assert json.loads(kept)["interrupted"] is True
        code, out, err = run(self.MINE, "--only", "slow", "-o", "compared.json")
        assert (code, out, err.strip()) == (130, "", "inknn: interrupted")
        assert (tmp_path / "compared.json").read_text() == kept

    def test_where_every_method_failed_nothing_is_written(self, tmp_path, run, monkeypatch):
        with_method(monkeypatch, "broken", lambda images: 1 / 0)
        code, out, err = run(self.MINE, "--only", "broken", "-o", "compared.json")
        assert (code, out) == (1, "")
        assert "nothing was measured: broken failed: division by zero" in err
        assert not (tmp_path / "compared.json").exists()

    def test_a_method_that_failed_shows_in_the_exit_code(self, run, monkeypatch):
        with_method(monkeypatch, "broken", lambda images: 1 / 0)
        code, out, err = run(self.MINE, "--only", "knn-euclidean,broken")
        assert (code, len(out.splitlines())) == (1, 2)
        assert "broken failed and was left out: division by zero" in err

    @pytest.mark.parametrize(
        ("arguments", "code", "said"),
        [
            (["mnits"], 2, "did you mean mnist?"),
            (["mine", "--only", "swm"], 2, "did you mean svm?"),
            (["mine", "--only", "svm,"], 2, "empty name"),
            (["mine", "-o", "no/compared.json"], 5, "can't write no/compared.json"),
            (["./nothing.npz"], 4, "nothing.npz"),
        ],
    )
    def test_wrong_options_are_reported_and_nothing_is_written(self, tmp_path, run, arguments, code, said):
        before = sorted(os.listdir(tmp_path))
        words = [self.MINE if word == "mine" else word for word in arguments]
        left, out, err = run(*words, *([] if "-o" in words else ["-o", "compared.json"]))
        assert (left, out) == (code, "")
        assert said in err.splitlines()[-1]
        assert sorted(os.listdir(tmp_path)) == before


def test_unequal_pictures_in_the_two_parts_are_reported(monkeypatch):
    def load(data, part, **_):
        side = 8 if part == "train" else 9
        return LabeledDigits("odd", np.zeros((4, side, side), np.uint8), np.arange(4), part=part)

    monkeypatch.setattr(comparing, "load_digits", load)
    with pytest.raises(DataError, match="different sizes"):
        load_task("odd")
