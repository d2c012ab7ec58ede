"""``inknn cache``: where the prepared data is, and how to get rid of it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from .sink import Sink


class Action(StrEnum):
    """What to do with the cache."""

    path = "path"
    clear = "clear"


def cache(
    action: Annotated[Action, typer.Argument(help="path: print the folder; clear: empty it.")] = Action.path,
) -> None:
    """Show or empty the folder of prepared data.

    It holds the unpacked MNIST files and the prepared index, about 100 MB; both are made again when they
    are needed. The environment variable INKNN_CACHE_DIR chooses another folder.

    Examples:

    \b
      inknn cache path
      inknn cache clear
    """
    from ..cache import cache_dir, clear_cache

    with Sink(None) as sink:
        if action is Action.path:
            sink.write(f"{cache_dir()}\n")
        else:
            files, size = clear_cache()
            sink.write(f"{files} files deleted, {size / 1e6:.1f} MB\n")
