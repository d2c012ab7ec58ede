"""Tables of benchmark results, from the stored figures alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

__all__ = ["tables"]

_SEARCH = {
    "name": "search",
    "seconds": "{:.2f} s",
    "ms_per_query": "{:.3f} ms a query",
    "times_ours": "{:.1f} ×",
}

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "search": _SEARCH,
    "features": _SEARCH,
    "whitened": _SEARCH,
    "latency": {
        "name": "search",
        "p50_ms": "{:.2f} ms (median)",
        "p95_ms": "{:.2f} ms (95 %)",
        "times_ours": "{:.1f} ×",
    },
    "scaling": {"name": "search", "exponent": "{:.2f} exponent"},
    "distortion": {
        "name": "metric",
        "microseconds_a_pair": "{:.2f} µs a pair",
        "edges_microseconds_a_digit": "{:.2f} µs for a digit's edges",
    },
    "index": {
        "name": "",
        "build_seconds": "{:.1f} s to build",
        "build_memory_mb": "{:.0f} MB to build",
        "disk_mb": "{:.1f} MB on disk",
        "answer_memory_mb": "{:.0f} MB to answer",
        "open_ms": "{:.0f} ms to open",
        "answer_ms": "{:.2f} ms an answer",
    },
    "classifiers": {
        "name": "classifier",
        "errors": "{} errors",
        "error_percent": "{:.2f} %",
        "interval_percent": "{0[0]:.2f}–{0[1]:.2f} 95 % interval",
        "fit_seconds": "{:.1f} s to fit",
        "ms_per_digit": "{:.3f} ms a digit",
        "peak_memory_mb": "{:.0f} MB",
    },
}
"""What the tables show of each benchmark's rows: key → how a value is written, and the column's title."""


def tables(results: Mapping[str, Any]) -> str:
    """All benchmarks as Markdown tables, with where and when they ran below.

    Parameters
    ----------
    results : mapping
        As :func:`inknn.lab.bench.run` gives them.

    Returns
    -------
    str
    """
    entries = {name: entry for name, entry in results["benchmarks"].items() if entry["rows"]}
    parts = [_table(name, entry) for name, entry in entries.items()]
    sources: dict[str, list[str]] = {}
    for name, entry in entries.items():
        sources.setdefault(_source(entry), []).append(name)
    if len(sources) == 1:
        parts += [f"{source}\n" for source in sources]
    else:
        parts += [f"{', '.join(names)}: {source}\n" for source, names in sources.items()]
    return "\n".join(parts)


def _source(entry: Mapping[str, Any]) -> str:
    machine = entry["machine"]
    facts = [f"{machine['cores']} cores", machine["processor"], f"Python {machine['python']}"]
    if entry["quick"]:
        facts.insert(0, "small sizes (--quick)")
    if entry["date"]:
        facts.append(entry["date"][:10])
    return ", ".join(facts)


def _table(name: str, entry: Mapping[str, Any]) -> str:
    rows = entry["rows"]
    columns = [(title, cells) for title, cells in _columns(name, rows) if any(cells)]
    lines = [_heading(name, rows[0]) + ("" if entry["complete"] else " (interrupted)"), ""]
    lines.append("| " + " | ".join(title for title, _ in columns) + " |")
    lines.append("|---" + "|---:" * (len(columns) - 1) + "|")
    for cells in zip(*(cells for _, cells in columns), strict=True):
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _columns(name: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, list[str]]]:
    """Titles and cells; a cell is empty where a row doesn't know."""
    for key, form in COLUMNS.get(name, {}).items():
        if key == "name":
            yield form, [str(row["name"]) for row in rows]
            continue
        if key == "exponent":
            for i, count in enumerate(rows[0]["references"]):
                yield f"{count:,}", [f"{1000 * row['seconds_per_query'][i]:.3f}" for row in rows]
        # The unit is the column's title; the cells hold bare numbers.
        number, brace, unit = form.rpartition("}")
        values = [row.get(key) for row in rows]
        yield unit.strip(), ["" if value is None else (number + brace).format(value) for value in values]


def _heading(name: str, first: Mapping[str, Any]) -> str:
    if "dimensions" in first:
        return f"**{name}**: {first['queries']:,} × {first['references']:,} × {first['dimensions']}, k = 5"
    if "train" in first:
        return f"**{name}**: {first['train']:,} digits known, {first['test']:,} asked"
    if "exponent" in first:
        return f"**{name}**: milliseconds a query by the number of references"
    if "threads" in first:
        return f"**{name}**: one thread"
    return f"**{name}**"
