"""``python -m benchmarks``: run benchmarks, print their tables, and keep their figures."""

from __future__ import annotations

import click

from inknn.errors import InknnError

from .peers import missing_searches
from .registry import BENCHMARKS
from .results import FOLDER, load, run, save, write_page
from .searches import WrongAnswerError
from .sizes import FULL, QUICK
from .tables import conditions, page, table

_LIST = "\n".join(f"  {name:12} {line.what}" for name, line in BENCHMARKS.items())
_MINUTES = sum(line.minutes for line in BENCHMARKS.values())
_HELP = f"""Measure inknn and its peers one after the other in one run, and print a table for each benchmark.

\b
{_LIST}
  {"all":12} all of these: about {_MINUTES:.0f} minutes on two cores
"""


@click.command(help=_HELP)
@click.argument(
    "names", metavar="BENCHMARK...", nargs=-1, required=True, type=click.Choice([*BENCHMARKS, "all"])
)
@click.option("--quick", is_flag=True, help="Small sizes: about two minutes for all.")
@click.option("--save", "keep", is_flag=True, help="Keep the figures in benchmarks/results.")
def main(names: tuple[str, ...], quick: bool, keep: bool) -> None:
    """Run the benchmarks in the order of the registry."""
    if quick and keep:
        raise click.UsageError("--save keeps figures in full; leave --quick out")
    if missing_searches():
        click.echo(f"left out, not installed: {', '.join(missing_searches())}", err=True)
    for name in BENCHMARKS if "all" in names else [name for name in BENCHMARKS if name in names]:
        click.echo(f"{name} ...", err=True)
        try:
            result = run(name, QUICK if quick else FULL, lambda row: click.echo(f"  {row['name']}", err=True))
        except (InknnError, WrongAnswerError) as error:
            raise click.ClickException(f"{name}: {error}") from error
        click.echo(f"{name}\n{table(result).to_text()}{conditions(result)}\n")
        if keep:
            save(result)
            write_page(page(load()))
            click.echo(f"  kept in {FOLDER / name}.json", err=True)


if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
