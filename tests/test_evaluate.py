"""Errors are counted right, the figures are scikit-learn's, and the interval says how far to trust them."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics
from sklearn.calibration import calibration_curve

from inknn import DigitClassifier
from inknn.answers import Answers
from inknn.cli import main
from inknn.datasets import load_mnist, write_idx
from inknn.errors import DataError, UnknownNameError
from inknn.glyph import normalize
from inknn.lab import evaluate, evaluate_data, wilson_interval
from inknn.lab.evaluate import WORST
from inknn.lab.evaluation_tables import plain_text
from inknn.lab.models import Model, factory_model, load_model
from inknn.lab.normal_form import in_normal_form, to_normal_form
from inknn.lab.origins import sources
from inknn.lab.scores import Scores

TEN = np.arange(10)


class Stub:
    """A recogniser that takes the first pixel for the answer, the second, in per cent, for its confidence."""

    settings = {"k": 1}  # noqa: RUF012 - what a recogniser has

    def recognise(self, images):
        labels = images[:, 0, 0].astype(np.int64)
        confidence = images[:, 0, 1] / 100
        n, k = len(images), 6
        return Answers(
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
    return Model("a stub", Stub(), np.asarray(classes), pictures)


def digits(answers, confidence=95):
    images = np.zeros((len(answers), 28, 28), np.uint8)
    images[:, 0, 0] = answers
    images[:, 0, 1] = confidence
    return images


def scores(truth, answers, confidence=None, verdicts=None, given=None, classes=TEN):
    n = len(truth)
    probabilities = np.full((n, len(classes)), 0.5 / len(classes))
    probabilities[np.arange(n), np.searchsorted(classes, answers)] += 0.5
    return Scores(
        np.asarray(truth),
        np.asarray(answers),
        probabilities,
        np.asarray(classes),
        np.full(n, 0.9) if confidence is None else np.asarray(confidence),
        np.full(n, "digit") if verdicts is None else np.asarray(verdicts),
        given,
    )


truths_and_answers = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=60)
confidences = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 0.95, 1.0])


class TestWilsonInterval:
    @given(st.integers(1, 10**6), st.data())
    def test_its_ends_are_the_rates_that_just_explain_the_count(self, count, data):
        """Wilson's definition: the rates whose 95 % normal band just reaches what was seen."""
        errors = data.draw(st.integers(0, count))
        for end in wilson_interval(errors, count):
            band = 1.959964 * math.sqrt(end * (1 - end) / count)
            assert abs(errors / count - end) == pytest.approx(band, rel=1e-4, abs=1e-7)

    def test_of_no_errors_among_ten_reaches_to_28_percent(self):
        assert wilson_interval(0, 10) == (0.0, pytest.approx(1.96**2 / (10 + 1.96**2), abs=1e-4))

    @given(st.integers(1, 10**6), st.data())
    def test_holds_the_rate_and_stays_between_0_and_1(self, count, data):
        errors = data.draw(st.integers(0, count))
        low, high = wilson_interval(errors, count)
        assert 0 <= low <= errors / count + 1e-12
        assert errors / count - 1e-12 <= high <= 1
        assert low < high

    @pytest.mark.parametrize(("errors", "count"), [(-1, 10), (11, 10), (0, 0)])
    def test_refuses_counts_that_make_no_sense(self, errors, count):
        with pytest.raises(ValueError, match="make no sense"):
            wilson_interval(errors, count)


class TestFiguresAreThoseOfScikitLearn:
    """Exactly: what is computed from the same answers is the same to the last bit."""

    @given(truths_and_answers)
    @settings(max_examples=15)
    def test_precision_recall_and_f1_of_each_class_and_on_average(self, pairs):
        truth, answers = np.array(pairs).T
        found = scores(truth, answers)
        expected = metrics.precision_recall_fscore_support(truth, answers, zero_division=0)
        for name, values in zip(("precision", "recall", "f1", "support"), expected, strict=True):
            assert [row[name] for row in found.per_class] == values.tolist()
        for average, three in found.averages.items():
            options = {"average": average, "zero_division": 0}
            assert three == {
                "precision": metrics.precision_score(truth, answers, **options),
                "recall": metrics.recall_score(truth, answers, **options),
                "f1": metrics.f1_score(truth, answers, **options),
            }
        assert 1 - found.errors / found.count == pytest.approx(metrics.accuracy_score(truth, answers))

    @given(truths_and_answers)
    @settings(max_examples=30)
    @pytest.mark.filterwarnings("ignore:A single label")  # which scikit-learn finds odd
    def test_confusion(self, pairs):
        truth, answers = np.array(pairs).T
        found = scores(truth, answers)
        assert (found.confusion == metrics.confusion_matrix(truth, answers, labels=found.classes)).all()
        assert set(found.classes) == {*truth, *answers}
        wrong = [pair for pair in pairs if pair[0] != pair[1]]
        assert {pair[:2]: pair[2] for pair in found.confusions} == {pair: wrong.count(pair) for pair in wrong}

    def test_top_2(self):
        rng = np.random.default_rng(0)
        probabilities = rng.dirichlet(np.ones(10), 200)
        truth, answers = rng.integers(10, size=200), probabilities.argmax(axis=1)
        found = Scores(truth, answers, probabilities, TEN, probabilities.max(axis=1), np.full(200, "digit"))
        best_two = np.argsort(probabilities, axis=1)[:, -2:]
        assert found.top2 == np.mean([label in two for label, two in zip(truth, best_two, strict=True)])

    def test_top_2_of_two_classes_is_always_right(self):
        assert scores([3, 5, 5], [5, 5, 3], classes=np.array([3, 5])).top2 == 1.0

    @given(st.lists(st.tuples(st.booleans(), confidences), min_size=1, max_size=60))
    @settings(max_examples=40)
    def test_calibration(self, answers):
        right, confidence = np.array([a for a, _ in answers]), np.array([b for _, b in answers])
        found = scores(np.zeros(len(right), int), np.where(right, 0, 1), confidence)
        assert found.brier == metrics.brier_score_loss(right, confidence, pos_label=True)
        part, promised = (
            calibration_curve(right, confidence, n_bins=10, pos_label=True)
            if (len(set(right.tolist())) == 2)
            else (None, None)
        )  # which refuses answers that are all right
        if part is not None:
            assert [each.accuracy for each in found.reliability] == pytest.approx(part)
            assert [each.confidence for each in found.reliability] == pytest.approx(promised)
        assert sum(each.count for each in found.reliability) == len(right)

    def test_calibration_error_by_hand(self):
        """Four answers at 95 %, of which three are right; one at 15 %, wrong."""
        found = scores([0] * 5, [0, 0, 0, 1, 1], [0.95, 0.95, 0.95, 0.95, 0.15])
        assert found.calibration_error == pytest.approx((4 * 0.2 + 1 * 0.15) / 5)


class TestRiskAndCoverage:
    def test_by_hand(self):
        """Right at 0.9, wrong at 0.8, right twice at 0.7: of equal confidence, none can be left out alone."""
        found = scores([0] * 4, [0, 1, 0, 0], [0.9, 0.8, 0.7, 0.7])
        assert [(p.limit, p.accepted, p.errors, p.coverage) for p in found.risk_coverage] == [
            (0.9, 1, 0, 0.25),
            (0.8, 2, 1, 0.5),
            (0.7, 4, 1, 1.0),
        ]
        assert found.aurc == pytest.approx((0 + 1 / 2 + 1 / 4 + 1 / 4) / 4)
        assert found.best_aurc == pytest.approx((0 + 0 + 0 + 1 / 4) / 4)

    @given(st.lists(st.tuples(st.booleans(), confidences), min_size=1, max_size=60))
    def test_the_area_is_the_mean_risk_over_all_limits(self, answers):
        right, confidence = np.array([a for a, _ in answers]), np.array([b for _, b in answers])
        found = scores(np.zeros(len(right), int), np.where(right, 0, 1), confidence)
        risks = [np.mean(~right[confidence >= limit]) for limit in confidence]
        assert found.aurc == pytest.approx(np.mean(risks))
        assert found.best_aurc <= found.aurc + 1e-12
        last = found.risk_coverage[-1]
        assert (last.coverage, last.errors) == (1.0, found.errors)

    def test_a_limit_accepts_what_reaches_it(self):
        found = scores([0] * 3, [0, 1, 0], [0.5, 0.8, 0.9])
        assert [(p.accepted, p.errors, p.risk) for p in found.at_limits([0.0, 0.8, 0.95])] == [
            (3, 1, pytest.approx(1 / 3)),
            (2, 1, 0.5),
            (0, 0, None),
        ]

    def test_a_long_curve_is_thinned_and_keeps_its_ends(self):
        confidence = np.linspace(0.1, 0.9, 5000)
        curve = scores([0] * 5000, [1] * 5000, confidence).risk_coverage
        assert len(curve) <= 200
        assert (curve[0].accepted, curve[-1].accepted) == (1, 5000)

    def test_verdicts_are_counted(self):
        found = scores([0] * 4, [0, 1, 1, 0], verdicts=["digit", "digit", "unsure", "unsure"]).verdicts
        assert [(group.name, group.count, group.errors) for group in found] == [
            ("digit", 2, 1),
            ("unsure", 2, 1),
            ("not-a-digit", 0, 0),
        ]
        assert found[2].to_dict()["error_rate"] is None


class TestSources:
    labels = np.array([7, 7, 1, 1])

    @pytest.mark.parametrize(
        ("origins", "expected"),
        [
            (("anna", "anna", "ben", "ben"), ("anna", "anna", "ben", "ben")),
            (("7/anna/1.png", "7/ben/1.png", "1/anna/2.png", "1/ben/2.png"), ("anna", "ben", "anna", "ben")),
            (("anna/7/1.png", "ben/7/1.png", "anna/1/2.png", "ben/1/2.png"), ("anna", "ben", "anna", "ben")),
            (("7/anna_1.png", "7/ben_1.png", "1/anna_2.png", "1/ben_2.png"), ("anna", "ben", "anna", "ben")),
            (("7\\anna-1.png", "7\\ben-1.png", "1\\anna-2.png", "1\\ben-2.png"), ("anna", "ben") * 2),
        ],
    )
    def test_writers_folders_and_beginnings_of_names_group_digits(self, origins, expected):
        assert sources(origins, self.labels) == expected

    @pytest.mark.parametrize(
        "origins",
        [
            None,
            (),
            ("7/1.png", "7/2.png", "1/1.png", "1/2.png"),  # folders that say the label only
            ("7_1.png", "7_2.png", "1_1.png", "1_2.png"),
            ("7", "7", "1", "1"),
            ("a.png", "b.png", "c.png", "d.png"),
            ("anna", "anna", "anna", "anna"),
        ],
    )
    def test_what_tells_no_sources_apart_makes_none(self, origins):
        assert sources(origins, self.labels) is None

    def test_are_counted_the_worst_first(self):
        found = scores([1, 1, 2, 2], [1, 1, 2, 1], given=("anna", "anna", "ben", "ben")).sources
        assert [(group.name, group.count, group.errors) for group in found] == [("ben", 2, 1), ("anna", 2, 0)]


class TestNormalForm:
    images = load_mnist()[1][0]

    def test_mnist_is_in_it_and_stays_as_it_is(self):
        assert in_normal_form(self.images).sum() == 9996
        same, changed = to_normal_form(self.images[:500])
        assert not changed
        assert same.base is self.images or np.shares_memory(same, self.images)

    def test_digits_beside_their_place_are_brought_to_it(self):
        moved = np.roll(self.images[:50], 2, axis=2)
        assert not in_normal_form(moved).any()
        normal, changed = to_normal_form(moved)
        assert changed
        assert (normal == [normalize(image) for image in moved]).all()
        assert in_normal_form(normal).all()

    @given(st.integers(0, 999), st.integers(-1, 1), st.integers(-1, 1))
    def test_agrees_with_the_definition(self, row, down, right):
        image = np.roll(self.images[row], (down, right), axis=(0, 1))
        ys, xs = np.nonzero(image)
        side = max(np.ptp(ys), np.ptp(xs)) + 1
        weights = image / image.sum()
        barycentre = (weights.sum(1) @ (np.arange(28) + 0.5), weights.sum(0) @ (np.arange(28) + 0.5))
        expected = side == 20 and all(14 < each <= 15 for each in barycentre)
        assert in_normal_form(image[None])[0] == expected

    def test_other_sizes_are_brought_to_it_and_blank_ones_stay_blank(self):
        small = self.images[:5, 4:24, 4:24].copy()
        small[4] = 0
        normal, changed = to_normal_form(small)
        assert changed
        assert normal.shape == (5, 28, 28)
        assert in_normal_form(normal).tolist() == [True] * 4 + [False]
        assert not normal[4].any()


class TestEvaluate:
    @pytest.mark.parametrize("count", [2, 999, 1000, 1001, 2500])
    def test_counts_what_is_wrong(self, count):
        labels = np.arange(count, dtype=np.uint8) % 10
        answers = labels.copy()
        answers[::7] = (answers[::7] + 1) % 10
        result = evaluate(model(), digits(answers), labels)
        assert (result.count, result.errors) == (count, len(labels[::7]))
        assert result.error_rate == result.errors / count
        assert result.settings["k"] == 1

    def test_keeps_the_most_confident_mistakes_of_all(self):
        labels = np.tile([1, 2], 1500)
        answers, confidence = labels.copy(), np.full(3000, 99)
        wrong = np.arange(0, 3000, 50)
        answers[wrong] = 7
        confidence[wrong] = 30 + np.arange(60)
        found = evaluate(model(), digits(answers, confidence), labels).mistakes
        assert [mistake.index for mistake in found] == wrong[::-1][:WORST].tolist()
        assert [mistake.confidence for mistake in found] == sorted(
            (m.confidence for m in found), reverse=True
        )
        first = found[0]
        assert (first.truth, first.answer, first.verdict) == (labels[2950], 7, "unsure")
        assert [near.index for near in first.neighbours] == [0, 1, 2, 3, 4]

    def test_shows_the_neighbours_that_a_model_has_kept(self):
        kept = np.arange(6, dtype=np.uint8)[:, None, None] * np.ones((28, 28), np.uint8)
        found = evaluate(model(pictures=kept), digits([1, 3]), np.array([1, 2]))
        assert [near.image[0, 0] for near in found.mistakes[0].neighbours] == [0, 1, 2, 3, 4]
        bare = evaluate(model(), digits([1, 3]), np.array([1, 2]))
        assert [near.image for near in bare.mistakes[0].neighbours] == [None] * 5

    def test_labels_of_a_model_are_those_it_was_fitted_with(self):
        found = evaluate(model(classes=[3, 5, 8]), digits([0, 1, 2, 2]), np.array([3, 5, 8, 3]))
        assert found.errors == 1
        assert found.scores.classes == (3, 5, 8)
        assert found.mistakes[0].answer == 8

    def test_says_when_the_model_knows_the_very_pictures(self):
        images = digits([1, 2, 3])
        images[0, 0, 2] = 77
        notes = evaluate(model(), images, np.array([1, 2, 3])).notes
        assert notes[0].startswith("1 of the 3 digits are among those the model knows")
        assert evaluate(model(), images[1:], np.array([2, 3])).notes == ()

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
            factory_model("bets")


@pytest.fixture(scope="module")
def classifier(train_digits):
    images, labels = train_digits
    return DigitClassifier().fit(images[:1000], labels[:1000])


class TestModels:
    @pytest.mark.parametrize("kind", [int, str])
    def test_a_file_is_evaluated_like_the_classifier_it_holds(self, classifier, kind, tmp_path, test_digits):
        images, labels = test_digits
        fitted = classifier
        if kind is str:
            fitted = DigitClassifier._from_recogniser(classifier.recogniser_)
            fitted.classes_ = np.array([str(digit) for digit in range(10)])
        fitted.save(tmp_path / "m.inknn")
        found = evaluate(load_model(tmp_path / "m.inknn"), images[:200], labels[:200])
        assert found.errors == np.count_nonzero(classifier.predict(images[:200]) != labels[:200])

    def test_labels_that_are_no_digits_are_refused(self, classifier, tmp_path):
        fitted = DigitClassifier._from_recogniser(classifier.recogniser_)
        fitted.classes_ = np.arange(10, 20)
        fitted.save(tmp_path / "m.inknn")
        with pytest.raises(DataError, match=r"aren't digits \('10', '11', '12' \.\.\.\)"):
            load_model(tmp_path / "m.inknn")

    def test_a_missing_or_foreign_file_is_refused(self, tmp_path):
        with pytest.raises(DataError, match="can't read the model"):
            load_model(tmp_path / "none.inknn")
        (tmp_path / "notes.txt").write_text("no model")
        with pytest.raises(DataError):
            load_model(tmp_path / "notes.txt")


class TestText:
    def result(self):
        labels = np.tile(np.arange(10), 20)
        answers = labels.copy()
        answers[[5, 17]] = 3
        return evaluate(model(), digits(answers), labels, dataset="ours", origins=["ann", "ben"] * 100)

    def test_for_people(self):
        lines = [re.sub(" +", " ", line) for line in plain_text(self.result()).splitlines()]
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
        found = evaluate(model(), digits([1, 1]), labels, dataset="a\n\x1b[2Jb", origins=["x\ty", "\udcff"])
        text = plain_text(found)
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
        assert [group["name"] for group in found["sources"]] == ["ben", "ann"]
        assert found["verdicts"][0]["share"] == 1.0
        assert [mistake["index"] for mistake in found["mistakes"]] == [5, 17]
        assert "NaN" not in json.dumps(found)


def inknn(*arguments, **options):
    """Run the real command."""
    return subprocess.run(
        [sys.executable, "-m", "inknn", *map(str, arguments)], capture_output=True, check=False, **options
    )


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as leaving:
        main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return leaving.value.code, captured.out, captured.err


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

    def test_a_model_is_evaluated_and_says_so(self, folder, classifier, capsys):
        classifier.save(folder / "m.inknn")
        path = folder / "some-images-idx3-ubyte"
        code, out, _ = run(capsys, "evaluate", path, "--model", folder / "m.inknn", "-f", "json")
        found = json.loads(out)
        assert (code, found["settings"]["prototypes"]) == (0, 1000)
        assert found["settings"]["references"] == str(folder / "m.inknn")

    def test_a_note_goes_to_stderr_unless_quiet(self, folder, classifier, capsys, train_digits):
        classifier.save(folder / "m.inknn")
        write_idx(folder / "own-images-idx3-ubyte", train_digits[0][:50])
        write_idx(folder / "own-labels-idx1-ubyte", train_digits[1][:50])
        words = ("evaluate", folder / "own-images-idx3-ubyte", "-m", folder / "m.inknn")
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
            (("mnist", "--report", "no/such/r.html"), 5, "choose another place with --report FILE"),
            (("mnist", "--report", "."), 5, "it is a folder"),
            (("mnist", "--report", "-"), 2, "--report needs the name of a file"),
            (("mnist", "--model", "none.inknn"), 2, "does not exist"),
            (("mnist", "--model", "sevens-labels-idx1-ubyte", "--report", "r.html"), 4, ""),
            (("mnist", "--model", "m.inknn", "--preset", "best"), 2, "--preset is for inknn as it comes"),
            (("sevens-images-idx3-ubyte", "--report", "r.html"), 4, "has only the digit 7"),
            (("sevens-images-idx3-ubyte", "--report", "sevens-labels-idx1-ubyte"), 4, "has only the digit 7"),
            (
                ("sevens-images-idx3-ubyte", "--report", "sevens-images-idx3-ubyte"),
                5,
                "it is what is to be read",
            ),
            (
                ("some-images-idx3-ubyte", "-m", "m.inknn", "--report", "r.html"),
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
