"""``inknn`` itself: what it says first, and ``--version``."""

from __future__ import annotations

from typing import Any

import click

from . import INTERRUPTED


class _InOrder(click.Group):
    """Lists its verbs in the order they were registered, the main one first."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:  # Click would print an empty line
            raise SystemExit(INTERRUPTED) from None


@click.group(
    cls=_InOrder, context_settings={"help_option_names": ["-h", "--help"]}, invoke_without_command=True
)
@click.version_option(package_name="inknn", message="%(prog)s %(version)s")
@click.pass_context
def start(context: click.Context) -> None:
    """Read handwritten digits from scans, photos and drawings.

    inknn compares each digit with 60,000 labeled ones and shows which of them its answer came from. It works
    offline.

    Examples:

    \b
      inknn read photo.jpg                the digits of a picture
      inknn read scans/ -f csv -o m.csv   a folder, into a spreadsheet
      inknn evaluate mnist                how often it is wrong
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
