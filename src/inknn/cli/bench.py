"""``inknn bench``: inknn and its peers side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..progress import terminal_progress
from .output import Sink, complain

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def _complete(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem | str]:
    from ..lab.benchmarks import BENCHMARKS

    return [name for name in BENCHMARKS if name.startswith(begun)]


@click.command()
@click.argument("names", metavar="[BENCHMARK]...", nargs=-1, shell_complete=_complete)
@click.option("--quick", is_flag=True, help="Small sizes, for a look: a minute or two instead of an hour.")
@click.option(
    "--save",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Keep figures with the machine's facts as DIR/bench.json, tables as DIR/bench.md, and plots.",
)
@click.option("--quiet", "-q", is_flag=True, help="No progress bar.")
def bench(names: tuple[str, ...], quick: bool, save: Path | None, quiet: bool) -> None:
    """Measure inknn and its peers side by side, in one run.

    \b
    Benchmarks, all by default:
      search       many queries at once, MNIST's pixels
      features     the same, learned vectors
      whitened     the same, whitened gradient histograms
      latency      one query at a time
      scaling      10,000 to 960,000 references
      distortion   the image distortion model
      index        the prepared index: time, disk, memory
      classifiers  error, time and memory of whole classifiers

    Peers come with the extra [bench]; those that are not installed are left out. Figures are kept as soon
    as a benchmark is done, beside those kept before: Ctrl-C loses only what was being measured.

    Examples:

    \b
      inknn bench --quick                     a look at all
      inknn bench search latency              two of them in full
      inknn bench --save benchmarks/results   everything, kept
    """
    from ..lab.bench import run
    from ..lab.peers import missing_searches
    from ..lab.report import tables

    with Sink(None) as sink:
        with terminal_progress(quiet) as progress:
            results = run(names, quick=quick, progress=progress, save=save)
        if missing_searches():
            complain(f"not installed, so left out: {', '.join(missing_searches())}")
        sink.write(tables(results))
