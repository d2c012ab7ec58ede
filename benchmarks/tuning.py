"""Choosing k by cross-validation: ``inknn tune`` beside scikit-learn's GridSearchCV, on the same folds."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier

from inknn.datasets import LabeledDigits, load_digits
from inknn.lab.tuning import tune

from .measuring import timed
from .searches import WrongAnswerError
from .sizes import Row, Size

__all__ = ["tuning"]

_KS = range(1, 16)
_TIES = 0.002
"""Largest difference of the errors, as a part of all digits: the two break ties differently."""


def tuning(size: Size) -> Iterator[Row]:
    """Seconds for k = 1 to 15 on raw pixels, five folds, all cores."""
    digits = load_digits("mnist", "train")
    digits = LabeledDigits("mnist", digits.images[: size.tuning], digits.labels[: size.tuning])
    ours, curves = timed(partial(tune, digits, k=_KS, fresh=True))
    errors = np.asarray(curves.best.validation_error)

    nearest = KNeighborsClassifier(algorithm="brute")
    search = GridSearchCV(nearest, {"n_neighbors": list(_KS)}, cv=5, n_jobs=-1, refit=False)
    theirs, _ = timed(search.fit, digits.images.reshape(len(digits), -1).astype(np.float32), digits.labels)
    if np.abs(1 - search.cv_results_["mean_test_score"] - errors).max() > _TIES:
        raise WrongAnswerError("inknn tune and GridSearchCV measure different errors")
    for name, seconds in (("inknn tune", ours), ("scikit-learn GridSearchCV", theirs)):
        yield {"name": name, "digits": len(digits), "seconds": seconds, "times_ours": seconds / ours}
