"""An audit finds what has been made wrong on purpose, and leaves alone what is right."""

from __future__ import annotations

import csv
import io
import json
import os

import numpy as np
import pytest

from commands import inknn
from inknn.datasets import load_mnist_part
from inknn.datasets.load import LabeledDigits
from inknn.errors import DataError
from inknn.lab.audit import audit
from inknn.lab.audit.duplicates import exact_copies, near_copies, picture_groups
from inknn.lab.audit.influence import measure_influence
from inknn.lab.audit.label_noise import fit_label_noise
from inknn.lab.reports.audit_page import audit_page
from inknn.lab.reports.audit_tables import CSV_COLUMNS, audit_csv, audit_dict, audit_text

FLIPPED = np.arange(20, 35)
COPY, CONFLICTING, NEARLY, BLANK = 100, 101, 300, 50


def pairs(copies):
    return [(pair.first, pair.second) for pair in copies]


@pytest.fixture(scope="module")
def spoilt():
    """1,200 digits: 1.25 % with wrong labels, a copy, one with another label, a near copy, a blank."""
    images, labels = load_mnist_part("train")
    some = np.random.default_rng(1).permutation(len(images))[:1200]
    images, labels = images[some].copy(), labels[some].astype(np.int64)
    labels[FLIPPED] = (labels[FLIPPED] + 1 + FLIPPED % 9) % 10
    images[COPY], labels[COPY] = images[200], labels[200]
    images[CONFLICTING], labels[CONFLICTING] = images[201], (labels[201] + 3) % 10
    images[NEARLY], labels[NEARLY] = (
        np.where(images[400] > 0, np.minimum(images[400], 249) + 6, 0),
        labels[400],
    )
    images[BLANK] = 0
    return LabeledDigits("spoilt", images, labels)


@pytest.fixture(scope="module")
def found(spoilt):
    others = LabeledDigits("others", spoilt.images[[7, BLANK, 8]], spoilt.labels[[7, BLANK, 8]])
    return audit(spoilt, against=others)


class TestLabels:
    def test_wrong_ones_come_first(self, found):
        first = [suspect.index for suspect in found.suspects[: len(FLIPPED)]]
        assert np.isin(first, [*FLIPPED, CONFLICTING, 201]).mean() >= 0.8

    def test_most_are_found_and_called_rather_wrong(self, found):
        assert np.isin(FLIPPED, [suspect.index for suspect in found.suspects]).all()
        probable = [suspect.index for suspect in found.probable()]
        assert np.isin(FLIPPED, probable).mean() >= 0.75
        assert len(probable) <= len(FLIPPED) + 4

    def test_about_as_many_are_expected_as_there_are(self, found):
        assert found.expected_errors == pytest.approx(len(FLIPPED) + 1, abs=5)

    def test_suggestion_is_what_the_label_was(self, found, spoilt):
        true = load_mnist_part("train")[1][np.random.default_rng(1).permutation(60_000)[:1200]]
        suggested = {suspect.index: suspect.suggested for suspect in found.probable()}
        hits = [suggested[index] == true[index] for index in FLIPPED if index in suggested]
        assert np.mean(hits) >= 0.9

    def test_a_digit_is_never_its_own_neighbor(self, found):
        assert all(suspect.index not in suspect.neighbors for suspect in found.suspects)

    def test_shuffled_ones_look_unrelated_and_are_counted_as_contradicted(self, spoilt):
        shuffled = np.random.default_rng(2).permutation(spoilt.labels[:400])
        checked = audit(LabeledDigits("shuffled", spoilt.images[:400], shuffled))
        assert checked.unrelated()
        assert checked.n_contradicted() > 300
        text, plain = audit_text(checked, 3), audit_dict(checked, 3)
        assert f"{checked.n_contradicted()} contradicted by the vote" in text
        assert "the labels look unrelated to the pictures" in text
        assert plain["unrelated"]
        assert plain["contradicted"] == sum(each["contradicted"] for each in plain["labels"].values())
        assert plain["contradicted_interval"][0] > 0.7
        assert "the labels look unrelated to the pictures" in audit_page(checked)

    def test_right_labels_are_not_called_wrong(self, spoilt):
        clean = np.setdiff1d(np.arange(600), [*FLIPPED, COPY, CONFLICTING, NEARLY, BLANK, 200, 201, 400])
        checked = audit(LabeledDigits("clean", spoilt.images[clean], spoilt.labels[clean]))
        assert len(checked.probable()) <= 2
        assert checked.expected_errors < 3
        assert not checked.unrelated()


class TestLabelNoise:
    def test_slips_between_one_pair_of_labels_are_found_in_their_row(self):
        """Every tenth that truly is 0 is labeled 1; distances say plainly what is what."""
        truth = np.repeat(np.arange(3), 200)
        codes = truth.copy()
        codes[:200:10] = 1
        chance = np.random.default_rng(0)
        distances = chance.uniform(1.4, 1.6, (600, 3))
        distances[np.arange(600), truth] = chance.uniform(0.9, 1.1, 600)
        noise = fit_label_noise(distances, codes)
        assert np.array_equal(noise.right < 0.5, codes != truth)
        assert (noise.suggested[codes != truth] == 0).all()
        assert noise.slips[0, 1] == noise.slips[~np.eye(3, dtype=bool)].max()
        assert noise.expected_errors == pytest.approx(20, abs=1)

    def test_weights_stand_for_so_many_digits(self):
        chance = np.random.default_rng(0)
        codes = chance.integers(0, 3, 300)
        distances = chance.uniform(1.2, 1.6, (300, 3))
        distances[np.arange(300), (codes + (chance.random(300) < 0.05)) % 3] = 1.0
        often = chance.integers(1, 4, 300)
        weighted = fit_label_noise(distances, codes, often.astype(float))
        repeated = fit_label_noise(np.repeat(distances, often, axis=0), np.repeat(codes, often))
        assert weighted.slips == pytest.approx(repeated.slips, abs=1e-6)
        assert weighted.expected_errors == pytest.approx(repeated.expected_errors, rel=1e-4)

    def test_a_label_that_nothing_else_bears_is_doubted(self):
        distances = np.array([[1.0, 2.0]] * 20 + [[1.0, np.inf]])
        noise = fit_label_noise(distances, np.array([0] * 20 + [1]))
        assert noise.right.argmin() == 20

    def test_copies_at_distance_zero_are_no_trouble(self):
        noise = fit_label_noise(np.array([[0.0, 1.0], [0.0, 0.0], [1.0, 0.0]]), np.array([0, 1, 1]))
        assert np.isfinite(noise.right).all()

    def test_refuses_one_label(self):
        with pytest.raises(ValueError, match="don't fit"):
            fit_label_noise(np.ones((5, 1)), np.zeros(5, np.int64))


class TestCopies:
    def test_exact_near_and_conflicting_ones_are_told_apart(self, found):
        by_places = {(pair.first, pair.second): pair for pair in found.copies}
        assert by_places[COPY, 200].exact
        assert by_places[CONFLICTING, 201].exact
        assert not by_places[NEARLY, 400].exact
        assert [(pair.first, pair.second) for pair in found.conflicting()] == [(CONFLICTING, 201)]
        assert len(found.copies) <= 6

    def test_across_two_sets(self, found):
        exact = [(pair.first, pair.second) for pair in found.copies_against if pair.exact]
        assert exact == [(7, 0), (BLANK, 1), (8, 2)]

    def test_each_later_copy_is_paired_with_the_first(self):
        assert [(pair.first, pair.second) for pair in exact_copies(np.array([5, 3, 5, 3, 3, 9]))] == [
            (0, 2),
            (1, 3),
            (1, 4),
        ]

    def test_pictures_are_equal_only_if_all_pixels_are(self):
        images = np.zeros((3, 4, 4), np.uint8)
        images[1, 3, 3] = 1
        groups = picture_groups(images)
        assert groups[0] == groups[2] != groups[1]

    def test_nearness_is_relative_to_what_comes_after(self):
        """The same distance is a copy among far neighbors and none among near ones."""
        distances = np.array([[0.2, 1.0, 1.0], [0.2, 0.3, 0.3]])
        indices = np.array([[1, 2, 3], [2, 3, 4]])
        pictures = self.dots(0, 0, 0, 7, 14)
        assert pairs(near_copies(distances, indices, np.arange(5), pictures)) == [(0, 1)]

    def test_pixels_have_to_say_the_same(self):
        """Near by the metric, but its dot lies as far from the first one's as those of the others do."""
        distances, indices = np.array([[0.1, 0.2, 1.0, 1.0]]), np.array([[1, 2, 3, 4]])
        pictures = self.dots(0, 8, 0, 14, 20)
        assert pairs(near_copies(distances, indices, np.arange(5), pictures)) == [(0, 2)]

    def test_of_two_sets_the_second_is_that_of_the_queries(self):
        distances, indices = np.array([[0.1, 1.0, 1.0]]), np.array([[2, 0, 1]])
        known, asked = self.dots(7, 14, 0), self.dots(0)
        assert pairs(near_copies(distances, indices, np.array([0, 1, 2]), known, asked)) == [(2, 0)]

    def test_few_digits_of_a_label_are_no_copies_of_one_another(self, spoilt):
        """The metric alone, learned from 200, takes eleven pairs for copies; there is none."""
        some = slice(600, 800)
        assert len(audit(LabeledDigits("few", spoilt.images[some], spoilt.labels[some])).copies) <= 1

    @staticmethod
    def dots(*columns):
        """Pictures with a dot each, so far from the left."""
        pictures = np.zeros((len(columns), 28, 28), np.uint8)
        for picture, column in zip(pictures, columns, strict=True):
            picture[12:16, column : column + 4] = 255
        return pictures


class TestInfluence:
    def test_a_digit_that_causes_an_error_is_listed_and_one_that_helps_is_not(self):
        """0 is answered wrong because of 3, a 1 in the middle of zeros; without it all is right."""
        codes = np.array([0, 0, 0, 1])
        distances = np.array([[0.1, 1, 1.1], [0.9, 1, 1.1], [0.9, 1, 1.1], [0.1, 1, 1.1]])
        indices = np.array([[3, 1, 2], [0, 2, 3], [1, 0, 3], [0, 1, 2]])
        influence = measure_influence(distances, indices, codes, n_labels=2, n_neighbors=1)
        assert influence.fixed.tolist() == [0, 0, 0, 1]
        assert influence.occurrences.tolist() == [2, 1, 0, 1]
        assert influence.bad.tolist() == [1, 0, 0, 1]
        assert influence.worst().tolist() == [3]

    def test_without_a_digit_that_others_need_right_answers_are_broken(self):
        codes = np.array([0, 0, 1, 1])
        distances = np.array([[1.0, 2, 3]] * 4)
        indices = np.array([[1, 2, 3], [0, 2, 3], [3, 0, 1], [2, 0, 1]])
        influence = measure_influence(distances, indices, codes, n_labels=2, n_neighbors=1)
        assert influence.broken.tolist() == [1, 1, 1, 1]
        assert len(influence.worst()) == 0


class TestOdd:
    def test_a_blank_is_the_oddest(self, found):
        assert (found.odd[0].index, found.odd[0].ink) == (BLANK, 0.0)
        assert found.odd[0].credibility < 0.001

    def test_credibility_rises_from_the_oddest(self, found):
        values = [odd.credibility for odd in found.odd]
        assert values == sorted(values)
        assert len(values) == 20


class TestReports:
    def test_text_says_the_figures_and_how_many_more_there_are(self, found):
        text = audit_text(found, 3)
        assert "1,200 digits, 10 labels" in text
        assert f"... and {len(found.suspects) - 3} more: raise --limit" in text
        assert "blank" in text

    def test_csv_has_a_row_for_each_finding(self, found):
        rows = list(csv.DictReader(io.StringIO(audit_csv(found, 5))))
        assert tuple(rows[0]) == CSV_COLUMNS
        kinds = [row["finding"] for row in rows]
        assert kinds.count("label") == 5
        assert {"copy", "shared", "odd"} <= set(kinds)

    def test_json_holds_plain_values(self, found):
        plain = json.loads(json.dumps(audit_dict(found, 5)))
        assert plain["contradicted"] == found.contradicted.sum()
        assert plain["suspected"] == len(found.suspects)
        assert not plain["unrelated"]
        assert len(plain["suspects"]) == 5
        assert plain["copies"]["pairs"][0]["exact"] is True

    def test_page_has_its_pictures_in_it_and_escapes_names(self, found, spoilt):
        named = LabeledDigits("<script>alert(1)</script>", spoilt.images, spoilt.labels)
        page = audit_page(
            type(found)(**{**{name: getattr(found, name) for name in found.__slots__}, "digits": named})
        )
        assert "<script" not in page
        assert "&lt;script&gt;" in page
        assert page.count("data:image/png;base64,") > 40
        assert "http" not in page.replace("http-equiv", "")


class TestBadInput:
    def test_too_few_digits(self, spoilt):
        with pytest.raises(DataError, match="too few"):
            audit(LabeledDigits("few", spoilt.images[:10], spoilt.labels[:10]))

    @pytest.mark.parametrize(
        ("arguments", "code", "said"),
        [
            (["one.npz"], 4, "all 30 digits of one.npz are labeled 3; two labels or more are needed"),
            (["mnits"], 2, "did you mean mnist?"),
            (["one.npz", "--report", "missing/page.html"], 5, "there is no folder missing; make it first"),
            (["one.npz", "--report", "one.npz"], 5, "it is one of the files to read"),
        ],
    )
    def test_is_reported_in_one_line_and_nothing_is_written(self, tmp_path, arguments, code, said):
        np.savez(tmp_path / "one.npz", images=np.ones((30, 28, 28), np.uint8), labels=np.full(30, 3))
        before = (tmp_path / "one.npz").read_bytes()
        done = inknn("audit", *arguments, cwd=tmp_path)
        (line,) = done.stderr.decode().splitlines()
        assert (done.returncode, done.stdout) == (code, b"")
        assert said in line
        assert os.listdir(tmp_path) == ["one.npz"]
        assert (tmp_path / "one.npz").read_bytes() == before


@pytest.mark.slow
def test_the_command_writes_what_it_found_and_a_page(tmp_path, spoilt):
    np.savez(tmp_path / "digits.npz", images=spoilt.images[:200], labels=spoilt.labels[:200])
    done = inknn("audit", "digits.npz", "--report", "page.html", "-f", "json", "--limit", "4", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["count"] == 200
    assert (tmp_path / "page.html").read_text().startswith("<!doctype html>")
