"""``inknn bench``: inknn and its peers side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..progress import terminal_progress
from .sink import Sink

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def _complete(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem | str]:
    from ..lab.bench import BENCHMARKS

    return [name for name in BENCHMARKS if name.startswith(begun)]


@click.command()
@click.argument("names", metavar="[BENCHMARK]...", nargs=-1, shell_complete=_complete)
@click.option("--quick", is_flag=True, help="Small sizes, for a look: minutes instead of an hour.")
@click.option(
    "--save",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Keep the figures and the machine's facts as DIR/bench.json, tables as DIR/bench.md, and plots.",
)
@click.option("--quiet", "-q", is_flag=True, help="No progress bar.")
def bench(names: tuple[str, ...], quick: bool, save: Path | None, quiet: bool) -> None:
    """Measure inknn and its peers side by side, in one run.

    Benchmarks: search (many queries on MNIST's pixels), features (the same in the learned space), latency
    (one query at a time), scaling (up to 960,000 references), distortion (the image distortion model) and
    classifiers (error, time and memory). Without a name all are run. Peers come with the extra [bench];
    those that are not installed are left out.

    Examples:

    \b
      inknn bench --quick                     a look at all
      inknn bench search latency              two of them in full
      inknn bench --save benchmarks/results   everything, kept
    """
    from ..lab.bench import run
    from ..lab.report import save_results, tables

    with Sink(None) as sink:
        with terminal_progress(quiet) as progress:
            results = run(list(names), quick=quick, progress=progress)
        if save is not None:
            save_results(results, save)
        sink.write(tables(results))
