"""The pages of evaluations and audits show what was found, wherever they are opened, and run no script."""

from __future__ import annotations

import base64
import io
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("matplotlib")

from inknn.cli import main
from inknn.datasets import load_mnist_part, write_idx
from inknn.datasets.load import LabeledDigits
from inknn.lab import evaluate, plots
from inknn.lab.audit import audit
from inknn.lab.plots import inline_svg
from inknn.lab.plots.inline import _rule
from inknn.lab.reports.audit_page import audit_page
from inknn.lab.reports.evaluation_page import evaluation_page
from inknn.memory import Model

VOID = {"meta", "img", "br", "hr", "link", "input"}
EVIL = "<script>alert(1)</script>\"'&\x1b{{ 7 * 7 }}$heading"


class Reader(HTMLParser):
    """Every element with its attributes, and the text; fails on tags that don't match."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.text, self._open = [], "", []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if self._open and self._open[-1] != "style":
            self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    def ids(self):
        return [attributes["id"] for _, attributes in self.elements if "id" in attributes]


@pytest.fixture(scope="module")
def result(recognizer, train_digits, test_digits):
    images, labels = test_digits
    wrong = labels[:300].copy()
    wrong[:3] = (wrong[:3] + 1) % 10  # three labels that are no reader's fault
    model = Model(recognizer, np.arange(10), EVIL, train_digits[0])
    return evaluate(
        model, images[:300], wrong, dataset=EVIL, groups=[EVIL, "ben"] * 150, settings={"model": EVIL}
    )


@pytest.fixture(scope="module")
def findings():
    images, labels = load_mnist_part("train")
    images, labels = images[:300].copy(), labels[:300].astype(np.int64)
    labels[:5] = (labels[:5] + 1) % 10
    images[200], images[9] = images[100], 0
    other = LabeledDigits(EVIL, images[50:60], labels[50:60])
    return audit(LabeledDigits(EVIL, images, labels, groups=(EVIL,) * 300), against=other)


@pytest.fixture(scope="module")
def page(result):
    return evaluation_page(result)


@pytest.fixture(scope="module", params=["evaluation", "audit"])
def either(request, page, findings):
    return page if request.param == "evaluation" else audit_page(findings)


class TestEveryPage:
    def test_is_well_formed_and_says_what_it_is(self, either):
        read = Reader(either)
        assert either.startswith("<!doctype html>")
        assert read.all("html") == [{"lang": "en"}]
        assert len(read.all("h1")) == 1
        assert len(read.all("title")) == 1 + len(read.all("svg"))
        assert len(set(read.ids())) == len(read.ids())

    def test_text_of_users_is_never_markup(self, either):
        read = Reader(either)
        assert read.all("script") == []
        assert "<script>alert(1)</script>\"'&\\x1b{{ 7 * 7 }}$heading" in read.text
        assert not any(name.startswith("on") for _, attributes in read.elements for name in attributes)
        assert "\x1b" not in either
        known = {"class", "id", "lang", "charset", "name", "content", "http-equiv", "alt", "src", "title"}
        known |= {"role", "tabindex", "aria-label", "scope", "aria-labelledby", "viewbox", "d", "x", "y"}
        known |= {"transform", "href"}
        assert {name for _, attributes in read.elements for name in attributes} <= known

    def test_loads_nothing_from_anywhere(self, either):
        read = Reader(either)
        addresses = [
            value
            for _, attributes in read.elements
            for name, value in attributes.items()
            if name in ("src", "href", "xlink:href", "srcset", "data", "action", "poster")
        ]
        assert addresses
        local = {f"#{name}" for name in read.ids()}
        assert all(each.startswith("data:image/png;base64,") or each in local for each in addresses)
        assert not re.search(r"url\(|@import|https?:", either)
        (policy,) = (a["content"] for a in read.all("meta") if "http-equiv" in a)
        assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

    def test_can_be_read_without_seeing_it(self, either):
        read = Reader(either)
        assert all(re.fullmatch(r"(Digit|Neighbor) \d+: an? \d", image["alt"]) for image in read.all("img"))
        assert all(head["scope"] in ("row", "col") for head in read.all("th"))
        assert len(read.all("caption")) == len(read.all("table")) > 0
        for chart in read.all("svg"):
            assert chart["role"] == "img"
            assert set(chart["aria-labelledby"].split()) <= set(read.ids())

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_its_colors_can_be_told_from_the_ground(self, either, scheme):
        """WCAG AA: 4.5 : 1 for text."""
        dark = either.index("@media (prefers-color-scheme: dark)")
        style = either[:dark] if scheme == "light" else either[dark : either.index("* { box-sizing")]
        colors = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", style))
        for ground in ("ground", "card"):
            for text in ("ink", "soft", "right", "wrong"):
                assert contrast(colors[text], colors[ground]) >= 4.5, (text, ground)


class TestEvaluation:
    def test_shows_the_figures(self, page, result):
        text = re.sub(r"\s+", " ", Reader(page).text)
        low, high = result.interval
        assert f"{result.errors} of 300" in text
        assert f"95 % interval {100 * low:.2f} to {100 * high:.2f} %" in text
        assert f"{100 * result.scores.averages['macro']['f1']:.2f}" in text
        assert f"{result.scores.aurc:.6f}" in text

    def test_every_mistake_is_shown_with_its_neighbors(self, page, result):
        pictures = [
            np.asarray(Image.open(io.BytesIO(base64.b64decode(image["src"].partition(",")[2]))))
            for image in Reader(page).all("img")
        ]
        expected = [
            image
            for mistake in result.mistakes
            for image in (mistake.image, *(near.image for near in mistake.neighbors))
        ]
        assert len(result.mistakes) >= 3
        assert len(pictures) == len(expected)
        assert all((a == 255 - b).all() for a, b in zip(pictures, expected, strict=True))

    def test_has_a_chart_of_confusions_of_risk_and_of_calibration(self, page):
        titles = re.findall(r"<title id=\"\w+-title\">([^<]*)", page)
        assert [title.split()[0] for title in titles] == ["Read", "Errors", "Are"]

    def test_without_mistakes_or_pictures_it_is_whole_too(self, recognizer, test_digits):
        images = test_digits[0]
        bare = Model(recognizer, np.arange(10))
        answers = recognizer.recognize(images[:40]).labels
        good = Reader(evaluation_page(evaluate(bare, images[:40], answers)))
        assert "No digit was read as another one" in good.text
        wrong = (answers + 1) % 10
        read = Reader(evaluation_page(evaluate(bare, images[:40], wrong)))
        assert "The 24 worst mistakes of 40" in read.text
        assert len(read.all("img")) == 24


class TestAudit:
    def test_shows_findings_of_every_kind(self, findings):
        text = re.sub(r"\s+", " ", Reader(audit_page(findings)).text)
        assert f"of {len(findings.suspects)}." in text
        assert "the same in every pixel" in text
        assert "no ink at all" in text
        assert text.count("copy at index") >= 11  # one within the set, ten in the other one

    def test_shows_no_more_of_each_kind_than_asked(self, findings):
        assert Reader(audit_page(findings, 1)).text.count("copy at index") == 2


def contrast(one, other):
    """Of two colors, by WCAG 2."""

    def luminance(color):
        parts = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


class TestInlineCharts:
    @pytest.fixture
    def svg(self):
        figure = plots.confusion([[40, 2], [0, 9]], [3, "<b>"], caption="a & b")
        return inline_svg(figure, "fig", (8, 6))

    def test_is_xml_with_its_letters_as_text(self, svg):
        drawn = ET.fromstring(svg)
        assert drawn.find("title").text == "Read wrong: 2 of 51 digits"
        assert drawn.find("desc").text.startswith("a & b ")
        texts = [text.text for text in drawn.iter("text")]
        assert {"40", "2", "9", "<b>", "answer", "label"} <= set(texts)

    def test_all_its_ids_and_classes_begin_with_its_name(self, svg):
        names = re.findall(r' (?:id|class|href)="#?([^"]*)"', svg)
        assert all(name.startswith("fig") for name in names if name != "chart")

    def test_its_colors_are_those_of_the_page(self, svg):
        assert "var(--wrong)" in svg
        assert not re.search("#[0-9a-f]{6}", svg)

    @pytest.mark.parametrize(
        "style",
        [
            "font: 700 14px 'DejaVu Sans', sans-serif; text-anchor: end",
            "font-weight: 700; font-size: 14px; font-family: 'DejaVu Sans'; text-anchor: end",
        ],
    )
    def test_letters_keep_their_size_and_weight_in_the_styles_of_every_matplotlib(self, style):
        kept = set(_rule("text", style).split(";"))
        assert kept == {"font-weight:700", "font-size:14px", "text-anchor:end"}

    def test_nothing_lies_outside(self):
        curve = [{"accepted": n, "errors": n // 4} for n in (1, 3, 9, 40)]
        bins = [{"low": 0.2, "high": 0.3, "count": 3, "right": 0, "confidence": 0.21}]
        for figure in (
            plots.confusion(np.eye(10, dtype=int), range(10)),
            plots.risk_coverage(curve, {"name": "digit", "count": 30, "errors": 2}),
            plots.calibration(bins),
        ):
            drawn = ET.fromstring(inline_svg(figure, "fig", (8, 6)))
            for path in drawn.iter("path"):
                if "id" not in path.attrib:  # markers are moved to their places
                    across, down = points_of(path.get("d"))
                    assert -1 <= min(across) <= max(across) <= 577
                    assert -1 <= min(down) <= max(down) <= 433


def points_of(path):
    """Coordinates of path data, across and down."""
    across, down = [], []
    for command, numbers in re.findall(r"([A-Za-z])([^A-Za-z]*)", path):
        values = [float(number) for number in numbers.split()]
        if command in "MLCQ":
            across += values[::2]
            down += values[1::2]
        elif command == "H":
            across += values
        elif command == "V":
            down += values
        else:
            assert command in "zZ"
    return across, down


class TestCommand:
    @pytest.fixture
    def folder(self, tmp_path, test_digits):
        write_idx(tmp_path / "some-images-idx3-ubyte", test_digits[0][:60])
        write_idx(tmp_path / "some-labels-idx1-ubyte", test_digits[1][:60])
        return tmp_path

    def test_writes_the_page_whole_or_not_at_all(self, folder, capsys):
        with pytest.raises(SystemExit) as leaving:
            main(["evaluate", str(folder / "some-images-idx3-ubyte"), "--report", str(folder / "r.html")])
        assert leaving.value.code == 0
        assert "60 digits" in capsys.readouterr().out
        assert Reader((folder / "r.html").read_text(encoding="utf-8")).all("h1")
        (folder / "r.html").write_text("old")
        with pytest.raises(SystemExit) as leaving:
            main(["evaluate", "mnits", "--report", str(folder / "r.html")])
        assert leaving.value.code == 2
        assert (folder / "r.html").read_text() == "old"
        assert len(list(folder.iterdir())) == 3

    def test_without_matplotlib_it_says_what_to_install_before_any_work(self, folder):
        code = "import sys; sys.modules['matplotlib'] = None\nfrom inknn.cli import main\nmain(sys.argv[1:])"
        words = ["evaluate", "some-images-idx3-ubyte", "--report", "r.html"]
        done = subprocess.run(
            [sys.executable, "-c", code, *words], cwd=folder, capture_output=True, check=False, text=True
        )
        assert (done.returncode, done.stdout) == (1, "")
        (line,) = done.stderr.splitlines()
        assert "pip install 'inknn[lab]'" in line
        assert len(list(folder.iterdir())) == 2

    def test_without_matplotlib_all_but_the_page_works(self, folder):
        code = "import sys; sys.modules['matplotlib'] = None\nfrom inknn.cli import main\nmain(sys.argv[1:])"
        words = ["evaluate", "some-images-idx3-ubyte", "-f", "json"]
        done = subprocess.run(
            [sys.executable, "-c", code, *words], cwd=folder, capture_output=True, check=False
        )
        assert json.loads(done.stdout)["count"] == 60
