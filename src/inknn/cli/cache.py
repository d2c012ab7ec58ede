"""``inknn cache``: where the prepared data is, and how to get rid of it."""

from __future__ import annotations

import click

from .sink import Sink


@click.command()
@click.argument("action", type=click.Choice(["path", "clear"]), default="path")
def cache(action: str) -> None:
    """Show the folder of prepared data (path), or empty it (clear).

    It holds the unpacked MNIST files and the prepared index, about 90 MB; both are made again when they
    are needed. The sets that inknn data fetch has got are there too, and would have to be fetched again.
    The environment variable INKNN_CACHE_DIR chooses another folder.

    Examples:

    \b
      inknn cache path
      inknn cache clear
    """
    from ..files import cache_dir, clear_cache

    with Sink(None) as sink:
        if action == "path":
            sink.write(f"{cache_dir()}\n")
        else:
            files, size = clear_cache()
            sink.write(f"{files} files deleted, {size / 1e6:.1f} MB\n")
