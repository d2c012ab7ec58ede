"""Where the figures of benchmarks are kept: ``bench.json``, with tables and plots made from it beside it.

The file grows: a benchmark run anew takes the place of what was kept of it, with its own date and machine,
and the others stay.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..errors import DataError, OutputError
from ..files import atomic_write
from .benchmarks import BENCHMARKS
from .report import tables

__all__ = ["FORMAT", "Results", "load_results", "merged", "prepared_folder", "save_results"]

FORMAT = 2
_FILE = "bench.json"

Results = dict[str, Any]
"""``format`` and ``benchmarks``; see :func:`inknn.lab.bench.run`."""


def load_results(path: Path) -> Results:
    """What a ``bench.json`` holds.

    Raises
    ------
    FileNotFoundError
        If there is none.
    DataError
        If it can't be read, is damaged, or is something else.
    """
    try:
        stored: Results = json.loads(path.read_text(encoding="utf-8"))
        if "machine" in stored:  # the first format: one run of all, on one machine
            common = {"date": None, "quick": stored["quick"], "complete": True, "machine": stored["machine"]}
            entries = {name: {**common, "rows": rows} for name, rows in stored["benchmarks"].items()}
            stored = {"format": FORMAT, "benchmarks": entries}
        if stored["format"] != FORMAT:
            raise ValueError
        tables(stored)  # shows what a damaged one lacks
    except (FileNotFoundError, NotADirectoryError):
        raise
    except OSError as error:
        raise DataError(f"can't read {path}: {error.strerror or error}; choose another folder") from error
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise DataError(
            f"{path} holds no figures of inknn bench, or damaged ones; move it away or choose another folder"
        ) from error
    return stored


def prepared_folder(folder: Path, names: Sequence[str], quick: bool) -> Results:
    """Make sure, before an hour of measuring, that the figures can be kept; give those there are.

    Parameters
    ----------
    folder : Path
        Made if it isn't there yet.
    names : sequence of str
        The benchmarks to be run.
    quick : bool
        Whether in small sizes.

    Raises
    ------
    DataError
        If there is a ``bench.json`` of another kind.
    OutputError
        If the folder can't be written, or quick figures would replace those in full.
    """
    try:
        stored = load_results(folder / _FILE)
    except (FileNotFoundError, NotADirectoryError):
        stored = {"format": FORMAT, "benchmarks": {}}
    kept = stored["benchmarks"]
    full = [name for name in names if name in kept and not kept[name]["quick"]]
    if quick and full:
        raise OutputError(
            f"{folder} holds figures in full of {', '.join(full)}, which --quick would replace; "
            "choose another folder"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise _unwritable(folder, error) from error
    return stored


def merged(stored: Results, new: Results) -> Results:
    """Stored results with the new ones in their place, in the order of the benchmarks.

    What was interrupted takes the place of nothing that is complete.
    """
    entries = dict(stored["benchmarks"])
    for name, entry in new["benchmarks"].items():
        if entry["complete"] or name not in entries or not entries[name]["complete"]:
            entries[name] = entry
    order = sorted(entries, key=lambda name: [*BENCHMARKS, name].index(name))
    return {"format": FORMAT, "benchmarks": {name: entries[name] for name in order}}


def save_results(stored: Results, new: Results, folder: Path) -> None:
    """Write ``bench.json``, ``bench.md`` and, of what is complete and where matplotlib is, plots.

    Raises
    ------
    OutputError
        If the folder can't be written.
    """
    results = merged(stored, new)
    try:
        _write(folder / _FILE, json.dumps(results, indent=1) + "\n")
        _write(folder / "bench.md", tables(results))
        if find_spec("matplotlib"):
            _draw(new["benchmarks"], folder)
    except OSError as error:
        raise _unwritable(folder, error) from error


def _write(path: Path, text: str) -> None:
    with atomic_write(path) as file:
        file.write(text.encode())


def _draw(entries: Mapping[str, Any], folder: Path) -> None:
    from .benchmarks.plots import PLOTS

    last = list(entries)[-1]  # the others have been drawn when they were complete
    if last in PLOTS and entries[last]["complete"]:
        name, draw = PLOTS[last]
        with atomic_write(folder / name) as file:
            draw(entries[last]["rows"], file)


def _unwritable(folder: Path, error: OSError) -> OutputError:
    return OutputError(f"can't write to {folder}: {error.strerror or error}; choose another folder")
