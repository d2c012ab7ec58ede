"""Labeled digits as everything that studies them takes them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..remarks import Remark

__all__ = ["Contents", "LabeledDigits", "Part"]

Part = Literal["train", "test"]
"""The parts that a set may have."""

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
        Which part of the set it is; None if the set has only one.
    several_sizes : bool
        Whether its pictures were of several sizes, and each was brought into MNIST's normal form.
    remarks : tuple of Remark
        What was unusual about the pictures.
    """

    name: str
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    groups: tuple[str, ...] | None = None
    files: tuple[Path, ...] | None = None
    part: Part | None = None
    several_sizes: bool = False
    remarks: tuple[Remark, ...] = ()

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
            Of the same name and part.
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


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """What a path holds: arrays, or a list of picture files that are still to be opened.

    Attributes
    ----------
    images : uint8 (n, height, width), or None
        None where ``files`` are to be opened.
    labels : int64 (n,)
    groups, files, part
        As of :class:`LabeledDigits`.
    """

    images: NDArray[np.uint8] | None
    labels: NDArray[np.int64]
    groups: tuple[str, ...] | None = None
    files: tuple[Path, ...] | None = None
    part: Part | None = None
