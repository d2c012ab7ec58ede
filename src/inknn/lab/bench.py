"""Measure searches and classifiers side by side in one run, and keep what was measured.

A time alone says little; the ratio of two times from the same run on the same machine says much. So each
benchmark runs ours and the peers in turn, takes the median of several repeats after a warm-up, checks that
all found the same neighbors, and keeps the machine's facts and the date with the figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..errors import UnknownNameError
from ..progress import Progress, no_progress
from .benchmarks import BENCHMARKS, FULL, QUICK, Row
from .machine import load, machine_facts
from .peers import missing_searches
from .results import FORMAT, Results, prepared_folder, save_results

__all__ = ["run"]


def run(
    names: Sequence[str] = (),
    *,
    quick: bool = False,
    progress: Progress = no_progress,
    save: Path | None = None,
) -> Results:
    """Run benchmarks.

    Parameters
    ----------
    names : sequence of str
        Keys of :data:`~inknn.lab.benchmarks.BENCHMARKS`; all by default.
    quick : bool
        Small sizes: a minute or two instead of an hour.
    progress : Progress, optional
    save : Path, optional
        Folder to keep figures, tables and plots in, whenever one thing more has been measured. Benchmarks
        kept there that are not run anew stay.

    Returns
    -------
    dict
        ``format`` and ``benchmarks``: name → ``date`` (ISO 8601, UTC), ``quick``, ``complete``, ``load`` (of
        the machine when it began), ``machine`` (facts), ``left_out`` (peers that are not installed) and
        ``rows``; plain values for JSON. Only what was run.

    Raises
    ------
    UnknownNameError
        If a name is no benchmark.
    DataError
        If the folder holds a ``bench.json`` that isn't ours, or is damaged.
    OutputError
        If the folder can't be written, or a quick look would replace figures in full.
    """
    names = list(dict.fromkeys(names or BENCHMARKS))
    for name in names:
        if name not in BENCHMARKS:
            raise UnknownNameError("benchmark", name, BENCHMARKS)
    stored = prepared_folder(save, names, quick) if save else None
    minutes = [BENCHMARKS[name].minutes for name in names]
    results: Results = {"format": FORMAT, "benchmarks": {}}

    def keep() -> None:
        if save and stored:
            save_results(stored, results, save)

    for i, name in enumerate(names):

        def step(what: str, fraction: float, i: int = i, name: str = name) -> None:
            progress(f"{name}: {what}", (sum(minutes[:i]) + fraction * minutes[i]) / sum(minutes))

        rows: list[Row] = []
        entry = results["benchmarks"][name] = {**_beginning(quick), "rows": rows}
        for row in BENCHMARKS[name].measure(QUICK if quick else FULL, step):
            rows.append(row)
            keep()
        entry["complete"] = True
        keep()
    progress("done", 1.0)
    return results


def _beginning(quick: bool) -> dict[str, Any]:
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": quick,
        "complete": False,
        "load": load(),
        "machine": machine_facts(),
        "left_out": missing_searches(),
    }
