"""The figures are scikit-learn's, curves are what they claim, and intervals say how far to trust them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics
from sklearn.calibration import calibration_curve

from inknn.lab import wilson_interval
from inknn.lab.scores import Scores

TEN = np.arange(10)


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
    def test_are_counted_the_worst_first(self):
        found = scores([1, 1, 2, 2], [1, 1, 2, 1], given=("anna", "anna", "ben", "ben")).groups
        assert [(group.name, group.count, group.errors) for group in found] == [("ben", 2, 1), ("anna", 2, 0)]
