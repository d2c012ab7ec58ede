"""The promises of the native kernels: same answers on every instruction set, and a way without them."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import warnings
import weakref

import numpy as np
import pytest

from inknn import _native
from inknn._native import kernels
from inknn.features import gradient_histograms
from inknn.search import ExactIndex, brute_force, kneighbors
from kernel_sets import SETS, using

needs_kernels = pytest.mark.skipif(not SETS, reason="installed without kernels")


@pytest.fixture(params=SETS)
def instruction_set(request):
    with using(request.param):
        yield request.param


@needs_kernels
def test_every_machine_has_the_baseline_and_uses_its_best():
    assert SETS[-1] == "baseline"
    assert kernels().instruction_set() == SETS[0]


def test_search_gives_the_oracles_answer(instruction_set):
    rng = np.random.default_rng(5)
    for dims in (1, 4, 15, 16, 17, 31, 33, 64, 65, 150):
        for n_queries in (3, 24, 25, 61):
            queries = rng.normal(size=(n_queries, dims)).astype(np.float32)
            references = rng.normal(size=(257, dims)).astype(np.float32)
            expected = brute_force(queries, references, 9)
            for part, expected_part in zip(kneighbors(queries, references, 9), expected, strict=True):
                np.testing.assert_array_equal(part, expected_part)
            queries, references = (np.uint8(np.clip(a * 40 + 128, 0, 255)) for a in (queries, references))
            expected = brute_force(queries, references, 9)
            for part, expected_part in zip(kneighbors(queries, references, 9), expected, strict=True):
                np.testing.assert_array_equal(part, expected_part)


@needs_kernels
def test_histograms_are_the_same_bits_on_all_instruction_sets(train_digits):
    answers = []
    for name in SETS:
        with using(name):
            answers.append(gradient_histograms(train_digits[0][:300]))
    for answer in answers[1:]:
        np.testing.assert_array_equal(answer, answers[0])


@needs_kernels
def test_an_instruction_set_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="no instruction set"):
        kernels().use_instruction_set("abacus")


@needs_kernels
def test_the_door_refuses_arrays_that_do_not_fit():
    vectors = np.zeros((4, 8), np.float32)
    with pytest.raises(ValueError, match="differ in length"):
        kernels().scan(vectors, vectors[:, :7].copy(), 0, np.empty((4, 2)), np.empty((4, 2), np.int64))
    with pytest.raises(ValueError, match="does not fit"):
        kernels().scan(vectors, vectors, 0, np.empty((3, 2)), np.empty((4, 2), np.int64))
    with pytest.raises(TypeError):  # results are written in place: no silent copies of another type
        kernels().scan(vectors, vectors, 0, np.empty((4, 2), np.float32), np.empty((4, 2), np.int64))


def test_missing_kernels_are_told_once_and_numpy_serves(monkeypatch):
    monkeypatch.setitem(sys.modules, "inknn._native._kernels", None)  # importing it now fails
    _native._load.cache_clear()
    try:
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            first = kneighbors(np.eye(3, dtype=np.float32), np.eye(3, dtype=np.float32), 1)
            gradient_histograms(np.zeros((1, 28, 28), np.uint8))
        assert [str(warning.message)[:45] for warning in seen] == [
            "inknn runs without its compiled kernels and w"
        ]
        np.testing.assert_array_equal(first[1], [[0], [1], [2]])
    finally:
        _native._load.cache_clear()


def test_numpy_can_be_asked_for_without_a_warning(no_kernels):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert kernels() is None


def test_reading_imports_neither_scikit_learn_nor_scipy():
    code = "import sys, inknn.recognizer; print(*sorted(sys.modules))"
    modules = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ)
    ).stdout.split()
    assert "numpy" in modules
    assert not {"sklearn", "scipy", "threadpoolctl"} & set(modules)


@needs_kernels
def test_an_index_that_is_gone_leaves_nothing_behind():
    references = np.random.default_rng(0).normal(size=(200, 20)).astype(np.float32)
    before = sys.getrefcount(references)
    index = ExactIndex(references)
    index.query(references[:3], 2)
    segment = weakref.ref(index._segments[0])
    assert sys.getrefcount(references) > before
    del index
    gc.collect()
    assert segment() is None
    assert sys.getrefcount(references) == before


HELD = """
import threading, numpy as np
from inknn.search import ExactIndex

found = threading.Event()

def search():
    index = ExactIndex(np.eye(30, dtype=np.float32))
    index.query(index.references()[0], 2)
    found.set()
    threading.Event().wait()  # for ever, and holds the index

threading.Thread(target=search, daemon=True).start()
found.wait()
"""


@needs_kernels
def test_python_exits_without_a_word_while_a_thread_holds_an_index():
    """What the thread refers to is never freed, and that is no leak of the kernels."""
    done = subprocess.run([sys.executable, "-c", HELD], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")
