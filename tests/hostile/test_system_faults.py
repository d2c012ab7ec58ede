"""A command that the system refuses something says so in one line; where it answers, the answer is right."""

from __future__ import annotations

import os
import shutil

import numpy as np
import pytest
from PIL import Image

from inknn.cache import cache_dir
from inknn.memory import Model, factory_model
from inknn.recognizer import choose_settings

ANSWERING = (
    ("read", "seven.png"),
    ("read", "seven.png", "-f", "csv", "-o", "answer"),
    ("read", "seven.png", "--overlay", "."),
    ("read", "many", "-r", "-j", "4", "-f", "csv"),
    ("read", "many", "-r", "-f", "jsonl", "-o", "answer"),
    ("predict", "model", "seven.png", "-f", "csv"),
    ("predict", "mnist", "many", "-r", "-o", "answer"),
    ("data", "info", "digits.npz"),
    ("data", "import", "digits.npz", "-o", "digits-images-idx3-ubyte"),
    ("data", "show", "digits.npz", "-o", "answer.png"),
)
OTHERS = (
    *(
        ("cache", "path"),
        ("cache", "clear"),
        ("data", "list"),
        ("--help",),
        ("read", "--help"),
        ("--version",),
    ),
    *(("read", "-"), ("read", "missing.png"), ("completion", "bash"), ("metrics",), ("read", "--no-such")),
)
ENVIRONMENT = {"INKNN_CACHE_DIR": "cache", "TMPDIR": "temporary"}
NO_HOME = (
    "import os, pwd\n"
    "pwd.getpwuid = {}.__getitem__\n"
    "for name in ('HOME', 'XDG_CACHE_HOME', 'INKNN_CACHE_DIR'): os.environ.pop(name, None)"
)
NO_THREADS = """
import threading
def start(thread): raise RuntimeError("can't start new thread")
threading.Thread.start = start
"""
NO_TEMPORARY = """
import tempfile
def gettempdir(): raise FileNotFoundError(2, "No usable temporary directory found")
tempfile.gettempdir = gettempdir
"""
NO_FOLDER = "import os\nos.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone')"


def limit(name: str, size) -> dict[str, object]:
    """Python code that sets a limit of the system."""
    return {"prepare": f"import resource\nresource.setrlimit(resource.RLIMIT_{name}, ({size}, {size}))"}


def full(number: int) -> dict[str, object]:
    """Python code that makes stdout or stderr a device that is full."""
    return {"prepare": f"import os\nos.dup2(os.open('/dev/full', os.O_WRONLY), {number})"}


FAULTS = {
    "closed": lambda chance: {"closed": tuple(np.flatnonzero(chance.random(3) < 0.5).tolist())},
    "full stdout": lambda _: full(1),
    "full stderr": lambda _: full(2),
    "no home": lambda _: {"prepare": NO_HOME},
    "no cache": lambda _: {"INKNN_CACHE_DIR": "/dev/null/x"},
    "cache of nobody": lambda _: {"INKNN_CACHE_DIR": "~no-such-user/x"},
    "no cache nor temporary folder": lambda _: {"INKNN_CACHE_DIR": "/dev/null/x", "prepare": NO_TEMPORARY},
    "little memory": lambda chance: limit("AS", chance.integers(100 << 20, 1500 << 20)),
    "few files": lambda chance: limit("NOFILE", chance.integers(3, 20)),
    "small files": lambda chance: limit("FSIZE", chance.integers(2000, 20_000)),
    "no threads": lambda _: {"prepare": NO_THREADS},
    "no folder": lambda _: {"prepare": NO_FOLDER},
    "ascii": lambda _: {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"},
}


@pytest.fixture(scope="module")
def template(tmp_path_factory, test_digits, train_digits):
    """A folder with all that the commands name, a prepared cache, and another among the temporary files."""
    factory_model()
    folder = tmp_path_factory.mktemp("template")
    images, labels = test_digits
    (folder / "many" / "deeper").mkdir(parents=True)
    for name in ("seven.png", "many/1.png", "many/2.png", "many/deeper/3.png"):
        Image.fromarray(255 - images[0]).resize((112, 112)).save(folder / name)
    np.savez(folder / "digits.npz", images=images[:30], labels=labels[:30])
    Model.fit(*(each[:60] for each in train_digits), choose_settings(features="zoning")).save(
        folder / "model"
    )
    for cache in (folder / "cache", folder / "temporary" / f"inknn-cache-{os.getuid()}"):
        cache.mkdir(parents=True, mode=0o700)
        for file in cache_dir().glob("inknn-*"):
            (cache / file.name).symlink_to(file)
    return folder


@pytest.fixture(scope="module")
def fresh(template):
    """A function that makes a copy of the template, always in the same place."""
    place = template.with_name("fresh")

    def fresh():
        shutil.rmtree(place, ignore_errors=True)
        return shutil.copytree(template, place, symlinks=True)

    return fresh


def answer_of(done, folder, template):
    """What a command wrote: to stdout, and to files that were not there before."""
    known = {path.relative_to(template) for path in template.rglob("*")}
    written = {path.relative_to(folder) for path in folder.rglob("*")} - known
    return done.stdout, {
        str(path): (folder / path).read_bytes()
        for path in written
        if path.parts[0] not in ("cache", "temporary")
    }


@pytest.fixture(scope="module")
def answers(template, fresh, command):
    """What the commands write where nothing is refused."""
    found = {}
    for words in ANSWERING:
        folder = fresh()
        found[words] = answer_of(command(*words, cwd=folder, **ENVIRONMENT).check(0), folder, template)
        assert any(found[words])
    return found


@pytest.mark.hostile(modest=13, full=500)
def test_a_fault_of_the_system_is_told_or_does_no_harm(seeds, template, fresh, answers, command):
    for seed in seeds:
        chance = np.random.default_rng(seed)
        name = list(FAULTS)[seed % len(FAULTS)]
        words = (*ANSWERING, *OTHERS)[chance.integers(len(ANSWERING) + len(OTHERS))]
        folder = fresh()
        fault = FAULTS[name](chance)
        done = command(*words, cwd=folder, **{**ENVIRONMENT, **fault})
        is_told = name != "full stderr" and 2 not in fault.get("closed", ())
        done.check(is_told=is_told)
        out, files = answer_of(done, folder, template)
        if words in answers and done.code == 0:
            assert (out, files) == answers[words], (name, words)
        elif words in answers:
            told = [line.split(": ", 2)[-1].encode() for line in done.stderr.splitlines()]
            for path, data in files.items():  # of several pictures those are answered that can be
                others = set(data.splitlines()) - set(answers[words][1][path].splitlines())
                assert not is_told or all(any(why in line for why in told) for line in others), (name, words)


def test_all_faults_and_commands_meet_in_the_full_attack():
    met = {(seed % len(FAULTS), np.random.default_rng(seed).integers(21)) for seed in range(500)}
    assert {fault for fault, _ in met} == set(range(len(FAULTS)))
    assert len({command for _, command in met}) == len(ANSWERING) + len(OTHERS) == 21
