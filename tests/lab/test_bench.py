"""The benchmarks run, agree with each other, and are kept as figures, tables and plots."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from inknn import datasets
from inknn.errors import DataError, OutputError, UnknownNameError
from inknn.lab import bench, peers, report, results
from inknn.lab.benchmarks import BENCHMARKS, Benchmark, Size, classifiers, searches, timing
from inknn.lab.benchmarks.crowd import crowd
from inknn.lab.benchmarks.scaling import exponent
from inknn.lab.benchmarks.starting import peak_memory_mb
from inknn.lab.benchmarks.timing import in_own_process

ROOT = Path(__file__).resolve().parents[2]
TINY = Size(
    references=600,
    queries=40,
    single_queries=5,
    repeats=2,
    scaling=(200, 400, 800),
    scaling_queries=20,
    train=600,
    test=40,
    pairs=200,
)
MEASURED = ("search", "whitened", "latency", "scaling", "distortion")


@pytest.fixture
def tiny(monkeypatch):
    monkeypatch.setattr(bench, "QUICK", TINY)


@pytest.fixture(scope="module")
def told():
    """Fractions that were told as progress of the run below."""
    return []


@pytest.fixture(scope="module")
def measured(told):
    """All that are quick in small sizes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bench, "QUICK", TINY)
        return bench.run(MEASURED, quick=True, progress=lambda what, fraction: told.append(fraction))


class TestRun:
    @pytest.mark.parametrize("name", MEASURED)
    def test_each_benchmark_measures_ours_first(self, measured, name):
        entry = measured["benchmarks"][name]
        assert entry["complete"]
        assert entry["rows"][0]["name"].startswith("inknn")
        assert entry["rows"][0].get("times_ours", 1) == 1
        assert entry["machine"]["cores"] >= 1

    def test_what_it_gives_is_ready_for_json(self, measured):
        assert json.loads(json.dumps(measured)) == measured

    @pytest.mark.parametrize("name", ["search", "whitened", "scaling"])
    def test_searches_find_the_same_neighbors(self, measured, name):
        rows = measured["benchmarks"][name]["rows"]
        assert len(rows) == len(set(peers.available_searches()) & {row["name"] for row in rows})
        assert all(row["queries_that_differ"] == 0 for row in rows)

    def test_a_search_that_is_wrong_is_noticed(self, tiny, monkeypatch):
        def build(references):
            right = peers.search_inknn(references)
            return lambda queries, k: right(queries, k) + 100 * np.eye(len(queries), k)

        monkeypatch.setitem(peers.SEARCHES, "wrong", build)
        monkeypatch.setattr(searches, "available_searches", lambda: ["inknn", "wrong"])
        right, wrong = bench.run(["search"], quick=True)["benchmarks"]["search"]["rows"]
        assert (right["queries_that_differ"], wrong["queries_that_differ"]) == (0, 5)

    def test_whitened_vectors_have_150_dimensions(self, measured):
        assert measured["benchmarks"]["whitened"]["rows"][0]["dimensions"] == 150

    def test_a_peer_that_is_not_installed_is_named(self, tiny, monkeypatch):
        monkeypatch.setitem(peers._NEEDS, "scikit-learn brute", "there_is_no_such_package")
        entry = bench.run(["latency"], quick=True)["benchmarks"]["latency"]
        assert "scikit-learn brute" in entry["left_out"]
        assert "scikit-learn brute" not in [row["name"] for row in entry["rows"]]

    @pytest.mark.slow
    def test_classifiers_are_measured_in_their_own_process(self, tiny, monkeypatch):
        ours = {name: make for name, make in peers.CLASSIFIERS.items() if name == "inknn fast"}
        monkeypatch.setattr(sys.modules[classifiers.__module__], "CLASSIFIERS", ours)
        told = []
        found = bench.run(["classifiers"], quick=True, progress=lambda what, fraction: told.append(what))
        (row,) = found["benchmarks"]["classifiers"]["rows"]
        assert row["test"] == 40
        assert 0 <= row["errors"] < 10
        low, high = row["interval_percent"]
        assert low <= row["error_percent"] <= high
        assert "classifiers: inknn fast, starting" in told

    def test_an_unknown_name_is_refused_with_the_nearest(self, tmp_path):
        with pytest.raises(UnknownNameError, match="did you mean latency"):
            bench.run(["latancy"], save=tmp_path / "new")
        assert not (tmp_path / "new").exists()

    def test_progress_only_grows(self, measured, told):
        assert told == sorted(told)
        assert told[-1] == 1

    def test_the_command_names_them_all(self):
        from inknn.cli.bench import bench as command

        assert all(re.search(rf"^ +{name}  ", command.help, re.MULTILINE) for name in BENCHMARKS)
        assert set(report.COLUMNS) == set(BENCHMARKS)


class TestCrowd:
    DIGITS = datasets.load_mnist_part("train")[0][:40]

    def test_begins_with_the_digits_themselves(self):
        many = crowd(100, self.DIGITS, lambda _: None)
        assert many.shape == (100, 784)
        assert np.array_equal(many[:40], self.DIGITS.reshape(40, 784))
        assert np.array_equal(crowd(10, self.DIGITS, lambda _: None), many[:10])

    def test_no_two_are_alike_and_all_are_the_same_again(self):
        many = crowd(1300, self.DIGITS, lambda _: None)
        assert len(np.unique(many, axis=0)) == 1300
        assert np.array_equal(many, crowd(1300, self.DIGITS, lambda _: None))

    def test_a_deformed_digit_is_nearest_to_the_one_it_was(self):
        many = crowd(200, self.DIGITS, lambda _: None).astype(float)
        away = ((many[40:, None] - many[None, :40]) ** 2).sum(axis=-1)
        assert (away.argmin(axis=1) == np.arange(160) % 40).mean() > 0.9

    def test_ink_stays_where_it_was_and_as_bright(self):
        many = crowd(200, self.DIGITS, lambda _: None).reshape(-1, 28, 28)
        assert (many[40:].max(axis=(1, 2)) == 255).all()
        places = np.arange(28)
        ink = many.sum(axis=(1, 2))
        for axis in (1, 2):
            center = many.sum(axis=axis) @ places / ink
            assert np.abs(center[40:] - np.tile(center[:40], 4)).max() < 2


class TestOwnProcess:
    def test_memory_of_the_parent_is_not_its_own(self):
        room = np.ones(200_000_000, np.uint8)
        assert peak_memory_mb() > len(room) / 1e6
        assert in_own_process(_memory) < peak_memory_mb() - 100

    def test_an_error_there_is_sent_here(self, monkeypatch):
        monkeypatch.setattr(signal, "signal", lambda *_: None)
        here, there = multiprocessing.Pipe(duplex=False)
        timing._work(there, lambda say: 1 / 0, ())
        kind, error = here.recv()
        assert kind == "error"
        assert isinstance(error, ZeroDivisionError)

    def test_one_that_vanishes_is_noticed(self):
        with pytest.raises(RuntimeError, match="exit code 9"):
            in_own_process(_vanish)


def _vanish(say):
    os._exit(9)


def _memory(say):
    return peak_memory_mb()


class TestKept:
    """What is measured anew takes the place of the old; all else stays."""

    @pytest.fixture
    def two(self, tiny, monkeypatch):
        """Benchmarks that take no time."""
        monkeypatch.setattr(
            bench,
            "BENCHMARKS",
            {
                "search": Benchmark("", 1, lambda size, progress: iter([_search(1.0), _search(7.0, "peer")])),
                "latency": Benchmark("", 1, lambda size, progress: iter([_latency()])),
            },
        )

    def stored(self, folder):
        return results.load_results(folder / "bench.json")["benchmarks"]

    def test_figures_and_tables_of_the_run(self, two, tmp_path):
        found = bench.run(quick=True, save=tmp_path / "new")
        assert results.load_results(tmp_path / "new" / "bench.json") == found
        assert (tmp_path / "new" / "bench.md").read_text() == report.tables(found)

    def test_one_benchmark_loses_no_other(self, two, tmp_path):
        bench.run(quick=True, save=tmp_path)
        before = self.stored(tmp_path)
        bench.BENCHMARKS["latency"] = Benchmark("", 1, lambda size, progress: iter([_latency(5.0)]))
        bench.run(["latency"], quick=True, save=tmp_path)
        after = self.stored(tmp_path)
        assert after["search"] == before["search"]
        assert after["latency"]["rows"][0]["p50_ms"] == 5.0
        assert list(after) == ["search", "latency"]

    def test_an_interruption_keeps_what_is_finished(self, two, tmp_path, monkeypatch):
        def stopped(size, progress):
            yield _latency(3.0)
            raise KeyboardInterrupt

        bench.BENCHMARKS["latency"] = Benchmark("", 1, stopped)
        with pytest.raises(KeyboardInterrupt):
            bench.run(quick=True, save=tmp_path)
        after = self.stored(tmp_path)
        assert after["search"]["complete"]
        assert not after["latency"]["complete"]
        assert after["latency"]["rows"] == [_latency(3.0)]
        assert "**latency** (interrupted)" in (tmp_path / "bench.md").read_text()

    def test_an_interruption_takes_the_place_of_nothing_complete(self, two, tmp_path):
        bench.run(quick=True, save=tmp_path)
        before = self.stored(tmp_path)
        bench.BENCHMARKS["latency"] = Benchmark("", 1, _stopped)
        with pytest.raises(KeyboardInterrupt):
            bench.run(["latency"], quick=True, save=tmp_path)
        assert self.stored(tmp_path) == before

    def test_a_quick_look_replaces_no_figures_in_full(self, two, tmp_path):
        bench.run(["search"], save=tmp_path)
        before = self.stored(tmp_path)
        with pytest.raises(OutputError, match="--quick would replace"):
            bench.run(quick=True, save=tmp_path)
        bench.run(["latency"], quick=True, save=tmp_path)
        assert self.stored(tmp_path)["search"] == before["search"]

    def test_a_folder_that_cannot_be_written_is_noticed_at_once(self, two, tmp_path):
        (tmp_path / "file").touch()
        bench.BENCHMARKS["search"] = None  # is not even begun
        with pytest.raises(OutputError, match="can't write to"):
            bench.run(save=tmp_path / "file" / "figures")

    @pytest.mark.parametrize("text", ["{}", "[1]", "not JSON", '{"format": 2, "benchmarks": {"search": 1}}'])
    def test_what_is_no_file_of_ours_is_left_alone(self, two, tmp_path, text):
        (tmp_path / "bench.json").write_text(text)
        with pytest.raises(DataError, match="move it away"):
            bench.run(quick=True, save=tmp_path)
        assert (tmp_path / "bench.json").read_text() == text
        assert [path.name for path in tmp_path.iterdir()] == ["bench.json"]

    def test_figures_of_the_first_format_are_read(self, tmp_path):
        old = {"machine": _MACHINE, "quick": False, "benchmarks": {"search": [_search(1.0)]}}
        (tmp_path / "bench.json").write_text(json.dumps(old))
        entry = self.stored(tmp_path)["search"]
        assert entry["rows"] == [_search(1.0)]
        assert entry["machine"] == _MACHINE


def _stopped(size, progress):
    yield _latency(3.0)
    raise KeyboardInterrupt


def _search(times, name="inknn"):
    return {
        "name": name,
        "references": 60_000,
        "dimensions": 784,
        "queries": 10_000,
        "seconds": 1.25 * times,
        "ms_per_query": 0.125 * times,
        "times_ours": times,
    }


def _latency(p50=1.5):
    return {"name": "inknn", "p50_ms": p50, "p95_ms": 2.5, "times_ours": 1.0}


_MACHINE = {"cores": 2, "processor": "A Processor", "python": "3.11.7"}


def _entry(rows, **changed):
    return {
        "date": "2026-11-22T10:00:00+00:00",
        "quick": False,
        "complete": True,
        "machine": _MACHINE,
        "rows": rows,
        **changed,
    }


_SCALING = [
    {
        "name": "inknn",
        "references": [10_000, 60_000, 960_000],
        "seconds_per_query": [0.001, 0.002, 0.008],
        "exponent": 0.5,
    },
    {
        "name": "FAISS flat",
        "references": [10_000, 60_000, 960_000],
        "seconds_per_query": [0.003, 0.018, 0.288],
        "exponent": 1.0,
    },
]
_CLASSIFIERS = [
    {
        "name": name,
        "train": 60_000,
        "test": 10_000,
        "errors": errors,
        "error_percent": errors / 100,
        "interval_percent": [0.8 * errors / 100, 1.2 * errors / 100],
        "fit_seconds": 2.0,
        "ms_per_digit": ms,
        "peak_memory_mb": None,
    }
    for name, errors, ms in [("inknn fast", 38, 0.125), ("somebody's", 140, 2.5)]
]


class TestTables:
    def test_show_units_above_and_bare_numbers_below(self):
        text = report.tables({"benchmarks": {"search": _entry([_search(1.0), _search(7.0, "peer")])}})
        assert text.splitlines() == [
            "**search**: 10,000 × 60,000 × 784, k = 5",
            "",
            "| search | s | ms a query | × |",
            "|---|---:|---:|---:|",
            "| inknn | 1.25 | 0.125 | 1.0 |",
            "| peer | 8.75 | 0.875 | 7.0 |",
            "",
            "2 cores, A Processor, Python 3.11.7, 2026-11-22",
        ]

    def test_scaling_has_a_column_for_each_number_of_references(self):
        text = report.tables({"benchmarks": {"scaling": _entry(_SCALING)}})
        assert "| search | 10,000 | 60,000 | 960,000 | exponent |" in text
        assert "| inknn | 1.000 | 2.000 | 8.000 | 0.50 |" in text

    def test_what_nobody_knows_has_no_column(self):
        text = report.tables({"benchmarks": {"classifiers": _entry(_CLASSIFIERS)}})
        assert "| classifier | errors | % | 95 % interval | s to fit | ms a digit |\n" in text
        assert "| inknn fast | 38 | 0.38 | 0.30–0.46 | 2.0 | 0.125 |" in text

    def test_say_when_and_where_if_that_differs(self):
        entries = {"search": _entry([_search(1.0)]), "latency": _entry([_latency()], quick=True)}
        last = report.tables({"benchmarks": entries}).splitlines()[-3:]
        assert last[0] == "search: 2 cores, A Processor, Python 3.11.7, 2026-11-22"
        assert last[2].startswith("latency: small sizes (--quick), 2 cores")

    def test_the_exponent_is_that_of_growth(self):
        assert exponent((10, 100, 1000), [1, 10, 100]) == pytest.approx(1)
        assert exponent((100, 400), [3, 6]) == pytest.approx(0.5)


class TestPlots:
    @pytest.mark.parametrize(("name", "rows"), [("scaling", _SCALING), ("classifiers", _CLASSIFIERS)])
    def test_are_drawn_where_matplotlib_is(self, tmp_path, name, rows):
        pytest.importorskip("matplotlib", reason="plots need matplotlib")
        from inknn.lab.benchmarks.plots import PLOTS

        results.save_results({"benchmarks": {}}, {"benchmarks": {name: _entry(rows)}}, tmp_path)
        assert (tmp_path / PLOTS[name][0]).read_bytes()[:4] == b"\x89PNG"

    def test_are_not_drawn_of_half_a_benchmark(self, tmp_path):
        half = {"benchmarks": {"scaling": _entry(_SCALING[:1], complete=False)}}
        results.save_results({"benchmarks": {}}, half, tmp_path)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["bench.json", "bench.md"]


class TestBadInput:
    """The command says in one line what is wrong, before it measures anything."""

    def test_is_told_in_one_line_and_nothing_is_written(self, tmp_path):
        command = [sys.executable, "-m", "inknn", "bench", "serch", "--save", "new"]
        done = subprocess.run(command, capture_output=True, check=False, cwd=tmp_path)
        assert done.returncode == 2
        (line,) = done.stderr.decode().splitlines()
        assert "did you mean search" in line
        assert done.stdout == b""
        assert not list(tmp_path.iterdir())

    @pytest.mark.skipif(sys.platform != "linux", reason="processes of Linux")
    @pytest.mark.slow
    def test_ctrl_c_is_one_line_and_ends_the_other_process(self, tmp_path):
        command = [sys.executable, "-m", "inknn", "bench", "--quick", "classifiers", "--save", str(tmp_path)]
        running = subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True)
        while len(_children(running.pid)) < 2:  # the first only cleans up after the others
            assert running.poll() is None
            time.sleep(0.1)
        child = _children(running.pid)[-1]
        os.killpg(running.pid, signal.SIGINT)
        _, told = running.communicate(timeout=60)
        assert running.returncode == 130
        assert len(told.decode().splitlines()) == 1
        assert not Path(f"/proc/{child}").exists()


def _children(pid):
    """Processes started by this one, on Linux."""
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def test_the_readme_shows_the_stored_figures():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"<!-- bench: (\S+) -->\n(.*?)<!-- /bench -->", readme, re.DOTALL)
    assert shown is not None
    assert shown[2].strip() == report.tables(results.load_results(ROOT / shown[1])).strip()
