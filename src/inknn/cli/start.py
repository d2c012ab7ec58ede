"""``inknn`` itself: its verbs, its first help page, ``--version`` and ``--verbose``."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from . import INTERRUPTED
from .output import NobodyReadsError

LOG_VARIABLE = "INKNN_LOG"

VERBS = (
    "read",
    "data",
    "fit",
    "predict",
    "evaluate",
    "audit",
    "condense",
    "metrics",
    "tune",
    "compare",
    "plot",
    "cache",
    "completion",
)
"""In the order of the help page. A verb is the command of this name in the module of this name."""


class _Verbs(click.Group):
    """Imports a verb when it is called: importing all of them takes 20 ms."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in VERBS and cmd_name not in self.commands:
            self.add_command(getattr(importlib.import_module(f".{cmd_name}", __package__), cmd_name))
        return super().get_command(ctx, cmd_name)

    def make_context(self, *arguments: Any, **extra: Any) -> click.Context:
        with _without_clicks_answers():
            return super().make_context(*arguments, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with _without_clicks_answers():
            return super().invoke(ctx)


@contextmanager
def _without_clicks_answers() -> Iterator[None]:
    """Keep Click from handling two errors in its own way."""
    try:
        yield
    except KeyboardInterrupt:  # Click would print an empty line
        raise SystemExit(INTERRUPTED) from None
    except BrokenPipeError as error:  # it would leave with the exit code 1
        raise NobodyReadsError from error


@click.group(
    cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]}, invoke_without_command=True
)
@click.option(
    "--verbose", "-v", is_flag=True, help=f"Log what inknn does to stderr, as {LOG_VARIABLE}=debug does."
)
@click.version_option(package_name="inknn", message="%(prog)s %(version)s")
@click.pass_context
def start(context: click.Context, verbose: bool) -> None:
    """Read handwritten digits from scans, photos and drawings.

    inknn compares each digit with 60,000 labeled ones and shows which of them its answer came from. It works
    offline.

    Examples:

    \b
      inknn read photo.jpg                the digits of a picture
      inknn read scans/ -f csv -o m.csv   a folder, into a spreadsheet
      inknn evaluate mnist                how often it is wrong
    """
    level = "debug" if verbose else os.environ.get(LOG_VARIABLE, "")
    if level:
        context.with_resource(_logging_to_stderr(level))
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@contextmanager
def _logging_to_stderr(level: str) -> Iterator[None]:
    import logging

    from ..tables import printable

    class OneLine(logging.Formatter):
        def format(self, record: logging.LogRecord) -> str:
            return printable(super().format(record))

    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise click.UsageError(f"{LOG_VARIABLE} must be debug, info, warning or error, not {level!r}")
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine("%(relativeCreated)6.0f ms  %(name)s: %(message)s"))
    logger = logging.getLogger("inknn")
    logger.setLevel(number)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
