"""The example pictures are read as truth.csv says."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pytest

from ink_pages import best, read

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
with (EXAMPLES / "truth.csv").open(newline="") as file:
    TRUTH = {row["file"]: row["truth"] for row in csv.DictReader(file)}


@cache
def answer(name: str) -> str:
    return best(read(EXAMPLES / name)).replace("\n", "|")


def edits(a: str, b: str) -> int:
    """Insertions, deletions and substitutions from one text to the other."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]


@pytest.mark.parametrize(
    ("a", "b", "count"), [("", "", 0), ("123", "123", 0), ("", "12", 2), ("1234", "124", 1), ("12", "34", 2)]
)
def test_edits_are_counted(a, b, count):
    assert edits(a, b) == edits(b, a) == count


def test_every_picture_has_its_truth():
    pictures = {path.name for path in EXAMPLES.iterdir() if path.suffix in (".jpg", ".png")}
    assert pictures == set(TRUTH)
    assert len(pictures) >= 8


@pytest.mark.parametrize("name", TRUTH)
def test_picture_is_read_exactly(name):
    assert answer(name) == TRUTH[name]


def test_of_all_digits_hardly_any_is_wrong():
    wrong = sum(edits(answer(name), truth) for name, truth in TRUTH.items())
    assert wrong / sum(len(truth.replace("|", "")) for truth in TRUTH.values()) <= 0.02


def test_blank_paper_says_so():
    reading = read(EXAMPLES / "blank.jpg")
    assert reading.lines == ()
    assert len(reading.warnings) == 1
