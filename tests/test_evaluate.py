"""Errors are counted right, and the interval says how far the count can be trusted."""

from __future__ import annotations

import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inknn.errors import UnknownNameError
from inknn.lab import Evaluation, evaluate, evaluate_factory, wilson_interval


class Stub:
    """A recogniser that takes the first pixel for the answer."""

    def __init__(self):
        self.settings = {"k": 1}

    def recognise(self, images):
        return SimpleNamespace(labels=images[:, 0, 0].astype(np.int64))


def digits(answers):
    images = np.zeros((len(answers), 28, 28), np.uint8)
    images[:, 0, 0] = answers
    return images


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


class TestEvaluate:
    @pytest.mark.parametrize("count", [1, 999, 1000, 1001, 2500])
    def test_counts_what_is_wrong(self, count):
        labels = np.arange(count, dtype=np.uint8) % 10
        answers = labels.copy()
        answers[::7] = (answers[::7] + 1) % 10
        result = evaluate(Stub(), digits(answers), labels)
        assert (result.count, result.errors) == (count, len(labels[::7]))
        assert result.error_rate == result.errors / count
        assert result.settings == {"k": 1}

    def test_tells_how_far_it_is(self):
        told = []
        evaluate(
            Stub(), digits([1] * 2000), np.ones(2000, np.uint8), progress=lambda *step: told.append(step[1])
        )
        assert told == [0.0, 0.5, 1.0]

    @pytest.mark.parametrize(("images", "labels"), [(0, 0), (3, 2)])
    def test_needs_a_label_for_each_digit(self, images, labels):
        with pytest.raises(ValueError, match="can't be compared"):
            evaluate(Stub(), digits([1] * images), np.ones(labels, np.uint8))

    def test_an_unknown_set_is_answered_with_the_nearest_name(self):
        with pytest.raises(UnknownNameError, match="did you mean mnist"):
            evaluate_factory("mnsit")
        with pytest.raises(UnknownNameError, match=r"'elephants'\. There is: mnist"):
            evaluate_factory("elephants")


class TestReport:
    result = Evaluation("mnist", 10_000, 50, 2.5, {"k": 3, "dimensions": 150})

    def test_for_people(self):
        assert str(self.result).splitlines() == [
            "set       mnist, 10,000 digits",
            "errors    50",
            "error     0.50 %, 95 % interval 0.38 % to 0.66 %",
            "time      2.50 s, 0.250 ms a digit",
            "settings  k 3, dimensions 150",
        ]

    def test_for_programs(self):
        assert json.loads(json.dumps(self.result.to_dict())) == {
            "dataset": "mnist",
            "count": 10_000,
            "errors": 50,
            "error_rate": 0.005,
            "interval": [pytest.approx(0.0037949, abs=1e-7), pytest.approx(0.0065853, abs=1e-7)],
            "seconds": 2.5,
            "milliseconds_per_digit": 0.25,
            "settings": {"k": 3, "dimensions": 150},
        }
