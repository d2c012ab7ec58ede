"""Pages of a PDF are drawn as a person sees them; no file makes inknn crash or wait for ever."""

from __future__ import annotations

import io
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

import pdf_files
from inknn.errors import MissingExtraError, PictureError, PictureTooLargeError
from inknn.ink import open_pages, pdf
from inknn.ink.page_range import PageRange
from inknn.ink.pdf import draw_pages, is_pdf


def sheet(width=90, height=60, ink=0) -> Image.Image:
    """White paper with an L: no turn or mirror image of it looks like another."""
    gray = np.full((height, width), 255, np.uint8)
    gray[10:50, 10:20] = gray[40:50, 10:50] = ink
    return Image.fromarray(gray)


def opened(picture, **options):
    """The only page of a document."""
    (page,) = open_pages(picture, **options)
    return page


def assert_shows(page, image, within=0.02):
    """The page looks as the picture: only a few pixels at edges differ."""
    expected = np.asarray(image)
    assert page.gray.shape == expected.shape
    assert page.color.shape == (*expected.shape, 3)
    assert (np.abs(page.gray.astype(int) - expected) > 60).mean() <= within


class TestComparator:
    def test_refuses_wrong_pages(self):
        page = opened(pdf_files.showing(sheet()))
        for wrong in (sheet().transpose(Image.Transpose.FLIP_LEFT_RIGHT), sheet(ink=255), sheet(91)):
            with pytest.raises(AssertionError):
                assert_shows(page, wrong)


class TestDrawing:
    def test_a_scan_is_drawn_as_it_was_scanned(self):
        page = opened(pdf_files.showing(sheet()))
        assert_shows(page, sheet())
        assert (page.page, page.dpi) == (1, 300)

    @pytest.mark.parametrize("dpi", [72, 150, 600])
    def test_the_dpi_sets_the_size(self, dpi):
        page = opened(pdf_files.blank((72, 144)), dpi=dpi)
        assert page.gray.shape == (2 * dpi, dpi)
        assert page.dpi == dpi

    @pytest.mark.parametrize(("points", "pixels"), [((612, 792), (3300, 2550)), ((595, 842), (3509, 2480))])
    def test_paper_has_the_size_that_a_scanner_gives_it(self, points, pixels):
        assert opened(pdf_files.blank(points)).gray.shape == pixels

    def test_empty_paper_is_white(self):
        assert opened(pdf_files.blank((30, 30))).gray.min() == 255

    def test_a_turned_page_is_upright(self):
        data = pdf_files.showing(sheet()).replace(b"/Type /Page\n", b"/Type /Page\n/Rotate 90\n")
        assert data.count(b"/Rotate 90") == 1
        assert_shows(opened(data), sheet().transpose(Image.Transpose.ROTATE_270))

    @pytest.mark.parametrize(
        "appearance", [b"", b"/AP<</N 4 0 R>>"], ids=["without a drawing", "with a drawing"]
    )
    def test_handwriting_of_a_tablet_is_drawn(self, appearance):
        """It is an annotation. Its drawing may be missing: then its points are all there is."""
        note = b"/Annots[<</Type/Annot/Subtype/Ink/Rect[0 0 99 99]/C[0 0 0]/F 4/BS<</W 6>>" + (
            b"/InkList[[20 20 20 80]]" + appearance + b">>]"
        )
        line = pdf_files.stream(b"6 w 20 20 m 20 80 l S", b"/Type/XObject/Subtype/Form/BBox[0 0 99 99]")
        page = opened(pdf_files.pages(pdf_files.boxed(99, 99) + note, more=(line,)), dpi=72)
        rows, columns = np.nonzero(page.gray < 128)
        assert rows.size > 200
        assert 15 < columns.min() <= columns.max() < 25
        assert 15 < rows.min() <= rows.max() < 85

    def test_what_is_written_in_a_field_is_drawn(self):
        field = (
            b"/Annots[5 0 R]",
            pdf_files.stream(b"0 g 0 0 40 40 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 40 40]"),
            b"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/V(1)/F 4/Rect[20 20 60 60]/P 3 0 R/AP<</N 4 0 R>>>>",
        )
        form = pdf_files.pages(
            pdf_files.boxed(99, 99) + field[0], catalog=b"/AcroForm<</Fields[5 0 R]>>", more=field[1:]
        )
        assert opened(form, dpi=72).gray[55, 40] == 0  # 44 points from below

    def test_colors_are_kept(self):
        page = opened(pdf_files.showing(Image.new("RGB", (60, 60), (200, 30, 60))))
        assert np.abs(page.color[30, 30].astype(int) - (200, 30, 60)).max() < 12


class TestSources:
    def test_path_bytes_and_file_give_the_same_page_whatever_the_name(self, tmp_path):
        data = pdf_files.showing(sheet())
        path = tmp_path / "scan.png"
        path.write_bytes(data)
        with path.open("rb") as file:
            for source in (str(path), path, data, file, io.BytesIO(data)):
                assert_shows(opened(source), sheet())

    def test_a_pdf_says_that_it_is_one_in_its_first_1024_bytes(self):
        assert is_pdf(b"%PDF-1.4")
        assert is_pdf(bytes(1019) + b"%PDF-")
        assert not is_pdf(bytes(1020) + b"%PDF-")
        assert not is_pdf(b"%!PS-Adobe")
        assert_shows(opened(b"\r\n\r\n" + pdf_files.showing(sheet())), sheet())


class TestPages:
    DOCUMENT = pdf_files.blank(*((30 + number, 30) for number in range(1, 6)))

    def numbers(self, pages=None):
        wanted = {} if pages is None else {"pages": PageRange.parse(pages)}
        found = list(open_pages(self.DOCUMENT, dpi=72, **wanted))
        assert [page.gray.shape[1] for page in found] == [30 + page.page for page in found]
        return [page.page for page in found]

    def test_come_all_in_their_order(self):
        assert self.numbers() == [1, 2, 3, 4, 5]

    def test_may_be_chosen_and_keep_their_numbers(self):
        assert self.numbers("2-3") == [2, 3]
        assert self.numbers("5,1") == [1, 5]
        assert self.numbers("4-") == [4, 5]

    def test_beyond_the_last_are_an_error_before_any_is_drawn(self):
        with pytest.raises(PictureError, match="there is no page 6: the file has 5 pages"):
            next(open_pages(self.DOCUMENT, pages=PageRange.parse("1-6")))

    def test_are_drawn_one_by_one(self):
        found = open_pages(pdf_files.blank((30, 30), (9999, 9999)))
        assert next(found).page == 1
        with pytest.raises(PictureTooLargeError):
            next(found)

    def test_of_several_documents_at_once_do_not_mix(self):
        documents = [pdf_files.showing(sheet(width), sheet(width + 1)) for width in range(60, 100, 5)]

        def sizes(document):
            return [page.gray.shape[1] for page in open_pages(document)]

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(sizes, documents)) == [[width, width + 1] for width in range(60, 100, 5)]

    def test_that_nobody_waits_for_keep_no_process(self, monkeypatch):
        started = []

        class Recorded(subprocess.Popen):
            def __init__(self, *arguments, **options):
                super().__init__(*arguments, **options)
                started.append(self)

        monkeypatch.setattr(pdf.subprocess, "Popen", Recorded)
        found = open_pages(self.DOCUMENT)
        next(found)
        (process,) = started
        assert process.poll() is None
        found.close()
        assert process.poll() is not None


class TestBadDocuments:
    @pytest.mark.parametrize(
        ("data", "said"),
        [
            (b"%PDF-1.7\nand nothing else", "damaged or incomplete"),
            (pdf_files.showing(sheet())[:200], "damaged or incomplete"),
            (pdf_files.locked(), "protected by a password"),
            (pdf_files.pages(), "no pages"),
            (
                pdf_files.pdf(
                    b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R]/Count 99999999>>"
                ),
                "no pages",
            ),
            (pdf_files.blank((0.1, 0.1)), "holds no digit"),
        ],
    )
    def test_are_refused_in_one_line(self, data, said):
        with pytest.raises(PictureError, match=said) as refused:
            list(open_pages(data))
        assert "\n" not in str(refused.value)

    @pytest.mark.parametrize("side", [14_400, 1_000_000, 10**9])
    def test_a_page_of_absurd_size_is_refused_before_it_is_drawn(self, side):
        start = time.monotonic()
        with pytest.raises(PictureTooLargeError, match="megapixels"):
            opened(pdf_files.blank((side, side)))
        assert time.monotonic() - start < 30

    def test_a_large_page_is_refused_with_the_dpi_that_fits(self):
        document = pdf_files.blank((3000, 3000))
        with pytest.raises(PictureTooLargeError, match="draw page 1 at 240 dpi or less, or raise"):
            opened(document)
        assert opened(document, dpi=240).gray.shape == (10_000, 10_000)

    def test_any_limit_may_be_set(self):
        assert opened(pdf_files.blank((30, 30)), max_pixels=10**36).page == 1

    def test_one_that_takes_for_ever_is_given_up(self, monkeypatch):
        monkeypatch.setattr(pdf, "_SECONDS", 1.0)
        with pytest.raises(PictureError, match="page 1 takes more than 1 seconds to draw"):
            opened(pdf_files.nested(20, 10))

    @pytest.mark.parametrize(
        "program", ["import os, signal; os.kill(os.getpid(), signal.SIGTERM)", "raise SystemExit(3)", ""]
    )
    def test_one_that_ends_the_drawing_process_is_refused(self, program, monkeypatch, tmp_path):
        worker = tmp_path / "crash.py"
        worker.write_text(program)
        monkeypatch.setattr(pdf, "_WORKER", worker)
        with pytest.raises(PictureError, match="damaged or needs too much memory"):
            opened(pdf_files.showing(sheet()))

    def test_deep_nesting_and_many_pages_are_read(self):
        deep = b"/Deep " + 100_000 * b"[" + 100_000 * b"]"
        assert len(list(open_pages(pdf_files.pages(pdf_files.boxed(9, 9), catalog=deep)))) == 1
        pages = list(
            draw_pages(
                pdf_files.blank(*[(9, 9)] * 10_000), dpi=36, pages=PageRange.parse("9999-"), max_pixels=100
            )
        )
        assert [number for number, _ in pages] == [9999, 10_000]

    def test_a_package_that_cant_be_loaded_is_missing(self, monkeypatch, tmp_path):
        (tmp_path / "pypdfium2.py").write_text("raise OSError('no library')")
        monkeypatch.syspath_prepend(tmp_path)
        with pytest.raises(MissingExtraError):
            opened(pdf_files.showing(sheet()))

    def test_without_the_package_it_is_named(self, monkeypatch):
        monkeypatch.setattr(pdf, "find_spec", lambda name: None)
        with pytest.raises(
            MissingExtraError, match=r"^PDF needs pypdfium2; install it with: pip install 'inknn\[pdf\]'$"
        ):
            opened(pdf_files.showing(sheet()))
