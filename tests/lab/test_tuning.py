"""Tuning: the same figures as cross-validating one k at a time, on training digits only, and none lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import partial

import numpy as np
import pytest
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline

import commands
from inknn import KNeighborsClassifier
from inknn.cli.output import Sink
from inknn.datasets import LabeledDigits, write_idx
from inknn.errors import DataError, ParameterError, UnknownNameError
from inknn.estimators.registry import feature
from inknn.lab.data import sample
from inknn.lab.pipeline import Pipeline
from inknn.lab.tuning import Curve, cross_validation, fold_errors, parse_ks, tune
from inknn.lab.tuning.fold_errors import FoldErrors


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """Nothing measured by others."""
    monkeypatch.setenv("INKNN_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def digits(train_digits):
    images, labels = train_digits
    return LabeledDigits("some", images[:400], labels[:400].astype(np.int64))


def points(labels, values):
    """Pictures of one gray pixel."""
    return LabeledDigits(
        "points", np.array(values, np.uint8).reshape(-1, 1, 1), np.array(labels, dtype=np.int64)
    )


def curve_of(result, **wanted):
    (found,) = [
        curve for curve in result.curves if all(getattr(curve, key) == value for key, value in wanted.items())
    ]
    return found


class TestTheFiguresAreThoseOfCrossValidation:
    K = (1, 2, 3, 6)

    @pytest.mark.parametrize("metric", ["euclidean", "cosine", "ink-hamming"])
    @pytest.mark.parametrize("weights", ["uniform", "distance"])
    def test_for_every_k_from_one_search(self, digits, metric, weights):
        result = tune(digits, k=self.K, metrics=[metric], weights=[weights])
        X, y = digits.images.reshape(-1, 784), digits.labels
        for k, found in zip(self.K, np.array(result.best.by_fold).T, strict=True):
            scores = cross_val_score(KNeighborsClassifier(k, metric=metric, weights=weights), X, y, cv=5)
            np.testing.assert_allclose(found, 1 - scores, atol=1e-12)

    def test_on_gray_points_full_of_ties(self):
        rng = np.random.default_rng(0)
        some = points(rng.integers(0, 3, 90), rng.integers(0, 12, 90))
        for weights in ("uniform", "distance"):
            result = tune(some, k=[1, 2, 4, 19], weights=[weights])
            for k, found in zip(result.best.k, np.array(result.best.by_fold).T, strict=True):
                classifier = KNeighborsClassifier(k, weights=weights, algorithm="inknn")
                scores = cross_val_score(classifier, some.images.reshape(-1, 1), some.labels, cv=5)
                np.testing.assert_allclose(found, 1 - scores, atol=1e-12)

    @pytest.mark.parametrize("limit", [None, 300])
    def test_with_known_writers_no_writer_is_on_both_sides(self, digits, limit):
        writers = tuple(f"writer {i // 10}" for i in range(400))
        some = LabeledDigits("some", digits.images, digits.labels, writers)
        result = tune(some, k=[3], limit=limit)
        rows = np.arange(400) if limit is None else sample(digits.labels, limit)
        X, y = digits.images[rows].reshape(-1, 784), digits.labels[rows]
        theirs = np.array(writers)[rows]
        scores = cross_val_score(KNeighborsClassifier(3), X, y, cv=StratifiedGroupKFold(5), groups=theirs)
        np.testing.assert_allclose(np.array(result.best.by_fold)[:, 0], 1 - scores, atol=1e-12)
        assert result.to_dict()["how"] == "by group: none of the 40 groups is on both sides"
        assert "none of the 40 groups is on both sides" in result.caption

    def test_with_fewer_writers_than_folds_it_warns(self, digits):
        some = LabeledDigits("some", digits.images, digits.labels, ("anna",) * 200 + ("ben",) * 200)
        assert "2 groups can't be divided into 5 folds" in tune(some, k=[3]).remarks()[0]
        assert tune(some, k=[3], folds=2).remarks() == []

    def test_with_features_that_learn_in_each_fold_alone(self, digits):
        result = tune(digits, k=[1, 4], features=["gradient+whitening:20"])
        X, y = digits.images.reshape(-1, 784), digits.labels
        for k, found in zip([1, 4], np.array(result.best.by_fold).T, strict=True):
            pipeline = make_pipeline(
                feature("gradient"), feature("whitening", n_components=20), KNeighborsClassifier(k)
            )
            scores = cross_val_score(pipeline, X, y, cv=5)
            np.testing.assert_allclose(found, 1 - scores, atol=1e-12)

    def test_features_never_see_the_digits_held_out(self, digits, monkeypatch):
        seen = []

        def remember(self, images, labels, fit=Pipeline.fit_transform):
            seen.append(images)
            return fit(self, images, labels)

        monkeypatch.setattr(Pipeline, "fit_transform", remember)
        tune(digits, k=[1], features=["whitening:8"])
        parts = StratifiedKFold(5).split(digits.images, digits.labels)
        for (known, _), images in zip(parts, seen, strict=True):
            np.testing.assert_array_equal(images, digits.images[known])

    def test_training_error_counts_oneself_among_the_neighbors(self, digits):
        best = tune(digits, k=[1, 5]).best
        X, y = digits.images.reshape(-1, 784), digits.labels
        wrong = total = 0
        for known, _ in StratifiedKFold(5).split(X, y):
            wrong += (KNeighborsClassifier(5).fit(X[known], y[known]).predict(X[known]) != y[known]).sum()
            total += len(known)
        assert best.training_error == (0.0, wrong / total)

    def test_with_an_index_or_without(self, digits, monkeypatch):
        plain = tune(digits, k=[1, 6], features=["pixels", "gradient"])
        monkeypatch.setattr(fold_errors, "_WORTH_AN_INDEX", 0)
        indexed = tune(digits, k=[1, 6], features=["pixels", "gradient"], fresh=True)
        assert indexed.curves == plain.curves

    def test_one_search_a_fold_answers_for_all_k_and_votes(self, digits, monkeypatch):
        built = []

        def count(*arguments, search=fold_errors._search):
            built.append(arguments)
            return search(*arguments)

        monkeypatch.setattr(fold_errors, "_search", count)
        tune(digits, k=range(1, 16), weights=["uniform", "distance"], folds=3)
        assert len(built) == 3


class TestTheChoice:
    def curve(self, *errors, k=None, spread=0.01, training=None, weights="uniform"):
        """Two folds about each mean error: the standard error is ``spread`` for every k."""
        k = tuple(k or range(1, len(errors) + 1))
        by_fold = (tuple(e - spread for e in errors), tuple(e + spread for e in errors))
        return Curve("pixels", "euclidean", weights, k, by_fold, tuple(training or [0.0] * len(k)))

    def test_the_best_is_the_smallest_k_of_the_lowest_error(self):
        assert self.curve(0.5, 0.25, 0.25, 0.5, spread=0.0).best_k == 2

    def test_the_one_standard_error_choice_is_the_largest_k_that_is_as_good(self):
        curve = self.curve(0.20, 0.105, 0.10, 0.109, 0.112, 0.2)
        assert curve.best_k == 3
        assert curve.within_one_se == (2, 3, 4)
        assert curve.chosen_k == 4
        assert [curve.rank_of(k) for k in curve.k] == ["", "as good", "best", "chosen", "", ""]

    def test_the_standard_error_is_that_of_the_mean_over_folds(self):
        errors = [[0.1, 0.4], [0.2, 0.4], [0.6, 0.4]]
        curve = Curve("pixels", "euclidean", "uniform", (1, 2), tuple(map(tuple, errors)), (0, 0))
        expected = np.std(errors, axis=0, ddof=1) / np.sqrt(3)
        np.testing.assert_allclose(curve.validation_se, expected)

    def test_the_caption_says_how_flat_it_is(self):
        story = self.curve(0.105, 0.2, 0.10, 0.109, 0.2, training=[0, 0.1, 0.05, 0.06, 0.07]).story()
        assert "k = 1, 3–4 are within one standard error and can't be told apart" in story
        assert "variance" in story
        assert "bias" in story

    def test_the_caption_says_where_the_lowest_is_at_the_end_and_where_it_stands_alone(self):
        assert "larger k" in self.curve(0.3, 0.2, 0.1).story()
        assert "no other k" in self.curve(0.3, 0.1, 0.3).story()

    def test_the_caption_says_that_training_errors_of_a_vote_by_distance_mean_nothing(self):
        assert "tells nothing" in self.curve(0.3, 0.1, 0.3, weights="distance").story()

    def test_the_best_combination_comes_first_and_all_are_there(self, digits):
        result = tune(digits, k=[1, 3], features=["pixels", "gradient"], weights=["uniform", "distance"])
        assert len(result.curves) == 4
        errors = [curve.best_error for curve in result.curves]
        assert errors == sorted(errors)
        assert result.best.feature == "gradient"

    def test_the_result_is_plain_values_with_the_best_curve_on_top(self, digits):
        result = tune(digits, k=[1, 3], metrics=["euclidean", "cosine"])
        plain = json.loads(json.dumps(result.to_dict()))
        assert plain == result.to_dict()
        assert plain["data"] == "some"
        assert (plain["count"], plain["folds"], plain["k"]) == (400, 5, [1, 3])
        assert plain["validation_error"] == plain["curves"][0]["validation_error"]
        assert {
            "validation_se",
            "training_error",
            "chosen_k",
            "best_k",
            "metric",
            "feature",
            "weights",
        } <= set(plain)

    def test_a_metric_of_pictures_goes_with_pixels_only_and_the_others_go_on(self, digits):
        result = tune(digits, k=[1], features=["pixels", "zoning"], metrics=["euclidean", "idm"], limit=100)
        assert len(result.curves) == 3
        assert "zoning, idm" in result.left_out[0]
        with pytest.raises(ParameterError, match="nothing to try"):
            tune(digits, k=[1], features=["zoning"], metrics=["idm"])

    def test_minkowskis_p_is_a_setting(self, digits):
        result = tune(digits, k=[3], metrics=["minkowski:1", "manhattan"], limit=100)
        assert curve_of(result, metric="minkowski:1").by_fold == curve_of(result, metric="manhattan").by_fold


class TestNothingMeasuredIsLost:
    def test_the_same_again_measures_nothing(self, digits, monkeypatch):
        first = tune(digits, k=[1, 3])
        monkeypatch.setattr(cross_validation, "measure_fold", None)
        again = tune(digits, k=[1, 3])
        assert again.curves == first.curves
        assert (first.taken, again.taken, again.searches) == (0, 5, 5)
        assert "--fresh" in again.remarks()[0]

    def test_an_interrupted_run_goes_on_where_it_was(self, digits, monkeypatch):
        whole = tune(digits, k=[1, 3], fresh=True)
        calls = []

        def interrupted(*arguments, measure=cross_validation.measure_fold, **options):
            calls.append(options)
            if len(calls) == 4:
                raise KeyboardInterrupt
            return measure(*arguments, **options)

        monkeypatch.setattr(cross_validation, "measure_fold", interrupted)
        with pytest.raises(KeyboardInterrupt):
            tune(digits, k=[1, 3], fresh=True)
        resumed = tune(digits, k=[1, 3])
        assert resumed.curves == whole.curves
        assert (resumed.taken, len(calls)) == (3, 6)

    def test_fresh_measures_anew(self, digits):
        tune(digits, k=[1])
        assert tune(digits, k=[1], fresh=True).taken == 0

    def test_smaller_k_and_the_other_vote_are_there_already_and_larger_k_not(self, digits):
        tune(digits, k=[5])
        assert tune(digits, k=[2], weights=["distance"]).taken == 5
        assert tune(digits, k=[6]).taken == 0

    def test_other_digits_or_folds_are_something_else(self, digits):
        tune(digits, k=[1])
        other = LabeledDigits("some", digits.images, np.roll(digits.labels, 1))
        assert tune(other, k=[1]).taken == 0
        assert tune(digits, k=[1], folds=4).taken == 0
        assert tune(digits, k=[1], limit=300).taken == 0

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\xff\xfe",
            b"[]",
            b"[5]",
            b"5",
            b'{"pixels | euclidean | fold 1": {"held_out": 1}}',
            b'{"pixels | euclidean | fold 1": {"held_out": 1, "training": 1, "wrong": {"uniform": "0", '
            b'"distance": "0"}, "wrong_in_training": {"uniform": "0", "distance": "0"}, "seconds": 1}}',
        ],
    )
    def test_a_damaged_file_is_measured_anew(self, digits, content):
        first = tune(digits, k=[1])
        path = cross_validation.CrossValidation(digits, 1).checkpoint.path
        path.write_bytes(content)
        again = tune(digits, k=[1])
        assert again.curves == first.curves
        assert again.taken == 0

    def test_where_nothing_can_be_kept_it_goes_on(self, digits, monkeypatch):
        def full(path):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("inknn.lab.tuning.checkpoint.atomic_write", full)
        assert tune(digits, k=[1]).best.k == (1,)

    def test_fold_errors_survive_json(self):
        some = FoldErrors(
            5, 2, {"uniform": [1, 2], "distance": [0, 2]}, {"uniform": [0, 1], "distance": [0, 0]}, 0.5
        )
        assert FoldErrors.restored(json.loads(json.dumps(some.to_dict())), k=2) == some
        assert FoldErrors.restored(some.to_dict(), k=3) is None

    def test_progress_only_grows_and_ends(self, digits):
        told = []
        tune(digits, k=[1], metrics=["euclidean", "cosine"], progress=lambda what, part: told.append(part))
        assert told == sorted(told)
        assert told[-1] == 1


class TestKs:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [("3", (3,)), ("1-4", (1, 2, 3, 4)), ("5,1, 3,3", (1, 3, 5)), ("1-9:4,20", (1, 5, 9, 20))],
    )
    def test_numbers_and_ranges(self, text, expected):
        assert parse_ks(text) == expected

    @pytest.mark.parametrize(
        "text", ["", "0", "a", "3-1", "1-", "-3", "1,,2", "1.5", "5:2", "1-9:0", "1-999999"]
    )
    def test_anything_else_is_refused(self, text):
        with pytest.raises(ValueError, match=r"1-15|smaller range"):
            parse_ks(text)


@pytest.fixture
def run(capfd, tmp_path, monkeypatch):
    """Run the command in this process, in a folder of its own: exit code, stdout and stderr."""

    monkeypatch.chdir(tmp_path)
    return partial(commands.run, capfd, "tune")


@pytest.fixture
def idx(tmp_path, digits):
    """A set of one's own."""

    def write(images, labels):
        write_idx(tmp_path / "some-images-idx3-ubyte", images)
        write_idx(tmp_path / "some-labels-idx1-ubyte", labels.astype(np.uint8))
        return "./some-images-idx3-ubyte"

    return write


class TestTheCommand:
    def test_in_a_pipe_it_writes_all_curves_with_tabs_and_keeps_the_result(self, tmp_path, digits, idx, run):
        path = idx(digits.images, digits.labels)
        code, out, err = run(path, "-k", "1-3", "-m", "euclidean,cosine", "-o", "result.json")
        assert (code, err) == (0, "")
        heads, *rows = [line.split("\t") for line in out.splitlines()]
        assert heads[:5] == ["feature", "metric", "weights", "k", "error"]
        assert len(rows) == 6
        kept = json.loads((tmp_path / "result.json").read_text())
        assert float(rows[0][4]) == pytest.approx(kept["validation_error"][0], abs=1e-6)
        assert kept["best_k"] in kept["k"]

    def test_on_a_terminal_it_explains_the_curve(self, digits, idx, run, monkeypatch):
        monkeypatch.setattr(Sink, "is_terminal", lambda self: self.path is None)
        code, out, _ = run(idx(digits.images, digits.labels), "-k", "1-3", "-w", "uniform,distance")
        assert code == 0
        assert "best k" in out
        assert "on training digits" in out
        assert "The lowest error is at k" in " ".join(out.split())
        assert "\nCan be fitted with: inknn fit " in out

    def test_what_cannot_be_fitted_is_reported(self, digits, idx, run, monkeypatch):
        monkeypatch.setattr(Sink, "is_terminal", lambda self: self.path is None)
        out = run(idx(digits.images, digits.labels), "-k", "1-3", "-F", "pca:8")[1]
        assert "inknn fit can't make a model of this: pca:8, euclidean distance" in out

    def test_it_draws_the_curve(self, tmp_path, digits, idx, run):
        pytest.importorskip("matplotlib", reason="plots need matplotlib")
        path = idx(digits.images[:100], digits.labels[:100])
        assert run(path, "-k", "1-3", "--plot", "curve.png")[0] == 0
        assert (tmp_path / "curve.png").read_bytes()[:4] == b"\x89PNG"

    @pytest.mark.parametrize(
        ("options", "code", "said"),
        [
            (["-k", "0"], 2, "1-15 or 1,3,5"),
            (["-k", "1-300"], 4, "k = 300 is more than the"),
            (["-m", "euclid"], 2, "did you mean euclidean?"),
            (["-F", "gradent"], 2, "did you mean gradient?"),
            (["-F", "pixels,"], 2, "empty name"),
            (["-w", "uniforn"], 2, "did you mean uniform?"),
            (["-F", "zoning", "-m", "tangent"], 2, "nothing to try"),
            (["--folds", "30"], 4, "fewer folds"),
            (["--plot", "curve.txt"], 5, "ends in .png"),
            (["-o", "no/result.json"], 5, "can't write no/result.json"),
        ],
    )
    def test_wrong_options_are_reported_and_nothing_is_written(
        self, tmp_path, digits, idx, run, options, code, said
    ):
        path = idx(digits.images[:200], digits.labels[:200])
        before = sorted(os.listdir(tmp_path))
        left, out, err = run(path, "-o", "result.json", *options)
        assert (left, out) == (code, "")
        assert said in err.splitlines()[-1]
        assert sorted(set(os.listdir(tmp_path)) - {"cache"}) == before

    def test_one_label_only_is_reported(self, digits, idx, run):
        code, _, err = run(idx(digits.images[:20], np.full(20, 7)))
        assert code == 4
        assert "all 20 digits of some-images-idx3-ubyte are labeled 7" in err

    def test_an_unknown_set_is_reported_by_the_real_command_in_one_line(self, tmp_path):
        done = subprocess.run(
            [sys.executable, "-m", "inknn", "tune", "mnits"], capture_output=True, check=False, cwd=tmp_path
        )
        assert (done.returncode, done.stdout) == (2, b"")
        (line,) = done.stderr.decode().splitlines()
        assert line.startswith(
            "inknn: there is no file, folder or labeled set named 'mnits'; did you mean mnist?"
        )

    def test_small_pictures_are_brought_into_normal_form_for_what_takes_digits_only(self, idx, run):
        rng = np.random.default_rng(0)
        labels = np.arange(60) % 2
        images = (rng.integers(0, 50, (60, 8, 8)) + 200 * labels[:, None, None]).astype(np.uint8)
        code, out, err = run(idx(images, labels), "-k", "1", "-F", "pixels,pca:3,gradient")
        assert code == 0
        tried = {line.split("\t")[0] for line in out.splitlines()[1:]}
        assert tried == {"pixels", "pca:3", "resize+normal-form+gradient"}
        assert err == ""

    def test_ctrl_c_says_that_the_work_is_kept_and_the_same_command_goes_on(
        self, tmp_path, digits, idx, run, monkeypatch
    ):
        def interrupted(*arguments, measure=cross_validation.measure_fold, **options):
            monkeypatch.setattr(cross_validation, "measure_fold", stop)
            return measure(*arguments, **options)

        def stop(*_, **__):
            raise KeyboardInterrupt

        path = idx(digits.images, digits.labels)
        with monkeypatch.context() as patch:
            patch.setattr(cross_validation, "measure_fold", interrupted)
            monkeypatch = patch
            code, out, err = run(path, "-k", "1", "-o", "result.json")
        assert (code, out) == (130, "")
        assert "the same command continues from there" in err
        assert not (tmp_path / "result.json").exists()
        code, out, err = run(path, "-k", "1", "-o", "result.json")
        assert code == 0
        assert "1 of 5 searches were taken from an earlier run" in err


def test_unknown_names_offer_the_nearest(digits):
    with pytest.raises(UnknownNameError, match="did you mean cosine"):
        tune(digits, metrics=["cosin"])


def test_too_rare_a_label_is_reported(digits):
    labels = digits.labels.copy()
    labels[0] = 77
    with pytest.raises(DataError, match="77 has 1 of 400"):
        tune(LabeledDigits("some", digits.images, labels))
