"""``inknn --version``, and what ``inknn --help`` says first."""

from __future__ import annotations

from typing import Annotated

import typer


def _show(asked: bool) -> None:
    if asked:
        from .. import __version__

        typer.echo(f"inknn {__version__}")
        raise typer.Exit


def greet(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.", callback=_show, is_eager=True)
    ] = False,
) -> None:
    """Read handwritten digits from scans, photos and drawings.

    inknn compares each digit with 70,000 labelled ones and shows which of them its answer came from.
    It works offline.

    Examples:

    \b
      inknn read photo.jpg                the digits of a picture
      inknn read scans/ -f csv -o m.csv   a folder, into a spreadsheet
      inknn evaluate mnist                how often it is wrong
    """
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
