"""Ink is found on any paper, in any light, in either polarity; where nothing is written, no ink."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ink_pages import (
    as_gray,
    best,
    blank_page,
    clear_digit,
    gradient,
    noisy,
    page_of,
    read,
    shadowed,
)
from inknn.ink import Ink, separate

ROWS = ("0123456789", "9876543210", "55055")


@pytest.fixture(scope="module")
def page():
    return page_of(*ROWS)


def found(gray) -> str:
    return best(read(gray))


def true_share(ink: Ink, truth: np.ndarray) -> float:
    """Intersection over union of the ink that was found and the ink that is there."""
    mask = cv2.resize(ink.mask.astype(np.uint8), truth.shape[::-1], interpolation=cv2.INTER_AREA) > 0
    return (mask & truth).sum() / (mask | truth).sum()


class TestInk:
    def test_is_where_the_digits_are(self, page):
        assert true_share(separate(page.on()), page.ink > 0.4) > 0.75
        assert true_share(separate(255 - page.on()), page.ink > 0.4) > 0.75

    def test_polarity_is_told(self, page):
        assert not separate(page.on()).inverted
        assert separate(255 - page.on()).inverted

    def test_map_is_what_it_says(self, page):
        ink = separate(page.on())
        assert ink.mask.dtype == bool
        assert ink.contrast.dtype == np.float32
        assert ink.contrast.shape == ink.mask.shape
        assert ink.contrast.min() >= 0
        assert ink.contrast.max() <= 255
        assert ink.mask.shape == tuple(round(side * ink.scale) for side in page.ink.shape)

    def test_contrast_is_strong_on_ink_and_none_on_paper(self, page):
        ink = separate(page.on())
        assert np.median(ink.contrast[ink.mask]) > 100
        assert np.median(ink.contrast[~ink.mask]) < 10

    def test_stroke_width_follows_the_pen(self):
        thin, thick = blank_page(300, 400), blank_page(300, 400)
        for page, pen in ((thin, 3), (thick, 15)):
            for x in range(60, 360, 60):
                page.line((x, 60), (x, 240), thickness=pen)
        fine, broad = (ink.stroke / ink.scale for ink in (separate(thin.on()), separate(thick.on())))
        assert fine == pytest.approx(3, abs=3.5)  # the mask takes in soft edges
        assert broad == pytest.approx(15, abs=3.5)

    def test_input_is_left_as_it_was(self, page):
        gray = page.on()
        before = gray.copy()
        separate(gray)
        assert np.array_equal(gray, before)

    @pytest.mark.parametrize("levels", [40, 100, 180])
    def test_every_picture_reads_the_same_in_both_polarities(self, page, levels):
        gray = noisy(page.on(gradient(page.ink.shape), levels=levels), 1)
        assert found(gray) == found(255 - gray) == page.text


class TestLight:
    def test_clean(self, page):
        assert found(page.on()) == page.text

    @pytest.mark.parametrize("noise", [0, 1])
    def test_faint_ink_of_fifteen_levels(self, page, noise):
        assert found(noisy(page.on(levels=15), noise)) == page.text

    @pytest.mark.parametrize("paper", [255, 128, 60])
    def test_any_paper(self, page, paper):
        assert found(noisy(page.on(paper), 2)) == page.text

    def test_gradient(self, page):
        assert found(noisy(page.on(gradient(page.ink.shape)), 3)) == page.text
        assert found(noisy(page.on(gradient(page.ink.shape)[:, ::-1], levels=60), 2)) == page.text

    @pytest.mark.parametrize(
        ("dark", "penumbra"),
        [
            (170, 0),
            (150, 0),
            (150, 2),
            (110, 4),
            (110, 10),
            pytest.param(
                110, 0, marks=pytest.mark.xfail(reason="a sharp edge of half the light cuts digits")
            ),
        ],
    )
    def test_hard_shadow_across_the_digits(self, page, dark, penumbra):
        paper = shadowed(page.ink.shape, dark=dark)
        if penumbra:
            paper = cv2.GaussianBlur(paper, (0, 0), penumbra)
        assert found(noisy(page.on(paper), 3)) == page.text

    def test_round_shadow_of_a_hand(self, page):
        height, width = page.ink.shape
        y, x = np.mgrid[:height, :width]
        far = np.hypot((x - 0.9 * width) / width, (y - 1.1 * height) / height)
        paper = 130 + 100 * np.clip((far - 0.4) / 0.1, 0, 1)
        assert found(noisy(page.on(paper), 3)) == page.text

    def test_glare(self, page):
        height, width = page.ink.shape
        y, x = np.mgrid[:height, :width]
        lamp = np.exp(-((x - width / 2) ** 2 + (y - height / 2) ** 2) / (2 * 120**2))
        assert found(as_gray(noisy(page.on(170), 2) + 70 * lamp)) == page.text

    def test_jpeg_of_poor_quality(self, page):
        _, data = cv2.imencode(".jpg", noisy(page.on(), 3), [cv2.IMWRITE_JPEG_QUALITY, 30])
        assert found(data.tobytes()) == page.text


def blank(kind: str, shape=(300, 400)) -> np.ndarray:
    """Paper nobody has written on."""
    flat = np.full(shape, 200.0, np.float32)
    return {
        "white": lambda: as_gray(flat + 55),
        "gray": lambda: as_gray(flat),
        "black": lambda: as_gray(flat * 0),
        "some noise": lambda: noisy(flat, 2),
        "much noise": lambda: noisy(flat, 12),
        "noise in the dark": lambda: noisy(flat * 0.15, 5),
        "coarse noise": lambda: as_gray(cv2.GaussianBlur(noisy(flat, 40).astype(np.float32), (0, 0), 2)),
        "gradient": lambda: as_gray(gradient(shape)),
        "gradient with noise": lambda: noisy(gradient(shape), 4),
        "shadow": lambda: noisy(cv2.GaussianBlur(shadowed(shape), (0, 0), 4), 3),
        "hard shadow": lambda: noisy(shadowed(shape, dark=150), 3),
    }[kind]()


BLANKS = [
    "white",
    "gray",
    "black",
    "some noise",
    "much noise",
    "noise in the dark",
    "coarse noise",
    "gradient",
    "gradient with noise",
    "shadow",
    "hard shadow",
]


def known(kinds, failures):
    """The kinds, with those marked on which the falling off of light still counts as ink."""
    mark = pytest.mark.xfail(reason="where the light falls off counts as ink")
    return [pytest.param(kind, marks=[mark] if kind in failures else []) for kind in kinds]


class TestBlank:
    @pytest.mark.parametrize("kind", known(BLANKS, ["shadow"]))
    def test_paper_is_no_ink(self, kind):
        assert separate(blank(kind)).mask.mean() < 0.002

    @pytest.mark.parametrize("kind", BLANKS)
    def test_paper_is_no_digit(self, kind):
        self.check_no_digit(blank(kind, (300, 400)))

    @pytest.mark.parametrize("kind", BLANKS)
    def test_large_paper_is_no_digit(self, kind):
        self.check_no_digit(blank(kind, (1500, 1100)))

    def check_no_digit(self, picture):
        reading = read(picture)
        assert reading.digits == ()
        assert len(reading.warnings) == 1

    @pytest.mark.parametrize(
        "kind", known(BLANKS, ["gradient", "gradient with noise", "shadow", "hard shadow"])
    )
    def test_a_scrap_of_paper_is_no_digit(self, kind):
        assert read(blank(kind, (30, 20))).digits == ()


def hand_drawn(label: int, side: int, pen: int) -> np.ndarray:
    """A 1, 4 or 7 drawn with straight strokes of a pen, dark on white."""
    paths = {
        1: [[(50, 15), (50, 85)]],
        4: [[(35, 15), (20, 60), (75, 60)], [(62, 30), (58, 88)]],
        7: [[(20, 18), (78, 18), (42, 88)]],
    }[label]
    picture = np.full((side, side), 255, np.uint8)
    for path in paths:
        points = np.rint(np.array(path) * side / 100).astype(np.int32)
        cv2.polylines(picture, [points], False, 0, pen, cv2.LINE_AA)
    return picture


class TestPens:
    @pytest.mark.parametrize("pen", [1, 2, 4, 12, 30])
    @pytest.mark.parametrize("label", [1, 4, 7])
    def test_from_hairline_to_brush(self, label, pen):
        assert found(hand_drawn(label, 300, pen)) == str(label)

    @pytest.mark.parametrize("side", [20, 28, 64, 280])
    @pytest.mark.parametrize("label", range(10))
    def test_a_single_digit_in_a_picture_of_any_size(self, label, side):
        picture = single(label, side)
        assert found(255 - picture) == found(picture) == str(label)


def single(label: int, side: int, share: float = 0.75) -> np.ndarray:
    """One digit in the middle of a square picture, white on black."""
    digit = clear_digit(label)
    scale = share * side / max(digit.shape)
    how = cv2.INTER_LINEAR if scale > 1 else cv2.INTER_AREA
    digit = cv2.resize(digit, None, fx=scale, fy=scale, interpolation=how)
    picture = np.zeros((side, side), np.uint8)
    top, left = ((side - length) // 2 for length in digit.shape)
    picture[top : top + digit.shape[0], left : left + digit.shape[1]] = digit
    return picture


class TestSizes:
    @pytest.mark.parametrize("shape", [(2, 2), (2, 500), (500, 2), (3, 3), (9, 9)])
    def test_tiny_pictures_do_no_harm(self, shape):
        for value in (0, 255):
            assert read(np.full(shape, value, np.uint8)).digits == ()
        read(np.random.default_rng(0).integers(0, 256, shape, np.uint8))

    def test_a_page_of_fifty_megapixels(self):
        """A flatbed's whole page with little on it."""
        small = page_of("0123456789", "3141592", height=150)
        gray = np.full((5800, 8700), 230, np.uint8)
        height, width = small.ink.shape
        gray[2000 : 2000 + height, 3000 : 3000 + width] = small.on()
        assert gray.size > 50_000_000
        assert found(gray) == small.text

    def test_little_ink_on_a_large_page_lit_from_a_corner(self):
        small = page_of("0123456789", "3141592", height=40)
        ink = np.zeros((1500, 2200), np.float32)
        ink[500 : 500 + small.ink.shape[0], 800 : 800 + small.ink.shape[1]] = small.ink
        assert found(noisy(gradient(ink.shape) * (1 - 0.7 * ink), 3)) == small.text
