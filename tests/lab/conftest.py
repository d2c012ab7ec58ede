"""Digits, requests and results for the tests of plots."""

from __future__ import annotations

import json

import numpy as np
import pytest

from inknn.datasets import load_mnist_part
from inknn.memory import Model
from plot_results import COMPARED, CURVE, SMALL_SIZE


@pytest.fixture(scope="module")
def some():
    images, labels = load_mnist_part("train")
    return images[:90], labels[:90].astype(np.int64)


@pytest.fixture(scope="module")
def requests(some, tmp_path_factory):
    """What each kind is to draw: a few digits in a file, or a comparison."""
    from inknn.lab.plots import Request

    folder = tmp_path_factory.mktemp("data")
    np.savez(folder / "some.npz", images=some[0], labels=some[1])
    (folder / "compared.json").write_text(json.dumps(COMPARED))

    def request(kind, **options):
        result = str(folder / "compared.json") if kind == "speed-accuracy" else None
        return Request(str(folder / "some.npz"), result, size=SMALL_SIZE, **options)

    return request


SPARING = {"digits": {"limit": 8}, "normalizing": {"limit": 3}, "regions": {"k": (1, 5)}}
"""Options that make the slower kinds quick."""


@pytest.fixture(scope="module")
def drawn(requests, some):
    """One figure of each kind, drawn when first asked for; the recognizer knows few digits, for speed."""
    from inknn.lab.plots import PLOTS

    made = {}
    few = Model.fit(some[0][:60], some[1][:60])

    def draw(kind):
        if kind not in made:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("inknn.memory.factory.factory_model", lambda *_: few)
                made[kind] = PLOTS[kind].draw(requests(kind, **SPARING.get(kind, {})))
        return made[kind]

    return draw


@pytest.fixture(scope="module")
def results(some, tmp_path_factory):
    """A file of the result of each command whose results are drawn."""
    from inknn.lab import evaluate

    folder = tmp_path_factory.mktemp("results")
    few = Model.fit(some[0][:60], some[1][:60], name="few")
    settings = {"model": few.name}
    made = {
        "inknn evaluate": evaluate(
            few, some[0][30:], some[1][30:], dataset="mine", settings=settings
        ).to_dict(),
        "inknn tune": CURVE,
        "inknn compare": COMPARED,
    }
    for command, found in made.items():
        (folder / f"{command.split()[1]}.json").write_text(json.dumps(found))
    return lambda command: str(folder / f"{command.split()[1]}.json")
