"""Which digits are learned from, and which are held out to count errors on.

Digits of one writer resemble each other. If a writer is on both sides, the errors counted are lower than
those on the digits of strangers. Where it is known which digits belong together, no such group is divided.
Where it is not, digits are held out in blocks of consecutive digits: in most sets, MNIST among them, digits
of one writer follow each other.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..datasets import LabeledDigits
from ..errors import DataError

__all__ = [
    "Folds",
    "Groups",
    "Holdout",
    "Rows",
    "encode_labels",
    "find_groups",
    "folds",
    "groups_of",
    "hold_out",
    "sample",
    "shares",
]

Rows = NDArray[np.int64]
Groups = Sequence[str]

_HELD_OUT = 5  # one part of so many
_BLOCKS = "in blocks of consecutive digits"
_UNKNOWN = "the data doesn't say who wrote which"
_FEWEST = 2  # digits in a group on average; where all have fewer, nothing has been grouped


@dataclass(frozen=True, slots=True, eq=False)
class Holdout:
    """Rows to learn from, rows held out to count errors on, both ascending; and how they were chosen."""

    known: Rows
    held_out: Rows
    how: str


@dataclass(frozen=True, slots=True, eq=False)
class Folds:
    """For each fold the rows to learn from and the rows held out; and how they were chosen.

    ``warning`` says why groups are divided although they are known; it is empty if they are not divided.
    """

    parts: tuple[tuple[Rows, Rows], ...]
    how: str
    warning: str = ""


def encode_labels(digits: LabeledDigits, fewest: int = 20) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The labels of a set, ascending, (c,), and the place of each digit's label among them, (n,).

    Raises
    ------
    DataError
        If there are fewer than ``fewest`` digits, or all have one label.
    """
    if len(digits) < fewest:
        raise DataError(f"{digits.name} has {len(digits)} digits, which is too few; give {fewest} or more")
    classes, codes = np.unique(digits.labels, return_inverse=True)
    if len(classes) < 2:
        what = f"all {len(digits):,} digits of {digits.name} are labeled {classes[0]}"
        raise DataError(f"{what}; two labels or more are needed")
    return classes, codes.astype(np.int64).ravel()


def groups_of(digits: LabeledDigits) -> Groups | None:
    """The group of each digit, like its writer; None where nothing groups them. See :func:`find_groups`."""
    return find_groups(digits.groups, digits.labels)


def folds(labels: NDArray[np.integer], groups: Groups | None, count: int) -> Folds:
    """Divide digits into folds, each with about the same part of every label.

    These are scikit-learn's ``StratifiedGroupKFold`` if groups are known and each fold leaves others with its
    labels; else ``StratifiedKFold``, which takes blocks of the data's order.
    """
    from sklearn.model_selection import StratifiedKFold  # here, since it takes a second to import

    if groups is not None:
        parts = _folds_of_groups(labels, groups, count)
        if len(parts) == count:
            return Folds(parts, _by_group(groups))
    blocks = tuple(StratifiedKFold(count).split(labels, labels))
    if groups is None:
        return Folds(blocks, f"{_BLOCKS}: {_UNKNOWN}")
    why = f"{len(set(groups))} groups can't be divided into {count} folds with all labels on both sides"
    return Folds(blocks, f"{_BLOCKS}: {why}", f"{why}; digits of one group are, and errors may be too low")


def hold_out(labels: NDArray[np.integer], groups: Groups | None) -> Holdout:
    """Hold out about a fifth of every label.

    Whole groups are held out, as near to a fifth as their sizes allow, if groups are known and others have
    the same labels; else the last fifth of each label in the data's order.
    """
    count = max(1, round(len(labels) / _HELD_OUT))
    if groups is not None:
        parts = _folds_of_groups(labels, groups, min(_HELD_OUT, len(set(groups))))
        if parts:
            known, held_out = min(parts, key=lambda part: abs(len(part[1]) - count))
            return Holdout(known, held_out, _by_group(groups))
    codes = np.unique(labels, return_inverse=True)[1]
    numbers = shares(codes, count)
    last = [np.flatnonzero(codes == code)[::-1][:number] for code, number in enumerate(numbers)]
    held_out = np.sort(np.concatenate(last))
    why = _UNKNOWN if groups is None else "no group can be held out without losing a label"
    return Holdout(np.setdiff1d(np.arange(len(codes)), held_out), held_out, f"{_BLOCKS}: {why}")


def sample(labels: NDArray[np.integer], count: int, seed: int = 0) -> Rows:
    """Draw ``count`` digits at random, or all if there are no more; of each label as large a part as of all.

    Returns rows, ascending. The same seed draws the same ones; a smaller sample is part of a larger one.
    """
    labels = np.asarray(labels)
    shuffled = np.random.default_rng(seed).permutation(len(labels))
    place = np.empty(len(labels))
    for label in np.unique(labels):
        mine = shuffled[labels[shuffled] == label]
        place[mine] = (np.arange(len(mine)) + 0.5) / len(mine)  # evenly along the way from none to all
    chosen = shuffled[np.argsort(place[shuffled], kind="stable")[:count]]
    return np.sort(chosen).astype(np.int64)


def shares(codes: NDArray[np.integer], count: int) -> NDArray[np.int64]:
    """How many of ``count`` digits each label, 0 to c − 1, gets if its part of them is that of all, (c,)."""
    return np.bincount(codes[sample(codes, count)], minlength=int(codes.max()) + 1)


def find_groups(names: Sequence[str] | None, labels: NDArray[np.integer]) -> tuple[str, ...] | None:
    """The group of each digit, found in its name in the data: a writer, a folder, a file's prefix.

    Tried in this order, and the first that makes at least two groups, of two digits or more on average,
    is taken: the name itself; its folder, without a part that is only the label (``anna/7/3.png``); what
    stands before the first ``-``, ``_`` or blank of the file's name, if that isn't the label.

    Examples
    --------
    >>> find_groups(["7/anna/1.png", "7/ben/1.png", "3/anna/2.png", "3/ben/2.png"], np.array([7, 7, 3, 3]))
    ('anna', 'ben', 'anna', 'ben')
    """
    if not names:
        return None
    rules: tuple[Callable[[str, str], str], ...] = (lambda name, _: name, _folder, _prefix)
    for rule in rules:
        groups = tuple(rule(name, str(label)) for name, label in zip(names, labels.tolist(), strict=True))
        if 2 <= len(set(groups)) <= len(groups) / _FEWEST and set(groups) != set(map(str, labels.tolist())):
            return groups
    return None


def _folder(name: str, label: str) -> str:
    return "/".join(part for part in re.split(r"[/\\]", name)[:-1] if part != label)


def _prefix(name: str, label: str) -> str:
    first, *rest = re.split(r"[-_ ]", re.split(r"[/\\]", name)[-1])
    return first if rest and first != label else ""


def _by_group(groups: Groups) -> str:
    return f"by group: none of the {len(set(groups)):,} groups is on both sides"


def _folds_of_groups(
    labels: NDArray[np.integer], groups: Groups, count: int
) -> tuple[tuple[Rows, Rows], ...]:
    """Those of ``count`` folds of whole groups that have digits and all of their labels on the other side."""
    from sklearn.model_selection import StratifiedGroupKFold

    if not 2 <= count <= min(len(set(groups)), np.unique(labels, return_counts=True)[1].max()):
        return ()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that a label has fewer digits than there are folds
        parts = tuple(StratifiedGroupKFold(count).split(labels, labels, groups))
    return tuple(
        (known, held_out)
        for known, held_out in parts
        if len(held_out) and np.isin(labels[held_out], labels[known]).all()
    )
