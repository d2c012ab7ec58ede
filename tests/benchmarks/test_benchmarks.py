"""Every benchmark runs, and fails where a search finds wrong neighbors."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from benchmarks import peers, searches
from benchmarks.classifiers import CLASSIFIERS
from benchmarks.measuring import in_own_process, peak_memory_mb
from benchmarks.registry import BENCHMARKS
from benchmarks.results import run
from benchmarks.scaling import exponent
from benchmarks.searches import Agreement, WrongAnswerError
from benchmarks.sizes import K, Size
from benchmarks.tables import table
from inknn.lab.methods import METHODS
from inknn.tables import MISSING

ROOT = Path(__file__).resolve().parents[2]
TINY = Size(
    quick=True,
    repeats=2,
    references=600,
    queries=40,
    single_queries=5,
    scaling=(200, 400, 800),
    scaling_queries=20,
    pairs=200,
    tuning=300,
)
SLOW = {"features", "index", "classifiers"}
"""Those that prepare the factory model or start processes."""


@pytest.fixture(scope="module")
def measured():
    """Results of benchmarks in a tiny size, each measured once."""
    kept = {}

    def result(name):
        if name not in kept:
            rows = []
            kept[name] = run(name, TINY, rows.append)
            assert rows == kept[name]["rows"]
        return kept[name]

    return result


class TestRun:
    @pytest.mark.parametrize(
        "name", [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in BENCHMARKS]
    )
    def test_each_benchmark_measures_inknn_first_and_fills_its_table(self, measured, name):
        result = measured(name)
        first = result["rows"][0]
        assert first["name"].startswith("inknn")
        assert first.get("times_ours", 1) == 1
        assert json.loads(json.dumps(result)) == result
        assert not any(MISSING in row for row in table(result).rows)

    @pytest.mark.parametrize("name", ["search", "whitened", "latency", "scaling"])
    def test_all_searches_that_are_installed_take_part(self, measured, name):
        names = [row["name"] for row in measured(name)["rows"]]
        wanted = [search for search in peers.available_searches() if name == "search" or search in names]
        assert names == wanted
        assert "scikit-learn brute" in names or name == "scaling"

    def test_whitened_vectors_have_150_dimensions(self, measured):
        assert measured("whitened")["rows"][0]["dimensions"] == 150

    def test_machine_load_and_date_are_kept(self, measured):
        result = measured("distortion")
        assert result["machine"]["cores"] >= 1
        assert result["machine"]["packages"].keys() >= {"numpy", "scikit-learn"}
        assert result["load"] is None or result["load"] >= 0
        assert result["date"].endswith("+00:00")
        assert result["quick"]

    def test_a_peer_that_is_not_installed_is_left_out_and_named(self, monkeypatch):
        monkeypatch.setitem(peers._PACKAGES, "scikit-learn brute", "there_is_no_such_package")
        result = run("latency", TINY)
        assert "scikit-learn brute" in result["left_out"]
        assert "scikit-learn brute" not in [row["name"] for row in result["rows"]]

    @pytest.mark.slow
    def test_every_classifier_is_measured(self, measured):
        rows = measured("classifiers")["rows"]
        assert [row["name"] for row in rows] == list(CLASSIFIERS)
        assert all(row["peak_memory_mb"] > 50 for row in rows)
        assert all(low <= row["error_rate"] <= high for row in rows for low, high in [row["interval"]])

    def test_the_classifiers_are_methods_of_compare_and_include_the_forest(self):
        assert set(CLASSIFIERS) <= set(METHODS)
        assert {"inknn-best", "inknn-fast", "knn-euclidean", "sklearn-knn", "svm", "forest"} <= set(
            CLASSIFIERS
        )

    def test_the_exponent_is_that_of_growth(self):
        assert exponent((10, 100, 1000), [1, 10, 100]) == pytest.approx(1)
        assert exponent((100, 400), [3, 6]) == pytest.approx(0.5)


class TestWrongAnswers:
    @pytest.fixture
    def wrong(self, monkeypatch):
        """A search whose first few distances are too long."""
        right = peers.SEARCHES["inknn"]

        def build(references):
            query = right(references)
            return lambda queries, k: query(queries, k) + 100 * np.eye(len(queries), k)

        monkeypatch.setitem(peers.SEARCHES, "wrong", build)

    @pytest.mark.parametrize(("name", "wrong_queries"), [("search", "5 of 40"), ("latency", "5 of 5")])
    def test_of_a_peer_fail_the_benchmark(self, wrong, monkeypatch, name, wrong_queries):
        monkeypatch.setattr(searches, "available_searches", lambda: ["inknn", "wrong"])
        with pytest.raises(WrongAnswerError, match=f"wrong finds wrong neighbors for {wrong_queries}"):
            run(name, TINY)

    def test_of_inknn_itself_fail_the_benchmark(self, wrong, monkeypatch):
        monkeypatch.setattr(searches, "available_searches", lambda: ["wrong"])
        with pytest.raises(WrongAnswerError):
            run("search", TINY)

    def test_a_single_one_among_many_is_noticed(self):
        vectors = np.random.default_rng(0).integers(0, 255, (50, 8)).astype(np.uint8)
        agreement = Agreement(vectors, vectors)
        right = np.sort(np.linalg.norm(vectors[:, None].astype(float) - vectors, axis=-1))[:, :K]
        agreement.check("right", right)
        agreement.check("rounded", right.astype(np.float32) * (1 + 1e-4))
        last = right.copy()
        last[-1, -1] *= 1.01
        with pytest.raises(WrongAnswerError, match="1 of 50"):
            agreement.check("last", last)


class TestOwnProcess:
    @pytest.fixture
    def path(self, tmp_path):
        """Where a process finds a module that prints its memory."""
        (tmp_path / "probe.py").write_text("import benchmarks.measuring as m; print(m.peak_memory_mb())")
        return os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])

    def test_memory_of_the_parent_is_not_its_own(self, path):
        room = np.ones(200_000_000, np.uint8)
        assert peak_memory_mb() > len(room) / 1e6
        assert in_own_process("probe", PYTHONPATH=path) < peak_memory_mb() - 100

    def test_one_that_fails_is_noticed(self):
        with pytest.raises(RuntimeError, match="probe nothing: exit code 1"):
            in_own_process("probe", "nothing", PYTHONPATH="")


class TestCommand:
    @staticmethod
    def start(*words, **options):
        return subprocess.Popen(
            [sys.executable, "-m", "benchmarks", *words],
            cwd=ROOT,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **options,
        )

    def test_an_unknown_name_is_refused_with_all_names(self):
        process = self.start("serch")
        out, err = process.communicate(timeout=100)
        assert (process.returncode, out) == (2, "")
        assert all(f"'{name}'" in err for name in [*BENCHMARKS, "all"])

    def test_small_sizes_are_never_kept(self):
        process = self.start("search", "--quick", "--save")
        _, err = process.communicate(timeout=100)
        assert process.returncode == 2
        assert "leave --quick out" in err

    @pytest.mark.slow
    def test_the_table_is_printed_and_the_rest_goes_to_stderr(self):
        process = self.start("distortion", "--quick")
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0
        assert out.startswith("distortion\nmetric ")
        assert "small sizes (--quick)" in out
        assert "  inknn IDM\n" in err

    @pytest.mark.skipif(sys.platform != "linux", reason="processes of Linux")
    @pytest.mark.slow
    def test_ctrl_c_ends_the_other_process_too(self):
        process = self.start("classifiers", "--quick", start_new_session=True)
        while not (children := _children(process.pid)):
            assert process.poll() is None
            time.sleep(0.1)
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=100)
        assert process.returncode != 0
        assert "Traceback" not in err
        assert not any(Path(f"/proc/{child}").exists() for child in children)


def _children(pid):
    """Processes started by this one, on Linux."""
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
