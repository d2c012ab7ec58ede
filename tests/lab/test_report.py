"""The page of an evaluation shows what was found, wherever it is opened, and runs nobody's script."""

from __future__ import annotations

import base64
import io
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from inknn.cli import main
from inknn.datasets import write_idx
from inknn.lab import evaluate
from inknn.lab.evaluation_page import page_of
from inknn.lab.svg import Chart, Scale, covering
from inknn.memory import Model

VOID = {"meta", "img", "br", "hr", "link", "input"}
EVIL = "<script>alert(1)</script>\"'&\x1b$heading"


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
def page(result):
    return page_of(result)


class TestPage:
    def test_is_well_formed_and_says_what_it_is(self, page):
        read = Reader(page)
        assert page.startswith("<!doctype html>")
        assert read.all("html") == [{"lang": "en"}]
        assert len(read.all("h1")) == len(read.all("title")) - len(read.all("svg")) - len(read.all("circle"))

    def test_shows_the_figures(self, page, result):
        text = re.sub(r"\s+", " ", Reader(page).text)
        low, high = result.interval
        assert f"{result.errors} of 300" in text
        assert f"95 % interval {100 * low:.2f} to {100 * high:.2f} %" in text
        assert f"{100 * result.scores.averages['macro']['f1']:.2f}" in text
        assert f"{result.scores.aurc:.6f}" in text

    def test_text_of_users_is_never_markup(self, page):
        read = Reader(page)
        assert read.all("script") == []
        assert "<script>alert(1)</script>\"'&\\x1b$heading" in read.text
        assert not any(name.startswith("on") for _, attributes in read.elements for name in attributes)
        assert "\x1b" not in page

    def test_loads_nothing_from_anywhere(self, page):
        read = Reader(page)
        addresses = [
            value
            for _, attributes in read.elements
            for name, value in attributes.items()
            if name in ("src", "href", "xlink:href", "srcset", "data", "action", "poster")
        ]
        assert addresses
        assert all(address.startswith("data:image/png;base64,") for address in addresses)
        assert not re.search(r"url\(|@import|https?:", page)
        (policy,) = (a["content"] for a in read.all("meta") if "http-equiv" in a)
        assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

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

    def test_speaks_to_those_who_do_not_see_it(self, page):
        read = Reader(page)
        assert all(re.fullmatch(r"(Digit|Neighbor) \d+: an? \d.*", image["alt"]) for image in read.all("img"))
        assert all(head["scope"] in ("row", "col") for head in read.all("th"))
        assert len(read.all("caption")) == len(read.all("table"))
        for chart in read.all("svg"):
            assert chart["role"] == "img"
            assert all(f'id="{name}"' in page for name in chart["aria-labelledby"].split())

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_its_colors_can_be_told_from_the_ground(self, page, scheme):
        """WCAG AA: 4.5 : 1 for text."""
        dark = page.index("@media (prefers-color-scheme: dark)")
        style = page[:dark] if scheme == "light" else page[dark : page.index("* { box-sizing")]
        colors = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", style))
        for ground in ("ground", "card"):
            for text in ("ink", "soft", "right", "wrong"):
                assert contrast(colors[text], colors[ground]) >= 4.5, (text, ground)

    def test_without_mistakes_or_pictures_it_is_whole_too(self, recognizer, test_digits):
        images = test_digits[0]
        bare = Model(recognizer, np.arange(10))
        answers = recognizer.recognize(images[:40]).labels
        assert (
            "Nothing was taken for anything else"
            in Reader(page_of(evaluate(bare, images[:40], answers))).text
        )
        wrong = (answers + 1) % 10
        read = Reader(page_of(evaluate(bare, images[:40], wrong)))
        assert "The 24 worst mistakes of 40" in read.text
        assert len(read.all("img")) == 24


def contrast(one, other):
    """Of two colors, by WCAG 2."""

    def luminance(color):
        parts = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


class TestChart:
    @given(st.lists(st.floats(0, 100) | st.floats(0, 1) | st.sampled_from([0, 100]), min_size=1))
    def test_an_axis_covers_its_values_with_round_ends_and_some_ticks(self, values):
        scale = covering("x", values, 0, 100)
        assert scale.low <= min(values) + 1e-9
        assert max(values) <= scale.high + 1e-9
        assert 0 <= scale.low < scale.high <= 100
        assert 2 <= len(scale.ticks()) <= 12

    def test_is_xml_with_all_its_marks_inside(self):
        chart = Chart("a", "<b>", "& so on", Scale("x", 0, 1), Scale("y", 0, 1))
        chart.line([(0, 0), (1, 1)])
        chart.dot((1, 0), tip="<here>")
        chart.whisker(0.5, 0.2, 0.8)
        chart.words((0.5, 0.5), "a & b")
        drawn = ET.fromstring(chart.svg())
        assert drawn.find("title").text == "<b>"
        assert [float(circle.get("cx")) for circle in drawn.iter("circle")] == [616.0]
        assert "a & b" in [text.text for text in drawn.iter("text")]


class TestCommand:
    def test_writes_the_page_whole_or_not_at_all(self, tmp_path, test_digits, capsys):
        write_idx(tmp_path / "some-images-idx3-ubyte", test_digits[0][:60])
        write_idx(tmp_path / "some-labels-idx1-ubyte", test_digits[1][:60])
        with pytest.raises(SystemExit) as leaving:
            main(["evaluate", str(tmp_path / "some-images-idx3-ubyte"), "--report", str(tmp_path / "r.html")])
        assert leaving.value.code == 0
        assert "60 digits" in capsys.readouterr().out
        assert Reader((tmp_path / "r.html").read_text(encoding="utf-8")).all("h1")
        (tmp_path / "r.html").write_text("old")
        with pytest.raises(SystemExit) as leaving:
            main(["evaluate", "mnits", "--report", str(tmp_path / "r.html")])
        assert leaving.value.code == 2
        assert (tmp_path / "r.html").read_text() == "old"
        assert len(list(tmp_path.iterdir())) == 3
