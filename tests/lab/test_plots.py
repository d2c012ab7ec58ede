"""Plots show what they are given: every figure, label and neighbor, in colors that all can tell apart."""

from __future__ import annotations

import itertools
import json
import os

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("matplotlib")

from inknn.datasets import load_mnist_part
from inknn.errors import OutputError
from inknn.lab import plots
from inknn.lab.learning_curve import measure_learning
from inknn.lab.mistakes import worst_mistakes
from inknn.lab.plots import PLOTS, Plane, Request
from inknn.lab.plots.anatomy import best_shifts
from inknn.lab.plots.decision_regions import _answers
from inknn.lab.plots.digit_map import METHODS
from inknn.lab.plots.style import LABEL_COLORS
from inknn.memory import Model
from inknn.metrics import METRICS
from plot_results import COMPARED, CURVE, SMALL_SIZE, answers_of, figures_of, words


def risk_coverage(truth, answers):
    found = figures_of(truth, answers)
    return plots.risk_coverage(found["risk_coverage"]["curve"], found["verdicts"][0], size=SMALL_SIZE)


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
        shown = [image.get_array().any() for image in figure.axes[0].images]
        assert shown == [True, pictures, pictures]  # a model that keeps no pictures leaves frames empty

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
    def test_the_words_on_a_k_stay_on_the_plot_and_off_the_curves(self, best, chosen):
        k = list(range(1, 26, 2))
        error = [0.05] * len(k)
        error[k.index(best)] = 0.049
        result = {**CURVE, "k": k, "validation_error": error, "validation_se": [0.002] * len(k)}
        result |= {"training_error": [0.03] * len(k), "best_k": best, "chosen_k": chosen}
        figure = plots.k_curve(result)
        figure.draw_without_rendering()
        (axes,) = figure.axes
        box = axes.get_legend().get_window_extent()
        assert axes.bbox.x0 < box.x0 < box.x1 < axes.bbox.x1
        assert axes.transData.transform((0, 0.052))[1] < box.y0 < box.y1 < axes.bbox.y1
        named = [text.get_text() for text in axes.get_legend().get_texts()]
        assert f"k = {best}, lowest error: 4.90 ± 0.20 %" in named
        assert f"k = {chosen}, chosen: {4.9 if chosen == best else 5:.2f} ± 0.20 %" in named

    def test_the_lines_of_a_learning_curve_are_named_the_highest_error_first(self):
        last = {"a": 5, "b": 6, "c": 4, "d": 90}
        rows = [
            {"name": name, "references": n, "errors": e, "count": 1000}
            for name, end in last.items()
            for n, e in ((10, 400), (100, end))
        ]
        legend = plots.learning_curve(rows).axes[0].get_legend()
        named = [text.get_text() for text in legend.get_texts()]
        assert named == ["d: 9.0 %", "b: 0.6 %", "a: 0.5 %", "c: 0.4 %"]

    def test_learning_and_speed_mark_no_errors_on_a_logarithmic_axis_without_losing_them(self):
        rows = [{"name": "a", "references": n, "errors": e, "count": 50} for n, e in ((10, 4), (100, 0))]
        assert np.isfinite(plots.learning_curve(rows, size=SMALL_SIZE).axes[0].lines[0].get_ydata()).all()
        figure = plots.speed_accuracy(COMPARED["rows"], size=SMALL_SIZE)
        assert {"1  inknn-fast, 0 %", "2  forest, 3.8 %"} <= set(words(figure))

    def test_many_methods_are_numbered_the_least_error_first(self):
        rows = [{"name": f"m{i}", "ms_per_digit": i + 1.0, "errors": 40 - i, "test": 99} for i in range(30)]
        figure = plots.speed_accuracy(rows, size=SMALL_SIZE)
        names = [text.get_text() for text in figure.legends[0].get_texts()]
        assert names[0] == "1  m29, 11 %"
        assert len(names) == 30

    def test_speed_and_accuracy_are_those_of_a_comparison(self, drawn):
        caption = " ".join(drawn("speed-accuracy").get_supxlabel().split())
        assert caption.startswith("mine: 600 digits learned, 100 test digits, answered in one call; 2 cores")
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

    @staticmethod
    def names(labels, points, size=SMALL_SIZE):
        """Where a map of these points writes each label."""
        images = np.zeros((len(labels), 28, 28), np.uint8)
        axes = plots.embedding(images, np.array(labels), np.array(points), size=size).axes[0]
        return {text.get_text(): np.array(text.get_position()) for text in axes.texts}, axes

    def test_a_label_is_named_where_its_digits_are_densest_not_in_the_middle_of_all(self):
        random = np.random.default_rng(0)
        dense, scattered = random.normal(0, 0.2, (30, 2)), random.uniform(6, 20, (40, 2))
        others = random.normal((20, 0), 0.2, (30, 2))
        points = np.concatenate([dense, scattered, others])
        names, axes = self.names([3] * 70 + [5] * 30, points)
        drawn = axes.collections[0].get_offsets()
        for label, digits in (("3", drawn[:30]), ("5", drawn[70:])):
            assert np.linalg.norm(names[label] - digits.mean(axis=0)) < 0.05

    @pytest.mark.parametrize("spread", [0.0, 0.001, 1.0])
    @pytest.mark.parametrize("size", [SMALL_SIZE, (900, 300), (300, 900)])
    def test_the_names_on_a_map_do_not_overlap(self, spread, size):
        points = np.random.default_rng(0).normal(0, spread, (100, 2))
        points[0] = 30.0  # far away: the others lie in one heap
        names, axes = self.names(np.arange(100) % 10, points, size)
        axes.figure.draw_without_rendering()
        boxes = [text.get_window_extent() for text in axes.texts]
        assert len(names) == len(boxes) == 10
        assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))

    def test_regions_mark_a_digit_that_small_and_large_k_read_differently_and_whose_neighbors_are_seen(self):
        line = np.arange(12, dtype=np.float32)
        crowd, spread = np.stack([5 + 0.01 * line, 0 * line], axis=1), np.stack([line, 0 * line + 4], axis=1)
        points = np.concatenate([crowd, spread, np.float32([[-5, -20], [16, 24]])])
        labels = np.tile([0, 1, 1], 9)[:26]
        queries = points[[3, 6, 15, 18, 16]] + np.float32(0.001)  # the last is a 1 for any k
        blank = np.zeros((26, 8, 8), np.uint8)
        plane = Plane("p", ("x", "y"), points, labels, blank, queries, labels[:5], blank[:5])
        figure = plots.regions(plane, ks=(1, 3), size=SMALL_SIZE)
        (cross,) = [line for line in figure.axes[0].lines if line.get_marker() == "X"]
        at = np.array([cross.get_xdata()[0], cross.get_ydata()[0]])
        assert any(np.array_equal(at, queries[i]) for i in (2, 3))

    def test_no_name_of_a_region_covers_the_cross(self):
        points = np.array([[x, y] for x in range(9) for y in range(9)], dtype=np.float32)
        blank, one = np.zeros((81, 8, 8), np.uint8), np.zeros(81, int)

        def named(cross):
            plane = Plane("p", ("x", "y"), points, one, blank, np.float32([cross]), one[:1], blank[:1])
            axes = plots.regions(plane, ks=(1,), picked=0, size=(800, 800)).axes[0]
            axes.figure.draw_without_rendering()
            return axes, axes.texts[0]

        place = named((0, 0))[1].get_position()
        axes, name = named(place)
        assert not name.get_window_extent().contains(*axes.transData.transform(place))

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

    @pytest.mark.parametrize("tone", ["pale", "full", "dark"])
    @pytest.mark.parametrize("sight", ["all", "no red", "no green", "no blue"])
    def test_any_two_labels_differ_in_every_tone_whatever_the_color_vision(self, tone, sight):
        """In CIE Lab, where 2.3 is the least difference that people see side by side."""
        colors = np.array([[int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)] for color in LABEL_COLORS])
        colors = {"pale": 1 - 0.5 * (1 - colors), "full": colors, "dark": 0.72 * colors}[tone]
        seen = lab(colors, SIGHTS[sight])
        away = np.linalg.norm(seen[:, None] - seen[None], axis=-1)
        assert away[~np.eye(10, dtype=bool)].min() > (12 if sight == "no blue" else 13.8)
        assert away[3, 8] > 20

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


SIGHTS = {
    "all": np.eye(3),
    "no red": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "no green": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "no blue": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
"""What eyes make of linear RGB (Machado, Oliveira & Fernandes, 2009)."""


def lab(colors, sight):
    """CIE Lab of sRGB colors, 0 to 1, as eyes of some kind see them."""
    linear = np.where(colors <= 0.04045, colors / 12.92, ((colors + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = (linear @ sight.T).clip(0, 1) @ to_xyz.T / [0.95047, 1, 1.08883]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = f.T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)
