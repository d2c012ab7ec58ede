"""The command that follows a tuning makes the model that was tuned, and none is offered where none can be."""

from __future__ import annotations

import shlex

import numpy as np
import pytest

from inknn.cli import main
from inknn.lab.fit_command import fit_command, steps_to_digits
from inknn.memory import Model


def test_the_command_fits(tmp_path, train_digits, monkeypatch):
    path = tmp_path / "my digits.npz"
    np.savez(path, images=train_digits[0][:60], labels=train_digits[1][:60])
    command = fit_command(str(path), (28, 28), "pixels", "cosine", "uniform", 3)
    assert command == f"inknn fit '{path}' -F pixels -m cosine -k 3 -w uniform -o model.inknn"
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as leaving:
        main(shlex.split(command)[1:])
    assert not leaving.value.code
    facts = Model.open("model.inknn").recognizer.facts
    assert {"references": 60, "features": "pixels", "metric": "cosine", "k": 3}.items() <= facts.items()


def test_it_names_features_as_models_do():
    assert "-F learned" in fit_command("mnist", (28, 28), "learned:128", "euclidean", "distance", 5)


@pytest.mark.parametrize("feature", ["pixels", "normal-form+pixels", "resize+normal-form+pixels"])
def test_it_says_that_other_pictures_are_brought_into_normal_form_first(feature):
    command = fit_command("digits8x8", (8, 8), feature, "euclidean", "uniform", 1)
    assert "-F pixels" in command
    assert "normal form" in command


@pytest.mark.parametrize(
    ("feature", "metric"),
    [("gradient", "euclidean"), ("learned:7", "euclidean"), ("pixels", "minkowski:4")],
)
def test_there_is_none_for_what_no_model_can_be(feature, metric):
    assert fit_command("mnist", (28, 28), feature, metric, "uniform", 1) is None


def test_small_pictures_are_enlarged_before_they_become_digits():
    assert steps_to_digits((8, 8)) == "resize+normal-form+"
    assert steps_to_digits((40, 30)) == "normal-form+"
