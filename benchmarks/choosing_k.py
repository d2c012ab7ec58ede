"""How long choosing k takes: ``inknn tune`` beside scikit-learn's GridSearchCV, on the same folds.

    python benchmarks/choosing_k.py [DIGITS]

Both try k = 1 to 15 on raw pixels of MNIST's first DIGITS training digits (6,000 by default, a tenth), with
the same five folds, on all cores. The errors must be the same but for ties, which inknn breaks by index.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier

from inknn.datasets import LabeledDigits, load_digits
from inknn.lab.machine import machine_facts
from inknn.lab.tuning import tune

KS = range(1, 16)


def main(count: int) -> None:
    """Measure both, ours first, and print the figures as JSON."""
    whole = load_digits("mnist", "train")
    digits = LabeledDigits("mnist", whole.images[:count], whole.labels[:count])
    start = time.perf_counter()
    ours = tune(digits, k=KS, fresh=True).best
    ours_seconds = time.perf_counter() - start

    pixels = digits.images.reshape(count, -1).astype(np.float32)
    start = time.perf_counter()
    search = GridSearchCV(
        KNeighborsClassifier(algorithm="brute"), {"n_neighbors": list(KS)}, cv=5, n_jobs=-1, refit=False
    )
    search.fit(pixels, digits.labels)
    their_seconds = time.perf_counter() - start
    theirs = 1 - search.cv_results_["mean_test_score"]
    result = {
        "digits": count,
        "inknn_seconds": ours_seconds,
        "scikit_learn_seconds": their_seconds,
        "times": their_seconds / ours_seconds,
        "inknn_best_k": ours.best_k,
        "scikit_learn_best_k": int(KS[int(theirs.argmin())]),
        "largest_difference_in_error": float(np.abs(theirs - ours.validation_error).max()),
        "machine": machine_facts(),
    }
    sys.stdout.write(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 6000)
