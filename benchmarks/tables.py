"""Tables of results: for the terminal, and for the documentation."""

from __future__ import annotations

from collections.abc import Mapping

from inknn.tables import MISSING, Table

from .registry import BENCHMARKS
from .results import Result
from .sizes import K, Row

__all__ = ["COLUMNS", "conditions", "page", "table"]

_SEARCH = (
    ("search", "{name}"),
    ("s", "{seconds:.2f}"),
    ("ms a query", "{ms_per_query:.3f}"),
    ("×", "{times_ours:.1f}"),
)

COLUMNS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "search": _SEARCH,
    "features": _SEARCH,
    "whitened": _SEARCH,
    "latency": (
        ("search", "{name}"),
        ("ms (median)", "{p50_ms:.2f}"),
        ("ms (95th percentile)", "{p95_ms:.2f}"),
        ("×", "{times_ours:.1f}"),
    ),
    "scaling": (("ms a query", "{name}"), ("exponent", "{exponent:.2f}")),
    "distortion": (
        ("metric", "{name}"),
        ("µs a pair", "{microseconds_a_pair:.2f}"),
        ("µs for a digit's edges", "{edges_microseconds_a_digit:.2f}"),
    ),
    "index": (
        ("s to prepare", "{build_seconds:.1f}"),
        ("MB to prepare", "{build_memory_mb:.0f}"),
        ("MB on disk", "{disk_mb:.1f}"),
        ("ms to open", "{open_ms:.0f}"),
        ("ms an answer", "{answer_ms:.2f}"),
        ("MB to answer", "{answer_memory_mb:.0f}"),
    ),
    "reading": (
        ("picture", "{name}"),
        ("ms to read", "{read_ms:.1f}"),
        ("floor, ms", "{floor_ms:.1f}"),
        ("× floor", "{ratio:.1f}"),
        ("decode", "{decode_ms:.1f}"),
        ("ink", "{ink_ms:.1f}"),
        ("page", "{page_ms:.1f}"),
        ("glyph", "{glyph_ms:.1f}"),
        ("recognizer", "{recognizer_ms:.1f}"),
    ),
    "estimators": (
        ("references × dimensions", "{name}"),
        ("k = 1", "{ratios[0]:.2f}"),
        ("k = 5", "{ratios[1]:.2f}"),
        ("k = 50", "{ratios[2]:.2f}"),
        ("searched by (k = 5)", "{engine}"),
    ),
    "tuning": (("program", "{name}"), ("s", "{seconds:.1f}"), ("×", "{times_ours:.1f}")),
    "classifiers": (
        ("classifier", "{name}"),
        ("errors", "{errors}"),
        ("error", "{error_rate:.2%}"),
        ("95 % interval", "{interval[0]:.2%}–{interval[1]:.2%}"),
        ("s to fit", "{fit_seconds:.1f}"),
        ("ms a digit", "{ms_per_digit:.3f}"),
        ("MB", "{peak_memory_mb:.0f}"),
    ),
}
"""Heads and cells of each benchmark's table; without a line here, a table has one column for each figure."""


def table(result: Result) -> Table:
    """The table of one benchmark; a figure that the system doesn't report is a dash."""
    rows = result["rows"]
    columns = COLUMNS.get(result["benchmark"], [(key.replace("_", " "), f"{{{key}}}") for key in rows[0]])
    if result["benchmark"] == "scaling":
        counts = [f"{count:,} references" for count in rows[0]["references"]]
        times = [(count, f"{{ms_per_query[{i}]:.3f}}") for i, count in enumerate(counts)]
        columns = [columns[0], *times, columns[1]]
    return Table([head for head, _ in columns], [[_cell(form, row) for _, form in columns] for row in rows])


def _cell(form: str, row: Row) -> str:
    try:
        return form.format_map(row)
    except (KeyError, TypeError):
        return MISSING


_AMOUNTS = {
    "queries": "{queries:,} queries",
    "references": "{references:,} references",
    "dimensions": f"{{dimensions}} dimensions, k = {K}",
    "train": "{train:,} training digits",
    "test": "{test:,} test digits",
    "digits": "{digits:,} digits",
}
_INTRODUCTION = (
    "The last full run of every benchmark. inknn and its peers ran one after the other on the same machine, "
    "with the same data, and on all cores unless the text says otherwise. All searches are exact, and each "
    "run checked that they found the same neighbors. The column × has the time of each divided by the time "
    "of inknn. "
    "`python -m benchmarks all --save` repeats the run and writes this page."
)
_PEERS = ("scikit-learn", "faiss-cpu")


def conditions(result: Result) -> str:
    """How much was measured, where and when, in one line."""
    row, machine = result["rows"][0], result["machine"]
    facts = [
        "small sizes (--quick)" if result["quick"] else "",
        *(form.format_map(row) for key, form in _AMOUNTS.items() if isinstance(row.get(key), int)),
        f"{machine['processor']}, {machine['cores']} cores",
        "" if result["load"] is None else f"load {result['load']:.2f} at the start",
        f"Python {machine['python']}",
        *(f"{name} {machine['packages'][name]}" for name in _PEERS if name in machine["packages"]),
        result["date"][:10],
    ]
    return ", ".join(fact for fact in facts if fact)


def page(results: Mapping[str, Result]) -> list[str]:
    """Parts of a Markdown page: an introduction, and a section for each benchmark."""
    parts = ["# Benchmarks", _INTRODUCTION]
    for name, result in results.items():
        what = BENCHMARKS[name].what
        parts += [f"## {name}", f"{what[0].upper()}{what[1:]}."]
        parts += [table(result).to_markdown(), f"*{conditions(result)}*"]
    return parts
