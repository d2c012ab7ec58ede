"""Labeled digits by the name of a set, or by a path."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import UnknownNameError
from ..progress import Progress, no_progress
from .labeled import LabeledDigits, Part

__all__ = ["LabeledDigits", "Part", "load_digits"]


def load_digits(
    data: str | os.PathLike[str],
    part: Part = "train",
    *,
    normalize: bool = False,
    progress: Progress = no_progress,
) -> LabeledDigits:
    """Labeled digits by name, or from your own files.

    Parameters
    ----------
    data : str or path
        The name of a set, or a path: a folder with folders 0 to 9; a folder with a table of files and
        labels, or that table; an IDX file of images, with that of labels beside it; an NPZ file; a table of
        pixels. Names of sets come first: write ``./mnist`` for a folder of that name.
    part : {"train", "test"}
        Which part of it. A set of only one part gives that one, and its ``part`` is None.
    normalize : bool
        Accept picture files of several sizes, and bring each into MNIST's normal form as the reader does,
        whatever its polarity and light. A picture on which nothing is found becomes black.
    progress : callable
        Called with what is being done and the part of it that is done.

    Returns
    -------
    LabeledDigits
        Colors become gray, dark ink on bright paper is inverted, and gray levels from 0 to 1, 0 to 16,
        −1 to 1 ... are scaled to 0 to 255.

    Raises
    ------
    UnknownNameError
        If there is no such set.
    DataError
        If files are missing, not yet fetched, damaged or of no known format, or pictures and labels don't
        match.
    """
    from .catalog import CATALOG

    name = os.fspath(data)
    if name not in CATALOG and not _is_path(name):
        raise UnknownNameError("file, folder or labeled set", name, CATALOG)
    if name in CATALOG:
        from .fetching import fetched_files

        entry = CATALOG[name]
        images, labels, groups = entry.parse(fetched_files(entry), part)
        return LabeledDigits(name, images, labels, groups, part=part)
    from .from_path import read_path  # needs OpenCV and Pillow, which MNIST doesn't

    return read_path(Path(name), part, progress, normalize=normalize)


def _is_path(name: str) -> bool:
    """Whether a file or folder is meant rather than the name of a set."""
    return os.path.exists(name) or any(mark in name for mark in (os.sep, "/", "."))
