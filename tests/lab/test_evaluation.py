"""Errors are counted right, on any labeled digits, and shown with the neighbors that misled."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from commands import inknn, run
from inknn import DigitClassifier
from inknn.datasets import write_idx
from inknn.errors import DataError, UnknownNameError
from inknn.lab import evaluate, evaluate_data, wilson_interval
from inknn.lab.evaluation import N_MISTAKES
from inknn.lab.mistakes import Mistake
from inknn.lab.reports.evaluation_tables import evaluation_text
from inknn.memory import Model, open_model
from inknn.recognizer.predictions import Predictions

TEN = np.arange(10)


class Stub:
    """A recognizer that takes the first pixel for the answer, the second, in per cent, for its confidence."""

    facts = {"k": 5}  # noqa: RUF012 - what a recognizer has

    def recognize(self, images, *, n_threads=None):
        labels = images[:, 0, 0].astype(np.int64)
        confidence = images[:, 0, 1] / 100
        n, k = len(images), 6
        return Predictions(
            TEN,
            labels,
            np.full((n, 10), 0.1),
            confidence,
            np.ones(n),
            np.where(confidence < 0.9, "unsure", "digit"),
            np.tile(np.arange(k), (n, 1)),
            np.repeat(labels[:, None], k, axis=1),
            np.tile(1.0 + np.arange(k), (n, 1)) * (images[:, 0, 2:3] != 77),  # 77: knows the very picture
        )


def model(classes=TEN, pictures=None):
    return Model(Stub(), np.asarray(classes), "a stub", pictures)


def digits(answers, confidence=95):
    images = np.zeros((len(answers), 28, 28), np.uint8)
    images[:, 0, 0] = answers
    images[:, 0, 1] = confidence
    return images


class TestEvaluate:
    @pytest.mark.parametrize("count", [2, 999, 1000, 1001, 2500])
    def test_counts_what_is_wrong(self, count):
        labels = np.arange(count, dtype=np.uint8) % 10
        answers = labels.copy()
        answers[::7] = (answers[::7] + 1) % 10
        result = evaluate(model(), digits(answers), labels)
        assert (result.count, result.errors) == (count, len(labels[::7]))
        assert result.error_rate == result.errors / count
        assert result.settings["k"] == 5

    def test_keeps_the_most_confident_mistakes_of_all(self):
        labels = np.tile([1, 2], 1500)
        answers, confidence = labels.copy(), np.full(3000, 99)
        wrong = np.arange(0, 3000, 50)
        answers[wrong] = 7
        confidence[wrong] = 30 + np.arange(60)
        found = evaluate(model(), digits(answers, confidence), labels).mistakes
        assert [mistake.index for mistake in found] == wrong[::-1][:N_MISTAKES].tolist()
        assert [mistake.confidence for mistake in found] == sorted(
            (m.confidence for m in found), reverse=True
        )
        first = found[0]
        assert (first.truth, first.answer, first.verdict) == (labels[2950], 7, "unsure")
        assert [near.index for near in first.neighbors] == [0, 1, 2, 3, 4]

    def test_shows_the_neighbors_that_a_model_has_kept(self):
        kept = np.arange(6, dtype=np.uint8)[:, None, None] * np.ones((28, 28), np.uint8)
        found = evaluate(model(pictures=kept), digits([1, 3]), np.array([1, 2]))
        assert [near.image[0, 0] for near in found.mistakes[0].neighbors] == [0, 1, 2, 3, 4]
        bare = evaluate(model(), digits([1, 3]), np.array([1, 2]))
        assert [near.image for near in bare.mistakes[0].neighbors] == [None] * 5

    def test_labels_of_a_model_are_those_it_was_fitted_with(self):
        found = evaluate(model(classes=[3, 5, 8]), digits([0, 1, 2, 2]), np.array([3, 5, 8, 3]))
        assert found.errors == 1
        assert found.scores.classes == (3, 5, 8)
        assert found.mistakes[0].answer == 8

    def test_as_many_neighbors_are_shown_as_vote(self):
        three = model()
        three.recognizer.facts = {"k": 3}
        found = evaluate(three, digits([1, 3]), np.array([1, 2]))
        assert [near.index for near in found.mistakes[0].neighbors] == [0, 1, 2]

    def test_a_mistake_comes_back_whole_from_plain_values(self):
        kept = np.arange(6, dtype=np.uint8)[:, None, None] * np.ones((28, 28), np.uint8)
        for pictures in (kept, None):
            found = evaluate(model(pictures=pictures), digits([1, 3]), np.array([1, 2]), groups=["a", "b"])
            (mistake,) = found.mistakes
            again = Mistake.from_dict(json.loads(json.dumps(mistake.to_dict())))
            assert (again.image == mistake.image).all()
            assert (again.index, again.truth, again.answer, again.group) == (1, 2, 3, "b")
            for near, same in zip(mistake.neighbors, again.neighbors, strict=True):
                assert (near.index, near.label, near.distance) == (same.index, same.label, same.distance)
                assert np.array_equal(near.image, same.image)

    @pytest.mark.parametrize(
        "image", ["", "data:image/png;base64,????", "data:text/html,<b>", 7, None, Mistake.__doc__]
    )
    def test_no_mistake_is_made_of_something_else(self, image):
        found = evaluate(model(), digits([1, 3]), np.array([1, 2])).mistakes[0].to_dict()
        with pytest.raises((AttributeError, TypeError, ValueError)):
            Mistake.from_dict({**found, "image": image})
        with pytest.raises(KeyError):
            Mistake.from_dict({name: value for name, value in found.items() if name != "truth"})

    def test_says_when_the_model_knows_the_very_pictures(self):
        images = digits([1, 2, 3])
        images[0, 0, 2] = 77
        notes = evaluate(model(), images, np.array([1, 2, 3])).notes
        assert notes[0].startswith("1 of the 3 digits are among those the model knows")
        assert evaluate(model(), images[1:], np.array([2, 3])).notes == ()

    def test_does_not_take_other_pictures_at_no_distance_for_the_same(self):
        images = digits([1, 2, 3])
        images[:, 0, 2] = 77
        kept = np.repeat(images[:1], 6, axis=0)
        (note,) = evaluate(model(pictures=kept), images, np.array([1, 2, 3])).notes
        assert note.startswith("1 of the 3 digits are among those")

    def test_says_how_many_pictures_are_blank(self):
        images = digits([1, 2])
        images[0] = 0
        assert evaluate(model(), images, np.array([1, 2])).notes == ("1 of the 2 pictures are blank",)

    def test_tells_how_far_it_is(self):
        told = []
        labels = np.tile([1, 2], 1000)
        evaluate(model(), digits(labels), labels, progress=lambda *step: told.append(step[1]))
        assert told == [0.0, 0.5, 1.0]

    @pytest.mark.parametrize(
        ("labels", "classes", "message"),
        [
            ([], TEN, "given digits holds no digits"),
            ([7, 7, 7], TEN, "has only the digit 7"),
            ([1, 2, 8], [1, 2, 3], "has the digits 8, but the model knows only 1, 2, 3"),
        ],
    )
    def test_refuses_digits_that_show_nothing(self, labels, classes, message):
        with pytest.raises(DataError, match=message):
            evaluate(model(classes), digits([1] * len(labels)), np.array(labels, int))

    def test_needs_a_label_for_each_digit(self):
        with pytest.raises(ValueError, match="can't be compared"):
            evaluate(model(), digits([1] * 3), np.ones(2, np.uint8))

    def test_an_unknown_set_is_answered_with_the_nearest_name(self):
        with pytest.raises(UnknownNameError, match="did you mean mnist"):
            evaluate_data("mnsit")

    def test_an_unknown_preset_is_answered_with_the_nearest_name(self):
        with pytest.raises(UnknownNameError, match="did you mean best"):
            evaluate_data("mnist", preset="bets")


@pytest.fixture(scope="module")
def classifier(recognizer):
    return DigitClassifier.from_model(Model(recognizer, TEN))


class TestModels:
    @pytest.mark.parametrize("kind", [int, str])
    def test_a_file_is_evaluated_like_the_classifier_it_holds(self, classifier, kind, tmp_path, test_digits):
        images, labels = test_digits
        Model(classifier.recognizer_, TEN.astype(kind)).save(tmp_path / "m.inknn")
        found = evaluate(open_model(tmp_path / "m.inknn"), images[:200], labels[:200])
        assert found.errors == np.count_nonzero(classifier.predict(images[:200]) != labels[:200])


class TestText:
    def result(self):
        labels = np.tile(np.arange(10), 20)
        answers = labels.copy()
        answers[[5, 17]] = 3
        return evaluate(model(), digits(answers), labels, dataset="ours", groups=["ann", "ben"] * 100)

    def test_for_people(self):
        lines = [re.sub(" +", " ", line).strip() for line in evaluation_text(self.result(), 200).splitlines()]
        assert lines[0] == "set ours, 200 digits"
        assert lines[2] == "errors 2"
        assert lines[3] == "error 1.00 %, 95 % interval 0.27 to 3.57 %"
        for row in (
            "5 20 100.00 95.00 97.44",
            "5 · · · 1 · 19 · · · ·",
            "digit 200 100.00 2 1.00 0.27–3.57",
            "ben 100 50.00 2 2.00 0.55–7.00",
            "5 5 3 95.0 digit 3 3 3 3 3 ben",
        ):
            assert row in lines

    def test_no_name_breaks_a_line(self):
        labels = np.array([1, 2])
        found = evaluate(model(), digits([1, 1]), labels, dataset="a\n\x1b[2Jb", groups=["x\ty", "\udcff"])
        text = evaluation_text(found, 200)
        assert "a\\n\\x1b[2Jb" in text
        assert "\\udcff" in text
        assert text.encode()

    def test_for_programs(self):
        found = json.loads(json.dumps(self.result().to_dict()))
        assert (found["dataset"], found["count"], found["errors"]) == ("ours", 200, 2)
        assert found["error_rate"] == 0.01
        assert found["interval"] == list(wilson_interval(2, 200))
        assert found["averages"]["macro"]["f1"] == pytest.approx(0.99, abs=0.001)
        assert found["confusion"]["counts"][5][3] == 1
        assert [group["name"] for group in found["groups"]] == ["ben", "ann"]
        assert found["verdicts"][0]["share"] == 1.0
        assert [mistake["index"] for mistake in found["mistakes"]] == [5, 17]
        assert "NaN" not in json.dumps(found)


@pytest.fixture
def folder(tmp_path, test_digits):
    images, labels = test_digits
    write_idx(tmp_path / "some-images-idx3-ubyte", images[:100])
    write_idx(tmp_path / "some-labels-idx1-ubyte", labels[:100])
    return tmp_path


class TestCommand:
    def test_a_path_is_evaluated_as_text_and_as_json(self, folder, capsys):
        path = folder / "some-images-idx3-ubyte"
        code, out, err = run(capsys, "evaluate", path)
        assert (code, err) == (0, "")
        assert out.startswith(f"set         {path}, 100 digits\n")
        code, out, err = run(capsys, "evaluate", path, "-f", "json")
        found = json.loads(out)
        assert (code, found["count"], found["settings"]["k"]) == (0, 100, 5)
        assert found["settings"]["pictures"] == "28×28, already in MNIST's normal form"

    def test_the_result_is_kept_as_json_beside_the_text(self, folder, capsys):
        path = folder / "some-images-idx3-ubyte"
        code, out, err = run(capsys, "evaluate", path, "-o", folder / "r.json")
        assert (code, err) == (0, "")
        assert out.startswith(f"set         {path}, 100 digits\n")
        kept = json.loads((folder / "r.json").read_text())
        assert (kept["count"], kept["dataset"]) == (100, str(path))

    def test_nothing_is_folded_in_a_pipe(self, folder, capsys, monkeypatch):
        monkeypatch.setenv("COLUMNS", "30")
        _, out, _ = run(capsys, "evaluate", folder / "some-images-idx3-ubyte")
        assert "verdict      digits  share %  wrong  error %  95 % interval" in out

    def test_a_model_is_evaluated_and_says_so(self, folder, classifier, capsys):
        classifier.save(folder / "m.inknn")
        path = folder / "some-images-idx3-ubyte"
        code, out, _ = run(capsys, "evaluate", path, "--model", folder / "m.inknn", "-f", "json")
        found = json.loads(out)
        assert (code, found["settings"]["references"]) == (0, 3000)
        assert found["settings"]["model"] == str(folder / "m.inknn")

    def test_a_note_goes_to_stderr_unless_quiet(self, folder, classifier, capsys, train_digits):
        classifier.save(folder / "m.inknn")
        write_idx(folder / "own-images-idx3-ubyte", train_digits[0][:50])
        write_idx(folder / "own-labels-idx1-ubyte", train_digits[1][:50])
        words = ("evaluate", folder / "own-images-idx3-ubyte", "--model", folder / "m.inknn")
        code, _, err = run(capsys, *words)
        assert code == 0
        assert err.startswith("inknn: 50 of the 50 digits are among those the model knows")
        assert run(capsys, *words, "--quiet")[2] == ""


@pytest.fixture(scope="module")
def desk(tmp_path_factory, train_digits):
    """A folder with nothing but sevens, with ten digits, and with a model that knows 0 and 1."""
    desk, (images, labels) = tmp_path_factory.mktemp("desk"), train_digits
    few = labels < 2
    DigitClassifier().fit(images[few][:100], labels[few][:100]).save(desk / "m.inknn")
    for name, rows in (("sevens", labels == 7), ("some", labels < 10)):
        write_idx(desk / f"{name}-images-idx3-ubyte", images[rows][:20])
        write_idx(desk / f"{name}-labels-idx1-ubyte", labels[rows][:20])
    return desk


class TestBadInput:
    """Each through the real command: one line on stderr, the exit code, and nothing written."""

    @pytest.mark.parametrize(
        ("words", "code", "message"),
        [
            (("mnist", "--report", "no/such/r.html"), 5, "there is no folder no/such; make it first"),
            (("mnist", "--report", "."), 5, "it is a folder"),
            (("mnist", "-o", "no/such/r.json"), 5, "there is no folder no/such; make it first"),
            (("mnist", "-o", "m.inknn", "--model", "m.inknn"), 5, "it is one of the files to read"),
            (("mnist", "--report", "-"), 2, "'-' is no name of a file"),
            (("mnist", "--model", "none.inknn"), 4, "can't read the model none.inknn"),
            (("mnist", "--model", "sevens-labels-idx1-ubyte", "--report", "r.html"), 4, ""),
            (("mnist", "--model", "m.inknn", "--preset", "best"), 2, "--preset is for inknn as it comes"),
            (("sevens-images-idx3-ubyte", "--report", "r.html"), 4, "has only the digit 7"),
            (
                ("sevens-images-idx3-ubyte", "--report", "sevens-images-idx3-ubyte"),
                5,
                "it is one of the files to read",
            ),
            (
                ("some-images-idx3-ubyte", "--model", "m.inknn", "--report", "r.html"),
                4,
                "the model knows only 0, 1",
            ),
        ],
    )
    def test_is_one_clear_line(self, desk, words, code, message):
        before = {path.name: path.read_bytes() for path in desk.iterdir()}
        done = inknn("evaluate", *words, cwd=desk)
        assert (done.returncode, done.stdout) == (code, b"")
        assert message in done.stderr.decode()
        assert b"Traceback" not in done.stderr
        assert {path.name: path.read_bytes() for path in desk.iterdir()} == before
