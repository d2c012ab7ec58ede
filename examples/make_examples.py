"""Make the example pictures and their truth: `python examples/make_examples.py [FOLDER]`.

MNIST *test* digits that a person reads without doubt are written again with a pen, a pencil, a marker or a
brush (`pen.py`) on paper that is then photographed or scanned (`paper.py`). Each picture has its own seed, so
the same versions of the libraries give the same pictures.
"""

import csv
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from paper import Camera, blank_sheet, dust, lay_ink, photograph, print_line, smudge, write_row
from pen import Pen, write_digit
from PIL import Image

from inknn.datasets import load_mnist

Picture = NDArray[np.uint8]

LEGIBLE = {
    0: [5721, 3226, 1294, 6510, 7693, 5567, 6454, 3052, 4186],
    1: [5809, 9282, 920, 3815, 672, 1834, 7708, 5637, 9120, 504],
    2: [1842, 1237, 4114, 1506, 3510, 1644, 2082],
    3: [1889, 5860, 2731, 3074, 1278, 309, 1098, 819, 1067, 9275, 5585],
    4: [2373, 4197, 1078, 9350, 3684, 7669, 1872],
    5: [7630, 4645, 540, 7612, 5347, 7974, 1999, 3663, 8696],
    6: [4336, 4466, 5599, 834, 5357, 1578, 886, 457, 607, 8828],
    7: [5077, 6366, 7230, 5496, 9327, 5234, 4175, 2841],
    8: [5911, 3204, 1267, 9271, 1651, 7181, 1946, 6816],
    9: [1322, 3881, 6946, 4407, 1449, 6302, 3041],
}
"""Indices of test digits, by label, picked by eye: nothing two people would read differently."""

BALL_PEN = (0.13, 0.19, 0.50)
BLACK_INK = (0.11, 0.11, 0.14)
RULE_BLUE = (0.70, 0.78, 0.88)


@dataclass
class Desk:
    """What a picture is made with: its random numbers and the digits it may use."""

    rng: np.random.Generator
    test_images: NDArray[np.uint8]

    def digits(self, text: str) -> list[NDArray[np.uint8]]:
        """The digits of `text`, each uint8 (28, 28), no image twice."""
        shuffled = {label: list(self.rng.permutation(ids)) for label, ids in LEGIBLE.items()}
        return [self.test_images[shuffled[int(figure)].pop()] for figure in text]


def note(desk: Desk) -> tuple[Picture, list[str]]:
    """A page of a ruled notebook, photographed with the spine's shadow on its left."""
    rows = ["048213", "048697", "1904", "2750361", "58342"]
    page = blank_sheet(1280, 960, desk.rng, (0.965, 0.955, 0.925))
    for y in range(88, 960, 74):
        print_line(page, (0, y), (1280, y), RULE_BLUE, 2)
    print_line(page, (196, 0), (196, 960), (0.90, 0.58, 0.60), 2)
    pen = Pen(5.0, BALL_PEN, pressure=0.8, grain=0.25)
    for number, text in enumerate(rows):
        start, baseline = 250 + desk.rng.uniform(-14, 20), 230 + 148 * number
        write_row(page, desk.digits(text), start, baseline, 66, 20, pen, desk.rng, slant=0.10)
    camera = Camera(
        turn=-1.6,
        tilt=0.035,
        bend=16,
        exposure=0.88,
        falloff=0.30,
        light_from=-35,
        shadow=0.45,
        shadow_from=180,
        shadow_reach=0.22,
        shadow_softness=0.09,
        warmth=0.025,
        blur=0.8,
        noise=0.011,
    )
    return photograph(page, camera, desk.rng), rows


def form(desk: Desk) -> tuple[Picture, list[str]]:
    """A scanned form: rows of square boxes with one digit in each."""
    rows = ["19840527", "7306142", "265091", "80435"]
    page = blank_sheet(1200, 760, desk.rng, (0.985, 0.985, 0.98), grain=0.004)
    side, frame = 104, (0.36, 0.40, 0.44)
    pen = Pen(6.0, BLACK_INK, pressure=0.6, grain=0.12, pooling=0.12)
    for number, text in enumerate(rows):
        left, top = 110, 76 + 158 * number
        right = left + side * len(text)
        for y in (top, top + side):
            print_line(page, (left, y), (right, y), frame, 2)
        for x in range(left, right + 1, side):
            print_line(page, (x, top), (x, top + side), frame, 2)
        for column, image in enumerate(desk.digits(text)):
            stroke = write_digit(image, 62 * desk.rng.uniform(0.92, 1.06), pen, desk.rng)
            x = left + side * (column + 0.5) - stroke.shape[1] / 2 + desk.rng.uniform(-6, 6)
            y = top + side / 2 - stroke.shape[0] / 2 + desk.rng.uniform(-6, 6)
            lay_ink(page, stroke, x, y, pen.color)
    dust(page, 24, desk.rng)
    camera = Camera(
        turn=0.7, exposure=0.985, falloff=0.03, light_from=90, blur=0.75, noise=0.006, sharpen=0.7
    )
    return photograph(page, camera, desk.rng), rows


def single(desk: Desk) -> tuple[Picture, list[str]]:
    """One digit drawn with a round brush in a drawing program, white on black."""
    stroke = write_digit(desk.test_images[7630], 196, Pen(19, pressure=0.15, grain=0, flow=0), desk.rng)
    canvas = np.zeros((280, 280), np.float32)
    top, left = 36, 84  # off the middle, where a hand puts it
    canvas[top : top + stroke.shape[0], left : left + stroke.shape[1]] = stroke
    return np.rint(canvas * 255).astype(np.uint8), ["5"]


def phone_number(desk: Desk) -> tuple[Picture, list[str]]:
    """A telephone number in hard pencil, scanned: its darkest gray is some 40 levels below the paper."""
    text = "0617294385"
    page = blank_sheet(960, 190, desk.rng, (0.975, 0.975, 0.975), grain=0.003)
    pen = Pen(3.6, (0.83, 0.83, 0.84), pressure=0.9, grain=0.55)
    write_row(page, desk.digits(text), 70, 128, 74, 24, pen, desk.rng, slant=0.05)
    camera = Camera(turn=0.8, exposure=0.99, falloff=0.02, blur=0.7, noise=0.004, sharpen=0.4)
    return photograph(page, camera, desk.rng)[..., 1], [text]


def whiteboard(desk: Desk) -> tuple[Picture, list[str]]:
    """Blue marker on a glossy board that mirrors a lamp, with the smear of what was wiped off before."""
    rows = ["3974", "80652"]
    page = blank_sheet(1200, 800, desk.rng, (0.93, 0.945, 0.955), grain=0.002)
    for _ in range(5):
        smudge(page, (0.35, 0.45, 0.75), 0.045, desk.rng)
    pen = Pen(17, (0.06, 0.20, 0.66), pressure=0.5, grain=0.05, pooling=0.30)
    for number, text in enumerate(rows):
        start, baseline = 150 + 40 * number, 345 + 310 * number
        write_row(page, desk.digits(text), start, baseline, 200, 44, pen, desk.rng, wobble=0.06)
    camera = Camera(
        turn=1.4,
        tilt=-0.05,
        exposure=0.80,
        falloff=0.22,
        light_from=-60,
        warmth=-0.02,
        blur=0.9,
        noise=0.009,
        glare=0.55,
        glare_at=(0.87, 0.16),
    )
    return photograph(page, camera, desk.rng), rows


def table(desk: Desk) -> tuple[Picture, list[str]]:
    """A logbook: six rows of three numbers between thin grid lines, under one lamp."""
    cells = [
        ("17", "302", "64"),
        ("18", "295", "61"),
        ("19", "310", "70"),
        ("20", "348", "53"),
        ("21", "276", "59"),
        ("22", "264", "48"),
    ]
    page = blank_sheet(1160, 870, desk.rng, (0.94, 0.92, 0.85), grain=0.018)
    left, top, step, columns = 96, 70, 122, [96, 376, 756, 1056]
    for y in range(top, top + 6 * step + 1, step):
        print_line(page, (left, y), (columns[-1], y), (0.58, 0.62, 0.60), 1.6)
    for x in columns:
        print_line(page, (x, top), (x, top + 6 * step), (0.58, 0.62, 0.60), 1.6)
    pen = Pen(5.2, BLACK_INK, pressure=0.9, grain=0.25)
    for row, texts in enumerate(cells):
        for column, text in enumerate(texts):
            start = columns[column] + 62 + desk.rng.uniform(-16, 22)
            baseline = top + step * (row + 1) - 27 + desk.rng.uniform(-5, 3)
            write_row(page, desk.digits(text), start, baseline, 66, 17, pen, desk.rng, slant=0.06)
    camera = Camera(
        turn=1.1,
        tilt=0.03,
        bend=-10,
        exposure=0.84,
        falloff=0.52,
        light_from=-140,
        warmth=0.05,
        blur=0.8,
        noise=0.012,
    )
    return photograph(page, camera, desk.rng), ["".join(texts) for texts in cells]


def blank(desk: Desk) -> tuple[Picture, list[str]]:
    """An empty sheet with a hand's shadow across a corner: nothing to read."""
    page = blank_sheet(1000, 750, desk.rng, (0.96, 0.95, 0.92), grain=0.014)
    camera = Camera(
        exposure=0.85,
        falloff=0.28,
        light_from=-120,
        shadow=0.42,
        shadow_from=35,
        shadow_reach=0.30,
        shadow_softness=0.07,
        warmth=0.03,
        noise=0.010,
    )
    return photograph(page, camera, desk.rng), []


def sideways(desk: Desk) -> tuple[Picture, list[str]]:
    """A slip of paper photographed with the telephone held upright; `save` stores it lying on its side."""
    text = "60172"
    page = blank_sheet(1000, 420, desk.rng, (0.95, 0.93, 0.86), grain=0.016)
    pen = Pen(8.5, BLACK_INK, pressure=0.8, grain=0.12, pooling=0.15)
    write_row(page, desk.digits(text), 150, 285, 150, 38, pen, desk.rng)
    camera = Camera(
        turn=-1.8,
        tilt=0.03,
        exposure=0.82,
        falloff=0.35,
        light_from=-30,
        shadow=0.3,
        shadow_from=140,
        shadow_reach=0.2,
        warmth=0.04,
        blur=0.9,
        noise=0.012,
    )
    return photograph(page, camera, desk.rng), [text]


PICTURES: dict[str, Callable[[Desk], tuple[Picture, list[str]]]] = {
    "note.jpg": note,
    "form.jpg": form,
    "single.png": single,
    "phone-number.png": phone_number,
    "whiteboard.jpg": whiteboard,
    "table.jpg": table,
    "blank.jpg": blank,
    "sideways.jpg": sideways,
}


def save(picture: Picture, path: Path) -> None:
    """Write the picture; the one called sideways is stored turned, with EXIF orientation 6 to undo it."""
    image = Image.fromarray(picture)
    if path.suffix == ".png":
        image.save(path, optimize=True)
    elif path.stem == "sideways":
        exif = Image.Exif()
        exif[0x0112] = 6
        image.transpose(Image.Transpose.ROTATE_90).save(path, quality=85, exif=exif)
    else:
        image.save(path, quality=85)


def main(folder: Path) -> None:
    """Make every picture and truth.csv in `folder`."""
    _, (test_images, _) = load_mnist()
    with (folder / "truth.csv").open("w", newline="") as file:
        truth = csv.writer(file, lineterminator="\n")
        truth.writerow(["file", "truth"])
        for seed, (name, make) in enumerate(PICTURES.items(), start=20):
            picture, rows = make(Desk(np.random.default_rng(seed), np.asarray(test_images)))
            save(picture, folder / name)
            truth.writerow([name, "|".join(rows)])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
