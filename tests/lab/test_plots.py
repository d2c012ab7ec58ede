"""Plots: every kind is a picture with something on it, says what its axes are, and looks the same twice."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("matplotlib")

from matplotlib.figure import Figure

from inknn.cli import main
from inknn.datasets import load_mnist_part
from inknn.errors import DataError, InknnError, OutputError
from inknn.lab import plots
from inknn.lab.plots import PLOTS, OptionError, Plane, Request
from inknn.lab.plots.anatomy import best_shifts
from inknn.lab.plots.borders import _votes
from inknn.lab.plots.style import LABEL_COLORS, SMALL
from inknn.memory import Model
from inknn.metrics import METRICS
from inknn.recognizer.predictions import Predictions

SMALL_SIZE = (480, 400)

SPARING = {"digits": {"limit": 8}, "normalizing": {"limit": 3}, "regions": {"k": (1, 5)}}
"""Options that make the slower kinds quick."""

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
    "machine": {"cores": 2, "processor": "some"},
    "rows": [
        {"name": "inknn-fast", "train": 600, "test": 100, "errors": 0, "ms_per_digit": 0.2},
        {"name": "forest", "train": 600, "test": 100, "errors": 3, "ms_per_digit": 0.02},
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


@pytest.fixture(scope="module")
def some():
    images, labels = load_mnist_part("train")
    return images[:90], labels[:90].astype(np.int64)


@pytest.fixture(scope="module")
def requests(some, tmp_path_factory):
    """What to ask of each kind: a few digits in a file, or a result."""
    folder = tmp_path_factory.mktemp("data")
    np.savez(folder / "some.npz", images=some[0], labels=some[1])
    (folder / "compared.json").write_text(json.dumps(COMPARED))

    def ask(kind, **options):
        data = folder / ("compared.json" if kind == "speed-accuracy" else "some.npz")
        return Request(str(data), size=SMALL_SIZE, **options)

    return ask


@pytest.fixture(scope="module")
def drawn(requests, some):
    """One figure of each kind, drawn when first asked for; the recognizer knows few digits, for speed."""
    made = {}
    few = Model.fit(*some)

    def draw(kind):
        if kind not in made:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("inknn.memory.factory.factory_model", lambda **_: few)
                made[kind] = PLOTS[kind].draw(requests(kind, **SPARING.get(kind, {})))
        return made[kind]

    return draw


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


class TestSaving:
    @pytest.mark.slow
    def test_the_same_plot_has_the_same_bytes(self, some, tmp_path):
        for suffix in plots.files.SUFFIXES:
            for name in "ab":
                plots.save(plots.digits(some[0][:2], [5, 0], size=SMALL_SIZE), tmp_path / f"{name}{suffix}")
            assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()

    def test_dpi_makes_more_pixels_of_the_same_layout(self, some, tmp_path):
        figure = plots.digits(some[0][:2], some[1][:2], size=SMALL_SIZE)
        plots.save(figure, tmp_path / "large.png", scale=2)
        with Image.open(tmp_path / "large.png") as picture:
            assert picture.size == (960, 800)

    def test_an_unknown_suffix_is_refused_and_the_known_ones_named(self, some, tmp_path):
        with pytest.raises(OutputError, match=r"\.png, \.svg or \.pdf"):
            plots.save(plots.digits(some[0][:1], [5]), tmp_path / "plot.gif")
        assert os.listdir(tmp_path) == []

    def test_what_fails_half_way_leaves_the_old_file(self, some, tmp_path):
        figure = plots.digits(some[0][:1], ["$\\broken$"])  # matplotlib finds out when it draws
        (tmp_path / "plot.png").write_bytes(b"old")
        with pytest.raises(ValueError, match="broken"):
            plots.save(figure, tmp_path / "plot.png")
        assert (tmp_path / "plot.png").read_bytes() == b"old"
        assert os.listdir(tmp_path) == ["plot.png"]


class TestWhatIsShown:
    def test_all_ten_labels_have_colors_of_their_own(self):
        assert len(set(LABEL_COLORS)) == 10

    def test_each_digit_has_its_label(self, some):
        figure = plots.digits(some[0][:7], some[1][:7], size=SMALL_SIZE)
        assert [word for word in words(figure) if word.isdigit()] == [str(label) for label in some[1][:7]]

    def test_the_surest_mistakes_come_first_and_right_answers_not_at_all(self, some):
        answers = answers_of([1, 2, 3, 4], [0.9, 0.8, 0.95, 1.0])
        figure = plots.mistakes(some[0][:4], np.array([0, 0, 0, 4]), answers, some[0], size=SMALL_SIZE)
        assert [word for word in words(figure) if word.startswith("read ")] == ["read 3", "read 1", "read 2"]
        assert figure.get_suptitle().startswith("3 of 4 ")

    def test_no_mistakes_are_said_to_be_none(self, some):
        figure = plots.mistakes(some[0][:1], np.array([1]), answers_of([1], [1.0]), some[0], size=SMALL_SIZE)
        assert "no mistakes" in words(figure)

    def test_confusion_counts_by_true_row_and_answered_column(self):
        figure = plots.confusion(np.array([1, 1, 1, 7]), np.array([1, 7, 7, 7]), size=SMALL_SIZE)
        cells = {text.get_position(): text.get_text() for text in figure.axes[0].texts}
        assert cells[(1, 0)] == "2"  # the column of 7 in the row of 1
        assert cells[(0, 1)] == "·"
        assert figure.get_suptitle() == "Read wrong: 2 of 4 digits"

    def test_setting_aside_takes_equally_sure_answers_together(self):
        answers = answers_of([1, 1, 1, 1], [0.9, 0.9, 0.5, 0.5])
        figure = plots.risk_coverage(np.array([1, 0, 1, 0]), answers, size=SMALL_SIZE)
        line = figure.axes[0].lines[0]
        assert sorted(zip(*line.get_data(), strict=True)) == [(0.0, 0.5), (0.5, 0.5)]

    def test_no_errors_are_said_to_be_none_on_an_axis_of_ordinary_width(self):
        figure = plots.risk_coverage(np.ones(50, int), answers_of([1] * 50, [0.99] * 50), size=SMALL_SIZE)
        assert "no errors" in words(figure)
        assert figure.axes[0].get_xlim()[1] == pytest.approx(0.1)

    def test_digits_that_the_recognizer_knows_are_told_in_the_caption_and_once_aside(
        self, drawn, requests, some, monkeypatch
    ):
        known = "90 of the 90 digits are among those the model knows"
        for kind in ("mistakes", "confusion", "risk-coverage", "calibration"):
            assert known in drawn(kind).get_supxlabel().replace("\n", " ")
        few = Model.fit(*some)
        monkeypatch.setattr("inknn.memory.factory.factory_model", lambda **_: few)
        said = []
        PLOTS["confusion"].draw(requests("confusion", remark=said.append))
        (note,) = said
        assert note.startswith(known)

    def test_digits_unknown_to_the_recognizer_need_no_note(self, some, tmp_path, monkeypatch):
        few = Model.fit(*some)
        monkeypatch.setattr("inknn.memory.factory.factory_model", lambda **_: few)
        images, labels = load_mnist_part("test")
        np.savez(tmp_path / "new.npz", images=images[:20], labels=labels[:20])
        said = []
        figure = PLOTS["confusion"].draw(Request(str(tmp_path / "new.npz"), remark=said.append))
        assert said == []
        assert "knows" not in figure.get_supxlabel()

    def test_calibration_is_grouped_as_in_a_report(self):
        from inknn.lab.scores import Scores

        random = np.random.default_rng(0)
        answers = answers_of(random.integers(0, 10, 300), random.random(300))
        truth = np.where(random.random(300) < answers.confidence, answers.labels, (answers.labels + 1) % 10)
        figure = plots.calibration(truth, answers, size=SMALL_SIZE)
        points = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
        scores = Scores(
            truth, answers.labels, answers.shares, np.arange(10), answers.confidence, answers.verdicts
        )
        assert [line.get_ydata()[0] for line in points] == [each.accuracy for each in scores.reliability]

    def test_calibration_compares_what_is_said_with_what_is_right(self):
        answers = answers_of([1] * 10, [0.85] * 10)
        figure = plots.calibration(np.array([1] * 8 + [2] * 2), answers, size=SMALL_SIZE)
        (point,) = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
        assert [*point.get_xdata(), *point.get_ydata()] == pytest.approx([0.85, 0.8])

    def test_the_k_curve_shows_what_tune_has_found(self, tmp_path):
        (tmp_path / "result.json").write_text(json.dumps(CURVE))
        figure = PLOTS["k-curve"].draw(Request(str(tmp_path / "result.json"), size=SMALL_SIZE))
        assert figure.axes[0].lines[0].get_ydata().tolist() == CURVE["validation_error"]
        assert "1,234 digits" in figure.get_supxlabel()

    @pytest.mark.parametrize(
        ("best", "chosen"), [(1, 19), (1, 25), (3, 25), (25, 25), (1, 1), (9, 11), (13, 15)]
    )
    def test_the_words_on_a_k_stay_on_the_plot_and_apart(self, best, chosen):
        from matplotlib.text import Text

        k = list(range(1, 26, 2))
        error = [0.05] * len(k)
        error[k.index(best)] = 0.049
        result = {**CURVE, "k": k, "validation_error": error, "validation_se": [0.002] * len(k)}
        result |= {"training_error": [0.03] * len(k), "best_k": best, "chosen_k": chosen}
        figure = plots.k_curve(result)
        figure.draw_without_rendering()
        axes = figure.axes[0]
        named = [text for text in axes.texts if text.get_text().startswith("k = ")]
        boxes = [Text.get_window_extent(text) for text in named]  # without the line that leads to the point
        assert len(boxes) == len({best, chosen})
        assert all(axes.bbox.x0 < box.x0 < box.x1 < axes.bbox.x1 and box.y1 < axes.bbox.y1 for box in boxes)
        assert len(boxes) == 1 or not boxes[0].overlaps(boxes[1])

    def test_the_names_of_lines_that_meet_are_apart_and_in_their_order(self):
        last = {"a": 5, "b": 5, "c": 5, "d": 90}
        rows = [
            {"name": name, "references": n, "errors": e, "count": 1000}
            for name, end in last.items()
            for n, e in ((10, 400), (100, end))
        ]
        figure = plots.learning_curve(rows)
        figure.draw_without_rendering()
        texts = [text for text in figure.axes[0].texts if text.get_text()[0] in last]
        boxes = sorted((text.get_window_extent() for text in texts), key=lambda box: box.y0)
        assert all(low.y1 < high.y0 for low, high in itertools.pairwise(boxes))
        assert figure.axes[0].bbox.y0 <= boxes[0].y0
        assert max(texts, key=lambda text: text.get_window_extent().y0).get_text().startswith("d")

    def test_learning_and_speed_mark_no_errors_on_a_logarithmic_axis_without_losing_them(self):
        rows = [{"name": "a", "references": n, "errors": e, "count": 50} for n, e in ((10, 4), (100, 0))]
        assert np.isfinite(plots.learning_curve(rows, size=SMALL_SIZE).axes[0].lines[0].get_ydata()).all()
        figure = plots.speed_accuracy(COMPARED["rows"], size=SMALL_SIZE)
        assert sum("%" in word and word.startswith(("inknn", "forest")) for word in words(figure)) == 2

    def test_many_methods_are_numbered_the_least_error_first(self):
        rows = [{"name": f"m{i}", "ms_per_digit": i + 1.0, "errors": 40 - i, "test": 99} for i in range(30)]
        figure = plots.speed_accuracy(rows, size=SMALL_SIZE)
        names = [text.get_text() for text in figure.legends[0].get_texts()]
        assert names[0] == "1  m29, 11 %"
        assert len(names) == 30

    def test_speed_and_accuracy_are_those_of_a_comparison_too(self, tmp_path):
        rows = COMPARED["rows"]
        (tmp_path / "compared.json").write_text(
            json.dumps({"data": "mine", "rows": [*rows, {"name": "half"}]})
        )
        figure = PLOTS["speed-accuracy"].draw(Request(str(tmp_path / "compared.json"), size=SMALL_SIZE))
        assert figure.get_supxlabel().startswith("mine, 600 digits known, 100 asked")
        assert not any(word.startswith("half") for word in words(figure))

    def test_normalizing_takes_glyphs_of_any_sizes(self, some):
        glyphs = [np.pad(some[0][0], 9), some[0][1][4:], np.zeros((30, 20), np.uint8)]
        assert "no ink" in words(plots.normalizing(glyphs, size=SMALL_SIZE))


class TestMeasuring:
    def test_a_learning_curve_counts_the_errors_of_a_plain_vote(self, some):
        from sklearn.neighbors import KNeighborsClassifier

        images, labels = some
        rows = plots.measure_learning(images[:60], labels[:60], images[60:], labels[60:], sizes=[20, 60])
        first = [(row["references"], row["errors"]) for row in rows if row["name"].startswith("raw pixels")]
        flat = images.reshape(-1, 784).astype(float)
        for count, errors in first:
            theirs = KNeighborsClassifier(3, algorithm="brute").fit(flat[:count], labels[:count])
            assert errors == (theirs.predict(flat[60:]) != labels[60:]).sum()
        assert {row["count"] for row in rows} == {30}

    def test_the_best_shifts_cost_what_the_metric_says(self, some):
        images = some[0]
        down, across, costs, unmoved = best_shifts(images[0], images[7])
        assert np.sqrt(costs.sum()) == METRICS["idm"].distances(images[:1], images[7:8])[0, 0]
        assert (costs <= unmoved).all()
        assert np.abs([down, across]).max() == 2
        assert not down[0, 0]
        assert not across[0, 0]  # where there is nothing, nothing moves

    def test_regions_are_what_a_vote_of_the_neighbors_says(self):
        random = np.random.default_rng(0)
        known = random.normal(size=(30, 2)).astype(np.float32)
        labels = random.integers(0, 3, 30)
        asked = random.normal(size=(20, 2)).astype(np.float32)
        plane = Plane("p", ("x", "y"), known, labels, asked, labels[:20], np.zeros((20, 8, 8), np.uint8))
        for k, answers in zip((1, 5), _votes(plane, asked, (1, 5), np.arange(3)), strict=True):
            for point, answer in zip(asked, answers, strict=True):
                near = labels[np.argsort(((known - point) ** 2).sum(axis=1), kind="stable")[:k]]
                votes = np.bincount(near, minlength=3)
                assert votes[answer] == votes.max()
                assert answer == near[0] or votes[near[0]] < votes[answer]

    def test_the_same_seed_draws_the_same_digits_and_another_one_others(self, requests):
        whole = requests("digits").digits("train")
        one, again = (requests("digits", seed=1).sample(whole, 20).images for _ in range(2))
        other = requests("digits", seed=2).sample(whole, 20).images
        assert np.array_equal(one, again)
        assert not np.array_equal(one, other)


class TestBadInput:
    """One clear line on stderr, an exit code, and nothing written."""

    @pytest.fixture
    def plot(self, tmp_path, monkeypatch, capsys, requests):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "text.json").write_text("{not json")
        (tmp_path / "list.json").write_text("[1]")
        (tmp_path / "lacks.json").write_text('{"k": [1, 2]}')
        (tmp_path / "ragged.json").write_text(json.dumps({**CURVE, "k": [1, 3]}))
        (tmp_path / "words.json").write_text(json.dumps({**CURVE, "k": ["a", "b", "c"]}))
        before = sorted(os.listdir(tmp_path))

        def run(*arguments):
            with pytest.raises(SystemExit) as leaving:
                main(["plot", *arguments])
            assert sorted(os.listdir(tmp_path)) == before
            return leaving.value.code, capsys.readouterr().err

        run.some = requests("digits").data
        return run

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
            (("regions", "SOME", "--space", "lab", "-o", "a.png"), 2, "pca, lda, learned"),
            (("embedding", "SOME", "--method", "umap", "-o", "a.png"), 2, "tsne, isomap, pca"),
            (("digits", "text.json", "-o", "a.png"), 2, "wants digits"),
            (("k-curve", "none.json", "-o", "a.png"), 4, "No such file"),
            (("k-curve", "text.json", "-o", "a.png"), 4, "is not JSON"),
            (("k-curve", "list.json", "-o", "a.png"), 4, "is no result"),
            (("k-curve", "lacks.json", "-o", "a.png"), 4, "it lacks validation_error"),
            (("k-curve", "ragged.json", "-o", "a.png"), 4, "don't fit each other"),
            (("k-curve", "words.json", "-o", "a.png"), 4, "is none"),
            (("speed-accuracy", "lacks.json", "-o", "a.png"), 4, "no measured methods in it"),
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
            (("digits", "--space", "pca", "-o", "a.png"), "--space means nothing to digits"),
            (("gradient", "--seed", "3", "-o", "a.png"), "--seed means nothing to gradient"),
            (("digits", "-k", "3", "-o", "a.png"), "-k means nothing to digits"),
            (("regions", "-k", "1,x", "-o", "a.png"), "'1,x' is no whole number"),
            (("digits", "--size", "big", "-o", "a.png"), "write it as 1600x900"),
            (("digits", "--size", "9999x100", "-o", "a.png"), "300 to 8000 pixels wide"),
            (("digits", "-n", "0", "-o", "a.png"), "0 is not in the range"),
            (("digits",), "Missing option"),
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
        with pytest.raises(OptionError):
            Request(k=(9,)).ks((1,), most=3)

    def test_a_missing_matplotlib_is_named_with_what_to_install(self, some, monkeypatch):
        monkeypatch.setitem(sys.modules, "matplotlib", None)
        with pytest.raises(InknnError, match=r"pip install 'inknn\[lab\]'"):
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
    def test_says_once_that_the_digits_are_known(self, quiet, requests, some, tmp_path, monkeypatch, capsys):
        few = Model.fit(*some)
        monkeypatch.setattr("inknn.memory.factory.factory_model", lambda **_: few)
        place = str(tmp_path / "a.svg")
        command = ["plot", "confusion", requests("confusion").data, "--size", "480x400", "-o", place]
        with pytest.raises(SystemExit) as leaving:
            main([*command, "-q"] if quiet else command)
        assert not leaving.value.code
        assert capsys.readouterr().err.count("the figures flatter") == (not quiet)

    def test_help_lists_every_kind(self, capsys):
        with pytest.raises(SystemExit):
            main(["plot", "--help"])
        help_text = capsys.readouterr().out
        assert [name for name in PLOTS if f"\n  {name} " not in help_text] == []
        assert "INTEGER RANGE" not in help_text
