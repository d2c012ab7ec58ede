"""Digits divided into folds, and what a search over them measures, kept for the next run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import __version__
from ...datasets import LabeledDigits
from ...errors import DataError
from ...progress import Progress, no_progress
from ...recognizer import Recognizer
from ..data import folds as divide
from ..data import groups_of, sample
from ..spaces import Space
from .checkpoint import Checkpoint
from .passes import FoldErrors, measure_fold

__all__ = ["Folds"]

_AGAIN = 2000  # digits of each training part asked about again, for the training error


class Folds:
    """Digits divided into folds, and what has been measured on them.

    Parameters
    ----------
    digits : LabeledDigits
    most_neighbors : int
        The largest k that will be asked for.
    folds, limit, fresh
        See :func:`inknn.lab.tuning.tune`.

    Attributes
    ----------
    digits : LabeledDigits
        Those in use.
    count : int
        Folds.
    checkpoint : Checkpoint
    """

    def __init__(
        self,
        digits: LabeledDigits,
        most_neighbors: int,
        *,
        folds: int = 5,
        limit: int | None = None,
        fresh: bool = False,
    ) -> None:
        groups = groups_of(digits)
        if limit is not None and limit < len(digits):
            rows = sample(digits.labels, limit)
            digits, groups = digits.rows(rows), groups and tuple(groups[row] for row in rows)
        self.digits = digits
        _check_labels(digits, folds)
        self.k, self.count = most_neighbors, folds
        self.classes, self.codes = np.unique(digits.labels, return_inverse=True)
        self.division = divide(self.codes, groups, folds)
        self._parts = self.division.parts
        references = min(len(known) for known, _ in self._parts)
        if most_neighbors > references:
            raise DataError(
                f"{digits.name}: k = {most_neighbors} is more than the {references:,} references that "
                f"{folds} folds leave of {len(digits):,} digits; take smaller k (-k 1-{references})"
            )
        self._rows: tuple[str, NDArray[Any]] | None = None
        settings = {
            "folds": folds,
            "again": _AGAIN,
            "inknn": __version__,
            "learned": Recognizer.FINGERPRINT,
            "groups": groups,
        }
        self.checkpoint = Checkpoint("tune", digits.images, digits.labels, settings, fresh=fresh)

    def measure(self, feature: str, metric: str, tell: Progress = no_progress) -> Iterator[FoldErrors]:
        """The errors of one combination, fold by fold, each kept as soon as it is known.

        Parameters
        ----------
        feature, metric : str
        tell : Progress

        Yields
        ------
        FoldErrors
        """
        for i, (known, held_out) in enumerate(self._parts):
            name = f"{feature} | {metric} | fold {i + 1}"
            found = self._kept(name)
            if found is None:

                def step(part: float, i: int = i) -> None:
                    tell(f"{feature}, {metric}, fold {i + 1}", (i + part) / len(self._parts))

                step(0.0)
                found = self._measured(feature, metric, known, held_out, step)
                self.checkpoint.keep(name, found.to_dict())
            yield found

    def _kept(self, name: str) -> FoldErrors | None:
        try:
            found = FoldErrors.from_dict(self.checkpoint.get(name))
        except (KeyError, TypeError, ValueError):  # nothing, or nothing of use
            return None
        if found.most_neighbors < self.k:
            return None
        self.checkpoint.taken += 1
        return found

    def _measured(
        self,
        feature: str,
        metric: str,
        known: NDArray[np.int64],
        held_out: NDArray[np.int64],
        step: Callable[[float], None],
    ) -> FoldErrors:
        start = time.perf_counter()
        space = Space(feature)
        if space.learns:  # from this fold's training part alone
            rows = space.fit_transform(self.digits.images[known], self.codes[known])
            asked = space.transform(self.digits.images[held_out])
        else:
            everything = self._described(space)
            rows, asked = everything[known], everything[held_out]
        preparing = time.perf_counter() - start
        found = measure_fold(
            (rows, self.codes[known]),
            (asked, self.codes[held_out]),
            sample(self.codes[known], _AGAIN),
            metric=metric,
            k=self.k,
            n_labels=len(self.classes),
            tell=step,
        )
        return FoldErrors(**{**found.to_dict(), "seconds": found.seconds + preparing})

    def _described(self, space: Space) -> NDArray[Any]:
        """All digits as vectors of a space that learns nothing; made once for all folds and metrics."""
        if self._rows is None or self._rows[0] != space.name:
            self._rows = (space.name, space.fit_transform(self.digits.images, self.codes))
        return self._rows[1]


def _check_labels(digits: LabeledDigits, folds: int) -> None:
    labels, counts = np.unique(digits.labels, return_counts=True)
    if len(labels) < 2:
        what = f"all {len(digits):,} digits are labeled {labels[0]}" if len(labels) else "there are no digits"
        raise DataError(f"{digits.name}: {what}; tuning needs digits of two labels at least")
    if folds < 2:
        raise DataError(f"{folds} folds are too few: cross-validation takes 2 at least, and 5 by default")
    rarest = int(counts.argmin())
    if counts[rarest] < folds:
        raise DataError(
            f"{digits.name}: {folds} folds want as many digits of each label, and {labels[rarest]} has "
            f"{counts[rarest]} of {len(digits):,}; add some, or take fewer folds (--folds)"
        )
