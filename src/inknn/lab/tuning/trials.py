"""Let Optuna look for spaces and metrics with numbers of their own: dimensions, Minkowski's p.

Each trial is one combination, cross-validated as :func:`inknn.lab.tuning.tune` does, which answers for
every k and both votes; so only the rest is left to search. Folds that have been measured before are taken
from the cache and the sampler is seeded: an interrupted study goes on where it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from ...datasets import LabeledDigits
from ...errors import InknnError, UnknownNameError
from ...progress import Progress, no_progress
from ..spaces import sized_steps
from .curves import Curve
from .folds import Folds
from .grid import TuneResult, combinations
from .passes import WEIGHTS, FoldErrors

__all__ = ["FEATURES_TO_TRY", "METRICS_TO_TRY", "tune_by_trials"]

FEATURES_TO_TRY = ("pca", "gradient+pca", "whitening", "gradient+whitening", "learned")
METRICS_TO_TRY = ("euclidean", "cosine")
_DIMENSIONS = (8, 256)
_POWERS = (1.5, 8.0)


def tune_by_trials(
    digits: LabeledDigits,
    n_trials: int,
    *,
    k: Sequence[int] = tuple(range(1, 16)),
    features: Sequence[str] = FEATURES_TO_TRY,
    metrics: Sequence[str] = METRICS_TO_TRY,
    weights: Sequence[str] = WEIGHTS,
    folds: int = 5,
    limit: int | None = None,
    fresh: bool = False,
    seed: int = 0,
    progress: Progress = no_progress,
) -> TuneResult:
    """As :func:`inknn.lab.tuning.tune`, with combinations that Optuna proposes one after the other.

    Parameters
    ----------
    digits, k, weights, folds, limit, fresh, progress
        See :func:`inknn.lab.tuning.tune`.
    n_trials : int
        Combinations to try; one that does badly on its first folds is given up.
    features : sequence of str
        What takes a number of dimensions and names none gets proposals for it.
    metrics : sequence of str
        ``"minkowski"`` gets proposals for p.
    seed : int
        Of the proposals.

    Returns
    -------
    TuneResult
        The curves of the trials that were finished.

    Raises
    ------
    InknnError
        If Optuna isn't installed.
    UnknownNameError, SpaceError, DataError
        As :func:`inknn.lab.tuning.tune`.
    """
    if find_spec("optuna") is None:
        raise InknnError("--optuna needs Optuna; install it with: pip install 'inknn[optuna]'")
    for name in weights:
        if name not in WEIGHTS:
            raise UnknownNameError("vote", name, WEIGHTS)
    parted = Folds(digits, max(k), folds=folds, limit=limit, fresh=fresh)
    pairs, left_out = combinations(parted.digits, features, metrics, sized=False)
    study = _Study(parted, pairs, sorted(set(k)), tuple(dict.fromkeys(weights)))
    study.run(n_trials, seed, progress)
    progress("done", 1.0)
    return TuneResult.of(parted, study.curves.values(), study.measured, [*left_out, *study.given_up])


class _Study:
    """Optuna's proposals, and what came of them."""

    def __init__(
        self, parted: Folds, pairs: list[tuple[str, str]], k: list[int], weights: tuple[str, ...]
    ) -> None:
        self.parted, self.pairs, self.k, self.weights = parted, pairs, k, weights
        self.curves: dict[str, Curve] = {}
        self.given_up: list[str] = []
        self.measured: list[FoldErrors] = []

    def run(self, n_trials: int, seed: int, progress: Progress) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        study = optuna.create_study(
            sampler=optuna.samplers.TPESampler(seed=seed),
            pruner=optuna.pruners.MedianPruner(n_startup_trials=5),
        )

        def ask(trial: Any) -> float:
            def tell(what: str, part: float) -> None:
                progress(f"trial {trial.number + 1}: {what}", (trial.number + part) / n_trials)

            return self._ask(trial, tell)

        study.optimize(ask, n_trials=n_trials)

    def _ask(self, trial: Any, tell: Progress) -> float:
        """The lowest error over k and votes of one combination."""
        from optuna import TrialPruned

        feature, metric = self._propose(trial)
        found: list[FoldErrors] = []
        for i, fold in enumerate(self.parted.measure(feature, metric, tell)):
            found.append(fold)
            self.measured.append(fold)
            trial.report(self._least(found), i)
            if len(found) < self.parted.count and trial.should_prune():
                self.given_up.append(f"{feature}, {metric}: given up after {len(found)} folds")
                raise TrialPruned
        for vote in self.weights:
            curve = Curve.of(feature, metric, vote, self.k, found)
            self.curves[curve.name] = curve
        return self._least(found)

    def _propose(self, trial: Any) -> tuple[str, str]:
        chosen = trial.suggest_categorical("combination", [" | ".join(pair) for pair in self.pairs])
        feature, metric = chosen.split(" | ")
        for place, name in sized_steps(feature):
            size = trial.suggest_int(f"dimensions of {name} in {feature}", *_DIMENSIONS, log=True)
            steps = feature.split("+")
            steps[place] = f"{name}:{size}"
            feature = "+".join(steps)
        if metric == "minkowski":
            metric = f"minkowski:{trial.suggest_float('p', *_POWERS, step=0.5)}"
        return feature, metric

    def _least(self, found: list[FoldErrors]) -> float:
        return min(
            sum(fold.wrong[vote][k - 1] / fold.asked for fold in found) / len(found)
            for vote in self.weights
            for k in self.k
        )
