"""``inknn cache``: shows and empties the folder of prepared data."""

from __future__ import annotations

import click

from .output import Sink


@click.command()
@click.argument("action", type=click.Choice(["path", "clear"]), default="path")
def cache(action: str) -> None:
    """Show the folder of prepared data (path), or empty it (clear).

    It holds the unpacked MNIST files and the prepared index, about 90 MB; both are made again when they
    are needed. Sets that were downloaded with inknn data fetch are there too, and would have to be fetched
    again. The environment variable INKNN_CACHE_DIR chooses another folder.

    Examples:

    \b
      inknn cache path
      inknn cache clear
    """
    from ..cache import cache_dir, clear_cache

    with Sink(None) as sink:
        if action == "path":
            sink.write(f"{cache_dir()}\n")
        else:
            files, size = clear_cache()
            sink.write(f"{files} file{'' if files == 1 else 's'} deleted, {size / 1e6:.1f} MB\n")
