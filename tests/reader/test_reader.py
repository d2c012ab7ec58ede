"""DigitReader: any picture in, the same reading out, in the form that was promised."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from ink_pages import best, clear_digit, gradient, noisy, page_of, read, the_reader
from inknn import DigitClassifier, DigitReader
from inknn.datasets import load_mnist
from inknn.errors import PictureError, PictureTooLargeError
from inknn.geometry import Box
from inknn.ink import open_pages
from inknn.memory.factory import factory_images
from inknn.reader.result import Line, Reading
from pdf_files import showing

BLANK = np.full((60, 80), 255, np.uint8)


@pytest.fixture(scope="module")
def page():
    return page_of("0123456789", "9876543210", height=40)


@pytest.fixture(scope="module")
def reading(page):
    return read(page.on())


def png(gray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(gray).save(file, "PNG")
    return file.getvalue()


def tiff(*pages) -> bytes:
    file = io.BytesIO()
    first, *rest = [Image.fromarray(gray) for gray in pages]
    first.save(file, "TIFF", save_all=True, append_images=rest)
    return file.getvalue()


def without_source(reading):
    return {key: value for key, value in reading.to_dict().items() if key != "source"}


class TestSources:
    def test_path_bytes_file_image_and_array_give_the_same_reading(self, page, reading, tmp_path):
        path = tmp_path / "page.png"
        path.write_bytes(png(page.on()))
        with path.open("rb") as file, Image.open(path) as image:
            sources = [str(path), path, path.read_bytes(), file, io.BytesIO(path.read_bytes()), image]
            sources += [np.repeat(page.on()[:, :, None], 3, axis=2), page.on().astype(np.float32) / 255]
            for source in sources:
                assert without_source(read(source)) == without_source(reading)

    def test_source_is_the_path_as_it_was_given(self, page, tmp_path, monkeypatch):
        (tmp_path / "page.png").write_bytes(png(page.on()))
        monkeypatch.chdir(tmp_path)
        assert read("page.png").source == "page.png"
        assert read(png(BLANK)).source == "-"

    def test_pages_come_one_by_one(self):
        pages = [page_of(text) for text in ("31", "415", "926")]
        data = tiff(pages[0].on(), BLANK, *(page.on() for page in pages[1:]))
        readings = list(the_reader().read_pages(data))
        assert [reading.page for reading in readings] == [1, 2, 3, 4]
        assert [best(reading) for reading in readings] == ["31", "", "415", "926"]
        assert [bool(reading.warnings) for reading in readings] == [False, True, False, False]

    def test_read_gives_the_first_page(self):
        first, second = page_of("31"), page_of("415")
        assert best(read(tiff(first.on(), second.on()))) == "31"

    def test_pages_of_a_pdf_are_drawn_at_the_readers_dpi(self):
        pages = [page_of(text) for text in ("31", "415")]
        data = showing(*(Image.fromarray(page.on()) for page in pages))
        readings = list(the_reader().read_pages(data))
        assert [best(reading) for reading in readings] == ["31", "415"]
        assert [(reading.page, reading.dpi) for reading in readings] == [(1, 300), (2, 300)]
        assert (readings[1].height, readings[1].width) == pages[1].ink.shape
        (second,) = DigitReader(dpi=150).read_pages(data, pages="2")
        assert (second.page, second.dpi, second.to_dict()["dpi"]) == (2, 150, 150)
        assert abs(second.width - readings[1].width / 2) < 1
        assert read(pages[0].on()).dpi is None

    def test_pages_that_make_no_sense_are_refused_at_once(self):
        with pytest.raises(ValueError, match="no range of pages"):
            the_reader().read_pages(BLANK, pages="x")

    @pytest.mark.parametrize("kind", ["TIFF", "PDF"])
    @pytest.mark.parametrize("read", [DigitReader.read_pages, DigitReader.read_pages_in_color])
    def test_no_page_is_in_memory_when_the_next_one_is_opened(self, kind, read, monkeypatch):
        class Watched:
            """The pages, and how much memory is taken when the next one is asked for."""

            def __init__(self, *arguments, **options):
                self.opened = open_pages(*arguments, **options)

            def __iter__(self):
                return self

            def __next__(self):
                taken.append(tracemalloc.get_traced_memory()[0])
                return next(self.opened)

        side, taken = 600, []
        sheets = [Image.fromarray(np.full((side, side), 255, np.uint8))] * 3
        file = io.BytesIO()
        sheets[0].save(file, kind, resolution=300, save_all=True, append_images=sheets[1:])
        monkeypatch.setattr("inknn.reader.reader.open_pages", Watched)
        reader = the_reader()
        tracemalloc.start()
        try:
            for _ in map(type, read(reader, file.getvalue())):
                pass
        finally:
            tracemalloc.stop()
        assert len(taken) == 4
        assert max(taken[1:]) - taken[0] < side * side

    def test_errors_say_what_is_wrong_with_the_picture(self, tmp_path):
        path = tmp_path / "missing.png"
        with pytest.raises(PictureError, match="no such file") as refused:
            read(path)
        assert refused.value.source == str(path)
        assert str(refused.value) == f"{path}: {refused.value.reason}"
        with pytest.raises(PictureError) as refused:
            read(b"no picture")
        assert refused.value.source is None
        with pytest.raises(TypeError):
            read(None)

    def test_the_limit_on_pixels_is_kept(self, page):
        with pytest.raises(PictureTooLargeError):
            DigitReader(max_pixels=page.ink.size - 1).read(page.on())
        assert DigitReader(max_pixels=BLANK.size).read(BLANK).text == ""


class TestReading:
    def test_digits_are_those_that_were_written(self, page, reading):
        assert best(reading) == page.text

    def test_clear_digits_are_read_without_doubt(self, reading):
        sure = [digit.verdict == "digit" for digit in reading.digits]
        assert np.mean(sure) >= 0.9

    def test_size_is_that_of_the_upright_picture(self, page, reading):
        assert (reading.height, reading.width) == page.ink.shape
        exif = Image.Exif()
        exif[0x0112] = 6
        file = io.BytesIO()
        Image.fromarray(np.rot90(page.on()).copy()).save(file, "PNG", exif=exif)
        turned = read(file.getvalue())
        assert without_source(turned) == without_source(reading)

    def test_boxes_of_lines_enclose_their_digits(self, reading):
        for line in reading.lines:
            boxes = [digit.box for digit in line.digits]
            assert line.box.x == min(box.x for box in boxes)
            assert line.box.y == min(box.y for box in boxes)
            assert line.box.x + line.box.width == max(box.x + box.width for box in boxes)
            assert line.box.y + line.box.height == max(box.y + box.height for box in boxes)

    def test_text_writes_a_question_mark_for_what_is_no_digit(self):
        picture = np.full((200, 500), 255, np.uint8)
        for x, y in np.random.default_rng(0).integers(0, 90, (40, 2)):
            picture[50 + y : 60 + y, 300 + x : 310 + x] = 0
        seven = clear_digit(7)
        enlarged = np.kron(seven, np.ones((5, 5), np.uint8))
        picture[50 : 50 + enlarged.shape[0], 100 : 100 + enlarged.shape[1]] = 255 - enlarged
        reading = read(picture)
        assert [digit.verdict == "digit" for digit in reading.digits] == [True, False]
        assert reading.text == "7?"

    def test_alternatives_start_with_the_label_and_fall(self, reading):
        for digit in reading.digits:
            shares = [alternative.share for alternative in digit.alternatives]
            labels = [alternative.label for alternative in digit.alternatives]
            assert labels[0] == digit.label
            assert len(set(labels)) == len(labels)
            assert shares == sorted(shares, reverse=True)
            assert all(0 <= share <= 1 for share in shares)
            assert sum(shares) == pytest.approx(1, abs=0.01)

    def test_neighbors_are_nearest_first_and_true(self, reading):
        """Index and label are those of one of MNIST's training digits."""
        labels = load_mnist()[0][1]
        for digit in reading.digits:
            distances = [neighbor.distance for neighbor in digit.neighbors]
            assert len(distances) == 5
            assert distances == sorted(distances)
            assert distances[0] >= 0
            assert all(labels[neighbor.index] == neighbor.label for neighbor in digit.neighbors)
            assert digit.neighbors[0].label == digit.label or digit.verdict != "digit"

    def test_numbers_are_within_their_bounds(self, reading):
        for digit in reading.digits:
            assert digit.label in range(10)
            assert digit.verdict in ("digit", "unsure", "not-a-digit")
            assert 0 <= digit.confidence <= 1
            assert 0 <= digit.credibility <= 1

    def test_a_training_digit_finds_itself(self):
        index = 7
        reference = factory_images()[index]
        picture = np.pad(255 - np.kron(reference, np.ones((6, 6), np.uint8)), 60, constant_values=255)
        (digit,) = read(picture).digits
        assert index in [neighbor.index for neighbor in digit.neighbors]

    @pytest.mark.parametrize("count", [0, 1, 5, 10])
    def test_as_many_neighbors_are_shown_as_asked_for(self, page, reading, count):
        other = DigitReader(n_neighbors=count).read(page.on())
        assert {len(digit.neighbors) for digit in other.digits} == {count}
        assert best(other) == best(reading)
        assert [d.confidence for d in other.digits] == [d.confidence for d in reading.digits]

    @pytest.mark.parametrize(
        "arguments", [{"max_pixels": 0}, {"max_pixels": -5}, {"n_neighbors": -1}, {"dpi": 35}, {"dpi": 1201}]
    )
    def test_wrong_settings_are_refused_at_once(self, arguments):
        with pytest.raises(ValueError, match=next(iter(arguments))):
            DigitReader(**arguments)


class TestRepr:
    def test_is_short_and_says_what_was_read(self, reading):
        lines = len(reading.lines)
        assert re.fullmatch(rf"Reading\('-', {lines} lines, 20 digits(, \d in doubt)?\)", repr(reading))
        assert repr(replace(reading, page=3)).startswith("Reading('-', page 3, ")
        assert repr(reading.lines[0]).startswith(f"Line('{reading.lines[0].text}', at (")
        digit = replace(reading.digits[0], label=5, verdict="unsure", confidence=0.5, box=Box(1, 2, 3, 4))
        assert repr(digit) == "Digit(5, unsure, confidence 0.5, at (1, 2, 3, 4))"
        doubtful = Reading("a.png", 1, 9, 9, (Line(digit.box, (digit,)),))
        assert repr(doubtful) == "Reading('a.png', 1 line, 1 digit, 1 in doubt)"


class TestBlank:
    def test_paper_has_no_lines_and_a_warning_that_says_so(self):
        reading = read(BLANK)
        assert reading.lines == reading.digits == ()
        assert reading.text == ""
        assert len(reading.warnings) == 1
        assert reading.warnings[0].code == "blank"
        assert "no digits" in str(reading.warnings[0])

    def test_a_page_with_digits_has_no_warnings(self, reading):
        assert reading.warnings == ()

    def test_warnings_of_the_file_are_kept(self):
        file = io.BytesIO()
        frames = [Image.fromarray(gray) for gray in (BLANK, BLANK // 2)]
        frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
        warnings = read(file.getvalue()).warnings
        assert [warning.code for warning in warnings] == ["animation", "blank"]


class TestJSON:
    def test_has_exactly_the_names_that_were_promised(self, reading):
        page = json.loads(json.dumps(reading.to_dict(), allow_nan=False))
        assert set(page) == {"source", "page", "width", "height", "dpi", "lines", "warnings"}
        for line in page["lines"]:
            assert set(line) == {"text", "box", "digits"}
            for digit in line["digits"]:
                assert set(digit) == {
                    "label",
                    "verdict",
                    "confidence",
                    "credibility",
                    "box",
                    "alternatives",
                    "neighbors",
                }
                assert set(digit["alternatives"][0]) == {"label", "share"}
                assert set(digit["neighbors"][0]) == {"index", "label", "distance"}

    def test_says_the_same_as_the_reading(self, reading):
        page = json.loads(json.dumps(reading.to_dict()))
        assert [line["text"] for line in page["lines"]] == [line.text for line in reading.lines]
        assert [digit["label"] for line in page["lines"] for digit in line["digits"]] == [
            digit.label for digit in reading.digits
        ]
        assert page["lines"][0]["digits"][0]["box"] == list(reading.digits[0].box)

    def test_of_blank_paper_is_complete_too(self):
        page = json.loads(json.dumps(read(BLANK).to_dict()))
        assert page["lines"] == []
        assert page["warnings"]


class TestSameAgain:
    def test_same_picture_same_reading(self, page, reading):
        assert read(page.on()) == reading
        assert DigitReader().read(page.on()) == reading

    @pytest.mark.parametrize("n_jobs", [1, 3])
    def test_number_of_threads_never_matters(self, page, reading, n_jobs):
        assert DigitReader(n_jobs=n_jobs).read(page.on()) == reading

    def test_what_else_stands_on_the_page_never_matters(self, page, reading):
        half = page.on()[: page.ink.shape[0] // 2 + 10].copy()
        assert best(read(half)) == best(reading).split("\n")[0]

    def test_one_reader_serves_four_threads(self):
        """From the first, unprepared moment on."""
        pages = [page_of(text) for text in ("314", "159", "265", "358")]
        pictures = [noisy(page.on(gradient(page.ink.shape)), 2) for page in pages] * 3
        shared = DigitReader()
        with ThreadPoolExecutor(4) as pool:
            together = list(pool.map(shared.read, pictures))
        assert together == [read(picture) for picture in pictures]

    def test_readers_share_nothing_that_changes(self, page, reading):
        few = DigitReader(n_neighbors=1)
        few.read(page.on())
        assert read(page.on()) == reading


class TestAnyPicture:
    @given(arrays.arrays(np.uint8, st.tuples(st.integers(2, 48), st.integers(2, 48))))
    @settings(max_examples=40)
    def test_is_read_without_an_error(self, gray):
        json.dumps(read(gray).to_dict(), allow_nan=False)

    @given(
        st.integers(1, 60),
        st.integers(1, 60),
        st.integers(0, 255),
        st.integers(0, 255),
        st.tuples(st.integers(0, 60), st.integers(0, 60)),
    )
    @settings(max_examples=40)
    def test_of_one_rectangle_is_read_without_an_error(self, height, width, paper, ink, corner):
        gray = np.full((64, 64), paper, np.uint8)
        gray[corner[0] : corner[0] + height, corner[1] : corner[1] + width] = ink
        read(gray)


class TestClassifier:
    def test_is_the_fitted_classifier_of_the_factory_set(self):
        classifier = the_reader().classifier
        assert isinstance(classifier, DigitClassifier)
        images = factory_images()[:20]
        assert classifier.predict(images).shape == (20,)
        distances, indices = classifier.kneighbors(images, 1)
        assert indices[:, 0].tolist() == list(range(20))
        assert np.allclose(distances[:, 0], 0, atol=1e-3)

    def test_reading_needs_neither_scikit_learn_nor_scipy(self, tmp_path):
        (tmp_path / "page.png").write_bytes(png(page_of("31").on()))
        program = (
            "import sys, inknn; reading = inknn.DigitReader().read('page.png'); "
            "assert len(reading.digits) == 2; "
            "print(sorted({name.partition('.')[0] for name in sys.modules} & {'sklearn', 'scipy', 'pandas'}))"
        )
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=tmp_path, env=os.environ, capture_output=True, text=True
        )
        assert done.stdout.strip() == "[]", done.stderr
