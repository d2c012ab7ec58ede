"""What is measured is kept, one file for each benchmark, and tables and the README show what is kept."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks import registry, results
from benchmarks.registry import BENCHMARKS, Benchmark
from benchmarks.results import FOLDER, load, run, save
from benchmarks.sizes import FULL
from benchmarks.tables import COLUMNS, conditions, page, table
from inknn.tables import MISSING

ROOT = Path(__file__).resolve().parents[2]
MACHINE = {
    "cores": 2,
    "processor": "A Processor",
    "python": "3.11.7",
    "packages": {"faiss-cpu": "1.9", "numpy": "2.0"},
}


def result(benchmark, rows, **changed):
    return {
        "benchmark": benchmark,
        "date": "2026-11-22T10:00:00+00:00",
        "quick": False,
        "load": 0.5,
        "machine": MACHINE,
        "left_out": [],
        "rows": rows,
        **changed,
    }


def searched(times, name="inknn"):
    return {
        "name": name,
        "references": 60_000,
        "dimensions": 784,
        "queries": 10_000,
        "seconds": 1.25 * times,
        "ms_per_query": 0.125 * times,
        "times_ours": times,
    }


SCALING = [
    {"name": "inknn", "queries": 1000, "references": [10, 60_000], "ms_per_query": [1, 2], "exponent": 0.5},
    {"name": "peer", "queries": 1000, "references": [10, 60_000], "ms_per_query": [3, 18], "exponent": 1.0},
]


class TestKept:
    def test_each_benchmark_has_its_own_file(self, tmp_path):
        two = {name: result(name, [searched(1.0)]) for name in ("latency", "search")}
        for one in two.values():
            save(one, tmp_path / "new")
        assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["latency.json", "search.json"]
        assert load(tmp_path / "new") == two
        assert list(load(tmp_path / "new")) == ["search", "latency"]

    def test_a_new_run_replaces_only_its_own(self, tmp_path):
        save(result("search", [searched(1.0)]), tmp_path)
        save(result("latency", [searched(1.0)]), tmp_path)
        save(result("latency", [searched(5.0)]), tmp_path)
        kept = load(tmp_path)
        assert kept["search"]["rows"] == [searched(1.0)]
        assert kept["latency"]["rows"] == [searched(5.0)]

    def test_an_interrupted_run_gives_nothing_to_keep(self, monkeypatch):
        def interrupted(name, size):
            yield searched(1.0)
            raise KeyboardInterrupt

        monkeypatch.setattr(results, "measure", interrupted)
        rows = []
        with pytest.raises(KeyboardInterrupt):
            run("search", FULL, rows.append)
        assert rows == [searched(1.0)]


class TestTables:
    def test_have_units_in_the_heads_and_bare_numbers_below(self):
        made = table(result("search", [searched(1.0), searched(7.0, "peer")]))
        assert made.to_markdown().splitlines() == [
            "| search | s | ms a query | × |",
            "|---|---:|---:|---:|",
            "| inknn | 1.25 | 0.125 | 1.0 |",
            "| peer | 8.75 | 0.875 | 7.0 |",
        ]

    def test_of_scaling_have_a_column_for_each_number_of_references(self):
        made = table(result("scaling", SCALING))
        assert list(made.heads) == ["ms a query", "10 references", "60,000 references", "exponent"]
        assert made.rows[1] == ["peer", "3.000", "18.000", "1.00"]

    def test_what_the_system_does_not_report_is_a_dash(self):
        row = {"name": "inknn", "build_seconds": 9.0, "build_memory_mb": None}
        assert table(result("index", [row])).rows[0][:2] == ["9.0", MISSING]

    def test_a_benchmark_without_columns_of_its_own_has_one_for_each_figure(self):
        made = table(result("new", [{"name": "inknn", "pages_read": 3}]))
        assert (list(made.heads), made.rows) == (["name", "pages read"], [["inknn", "3"]])

    def test_conditions_are_how_much_where_and_when(self):
        assert conditions(result("search", [searched(1.0)])) == (
            "10,000 queries, 60,000 references, 784 dimensions, k = 5, A Processor, 2 cores, "
            "load 0.50 at the start, Python 3.11.7, faiss-cpu 1.9, 2026-11-22"
        )
        assert conditions(result("scaling", SCALING, quick=True, load=None)) == (
            "small sizes (--quick), 1,000 queries, A Processor, 2 cores, Python 3.11.7, "
            "faiss-cpu 1.9, 2026-11-22"
        )

    def test_only_benchmarks_that_exist_have_columns(self):
        assert set(COLUMNS) <= set(BENCHMARKS)

    def test_a_benchmark_is_measured_by_the_function_of_its_name(self, monkeypatch):
        monkeypatch.setitem(registry.BENCHMARKS, "exponent", Benchmark("", 1, "scaling"))
        with pytest.raises(TypeError, match="exponent"):
            list(registry.measure("exponent", FULL))


class TestStored:
    """The figures that are stored with the source code."""

    def test_are_those_of_full_runs_and_fill_their_tables(self):
        stored = load()
        assert {"search", "latency", "scaling", "classifiers"} <= set(stored)
        for one in stored.values():
            assert not one["quick"]
            assert not any(MISSING in row for row in table(one).rows)

    def test_the_page_of_the_documentation_shows_each_of_them(self):
        text = "\n\n".join(page(load()))
        for name, one in load().items():
            assert f"## {name}\n" in text
            assert table(one).to_markdown() in text

    def test_the_page_beside_the_figures_is_up_to_date(self):
        assert (FOLDER / "README.md").read_text(encoding="utf-8") == "\n\n".join(page(load())) + "\n"

    def test_the_readme_has_the_same_figures(self):
        readme = (ROOT / "README.md").read_text(encoding="utf-8")
        shown = re.search(r"<!-- benchmarks\b.*?-->\n(.*?)<!-- /benchmarks -->", readme, re.DOTALL)
        assert shown is not None
        stored = {name: {row["name"]: row for row in one["rows"]} for name, one in load().items()}
        expected = [
            f"{100 * stored['classifiers']['inknn-best']['error_rate']:.2f} %",
            f"{stored['latency']['inknn']['p50_ms']:.2f} ms",
            f"{stored['search']['FAISS flat']['times_ours']:.1f} times",
        ]
        assert re.findall(r"\*\*(.+?)\*\*", shown[1]) == expected
