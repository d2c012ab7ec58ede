"""Tables and plots of benchmark results; all come from the stored figures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..cache import atomic_write
from ..errors import OutputError

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "search": {
        "name": "search",
        "seconds": "{:.2f} s",
        "ms_per_query": "{:.3f} ms a query",
        "times_ours": "{:.1f}×",
    },
    "features": {
        "name": "search",
        "seconds": "{:.2f} s",
        "ms_per_query": "{:.3f} ms a query",
        "times_ours": "{:.1f}×",
    },
    "latency": {
        "name": "search",
        "p50_ms": "{:.2f} ms (median)",
        "p95_ms": "{:.2f} ms (95 %)",
        "times_ours": "{:.1f}×",
    },
    "scaling": {"name": "search", "exponent": "n^{:.2f}"},
    "distortion": {"name": "metric", "microseconds_a_pair": "{:.2f} µs a pair"},
    "classifiers": {
        "name": "classifier",
        "errors": "{} errors",
        "error_percent": "{:.2f} %",
        "fit_seconds": "{:.1f} s to fit",
        "ms_per_digit": "{:.3f} ms a digit",
        "peak_memory_mb": "{:.0f} MB",
    },
}
"""What the tables show of each benchmark's rows: key → how the value is written."""


def tables(results: Mapping[str, Any]) -> str:
    """All benchmarks as Markdown tables, with the machine below."""
    parts = [_table(name, rows) for name, rows in results["benchmarks"].items()]
    machine = results["machine"]
    sizes = "small sizes (--quick), " if results["quick"] else ""
    parts.append(f"{sizes}{machine['cores']} cores, {machine['processor']}, Python {machine['python']}\n")
    return "\n".join(parts)


def _table(name: str, rows: Sequence[Mapping[str, Any]]) -> str:
    columns = COLUMNS[name]
    lines = [_heading(name, rows), ""]
    lines.append(
        "| " + " | ".join([columns["name"], *(_title(form) for form in list(columns.values())[1:])]) + " |"
    )
    lines.append("|---" + "|---:" * (len(columns) - 1) + "|")
    for row in rows:
        cells = [str(row["name"])] + [_cell(row[key], form) for key, form in list(columns.items())[1:]]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _heading(name: str, rows: Sequence[Mapping[str, Any]]) -> str:
    first = rows[0]
    if "dimensions" in first:
        return f"**{name}**: {first['queries']:,} × {first['references']:,} × {first['dimensions']}, k = 5"
    if "train" in first:
        return f"**{name}**: {first['train']:,} digits known, {first['test']:,} asked"
    return f"**{name}**"


def _title(form: str) -> str:
    """The unit is the column's title; the cells hold bare numbers."""
    return form.partition("}")[2].strip() or "count"


def _cell(value: Any, form: str) -> str:
    return "" if value is None else form.partition("}")[0].join(["", "}"]).format(value)


def save_results(results: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write ``bench.json``, ``bench.md`` and, where matplotlib is installed, two plots.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    OutputError
        If the folder can't be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written = [folder / "bench.json", folder / "bench.md"]
        for path, text in zip(written, (json.dumps(results, indent=1) + "\n", tables(results)), strict=True):
            with atomic_write(path) as file:
                file.write(text.encode())
        if find_spec("matplotlib"):
            written += _plots(results["benchmarks"], folder)
    except OSError as error:
        raise OutputError(
            f"can't write to {folder}: {error.strerror or error}; choose another folder"
        ) from error
    return written


def _plots(benchmarks: Mapping[str, Any], folder: Path) -> list[Path]:
    from matplotlib.figure import Figure

    written = []
    if "scaling" in benchmarks:
        figure = Figure(figsize=(6, 4), layout="constrained")
        axes = figure.add_subplot()
        for row, marker in zip(benchmarks["scaling"], "os^", strict=False):
            label = f"{row['name']} (n^{row['exponent']:.2f})"
            axes.loglog(
                row["references"], [1000 * s for s in row["seconds_per_query"]], marker=marker, label=label
            )
        axes.set(xlabel="references", ylabel="milliseconds a query", title="Exact search on pixels")
        axes.legend()
        written.append(folder / "scaling.png")
        figure.savefig(written[-1], dpi=150)
    if "classifiers" in benchmarks:
        figure = Figure(figsize=(6, 4), layout="constrained")
        axes = figure.add_subplot()
        for row, marker in zip(benchmarks["classifiers"], "osD^v", strict=False):
            low, high = row["interval_percent"]
            error = row["error_percent"]
            axes.errorbar(
                row["ms_per_digit"],
                error,
                [[error - low], [high - error]],
                marker=marker,
                capsize=3,
                label=row["name"],
            )
        axes.set(xscale="log", yscale="log", xlabel="milliseconds a digit", ylabel="error on MNIST, %")
        axes.legend(fontsize="small")
        written.append(folder / "accuracy.png")
        figure.savefig(written[-1], dpi=150)
    return written
