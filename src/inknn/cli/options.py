"""Options and arguments that several verbs have: their types, texts and completion."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

__all__ = [
    "DATA",
    "NAMES",
    "NUMBERS",
    "PATH",
    "QUIET",
    "REPORT",
    "THREADS",
    "Amount",
    "FileName",
    "WholeNumber",
    "complete_data",
    "complete_from",
    "complete_list",
    "format_option",
    "part_option",
    "split_names",
]

_Command = TypeVar("_Command", bound=Callable[..., Any])
_Completion = list["CompletionItem | str"]


class WholeNumber(click.IntRange):
    """A whole number. Its help shows N, and the range in words."""

    name = "whole number"

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        return "N"

    def _describe_range(self) -> str:
        return _in_words(self)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return _converted(super().convert, self, value, param, ctx)


class Amount(click.FloatRange):
    """A finite number. Its help shows N, and the range in words."""

    name = "number"

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        return "N"

    def _describe_range(self) -> str:
        return _in_words(self)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return _converted(super().convert, self, value, param, ctx)


def _in_words(range_: WholeNumber | Amount) -> str:
    """``1 or more``, ``above 0``, ``2 to 100``: what Click would write as 2<=x<=100."""
    low, high = range_.min, range_.max
    if high is None:
        return f"above {low}" if range_.min_open else f"{low} or more"
    return f"at most {high}" if low is None else f"{low} to {high}"


def _converted(
    convert: Callable[..., Any],
    range_: WholeNumber | Amount,
    value: Any,
    param: click.Parameter | None,
    ctx: click.Context | None,
) -> Any:
    try:
        number = convert(value, param, ctx)
    except click.BadParameter:
        number = math.nan
    if not math.isfinite(number):
        range_.fail(f"{value} is not a {range_.name}, {range_._describe_range()}.", param, ctx)
    return number


class _List(click.ParamType):  # type: ignore[type-arg]  # generic since Click 8.5 only
    """Values between commas, as a tuple."""

    def __init__(self, name: str, metavar: str, parse: Callable[[str], tuple[Any, ...]]) -> None:
        self.name, self._metavar, self._parse = name, metavar, parse

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        return self._metavar

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return self._parse(value) if isinstance(value, str) else value


def split_names(text: str) -> tuple[str, ...]:
    """Names between commas.

    Raises
    ------
    click.BadParameter
        If one is empty.
    """
    names = tuple(name.strip() for name in text.split(","))
    if not all(names):
        raise click.BadParameter(f"{text!r} has an empty name; write names with a comma between")
    return names


def _split_numbers(text: str) -> tuple[int, ...]:
    if not re.fullmatch(r"\d{1,9}(,\d{1,9})*", text):
        raise click.BadParameter(f"{text!r} is no whole number, nor several with commas between")
    return tuple(int(number) for number in text.split(","))


NAMES = _List("names", "NAME[,NAME...]", split_names)
"""Type of an option that takes names between commas."""

NUMBERS = _List("numbers", "N[,N...]", _split_numbers)
"""Type of an option that takes whole numbers between commas."""


class FileName(click.ParamType):  # type: ignore[type-arg]
    """The name of a file to write; ``-`` means stdout unless that is refused.

    Parameters
    ----------
    stdout : bool
        Whether ``-`` is accepted.
    """

    name = "file"

    def __init__(self, *, stdout: bool = False) -> None:
        self._stdout = stdout

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        return "FILE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not value or value.endswith(("/", os.sep)) or (value == "-" and not self._stdout):
            self.fail(f"'{value}' is no name of a file.", param, ctx)
        return value

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type="file")]


PATH = click.Path(readable=False)
"""A file or folder to read. Click doesn't check it: it would stop at the first that can't be read."""


def complete_data(_: click.Context, __: click.Parameter, begun: str) -> _Completion:
    """Names of sets that begin so, and files."""
    from click.shell_completion import CompletionItem

    from ..datasets.catalog import CATALOG

    names = [CompletionItem(name) for name in CATALOG if name.startswith(begun)]
    return [*names, CompletionItem(begun, type="file")]


def complete_list(begun: str, known: Iterable[str]) -> _Completion:
    """The last of names between commas."""
    before, comma, last = begun.rpartition(",")
    return [before + comma + name for name in known if name.startswith(last)]


def complete_from(known: Callable[[], Iterable[str]]) -> Callable[..., _Completion]:
    """Completion for ``shell_complete=``: names from a table that is imported only when needed."""
    return lambda context, parameter, begun: [name for name in known() if name.startswith(begun)]


DATA = click.argument("data", metavar="DATA", shell_complete=complete_data)
"""Labeled digits, by the name of a set or a path."""

QUIET = click.option("--quiet", "-q", is_flag=True, help="No warnings or remarks, and no progress bar.")


def _set_threads(context: click.Context, _: click.Parameter, threads: int | None) -> None:
    if threads is not None:
        from ..threads import limit_threads, thread_limit

        before = thread_limit()
        limit_threads(threads)
        context.call_on_close(lambda: limit_threads(before))


THREADS = click.option(
    "--threads",
    type=WholeNumber(min=1),
    expose_value=False,
    callback=_set_threads,
    help="Threads to compute with; no answer depends on it.  [default: one for each CPU]",
)
"""Sets the number for the whole process; the command needs no parameter for it."""

REPORT = click.option(
    "--report",
    metavar="FILE.html",
    type=FileName(),
    help="Write a page with figures and pictures: one file, which works offline.",
)


def part_option(default: str | None = None) -> Callable[[_Command], _Command]:
    """``--part``: which part of DATA.

    Parameters
    ----------
    default
        "train" or "test"; without it, None is passed on.
    """
    return click.option(
        "--part",
        type=click.Choice(["train", "test"]),
        default=default,
        show_default=default is not None,
        help="Which part of DATA, if it has two.",
    )


def format_option(*formats: str, help: str) -> Callable[[_Command], _Command]:
    """``--format``: how the answer is written; the first format is the default."""
    return click.option(
        "--format",
        "-f",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help=help,
    )
