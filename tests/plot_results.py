"""What plots are drawn of in the tests, and what is written in a figure."""

from __future__ import annotations

import numpy as np
from PIL import Image

from inknn.lab import plots
from inknn.lab.scores import Scores
from inknn.recognizer.predictions import Predictions

SMALL_SIZE = (480, 400)

CURVE = {
    "k": [1, 3, 5],
    "validation_error": [0.05, 0.04, 0.06],
    "validation_se": [0.01, 0.012, 0.01],
    "training_error": [0.0, 0.02, 0.03],
    "best_k": 3,
    "chosen_k": 3,
    "count": 1234,
    "data": "mine",
}

COMPARED = {
    "data": "mine",
    "machine": {"cores": 2, "processor": "some"},
    "rows": [
        {"name": "inknn-fast", "train": 600, "test": 100, "errors": 0, "ms_per_digit": 0.2},
        {"name": "forest", "train": 600, "test": 80, "errors": 3, "ms_per_digit": 0.02},
    ],
}


def pictured(figure, tmp_path):
    """A figure as RGB, written as PNG."""
    plots.save(figure, tmp_path / "plot.png")
    return np.asarray(Image.open(tmp_path / "plot.png").convert("RGB"))


def words(figure):
    """All that is written in a figure."""
    from matplotlib.text import Text

    return [text.get_text() for text in figure.findobj(Text) if text.get_text() and text.get_visible()]


def answers_of(labels, confidence, verdicts=None):
    """Answers with two neighbors each, the references 0 and 1."""
    labels = np.asarray(labels)
    two = np.zeros((len(labels), 2), np.int64)
    return Predictions(
        np.arange(10),
        labels,
        np.eye(10)[labels],
        np.asarray(confidence, dtype=float),
        np.ones(len(labels)),
        np.array(verdicts or ["digit"] * len(labels)),
        np.add(two, [0, 1]),
        np.add(two, [3, 5]),
        np.add(two, [1.0, 2.0]),
    )


def figures_of(truth, answers):
    """The figures of answers as ``inknn evaluate`` computes them."""
    classes = np.arange(answers.shares.shape[1])
    return Scores(
        np.asarray(truth),
        answers.labels,
        answers.probabilities(),
        classes,
        answers.confidence,
        answers.verdicts,
    ).to_dict()
