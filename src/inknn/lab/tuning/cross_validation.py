"""Errors of features and a metric on all folds, measured now or taken from an earlier run."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import __version__
from ...datasets import LabeledDigits
from ...errors import DataError
from ...progress import Progress, no_progress, step_of
from ...recognizer import Recognizer
from ..data import Rows, encode_labels, folds, groups_of, sample
from ..pipeline import Pipeline
from .checkpoint import Checkpoint
from .fold_errors import FoldErrors, measure_fold

__all__ = ["CrossValidation"]

_FORMAT = 2  # raise it when the same settings give other errors
_TRAINING = 2000  # digits of each training part that the training error is counted on


class CrossValidation:
    """Digits divided into folds, and the errors measured on them.

    Parameters
    ----------
    digits : LabeledDigits
    k : int
        The largest k wanted.
    count, limit, fresh
        ``folds``, ``limit`` and ``fresh`` of :func:`inknn.lab.tuning.tune`.

    Attributes
    ----------
    digits : LabeledDigits
        Those in use.
    folds : Folds
    searches, taken : int
        Searches there are results of, and how many of them were taken from an earlier run.
    seconds : float
        What all these searches took, whenever they ran.
    """

    def __init__(
        self, digits: LabeledDigits, k: int, *, count: int = 5, limit: int | None = None, fresh: bool = False
    ) -> None:
        groups = groups_of(digits)
        if limit is not None and limit < len(digits):
            rows = sample(digits.labels, limit)
            digits, groups = digits.rows(rows), groups and tuple(groups[row] for row in rows)
        self.digits, self.k = digits, k
        self.classes, self.codes = encode_labels(digits, 2)
        _check_folds(digits, count)
        self.folds = folds(self.codes, groups, count)
        fewest = min(len(known) for known, _ in self.folds.parts)
        if k > fewest:
            raise DataError(
                f"{digits.name}: k = {k} is more than the {fewest:,} references that {count} folds leave of "
                f"{len(digits):,} digits; take smaller k (-k 1-{fewest})"
            )
        self.searches = self.taken = 0
        self.seconds = 0.0
        self.checkpoint = Checkpoint(f"tune-{self._digest()}", fresh=fresh)
        self._vectors: tuple[str, NDArray[Any]] | None = None

    def measure(self, features: str, metric: str, progress: Progress = no_progress) -> Iterator[FoldErrors]:
        """Yield the errors of one combination, fold by fold; each is kept as soon as it is known."""
        count = len(self.folds.parts)
        for i, (known, held_out) in enumerate(self.folds.parts):
            name = f"{features} | {metric} | fold {i + 1}"
            found = FoldErrors.restored(self.checkpoint.get(name), self.k)
            if found is None:
                report = partial(step_of(progress, i, count), f"{features}, {metric}, fold {i + 1}")
                report(0.0)
                found = self._measured(features, metric, known, held_out, report)
                self.checkpoint.keep(name, found.to_dict())
            else:
                self.taken += 1
            self.searches += 1
            self.seconds += found.seconds
            yield found

    def _measured(
        self, features: str, metric: str, known: Rows, held_out: Rows, report: Callable[[float], None]
    ) -> FoldErrors:
        start = time.perf_counter()
        references, queries = self._described(Pipeline(features), known, held_out)
        found = measure_fold(
            (references, self.codes[known]),
            (queries, self.codes[held_out]),
            sample(self.codes[known], _TRAINING),
            metric=metric,
            k=self.k,
            n_labels=len(self.classes),
            report=report,
        )
        return replace(found, seconds=time.perf_counter() - start)

    def _described(
        self, pipeline: Pipeline, known: Rows, held_out: Rows
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Vectors of both sides; what learns learns from the known digits alone."""
        images = self.digits.images
        if pipeline.learns:
            references = pipeline.fit_transform(images[known], self.codes[known])
            return references, pipeline.transform(images[held_out])
        if self._vectors is None or self._vectors[0] != pipeline.name:  # the same for all folds and metrics
            self._vectors = (pipeline.name, pipeline.fit_transform(images, self.codes))
        return self._vectors[1][known], self._vectors[1][held_out]

    def _digest(self) -> str:
        """Of all that the errors depend on, but for the combination."""
        held_out = [rows.tolist() for _, rows in self.folds.parts]
        facts = [_FORMAT, __version__, Recognizer.FINGERPRINT, self.digits.images.shape, _TRAINING, held_out]
        digest = hashlib.sha256(json.dumps(facts).encode())
        digest.update(np.ascontiguousarray(self.digits.images).data)
        digest.update(self.digits.labels.astype(np.int64).tobytes())
        return digest.hexdigest()[:16]


def _check_folds(digits: LabeledDigits, count: int) -> None:
    if count < 2:
        raise DataError(f"{count} folds are too few: cross-validation takes 2 at least, and 5 by default")
    labels, counts = np.unique(digits.labels, return_counts=True)
    rarest = int(counts.argmin())
    if counts[rarest] < count:
        raise DataError(
            f"{digits.name}: {count} folds need as many digits of each label, and {labels[rarest]} has "
            f"{counts[rarest]} of {len(digits):,}; add some, or take fewer folds (--folds)"
        )
