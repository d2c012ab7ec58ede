"""The benchmarks run, agree with each other, and are kept as figures and tables."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from inknn.errors import UnknownNameError
from inknn.lab import bench, peers, report

TINY = bench.Size(
    references=600,
    queries=40,
    single_queries=5,
    repeats=2,
    scaling=(200, 400, 800),
    train=600,
    test=40,
    pairs=200,
)


@pytest.fixture
def tiny(monkeypatch):
    monkeypatch.setattr(bench, "QUICK", TINY)


class TestRun:
    @pytest.mark.parametrize("name", ["search", "latency", "scaling", "distortion"])
    def test_each_benchmark_measures_ours(self, tiny, name):
        results = bench.run([name], quick=True)
        rows = results["benchmarks"][name]
        assert any(row["name"].startswith("inknn") for row in rows)
        assert json.loads(json.dumps(results)) == results

    def test_searches_find_the_same_neighbours(self, tiny):
        rows = bench.run(["search"], quick=True)["benchmarks"]["search"]
        assert len(rows) >= 3
        assert all(row["queries_that_differ"] == 0 for row in rows)

    def test_a_search_that_is_wrong_is_noticed(self, tiny, monkeypatch):
        def build(references):
            right = peers.search_inknn(references)
            return lambda queries, k: right(queries, k) + 100 * np.eye(len(queries), k)

        monkeypatch.setitem(peers.SEARCHES, "wrong", build)
        rows = bench.run(["search"], quick=True)["benchmarks"]["search"]
        assert next(row for row in rows if row["name"] == "wrong")["queries_that_differ"] == 5

    def test_ours_takes_once_as_long_as_ours(self, tiny):
        rows = bench.run(["search"], quick=True)["benchmarks"]["search"]
        assert next(row for row in rows if row["name"] == "inknn")["times_ours"] == 1

    def test_classifiers_are_measured_in_their_own_process(self, tiny, monkeypatch):
        ours = {name: make for name, make in peers.CLASSIFIERS.items() if name == "inknn fast"}
        monkeypatch.setattr(bench, "CLASSIFIERS", ours)
        (row,) = bench.run(["classifiers"], quick=True)["benchmarks"]["classifiers"]
        assert row["test"] == 40
        assert 0 <= row["errors"] < 10
        low, high = row["interval_percent"]
        assert low <= row["error_percent"] <= high

    def test_an_unknown_name_is_refused_with_the_nearest(self):
        with pytest.raises(UnknownNameError, match="did you mean latency"):
            bench.run(["latancy"])

    def test_progress_only_grows(self, tiny):
        told = []
        bench.run(["search", "latency"], quick=True, progress=lambda what, fraction: told.append(fraction))
        assert told == sorted(told)
        assert told[-1] == 1


class TestReport:
    @pytest.fixture
    def results(self, tiny):
        return bench.run(["search", "scaling"], quick=True)

    def test_tables_name_every_row_and_the_machine(self, results):
        text = report.tables(results)
        for rows in results["benchmarks"].values():
            for row in rows:
                assert f"| {row['name']} |" in text
        assert results["machine"]["python"] in text

    def test_figures_are_kept(self, results, tmp_path):
        written = report.save_results(results, tmp_path / "new")
        assert {path.name for path in written} >= {"bench.json", "bench.md"}
        assert json.loads((tmp_path / "new" / "bench.json").read_text()) == results
        assert (tmp_path / "new" / "bench.md").read_text() == report.tables(results)

    def test_a_plot_is_drawn_where_matplotlib_is(self, results, tmp_path):
        pytest.importorskip("matplotlib", reason="plots need matplotlib")
        assert tmp_path / "scaling.png" in report.save_results(results, tmp_path)
        assert (tmp_path / "scaling.png").read_bytes()[:4] == b"\x89PNG"


def test_the_readme_shows_the_stored_figures():
    root = Path(__file__).resolve().parent.parent
    readme = (root / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"<!-- bench: (\S+) -->\n(.*?)<!-- /bench -->", readme, re.DOTALL)
    assert shown is not None
    stored = json.loads((root / shown[1]).read_text(encoding="utf-8"))
    assert shown[2].strip() == report.tables(stored).strip()
