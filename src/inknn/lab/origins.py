"""Who wrote a digit, or where it was found, from the names that a set came with."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["sources"]

_FEWEST = 2
"""Digits that a source has on average; where all have fewer, nothing has been grouped."""


def sources(origins: Sequence[str] | None, labels: NDArray[np.integer]) -> tuple[str, ...] | None:
    """The source of each digit, where its origin tells: a writer, a folder, the beginning of a file's name.

    Tried in this order, and the first that makes at least two groups, of two digits or more on average,
    is taken: the origin itself; its folder, without a part that only says the label (``anna/7/3.png``);
    what stands before the first ``-``, ``_`` or blank of the file's name, if that isn't its label.

    Parameters
    ----------
    origins
        One for each digit: a writer's name, or the path of a file.
    labels : int (n,)

    Returns
    -------
    tuple of str, or None
        One for each digit; None where nothing groups them.

    Examples
    --------
    >>> sources(["7/anna/1.png", "7/ben/1.png", "3/anna/2.png", "3/ben/2.png"], np.array([7, 7, 3, 3]))
    ('anna', 'ben', 'anna', 'ben')
    """
    if not origins:
        return None
    ways: tuple[Callable[[str, str], str], ...] = (_itself, _folder, _beginning)
    for way in ways:
        names = tuple(way(origin, str(label)) for origin, label in zip(origins, labels.tolist(), strict=True))
        if 2 <= len(set(names)) <= len(names) / _FEWEST and set(names) != set(map(str, labels.tolist())):
            return names
    return None


def _itself(origin: str, label: str) -> str:
    return origin


def _folder(origin: str, label: str) -> str:
    parts = re.split(r"[/\\]", origin)[:-1]
    return "/".join(part for part in parts if part != label)


def _beginning(origin: str, label: str) -> str:
    name = re.split(r"[/\\]", origin)[-1]
    first, *rest = re.split(r"[-_ ]", name)
    return first if rest and first != label else ""
