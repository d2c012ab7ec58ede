"""Plots as files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import OutputError
from ...files import check_writable, output_file
from .style import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["SUFFIXES", "check_place", "save"]

SUFFIXES = {".png": {"Software": None}, ".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
"""Kinds of file, and what matplotlib is not to write into them: the same plot has the same bytes."""


def check_place(path: str | os.PathLike[str]) -> None:
    """Fail before any work where the plot could not be written afterwards.

    Raises
    ------
    OutputError
        If its name ends in none of :data:`SUFFIXES`, or it can't be written there.
    """
    if Path(path).suffix.lower() not in SUFFIXES:
        first, *others = SUFFIXES
        known = f"{first}, {' or '.join(others)}"
        raise OutputError(f"can't draw {os.fspath(path)}: name a file that ends in {known}")
    check_writable(path)


def save(figure: Figure, path: str | os.PathLike[str], *, scale: float = 1.0) -> None:
    """Write a plot as PNG, SVG or PDF, in one step.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    path
        Its suffix says which.
    scale : float
        Pixels of a PNG for each of the figure's; 2 makes it twice as fine.

    Raises
    ------
    OutputError
        If the suffix is another one, or it can't be written.
    """
    check_place(path)
    suffix = Path(path).suffix.lower()
    with style(), output_file(path) as file:
        figure.savefig(file, format=suffix[1:], dpi=scale * figure.dpi, metadata=SUFFIXES[suffix])
