"""What several verbs are told: labeled digits, names between commas, a page to write."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from ..errors import OutputError
from .sink import Sink

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

__all__ = ["complete_data", "complete_list", "open_report", "refuse_what_is_read", "split_names"]


def complete_data(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem | str]:
    """Names of sets that begin so, and files."""
    from click.shell_completion import CompletionItem

    from ..datasets.catalog import CATALOG

    names = [CompletionItem(name) for name in CATALOG if name.startswith(begun)]
    return [*names, CompletionItem(begun, type="file")]


def complete_list(begun: str, known: Iterable[str]) -> list[CompletionItem | str]:
    """The last of names between commas."""
    before, comma, last = begun.rpartition(",")
    return [before + comma + name for name in known if name.startswith(last)]


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


def open_report(path: str, *read: str | None) -> Sink:
    """Where a page goes.

    Raises
    ------
    click.UsageError
        If it is stdout.
    OutputError
        If it is one of the files that are read.
    """
    if path == "-":
        raise click.UsageError("--report needs the name of a file")
    refuse_what_is_read(path, *read)
    return Sink(path, option="--report")


def refuse_what_is_read(path: str, *read: str | None) -> None:
    """Don't write over what is still to be read.

    Raises
    ------
    OutputError
        If ``path`` is one of these files.
    """
    for name in read:
        if name and os.path.exists(path) and os.path.exists(name) and os.path.samefile(path, name):
            raise OutputError(f"can't write {path}: it is what is to be read; choose another file")
