"""``inknn plot`` draws every kind, from data and from results, and refuses everything else in one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from matplotlib.figure import Figure

from commands import run
from inknn.errors import DataError, MissingExtraError, ParameterError
from inknn.lab import plots
from inknn.lab.plots import PLOTS, Request
from inknn.lab.plots.style import SMALL
from inknn.memory import Model
from plot_results import CURVE, SMALL_SIZE, pictured


@pytest.mark.parametrize("kind", PLOTS)
class TestEveryKind:
    def test_is_a_figure_that_becomes_a_png_and_an_svg_with_something_on_it(self, drawn, kind, tmp_path):
        figure = drawn(kind)
        assert isinstance(figure, Figure)
        figure.draw_without_rendering()
        figure.set_layout_engine("none")  # once for both files
        shown = pictured(figure, tmp_path)
        assert shown.shape[1] == SMALL_SIZE[0]
        assert (shown.min(axis=2) > 250).mean() > 0.05  # white paper
        assert (shown.max(axis=2) < 130).mean() > 0.003  # dark ink
        plots.save(figure, tmp_path / "plot.svg")
        assert ET.parse(tmp_path / "plot.svg").getroot().tag.endswith("svg")
        assert sorted(os.listdir(tmp_path)) == ["plot.png", "plot.svg"]

    def test_names_all_axes_that_have_numbers_on_them(self, drawn, kind):
        for axes in drawn(kind).axes:
            if axes.axison and not axes.images:
                numbered = {
                    side: [
                        tick
                        for tick in axis.get_ticklabels()
                        if axis.get_visible() and tick.get_visible() and tick.get_text()
                    ]
                    for side, axis in (("x", axes.xaxis), ("y", axes.yaxis))
                }
                shared = axes.get_shared_x_axes().get_siblings(axes)
                labels = {"x": "".join(one.get_xlabel() for one in shared), "y": axes.get_ylabel()}
                assert all(labels[side] for side, ticks in numbered.items() if ticks)

    def test_has_a_title_and_says_below_how_many_digits(self, drawn, kind):
        figure = drawn(kind)
        assert len(figure.get_suptitle()) > 5
        assert any(letter.isdigit() for letter in figure.get_supxlabel())

    def test_has_no_letters_too_small_for_the_back_row(self, drawn, kind):
        from matplotlib.text import Text

        sizes = [text.get_fontsize() for text in drawn(kind).findobj(Text) if text.get_text().strip()]
        assert min(sizes) >= SMALL


RESULT_KINDS = [name for name, kind in PLOTS.items() if kind.result_of]


class TestResults:
    def test_six_kinds_draw_the_results_of_three_commands(self):
        assert len(RESULT_KINDS) == 6
        assert {PLOTS[name].result_of.split()[1] for name in RESULT_KINDS} == {"evaluate", "tune", "compare"}
        assert all(("result" in kind.options) == (name in RESULT_KINDS) for name, kind in PLOTS.items())

    @pytest.mark.parametrize("kind", RESULT_KINDS)
    def test_a_result_is_drawn_by_the_command(self, kind, results, tmp_path, capfd):
        path = results(PLOTS[kind].result_of)
        done = run(capfd, "plot", kind, "--from", path, "--size", "480x400", "-o", tmp_path / "a.svg", "-q")
        assert not done.returncode
        assert ET.parse(tmp_path / "a.svg").getroot().tag.endswith("svg")

    def test_a_result_of_an_evaluation_has_its_notes_in_the_caption_and_aside(self, results):
        said = []
        request = Request(result=results("inknn evaluate"), remark=said.append)
        caption = " ".join(PLOTS["mistakes"].draw(request).get_supxlabel().split())
        assert "Set: mine. Model: few; k = 5." in caption
        (note,) = said
        assert note.startswith("30 of the 60 digits are among those the model knows")
        assert note in caption

    @pytest.mark.parametrize(
        ("labels", "features", "k", "said"),
        [
            ([4, 4], "learned", 2, ""),
            ([4, 9], "learned", 2, "Where neighbors disagree, inknn compared further references."),
            ([4, 9], "pixels", 2, ""),
            ([4, 4], "learned", 30, "The nearest 2 of 30 neighbors are shown."),
        ],
    )
    def test_the_caption_of_mistakes_says_what_decided(self, labels, features, k, said, results, tmp_path):
        with open(results("inknn evaluate")) as file:
            found = json.load(file)
        found["settings"] |= {"features": features, "k": k}
        mistake = found["mistakes"][0]
        mistake["neighbors"] = [{"index": 0, "label": n, "distance": 1, "image": None} for n in labels]
        found["mistakes"] = [mistake]
        (tmp_path / "r.json").write_text(json.dumps(found))
        figure = PLOTS["mistakes"].draw(Request(result=str(tmp_path / "r.json"), size=SMALL_SIZE))
        caption = " ".join(figure.get_supxlabel().split())
        assert caption.endswith(said)
        assert ("disagree" in caption, "nearest 2" in caption) == ("disagree" in said, "nearest 2" in said)

    def test_another_model_gives_another_plot(self, some, requests, tmp_path):
        from inknn import DigitClassifier

        DigitClassifier().fit(some[0][:40], some[1][:40]).save(tmp_path / "m.inknn")
        figure = PLOTS["confusion"].draw(requests("confusion", model=str(tmp_path / "m.inknn")))
        assert "m.inknn" in figure.get_supxlabel()

    @pytest.mark.parametrize("kind", RESULT_KINDS)
    @pytest.mark.parametrize("value", [None, [], "?", {}, -1, [[]], [None], [{}]])
    def test_anything_else_is_refused_in_one_line(self, kind, value, results, tmp_path):
        with open(results(PLOTS[kind].result_of)) as file:
            found = json.load(file)
        for spoiled in ({}, dict.fromkeys(found, value)):
            (tmp_path / "r.json").write_text(json.dumps(spoiled))
            with pytest.raises(
                DataError, match=f"is no result of {PLOTS[kind].result_of}: .*; make one with"
            ):
                PLOTS[kind].draw(Request(result=str(tmp_path / "r.json")))


class TestBadInput:
    """One clear line on stderr, an exit code, and nothing written."""

    @pytest.fixture
    def plot(self, tmp_path, monkeypatch, capfd, requests):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "text.json").write_text("{not json")
        (tmp_path / "list.json").write_text("[1]")
        (tmp_path / "lacks.json").write_text('{"k": [1, 2]}')
        (tmp_path / "ragged.json").write_text(json.dumps({**CURVE, "k": [1, 3]}))
        (tmp_path / "words.json").write_text(json.dumps({**CURVE, "k": ["a", "b", "c"]}))
        before = sorted(os.listdir(tmp_path))

        def plot(*arguments):
            code, _, err = run(capfd, "plot", *arguments)
            assert sorted(os.listdir(tmp_path)) == before
            return code, err

        plot.some = requests("digits").data
        return plot

    @pytest.mark.parametrize(
        ("arguments", "code", "said"),
        [
            (("digit", "-o", "a.png"), 2, "did you mean digits?"),
            (("digits", "SOME", "-o", "a.gif"), 5, ".png, .svg or .pdf"),
            (("digits", "SOME", "-o", "a"), 5, ".png, .svg or .pdf"),
            (("digits", "SOME", "-o", "no/a.png"), 5, "there is no folder no"),
            (("digits", "SOME", "-i", "90", "-o", "a.png"), 2, "has the digits 0 to 89 here"),
            (("digits", "SOME", "-n", "60000", "-o", "a.png"), 2, "room for 1,000 at most"),
            (("mistakes", "SOME", "-n", "400", "-o", "a.png"), 2, "room for 100 at most"),
            (
                ("normalizing", "SOME", "-n", "400", "-o", "a.png"),
                2,
                "-n 400: this plot has room for 10 at most",
            ),
            (("normalizing", "SOME", "-i", "1" + ",1" * 24, "-o", "a.png"), 2, "picks 10 at most, got 25"),
            (("gradient", "SOME", "-i", "1,2", "-o", "a.png"), 2, "picks 1 at most"),
            (("regions", "SOME", "-k", "0", "-o", "a.png"), 2, "take 1 to 45"),
            (("regions", "SOME", "-k", "46", "-o", "a.png"), 2, "take 1 to 45"),
            (("regions", "SOME", "-i", "45", "-o", "a.png"), 2, "0 to 44"),
            (("regions", "SOME", "-i", "1,2", "-o", "a.png"), 2, "pick one"),
            (("regions", "SOME", "--space", "lab", "-o", "a.png"), 2, "pca, lda, learned"),
            (("embedding", "SOME", "--method", "umap", "-o", "a.png"), 2, "tsne, isomap, pca"),
            (("confusion", "SOME", "--model", "no.inknn", "-o", "a.png"), 4, "can't read the model no.inknn"),
            (("k-curve", "--from", "none.json", "-o", "a.png"), 4, "No such file"),
            (("k-curve", "--from", "text.json", "-o", "a.png"), 4, "is not JSON"),
            (("k-curve", "--from", "list.json", "-o", "a.png"), 4, "is no result"),
            (("k-curve", "--from", "lacks.json", "-o", "a.png"), 4, "it lacks 'validation_error'"),
            (("k-curve", "--from", "ragged.json", "-o", "a.png"), 4, "don't fit each other"),
            (("k-curve", "--from", "words.json", "-o", "a.png"), 4, "don't fit each other"),
            (("speed-accuracy", "--from", "lacks.json", "-o", "a.png"), 4, "it lacks 'rows'"),
        ],
    )
    def test_is_told_in_one_line(self, plot, arguments, code, said):
        found, err = plot(*(plot.some if word == "SOME" else word for word in arguments))
        assert found == code
        (line,) = err.splitlines()
        assert line.startswith("inknn: ")
        assert said in line

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("digits", "--space", "pca", "-o", "a.png"), "digits has no option --space"),
            (("gradient", "--seed", "3", "-o", "a.png"), "gradient has no option --seed"),
            (("digits", "-k", "3", "-o", "a.png"), "digits has no option -k"),
            (("regions", "-k", "1,x", "-o", "a.png"), "'1,x' is no whole number"),
            (("digits", "--size", "big", "-o", "a.png"), "write it as 1600x900"),
            (("digits", "--size", "9999x100", "-o", "a.png"), "300 to 8000 pixels wide"),
            (("digits", "-n", "0", "-o", "a.png"), "0 is not a whole number, 1 or more"),
            (("digits",), "Missing option"),
            (("k-curve", "text.json", "-o", "a.png"), "draw it with --from text.json"),
            (("digits", "--from", "text.json", "-o", "a.png"), "digits has no option --from"),
            (("k-curve", "mnist", "--from", "text.json", "-o", "a.png"), "leave out DATA and --model"),
            (("confusion", "--model", "m", "--from", "r.json", "-o", "a.png"), "leave out DATA and --model"),
        ],
    )
    def test_wrong_usage_is_told(self, plot, arguments, said):
        code, err = plot(*arguments)
        assert code == 2
        assert said in err

    def test_too_few_digits_for_a_study_are_too_few(self, some, tmp_path):
        np.savez(tmp_path / "few.npz", images=some[0][:12], labels=some[1][:12])
        for kind in ("regions", "embedding", "learning-curve"):
            with pytest.raises(DataError, match="digits"):
                PLOTS[kind].draw(Request(str(tmp_path / "few.npz")))

    def test_a_name_without_labels_is_a_programmers_mistake(self, some):
        with pytest.raises(ValueError, match="one label for each"):
            plots.digits(some[0][:3], some[1][:2])
        with pytest.raises(ParameterError):
            Request(k=(9,)).ks((1,), most=3)

    def test_a_missing_matplotlib_is_named_with_what_to_install(self, some, monkeypatch):
        monkeypatch.setitem(sys.modules, "matplotlib", None)
        with pytest.raises(MissingExtraError, match=r"pip install 'inknn\[lab\]'"):
            plots.digits(some[0][:1], [5])


class TestTheCommand:
    @pytest.mark.slow
    def test_draws_and_says_nothing(self, requests, tmp_path):
        """And leaves the ``pyplot`` of others alone."""
        code = (
            "import sys; from inknn.cli import main\n"
            "try: main(sys.argv[1:])\n"
            "finally: assert 'matplotlib.pyplot' not in sys.modules"
        )
        command = ["plot", "digits", requests("digits").data, "-n", "4", "--size", "480x300", "-o", "a.svg"]
        done = subprocess.run(
            [sys.executable, "-c", code, *command], cwd=tmp_path, capture_output=True, check=False
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
        assert os.listdir(tmp_path) == ["a.svg"]

    @pytest.mark.parametrize("quiet", [False, True])
    def test_says_once_that_the_digits_are_known(self, quiet, requests, some, tmp_path, monkeypatch, capfd):
        few = Model.fit(some[0][:60], some[1][:60])
        monkeypatch.setattr("inknn.memory.factory.factory_model", lambda *_: few)
        place = str(tmp_path / "a.svg")
        command = ["plot", "confusion", requests("confusion").data, "--size", "480x400", "-o", place]
        done = run(capfd, *command, *["-q"] * quiet)
        assert not done.returncode
        assert done.stderr.count("the figures flatter") == (not quiet)

    def test_help_lists_every_kind(self, capfd):
        help_text = run(capfd, "plot", "--help").stdout
        assert [name for name in PLOTS if f"\n  {name} " not in help_text] == []
        assert "INTEGER RANGE" not in help_text
