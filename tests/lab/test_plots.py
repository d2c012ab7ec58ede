"""Plots: every kind is a picture with something on it, names its axes, and draws data or a result."""

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
from inknn.errors import DataError, MissingExtraError, OutputError, ParameterError
from inknn.lab import plots
from inknn.lab.learning_curve import measure_learning
from inknn.lab.mistakes import worst_mistakes
from inknn.lab.plots import PLOTS, Plane, Request
from inknn.lab.plots.anatomy import best_shifts
from inknn.lab.plots.decision_regions import _answers
from inknn.lab.plots.digit_map import METHODS
from inknn.lab.plots.style import LABEL_COLORS, SMALL
from inknn.lab.scores import Scores
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


@pytest.fixture(scope="module")
def some():
    images, labels = load_mnist_part("train")
    return images[:90], labels[:90].astype(np.int64)


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


def risk_coverage(truth, answers):
    found = figures_of(truth, answers)
    return plots.risk_coverage(found["risk_coverage"]["curve"], found["verdicts"][0], size=SMALL_SIZE)


@pytest.fixture(scope="module")
def requests(some, tmp_path_factory):
    """What each kind is to draw: a few digits in a file, or a comparison."""
    folder = tmp_path_factory.mktemp("data")
    np.savez(folder / "some.npz", images=some[0], labels=some[1])
    (folder / "compared.json").write_text(json.dumps(COMPARED))

    def request(kind, **options):
        result = str(folder / "compared.json") if kind == "speed-accuracy" else None
        return Request(str(folder / "some.npz"), result, size=SMALL_SIZE, **options)

    return request


@pytest.fixture(scope="module")
def drawn(requests, some):
    """One figure of each kind, drawn when first asked for; the recognizer knows few digits, for speed."""
    made = {}
    few = Model.fit(some[0][:60], some[1][:60])

    def draw(kind):
        if kind not in made:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("inknn.memory.factory.factory_model", lambda *_: few)
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
        figure = plots.digits(some[0][:1], [5])
        figure.text(0.5, 0.5, "$\\broken$", parse_math=True)  # matplotlib finds out when it draws
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
        worst = worst_mistakes(answers, some[0][:4], np.array([0, 0, 0, 4]), pictures=some[0])
        figure = plots.mistakes(worst, 3, 4, size=SMALL_SIZE)
        assert [word for word in words(figure) if word.startswith("read ")] == ["read 3", "read 1", "read 2"]
        assert figure.get_suptitle().startswith("3 of 4 ")

    def test_no_mistakes_are_said_to_be_none(self, some):
        assert worst_mistakes(answers_of([1], [1.0]), some[0][:1], np.array([1])) == ()
        assert "no mistakes" in words(plots.mistakes([], 0, 1, size=SMALL_SIZE))

    @pytest.mark.parametrize("pictures", [False, True])
    def test_a_mistake_is_shown_with_the_labels_and_pictures_of_its_neighbors(self, some, pictures):
        kept = some[0] if pictures else None
        worst = worst_mistakes(answers_of([1], [0.9]), some[0][:1], np.array([5]), pictures=kept)
        figure = plots.mistakes(worst, 1, 1, size=SMALL_SIZE)
        assert [word for word in words(figure) if word.isdigit()] == ["3", "5"]
        assert len(figure.axes[0].images) == (3 if pictures else 1)

    def test_confusion_counts_by_true_row_and_answered_column(self):
        figure = plots.confusion([[1, 2], [0, 1]], [1, 7], size=SMALL_SIZE)
        cells = {text.get_position(): text.get_text() for text in figure.axes[0].texts}
        assert cells[(1, 0)] == "2"  # the column of 7 in the row of 1
        assert (0, 1) not in cells
        assert figure.get_suptitle() == "Read wrong: 2 of 4 digits"

    def test_setting_aside_takes_equally_sure_answers_together(self):
        figure = risk_coverage([1, 0, 1, 0], answers_of([1, 1, 1, 1], [0.9, 0.9, 0.5, 0.5]))
        line = figure.axes[0].lines[0]
        assert line.get_drawstyle() == "steps-post"
        assert sorted(zip(*line.get_data(), strict=True)) == [(0.0, 0.5), (0.5, 0.5)]

    def test_no_errors_are_said_to_be_none_on_an_axis_of_ordinary_width(self):
        labels = np.arange(50) % 2
        figure = risk_coverage(labels, answers_of(labels, [0.99] * 50))
        assert "no errors" in words(figure)
        assert figure.axes[0].get_xlim()[1] == pytest.approx(0.1)

    def test_digits_that_the_recognizer_knows_are_told_in_the_caption_and_once_aside(
        self, drawn, requests, some, monkeypatch
    ):
        known = "60 of the 90 digits are among those the model knows"
        for kind in ("mistakes", "confusion", "risk-coverage", "calibration"):
            assert known in drawn(kind).get_supxlabel().replace("\n", " ")
        few = Model.fit(some[0][:60], some[1][:60])
        monkeypatch.setattr("inknn.memory.factory.factory_model", lambda *_: few)
        said = []
        PLOTS["confusion"].draw(requests("confusion", remark=said.append))
        (note,) = said
        assert note.startswith(known)

    def test_digits_unknown_to_the_recognizer_need_no_note(self, some, tmp_path, monkeypatch):
        few = Model.fit(some[0][:60], some[1][:60])
        monkeypatch.setattr("inknn.memory.factory.factory_model", lambda *_: few)
        images, labels = load_mnist_part("test")
        np.savez(tmp_path / "new.npz", images=images[:20], labels=labels[:20])
        said = []
        figure = PLOTS["confusion"].draw(Request(str(tmp_path / "new.npz"), remark=said.append))
        assert said == []
        assert "knows" not in figure.get_supxlabel()

    def test_calibration_is_grouped_as_in_a_report(self):
        random = np.random.default_rng(0)
        answers = answers_of(random.integers(0, 10, 300), random.random(300))
        truth = np.where(random.random(300) < answers.confidence, answers.labels, (answers.labels + 1) % 10)
        bins = figures_of(truth, answers)["calibration"]["bins"]
        figure = plots.calibration(bins, size=SMALL_SIZE)
        (points,) = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
        assert points.get_ydata().tolist() == [each["accuracy"] for each in bins]
        error = figures_of(truth, answers)["calibration"]["expected_error"]
        assert f"calibration error {100 * error:.2f} %" in " ".join(figure.get_supxlabel().split())

    def test_calibration_compares_what_is_said_with_what_is_right(self):
        answers = answers_of([1] * 10, [0.85] * 10)
        bins = figures_of([1] * 8 + [2] * 2, answers)["calibration"]["bins"]
        figure = plots.calibration(bins, size=SMALL_SIZE)
        (point,) = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
        assert [*point.get_xdata(), *point.get_ydata()] == pytest.approx([0.85, 0.8])

    def test_the_k_curve_shows_what_tune_has_found(self, tmp_path):
        (tmp_path / "result.json").write_text(json.dumps(CURVE))
        figure = PLOTS["k-curve"].draw(Request(result=str(tmp_path / "result.json"), size=SMALL_SIZE))
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

    def test_speed_and_accuracy_are_those_of_a_comparison(self, drawn):
        caption = " ".join(drawn("speed-accuracy").get_supxlabel().split())
        assert caption.startswith("mine: 600 digits learned, 100 test digits, all at once; 2 cores, some. ")
        assert "The slowest methods had fewer test digits." in caption

    @pytest.mark.parametrize("method", METHODS)
    @pytest.mark.parametrize("seed", [0, 1])
    def test_a_map_names_every_label_once_and_draws_no_digit_over_a_name(self, some, method, seed):
        random = np.random.default_rng(seed)
        vectors = random.normal(size=(90, 5)).astype(np.float32)  # clusters that all lie on each other
        figure = plots.embedding(*some, METHODS[method][1](vectors, seed), size=SMALL_SIZE)
        axes = figure.axes[0]
        assert sorted(text.get_text() for text in axes.texts) == list("0123456789")
        for left, right, bottom, top in (image.get_extent() for image in axes.images):
            for x, y in (text.get_position() for text in axes.texts):
                middle = np.array([left + right, bottom + top]) / 2
                assert np.abs(middle - [x, y]).max() >= 0.89 * (right - left)

    def test_regions_show_the_query_and_its_neighbors_with_their_labels(self):
        random = np.random.default_rng(0)
        points = random.normal(size=(30, 2)).astype(np.float32)
        images = random.integers(0, 255, (30, 8, 8)).astype(np.uint8)
        labels = np.arange(30) % 3
        plane = Plane("p", ("x", "y"), points, labels, images, points[:1] + 0.01, labels[:1], images[:1])
        strips = plots.regions(plane, ks=(1, 9), size=SMALL_SIZE).axes[2:]
        shown = [[image.get_array() for image in strip.images] for strip in strips]
        assert [len(each) for each in shown] == [2, 7]
        order = np.argsort(((points - points[0] - 0.01) ** 2).sum(axis=1), kind="stable")
        for picture, index in zip(shown[1][1:], order, strict=False):
            assert (picture == images[index]).all()
        texts = [text.get_text() for text in strips[1].texts]
        assert texts == [*map(str, [0, *labels[order[:6]]]), "+ 3"]

    def test_any_two_labels_differ_in_pale_regions_too_whatever_the_color_vision(self):
        """In CIE Lab, where 2.3 is the least difference that people see side by side."""
        for sight in (np.eye(3), PROTANOPIA, DEUTERANOPIA):
            colors = np.array(
                [[int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)] for color in LABEL_COLORS]
            )
            seen = lab(1 - 0.5 * (1 - colors), sight)
            away = np.linalg.norm(seen[:, None] - seen[None], axis=-1)
            assert away[~np.eye(10, dtype=bool)].min() > 8

    @pytest.mark.parametrize("name", ["a $5 bill", "$\\frac{$", "100 % of_them^2 <b>"])
    def test_names_are_written_as_they_are(self, some, name, tmp_path):
        figure = plots.digits(some[0][:1], [name], title=name, caption=name, size=SMALL_SIZE)
        plots.save(figure, tmp_path / "plot.svg")
        assert words(figure).count(name) >= 2

    def test_normalizing_takes_glyphs_of_any_sizes(self, some):
        glyphs = [np.pad(some[0][0], 9), some[0][1][4:], np.zeros((30, 20), np.uint8)]
        assert "no ink" in words(plots.normalizing(glyphs, size=SMALL_SIZE))


class TestMeasuring:
    def test_a_learning_curve_counts_the_errors_of_a_plain_vote(self, some):
        from sklearn.neighbors import KNeighborsClassifier

        images, labels = some
        rows = measure_learning(images[:60], labels[:60], images[60:], labels[60:], sizes=[20, 60])
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
        blank = np.zeros((30, 8, 8), np.uint8)
        plane = Plane("p", ("x", "y"), known, labels, blank, asked, labels[:20], blank[:20])
        for k in (1, 5):
            for point, answer in zip(asked, _answers(plane, asked, k), strict=True):
                near = labels[np.argsort(((known - point) ** 2).sum(axis=1), kind="stable")[:k]]
                votes = np.bincount(near, minlength=3)
                assert votes[answer] == votes.max()
                assert answer == next(label for label in near if votes[label] == votes.max())

    def test_the_same_seed_draws_the_same_digits_and_another_one_others(self, requests):
        whole = requests("digits").digits()
        one, again = (requests("digits", seed=1).sample(whole, 20).images for _ in range(2))
        other = requests("digits", seed=2).sample(whole, 20).images
        assert np.array_equal(one, again)
        assert not np.array_equal(one, other)


PROTANOPIA = np.array(
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
)
DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
)
"""What they make of linear RGB (Machado, Oliveira & Fernandes, 2009)."""


def lab(colors, sight):
    """CIE Lab of sRGB colors, 0 to 1, as eyes of some kind see them."""
    linear = np.where(colors <= 0.04045, colors / 12.92, ((colors + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = (linear @ sight.T).clip(0, 1) @ to_xyz.T / [0.95047, 1, 1.08883]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = f.T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


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


RESULT_KINDS = [name for name, kind in PLOTS.items() if kind.result_of]


class TestResults:
    def test_six_kinds_draw_the_results_of_three_commands(self):
        assert len(RESULT_KINDS) == 6
        assert {PLOTS[name].result_of.split()[1] for name in RESULT_KINDS} == {"evaluate", "tune", "compare"}
        assert all(("result" in kind.options) == (name in RESULT_KINDS) for name, kind in PLOTS.items())

    @pytest.mark.parametrize("kind", RESULT_KINDS)
    def test_a_result_is_drawn_by_the_command(self, kind, results, tmp_path):
        path = results(PLOTS[kind].result_of)
        with pytest.raises(SystemExit) as leaving:
            main(["plot", kind, "--from", path, "--size", "480x400", "-o", str(tmp_path / "a.svg"), "-q"])
        assert not leaving.value.code
        assert ET.parse(tmp_path / "a.svg").getroot().tag.endswith("svg")

    def test_a_result_of_an_evaluation_has_its_notes_in_the_caption_and_aside(self, results):
        said = []
        request = Request(result=results("inknn evaluate"), remark=said.append)
        caption = " ".join(PLOTS["mistakes"].draw(request).get_supxlabel().split())
        assert "Set: mine. Model: few; k = 5." in caption
        (note,) = said
        assert note.startswith("30 of the 60 digits are among those the model knows")
        assert note in caption

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
    def test_says_once_that_the_digits_are_known(self, quiet, requests, some, tmp_path, monkeypatch, capsys):
        few = Model.fit(some[0][:60], some[1][:60])
        monkeypatch.setattr("inknn.memory.factory.factory_model", lambda *_: few)
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
