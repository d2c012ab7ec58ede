"""Models are fitted to pictures as people have them, and commands open them all in the same way."""

from __future__ import annotations

import json
from functools import partial

import numpy as np
import pytest
from PIL import Image

import commands


@pytest.fixture
def run(capfd, tmp_path, monkeypatch):
    """Run a command in an empty folder: exit code, stdout and stderr."""

    monkeypatch.chdir(tmp_path)
    return partial(commands.run, capfd)


@pytest.fixture
def folder(tmp_path, train_digits):
    """Sixty digits in folders 0 to 9, of several sizes, every other one dark on bright paper."""
    for i, (image, label) in enumerate(zip(train_digits[0][:60], train_digits[1][:60], strict=True)):
        place = tmp_path / "mine" / str(label)
        place.mkdir(parents=True, exist_ok=True)
        side = 84 + 14 * (i % 3)
        Image.fromarray(255 - image if i % 2 else image).resize((side, side)).save(place / f"{i}.png")
    return tmp_path / "mine"


def save(path, images, labels):
    np.savez(path, images=images, labels=labels)
    return path


class TestPicturesOfSeveralSizes:
    def test_fit_and_evaluate_take_them(self, run, folder):
        code, out, err = run("fit", folder, "-o", "m.inknn", "-F", "pixels", "-k", 1)
        assert (code, err) == (0, "")
        assert "60 digits, brought into MNIST's normal form" in out
        code, out, err = run("evaluate", folder, "--model", "m.inknn", "-f", "json")
        found = json.loads(out)
        assert (code, found["count"], found["errors"]) == (0, 60, 0)
        assert found["settings"]["pictures"] == "of several sizes, each brought into MNIST's normal form"


class TestBlankPictures:
    def test_some_are_counted(self, run, tmp_path, train_digits):
        images = train_digits[0][:40].copy()
        images[:3] = 0
        save(tmp_path / "some.npz", images, train_digits[1][:40])
        code, _, err = run("fit", "some.npz", "-o", "m.inknn", "-F", "pixels")
        assert code == 0
        assert err.startswith("inknn: 3 of the 40 pictures are blank")

    def test_all_are_refused(self, run, tmp_path):
        save(tmp_path / "none.npz", np.zeros((30, 28, 28), np.uint8), np.arange(30) % 10)
        code, out, err = run("fit", "none.npz", "-o", "m.inknn")
        assert (code, out) == (4, "")
        assert "all 30 pictures of none.npz are blank" in err
        assert not (tmp_path / "m.inknn").exists()


class TestSettings:
    def test_the_vote_and_the_preset_are_shown(self, run, tmp_path, train_digits):
        save(tmp_path / "d.npz", train_digits[0][:60], train_digits[1][:60])
        plain = run("fit", "d.npz", "-o", "m.inknn", "-F", "zoning", "-w", "uniform")[1]
        assert "weights uniform" in plain
        assert "preset" not in plain
        assert "preset fast" in run("fit", "d.npz", "-o", "m.inknn", "--preset", "fast")[1]

    def test_a_preset_of_other_features_is_refused(self, run):
        code, _, err = run("fit", "none.npz", "-o", "m.inknn", "-F", "pixels", "--preset", "best")
        assert code == 2
        assert "--preset is for learned features" in err

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (["-F", "gradient"], "no feature of models named 'gradient'"),
            (["-F", "deskew+pca:40"], "no feature of models named 'deskew+pca:40'"),
            (["-m", "minkowski:4", "-F", "pixels"], "no metric of models named 'minkowski:4'; did you mean"),
        ],
    )
    def test_what_can_only_be_tuned_is_refused_with_the_names_a_model_takes(self, run, options, said):
        code, out, err = run("fit", "none.npz", "-o", "m.inknn", *options)
        assert (code, out) == (2, "")
        assert said in err
        assert ("There is: contour, crossings," if "-m" not in options else "There is: chebyshev,") in err


class TestTheModelOfACommand:
    @pytest.mark.parametrize("words", [("evaluate", "mnist"), ("read", "a.png"), ("predict",)])
    def test_one_that_is_missing_or_none_is_told_the_same_everywhere(self, run, tmp_path, words):
        Image.new("L", (60, 60), 255).save(tmp_path / "a.png")
        for name, said in (
            ("none.inknn", "can't read the model none.inknn: No such file or directory"),
            ("a.png", "a.png is not an inknn data file; make the model again with inknn fit"),
        ):
            model = (name, "a.png") if words == ("predict",) else ("--model", name)
            code, out, err = run(*words, *model)
            assert (code, out) == (4, "")
            assert err == f"inknn: {said}\n"

    def test_mnist_is_inknn_as_it_comes(self, run, tmp_path, test_digits):
        save(tmp_path / "d.npz", test_digits[0][:30], test_digits[1][:30])
        as_it_comes = json.loads(run("evaluate", "d.npz", "-f", "json")[1])
        named = json.loads(run("evaluate", "d.npz", "--model", "mnist", "-f", "json")[1])
        assert named["settings"] == as_it_comes["settings"]
        picture = Image.fromarray(255 - test_digits[0][0]).resize((112, 112))
        picture.save(tmp_path / "a.png")
        assert run("read", "a.png", "--model", "mnist") == run("read", "a.png")
