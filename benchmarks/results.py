"""One run of a benchmark, and the files that keep it: ``results/NAME.json``."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from inknn.files import atomic_write
from inknn.lab.machine import machine_facts

from .peers import missing_searches
from .registry import BENCHMARKS, measure
from .sizes import FULL, Row, Size

__all__ = ["FOLDER", "Result", "load", "run", "save", "write_page"]

FOLDER = Path(__file__).parent / "results"

Result = dict[str, Any]
"""Plain values for JSON: ``benchmark``, ``date`` (UTC), ``quick``, ``load`` (processes that wanted a core in
the minute before), ``machine`` (facts), ``left_out`` (peers that are not installed) and ``rows``."""


def run(name: str, size: Size = FULL, report: Callable[[Row], None] = lambda row: None) -> Result:
    """Run one benchmark; ``report`` is called with each row as soon as it is measured."""
    rows: list[Row] = []
    result = {
        "benchmark": name,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": size.quick,
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "machine": machine_facts(),
        "left_out": missing_searches(),
        "rows": rows,
    }
    for row in measure(name, size):
        rows.append(row)
        report(row)
    return result


def save(result: Result, folder: Path = FOLDER) -> None:
    """Write ``NAME.json``; an earlier one is replaced, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    with atomic_write(folder / f"{result['benchmark']}.json") as file:
        file.write((json.dumps(result, indent=1) + "\n").encode())


def write_page(parts: list[str], folder: Path = FOLDER) -> None:
    """Write ``README.md``: the parts of a page of all results, for people who look at the folder."""
    with atomic_write(folder / "README.md") as file:
        file.write(("\n\n".join(parts) + "\n").encode())


def load(folder: Path = FOLDER) -> dict[str, Result]:
    """The results kept in a folder by the name of the benchmark, in the order of the benchmarks."""
    paths = {name: folder / f"{name}.json" for name in BENCHMARKS}
    return {
        name: json.loads(path.read_text(encoding="utf-8")) for name, path in paths.items() if path.exists()
    }
