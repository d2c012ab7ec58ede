"""A model of one's own digits: made, kept, asked, and read with."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys

import cv2
import numpy as np
import pytest

from commands import one_line, run
from inknn import DataError, DigitClassifier, DigitReader
from inknn.features.registry import DESCRIPTIONS
from inknn.memory.fitting import fit_data
from inknn.metrics import METRICS


@pytest.fixture(scope="module")
def data(tmp_path_factory, train_digits):
    """600 digits in a file."""
    path = tmp_path_factory.mktemp("data") / "digits.npz"
    np.savez(path, images=train_digits[0][:600], labels=train_digits[1][:600])
    return path


@pytest.fixture(scope="module")
def model(data):
    path = data.with_name("model.inknn")
    fit_data(data).model.save(path)
    return path


@pytest.fixture(scope="module")
def cells(tmp_path_factory, test_digits):
    """Twelve digits as a person would cut them out: dark on light, of several sizes; and one blank."""
    folder = tmp_path_factory.mktemp("cells")
    for i in range(12):
        large = cv2.resize(255 - test_digits[0][i], None, fx=2 + i % 3, fy=2 + i % 3)
        assert cv2.imwrite(str(folder / f"{i:02}.png"), large)
    cv2.imwrite(str(folder / "blank.png"), np.full((60, 60), 250, np.uint8))
    return folder


class TestFit:
    def test_it_says_what_it_made(self, capfd, data, tmp_path):
        target = tmp_path / "m.inknn"
        code, out, err = run(capfd, "fit", data, "-o", target)
        assert (code, err) == (0, "")
        assert "600 digits" in out
        assert "classes   0 1 2 3 4 5 6 7 8 9" in out
        assert DigitClassifier.load(target).n_neighbors == 5

    def test_options_reach_the_model(self, capfd, data, tmp_path):
        target = tmp_path / "m.inknn"
        run(
            capfd,
            "fit",
            data,
            "-o",
            target,
            "-F",
            "zoning",
            "-m",
            "manhattan",
            "-k",
            3,
            "-w",
            "uniform",
            "-q",
        )
        parameters = DigitClassifier.load(target).get_params()
        chosen = {name: parameters[name] for name in ("features", "metric", "n_neighbors", "weights")}
        assert chosen == {"features": "zoning", "metric": "manhattan", "n_neighbors": 3, "weights": "uniform"}

    def test_digits_in_another_form_are_brought_into_mnists(self, data, tmp_path, train_digits):
        small = np.stack([cv2.resize(image, (16, 16)) for image in train_digits[0][:300]])
        np.savez(tmp_path / "small.npz", images=small, labels=train_digits[1][:300])
        fitted = fit_data(tmp_path / "small.npz")
        assert fitted.normalized
        assert not fit_data(data).normalized
        predictions = fitted.model.predict(train_digits[0][300:800])
        assert (predictions.labels == train_digits[1][300:800]).mean() > 0.8

    @pytest.mark.parametrize(
        ("options", "told"),
        [
            (["-F", "pixls"], "did you mean pixels"),
            (["-m", "manhatan"], "did you mean manhattan"),
            (["-m", "idm"], "features must be 'pixels'"),
            (["-k", "0"], "'-k'"),
        ],
    )
    def test_wrong_options_are_told_and_nothing_is_written(self, capfd, data, tmp_path, options, told):
        code, out, err = run(capfd, "fit", data, "-o", tmp_path / "m.inknn", *options)
        assert (code, out) == (2, "")
        assert told in err
        assert "Traceback" not in err
        assert list(tmp_path.iterdir()) == []

    def test_too_few_digits_and_one_class_are_refused(self, capfd, tmp_path, train_digits):
        X, y = train_digits
        np.savez(tmp_path / "few.npz", images=X[:4], labels=y[:4])
        np.savez(tmp_path / "ones.npz", images=X[y == 1], labels=y[y == 1])
        for name, told in (("few", "too few for the votes of 5"), ("ones", "needs two classes")):
            code, _, err = run(capfd, "fit", tmp_path / f"{name}.npz", "-o", tmp_path / "m.inknn")
            assert code == 4
            assert told in one_line(err)
        assert not (tmp_path / "m.inknn").exists()

    def test_where_nothing_can_be_written_it_says_so_first(self, capfd, tmp_path):
        code, _, err = run(capfd, "fit", tmp_path / "not looked at", "-o", tmp_path / "no" / "m.inknn")
        assert code == 5
        assert "can't write" in one_line(err)


class TestImports:
    def test_fit_and_predict_need_neither_the_lab_nor_scikit_learn(self, data, tmp_path):
        program = (
            "import sys; from inknn.cli import main\n"
            "def run(*words):\n"
            "    try:\n        main(list(words))\n"
            "    except SystemExit as leaving:\n        assert not leaving.code\n"
            f"run('fit', {str(data)!r}, '-o', 'm.inknn', '-q')\n"
            f"run('predict', 'm.inknn', {str(data)!r}, '-o', 'out.txt', '-q')\n"
            "names = {'.'.join(name.split('.')[:2]) for name in sys.modules}\n"
            "print(sorted(names & {'inknn.lab', 'inknn.estimators', 'sklearn', 'scipy'}))"
        )
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=tmp_path, env=os.environ, capture_output=True, text=True
        )
        assert done.stdout.strip() == "[]", done.stderr
        assert (tmp_path / "out.txt").read_text().count("\n") == 600


class TestModels:
    @pytest.mark.parametrize("features", [*DESCRIPTIONS])
    def test_each_feature_makes_one_that_comes_back_the_same(self, tmp_path, train_digits, features):
        X, y = train_digits
        before = DigitClassifier(features=features, n_neighbors=3).fit(X[:200], y[:200])
        before.save(tmp_path / "m")
        after = DigitClassifier.load(tmp_path / "m")
        assert after.get_params() == before.get_params()
        np.testing.assert_array_equal(after.predict_proba(X[200:260]), before.predict_proba(X[200:260]))

    @pytest.mark.parametrize("metric", [*METRICS])
    def test_each_metric_finds_a_digit_itself(self, train_digits, metric):
        X, y = train_digits[0][:80], train_digits[1][:80]
        classifier = DigitClassifier(features="pixels", metric=metric, n_neighbors=1).fit(X, y)
        assert (classifier.predict(X) == y).mean() > 0.97

    def test_pixels_and_equal_votes_are_the_textbooks_classifier(self, train_digits, test_digits):
        from sklearn.neighbors import KNeighborsClassifier

        X, y = train_digits[0][:1000], train_digits[1][:1000]
        ours = DigitClassifier(5, features="pixels", weights="uniform").fit(X, y).predict(test_digits[0])
        textbook = KNeighborsClassifier(5).fit(X.reshape(-1, 784).astype(float), y)
        shares = textbook.predict_proba(test_digits[0].reshape(-1, 784).astype(float))
        clear = np.partition(shares, -2, axis=1)[:, -2] < shares.max(axis=1)
        assert clear.sum() > 900
        np.testing.assert_array_equal(ours[clear], shares[clear].argmax(axis=1))

    def test_a_model_of_three_digits_names_no_other(self, tmp_path, train_digits, cells):
        X, y = train_digits
        some = np.isin(y, [2, 4, 7])
        DigitClassifier().fit(X[some][:300], y[some][:300]).save(tmp_path / "m")
        digits = [d for path in cells.iterdir() for d in DigitReader(model=tmp_path / "m").read(path).digits]
        assert {digit.label for digit in digits} == {2, 4, 7}
        assert {n.label for digit in digits for n in digit.neighbors} <= {2, 4, 7}

    def test_the_reader_takes_a_classifier_as_it_is(self, model, cells):
        by_file = DigitReader(model=model)
        by_object = DigitReader(model=DigitClassifier.load(model))
        for path in sorted(cells.iterdir()):
            assert by_file.read(path) == by_object.read(path)
        assert by_file.classifier.classes_.tolist() == list(range(10))

    def test_the_reader_takes_no_letters(self, tmp_path, train_digits):
        letters = DigitClassifier().fit(
            train_digits[0][:100], np.array(list("abcdefghij"))[train_digits[1][:100]]
        )
        with pytest.raises(DataError, match="aren't digits"):
            DigitReader(model=letters)
        letters.save(tmp_path / "letters")
        with pytest.raises(DataError, match="aren't digits"):
            DigitReader(model=tmp_path / "letters")

    @pytest.mark.parametrize("model", [DigitClassifier(), 7, np.zeros(3)])
    def test_the_reader_takes_nothing_else(self, model):
        with pytest.raises(TypeError, match="a fitted DigitClassifier"):
            DigitReader(model=model)


class TestPredict:
    def test_pictures_in_a_folder(self, capfd, model, cells, test_digits):
        code, out, err = run(capfd, "predict", model, cells)
        assert code == 3
        assert "blank.png: no digit found" in one_line(err)
        lines = [line.split("\t") for line in out.splitlines()]
        assert [name.rsplit("/")[-1] for name, _ in lines] == [f"{i:02}.png" for i in range(12)]
        right = [int(label) == truth for (_, label), truth in zip(lines, test_digits[1], strict=False)]
        assert sum(right) >= 10

    def test_csv_and_json_say_the_same(self, capfd, model, cells):
        pictures = [cells / "00.png", cells / "01.png"]
        table = list(csv.DictReader(io.StringIO(run(capfd, "predict", model, *pictures, "-f", "csv")[1])))
        lines = [
            json.loads(line)
            for line in run(capfd, "predict", model, *pictures, "-f", "jsonl")[1].splitlines()
        ]
        for row, digit in zip(table, lines, strict=True):
            assert row["source"] == digit["source"]
            assert int(row["label"]) == digit["label"]
            assert float(row["confidence"]) == digit["confidence"]
            assert row["neighbors"].split() == [str(each["label"]) for each in digit["neighbors"]]

    def test_neighbors_in_json_are_those_of_inknn_read(self, capfd, model, cells):
        (predicted,) = run(capfd, "predict", model, cells / "00.png", "-f", "jsonl")[1].splitlines()
        (read,) = run(capfd, "read", "--model", model, cells / "00.png", "-f", "jsonl")[1].splitlines()
        predicted, (digit,) = json.loads(predicted), json.loads(read)["lines"][0]["digits"]
        assert set(predicted) == {"source", "label", "verdict", "confidence", "credibility", "neighbors"}
        for name in set(predicted) - {"source"}:
            assert predicted[name] == digit[name]
        assert set(predicted["neighbors"][0]) == {"index", "label", "distance"}

    def test_digits_of_a_set_are_numbered(self, capfd, model, data, train_digits, tmp_path):
        code, _, err = run(capfd, "predict", model, data, "-o", tmp_path / "out.txt")
        assert (code, err) == (0, "")
        lines = [line.split("\t") for line in (tmp_path / "out.txt").read_text().splitlines()]
        assert lines[7][0].endswith(":7")
        # Nothing overrules the very digit.
        assert [int(label) for _, label in lines] == train_digits[1][:600].tolist()

    def test_several_things_on_a_picture_are_told(self, capfd, model, tmp_path, test_digits):
        both = 255 - np.concatenate([test_digits[0][0], test_digits[0][1]], axis=1)
        cv2.imwrite(str(tmp_path / "two.png"), cv2.resize(both, None, fx=3, fy=3))
        code, _, err = run(capfd, "predict", model, tmp_path / "two.png")
        assert code == 0
        assert "2 glyphs found, the one with the most ink taken" in one_line(err)

    @pytest.mark.parametrize(
        ("model_name", "picture", "code", "told"),
        [
            ("missing.inknn", "00.png", 4, "can't read the model"),
            ("00.png", "00.png", 4, "not an inknn data file"),
            (None, "missing.png", 3, "missing.png"),
            (None, "missing.npz", 4, "missing.npz"),
        ],
    )
    def test_what_cannot_be_read_is_told(self, capfd, model, cells, model_name, picture, code, told):
        given = model if model_name is None else cells / model_name
        found, out, err = run(capfd, "predict", given, cells / picture)
        assert (found, out) == (code, "")
        assert told in one_line(err)


class TestRead:
    def test_with_a_model(self, capfd, model, cells):
        code, out, _ = run(capfd, "read", "--model", model, cells / "00.png", "-f", "jsonl")
        assert code == 0
        neighbors = json.loads(out)["lines"][0]["digits"][0]["neighbors"]
        assert all(each["index"] < 600 for each in neighbors)

    def test_a_model_that_is_none_is_told(self, capfd, cells):
        code, out, err = run(capfd, "read", "--model", cells / "00.png", cells / "01.png")
        assert (code, out) == (4, "")
        assert "not an inknn data file" in one_line(err)
