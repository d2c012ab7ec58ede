"""kill -9 at any moment leaves the old file or the new one, and a cache that the next command can use.

The moments between opening a file and giving it its name are made long, in the killed process only.
"""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from PIL import Image

FEW_DIGITS = """
import numpy as np
from inknn import datasets
few = np.load("digits.npz")
datasets.load_mnist_part = lambda part: (few["images"], few["labels"])
"""
"""The index of so few digits is prepared in a moment."""

SLOWLY = """
import os, time
def slowed(function):
    def slow(*arguments, **options):
        time.sleep(0.03)
        done = function(*arguments, **options)
        time.sleep(0.03)
        return done
    return slow
for name in ("open", "fsync", "replace", "chmod"): setattr(os, name, slowed(getattr(os, name)))
"""

COMMANDS = (
    ("read", "seven.png"),  # prepares the index
    ("read", "seven.png", "-o", "answer"),
    ("read", "seven.png", "--overlay", "seen"),
    ("fit", "digits.npz", "-o", "model"),
    ("data", "import", "digits.npz", "-o", "digits-images-idx3-ubyte"),
    ("predict", "mnist", "seven.png", "-f", "csv", "-o", "answer.csv"),
)


@pytest.fixture(scope="module")
def template(tmp_path_factory, test_digits):
    folder = tmp_path_factory.mktemp("template")
    images, labels = test_digits
    Image.fromarray(255 - images[0]).resize((112, 112)).save(folder / "seven.png")
    np.savez(folder / "digits.npz", images=images[:60], labels=labels[:60])
    for name in ("answer", "answer.csv", "model"):
        (folder / name).write_bytes(b"old")
    return folder


def run(command, folder, words, prepare="", **options):
    return command(*words, cwd=folder, prepare=FEW_DIGITS + prepare, INKNN_CACHE_DIR="cache", **options)


def contents(folder):
    """What is in a folder but for the cache, and for files that never got their names."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".tmp" and path.parent.name != "cache"
    }


@pytest.mark.hostile(modest=6, full=200)
def test_a_killed_command_leaves_nothing_half_done(seeds, template, command, tmp_path):
    for seed in seeds:
        words, folder = COMMANDS[seed % len(COMMANDS)], tmp_path / "folder"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(template, folder)
        if seed % 12 >= 6:
            run(command, folder, ("read", "seven.png")).check(0)  # so that there is an index already
        before = contents(folder)
        moment = np.random.default_rng(seed).uniform(0, 0.8)
        killed = run(command, folder, words, SLOWLY, kill_after=moment)
        assert killed.code in (-9, 0), killed.stderr
        after = contents(folder)
        again = run(command, folder, words).check(0)
        whole = contents(folder)
        assert again.stdout == b"" or b"7" in again.stdout or words[0] in ("fit", "data")
        for name, data in after.items():
            assert data in (before.get(name), whole.get(name)), (name, moment)


def test_the_moments_are_those_of_writing(template, command, tmp_path):
    shutil.copytree(template, tmp_path / "folder")
    folder, found = tmp_path / "folder", set()
    for words in COMMANDS[1:3]:
        for moment in np.linspace(0.1, 0.8, 6):
            run(command, folder, words, SLOWLY, kill_after=moment)
            found |= {path.suffix for path in folder.rglob(".inknn-*.tmp")}
    assert found == {".tmp"}
