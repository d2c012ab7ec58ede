"""Labeled digits as everything that studies them takes them."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..progress import Progress, no_progress

__all__ = ["LabeledDigits", "Part", "load_digits"]

Part = Literal["train", "test"]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, eq=False)
class LabeledDigits:
    """Pictures of digits, all of one size, and what they show.

    Attributes
    ----------
    name : str
        For reports: that of the set, or its path.
    images : uint8 (n, height, width)
        Ink bright on black.
    labels : int64 (n,)
    groups : tuple of str, or None
        The writer of each digit where that is known, else the name of its file.
    files : tuple of Path, or None
        The picture file of each digit, where it has one of its own.
    part : str, or None
        Which part of the set it is; None where the set has but one.
    several_sizes : bool
        Whether its pictures were of several sizes, and each was brought into MNIST's normal form.
    remarks : tuple of str
        What users should hear of that, a line each.
    """

    name: str
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    groups: tuple[str, ...] | None = None
    files: tuple[Path, ...] | None = None
    part: Part | None = None
    several_sizes: bool = False
    remarks: tuple[str, ...] = ()

    def __repr__(self) -> str:
        part = "" if self.part is None else f", {self.part}"
        height, width = self.images.shape[1:]
        return f"<LabeledDigits {self.name}{part}: {len(self):,} digits of {width}×{height} pixels>"

    def __len__(self) -> int:
        return len(self.labels)

    def rows(self, indices: Any) -> LabeledDigits:
        """Some of the digits, with their labels, groups and files.

        Parameters
        ----------
        indices : int (m,), bool (n,) or slice
            Which of them, in the order wanted; as for an array's first axis.

        Returns
        -------
        LabeledDigits
            Of the same name and split.
        """
        places = np.arange(len(self))[indices].tolist()

        def chosen(values: tuple[_T, ...] | None) -> tuple[_T, ...] | None:
            return None if values is None else tuple(values[place] for place in places)

        return replace(
            self,
            images=self.images[indices],
            labels=self.labels[indices],
            groups=chosen(self.groups),
            files=chosen(self.files),
        )

    def label_counts(self) -> list[int]:
        """How many digits there are of each label, 0 to 9."""
        return np.bincount(self.labels, minlength=10).tolist()


def load_digits(
    data: str | os.PathLike[str],
    part: Part = "train",
    *,
    normalize: bool = False,
    progress: Progress = no_progress,
) -> LabeledDigits:
    """Labeled digits by name, or from files of one's own.

    Parameters
    ----------
    data : str or path
        The name of a set, or a path: a folder with folders 0 to 9; a folder with a table of files and
        labels, or that table; an IDX file of images, with that of labels beside it; an NPZ file; a table of
        pixels. Names go first: write ``./mnist`` for a folder of that name.
    part : {"train", "test"}
        Which part of it; what has but one part gives that, and says so by its ``part``.
    normalize : bool
        Take picture files of several sizes too, and bring each into MNIST's normal form by the reader's own
        steps, whatever its polarity and light; one on which nothing is found becomes black.
    progress : callable
        Told what is being done and how far it is.

    Returns
    -------
    LabeledDigits
        Pictures in color come in gray, those of dark ink on bright paper turned over, and gray levels from
        0 to 1, 0 to 16, −1 to 1 ... are brought to 0 to 255.

    Raises
    ------
    UnknownNameError
        If there is no such set.
    DataError
        If files are missing, not yet fetched, damaged or of no known format, or pictures and labels don't
        match.
    """
    from .catalog import CATALOG, entry_of

    name = os.fspath(data)
    if name in CATALOG or not _is_path(name):
        from .fetching import fetched_files

        entry = entry_of(name)
        images, labels, groups = entry.parse(fetched_files(entry), part)
        return LabeledDigits(name, images, labels, groups, part=part)
    from .from_path import read_own  # opens pictures, which a reader of MNIST needn't know

    return read_own(Path(name), part, progress, normalize=normalize)


def _is_path(name: str) -> bool:
    """Whether a file or folder is meant rather than the name of a set."""
    return os.path.exists(name) or any(mark in name for mark in (os.sep, "/", "."))
