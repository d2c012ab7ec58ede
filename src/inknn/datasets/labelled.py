"""Labelled digits as everything that studies them takes them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import UnknownNameError
from .mnist import load_mnist_part

__all__ = ["LabelledDigits", "Part", "load_digits"]

Part = Literal["train", "test"]


@dataclass(frozen=True, slots=True, eq=False)
class LabelledDigits:
    """Pictures of digits, all of one size, and what they show.

    Attributes
    ----------
    name : str
        For reports: that of the set, or its path.
    images : uint8 (n, height, width)
        Ink bright on black.
    labels : int64 (n,)
    origins : tuple of str, or None
        Where each digit comes from, where that is known: its file, or its writer.
    """

    name: str
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    origins: tuple[str, ...] | None = None

    def __len__(self) -> int:
        return len(self.labels)


def load_digits(data: str | Path, part: Part = "train") -> LabelledDigits:
    """Labelled digits by name.

    Parameters
    ----------
    data : str
        The name of a set.
    part : {"train", "test"}
        Which part of it.

    Returns
    -------
    LabelledDigits

    Raises
    ------
    UnknownNameError
        If there is no such set.
    DataError
        If its files are damaged.
    """
    if data != "mnist":
        raise UnknownNameError("labelled set", str(data), ["mnist"])
    images, labels = load_mnist_part(part)
    return LabelledDigits("mnist", images, labels.astype(np.int64))
