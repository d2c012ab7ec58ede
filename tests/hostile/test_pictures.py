"""No picture and no array breaks the reader: it reads them or says what is wrong, soon, in little memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import warnings

import numpy as np
import pytest
from hostile_pictures import drawing, hostile_picture

from inknn import DigitReader
from inknn.errors import InknnError
from inknn.reader.result import Reading

LONGEST = 20  # seconds of CPU time
MOST_MEMORY = 1500  # MB


@pytest.fixture(scope="module")
def reader():
    reader = DigitReader(n_jobs=1)
    bar = np.full((40, 40), 255, np.uint8)
    bar[10:30, 18:22] = 0
    assert reader.read(bar).digits  # opens the model's file, which stays open
    return reader


def attack(reader, picture):
    """A picture is read, or refused by an error that a user can correct."""
    start = time.process_time()
    said = "read"
    try:
        for count, reading in enumerate(reader.read_pages(picture)):
            assert isinstance(reading, Reading)
            assert count < 100
    except InknnError as error:
        said = str(error) if error.exit_code == 3 else ""
    assert said.strip()
    assert "\n" not in said
    assert time.process_time() - start < LONGEST


def open_files():
    return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0


@pytest.mark.hostile(modest=300, full=3000)
def test_every_picture_is_read_or_refused(reader, seeds, monkeypatch):
    monkeypatch.setattr(subprocess, "Popen", None)  # nothing starts a program
    before = open_files()
    for seed in seeds:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                attack(reader, hostile_picture(seed))
            except BaseException as error:
                error.add_note(f"seed {seed}")
                raise
    assert open_files() == before


class TestAttack:
    def test_it_notices_another_error(self, reader, monkeypatch):
        def fail(picture):
            raise ZeroDivisionError

        monkeypatch.setattr(reader, "read_pages", fail)
        with pytest.raises(ZeroDivisionError):
            attack(reader, b"")

    def test_most_kinds_of_pictures_are_refused_and_some_are_read(self, reader):
        read = 0
        for seed in range(45):
            try:
                reader.read(hostile_picture(seed))
                read += 1
            except InknnError:
                pass
        assert 5 < read < 40


@pytest.mark.slow
@pytest.mark.parametrize("number", [1600, 20_000])
@pytest.mark.parametrize("seed", range(9))
def test_a_page_full_of_things_takes_no_longer(reader, seed, number):
    attack(reader, drawing(np.random.default_rng(seed), 2400, number))


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="there is no peak of memory to be read")
@pytest.mark.parametrize(
    "picture",
    [
        "np.broadcast_to(np.float32(0.5), (10_000, 10_000, 4))",
        "np.broadcast_to(np.linspace(0, 1, 10_000), (10_000, 10_000))",
        "saved('PNG', np.broadcast_to(np.arange(10_000, dtype=np.uint16), (10_000, 10_000)))",
        "saved('TIFF', np.broadcast_to(np.float32(0.5), (10_000, 10_000)))",
        "saved('WEBP', np.broadcast_to(np.uint8(200), (7_700, 7_700, 3)))",
        "saved('JPEG', np.broadcast_to(np.uint8(200), (10_000, 10_000, 3)), progressive=True)",
    ],
)
def test_the_largest_pictures_need_little_memory(picture, tmp_path):
    code = f"""
import io, sys
import numpy as np
from PIL import Image
import inknn

def saved(kind, array, **options):
    Image.fromarray(array).save("large", kind, **options)
    return "large"

def memory(name):
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(name)) / 1024

if sys.argv[1] == "save":
    {picture}
else:
    reader = inknn.DigitReader(n_jobs=1)
    reader.read(np.zeros((20, 20), np.uint8))
    before = memory("VmRSS")
    reader.read({picture if picture.startswith("np") else '"large"'})
    print(memory("VmHWM") - before)
"""
    needed = "0"
    for task in ("save", "read"):
        needed = subprocess.run(
            [sys.executable, "-c", code, task], cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout
    assert 0 < float(needed) < MOST_MEMORY
