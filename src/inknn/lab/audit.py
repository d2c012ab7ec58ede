"""What is wrong with a labeled set: labels, copies, digits that mislead, and pictures of nothing.

Every digit is asked about with itself left out, in the space that the recognizer learns from the set.
Editing (Wilson, "Asymptotic properties of nearest neighbor rules using edited data", 1972) drops whatever
its neighbors contradict; here that is only the beginning, for neighbors also contradict what is right
but odd. See :mod:`inknn.lab.label_noise`, :mod:`inknn.lab.duplicates` and :mod:`inknn.lab.leverage`.

The metric has seen the labels it is to judge. Measured with wrong labels put in, a metric learned without
the digits in question finds no more of them: among hundreds of digits of a label, one has little say.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..datasets.load import LabeledDigits, Part, load_digits
from ..errors import DataError
from ..glyph.normal_form import to_normal_form
from ..progress import Progress, no_progress
from ..recognizer import Recognizer
from ..recognizer.metric_learning import draw
from ..recognizer.settings import Settings
from ..recognizer.votes import Votes, vote
from ..search import ExactIndex, nearest
from .duplicates import Copies, exact_copies, near_copies, picture_groups
from .label_noise import LabelNoise, fit_label_noise
from .leave_one_out import label_distances, other_neighbors
from .leverage import Leverage, measure_leverage

if TYPE_CHECKING:
    from ..recognizer.references import Index

__all__ = ["Audit", "Odd", "Suspect", "audit", "audit_data", "checked_classes"]

PROBABLE = 0.5
"""A label that is rather wrong than right is called probably wrong."""

NEAR = 0.5
"""Of the distance to the twelfth neighbor: in MNIST's 60,000 digits the nearest lies at 0.86 as a rule."""

UNRELATED = 0.1
"""A vote that mends fewer of the errors that always saying the commonest label makes has learned nothing."""

_FEWEST = 20  # digits; fewer have no neighborhood
_BATCH = 2000
_SAMPLE = 3000  # digits nobody contradicts, by which contradiction is judged


@dataclass(frozen=True, slots=True)
class Suspect:
    """A digit whose label the others contradict.

    Attributes
    ----------
    index, label, suggested : int
        Its place, what it is said to be, and what its neighbors say.
    wrong : float
        Probability that the label is wrong.
    certainty : float
        The part of digits like it that bear the suggested label.
    neighbors : tuple of int
        Places of the digits that vote on it, nearest first.
    """

    index: int
    label: int
    suggested: int
    wrong: float
    certainty: float
    neighbors: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Odd:
    """A picture that looks least like a digit of this set.

    Attributes
    ----------
    index, label : int
    credibility : float
        The part of the set's digits that are at least as odd.
    ink : float
        Its ink, in fully black pixels of its own size; 0 for a blank picture.
    """

    index: int
    label: int
    credibility: float
    ink: float


@dataclass(frozen=True, slots=True, eq=False)
class Audit:
    """What an audit has found, worst first everywhere.

    Attributes
    ----------
    digits : LabeledDigits
        What was looked at.
    classes : int64 (c,)
        The labels there are.
    counts, contradicted : int64 (c,)
        Digits of each label, and those of them on whom the others' vote is another.
    expected_errors : float
        How many labels are wrong, most probably.
    suspects : list of Suspect
        All whose label digits like them don't bear; fewer than the vote contradicts, where that errs often.
    copies : list of Copies
        Within the set; exact ones first.
    odd : list of Odd
        All digits, the oddest first, as far as they were asked for.
    leverage : Leverage
    copies_against : list of Copies
        From this set (``first``) to the other one (``second``).
    against : LabeledDigits or None
        The other one.
    """

    digits: LabeledDigits
    classes: NDArray[np.int64]
    counts: NDArray[np.int64]
    contradicted: NDArray[np.int64]
    expected_errors: float
    suspects: list[Suspect]
    copies: list[Copies]
    odd: list[Odd]
    leverage: Leverage
    copies_against: list[Copies] = field(default_factory=list)
    against: LabeledDigits | None = None

    def probable(self) -> list[Suspect]:
        """Suspects whose label is rather wrong than right."""
        return [suspect for suspect in self.suspects if suspect.wrong >= PROBABLE]

    def n_contradicted(self) -> int:
        """How many digits the others' vote gives another label."""
        return int(self.contradicted.sum())

    def unrelated(self) -> bool:
        """Whether the others' vote is hardly right more often than always saying the commonest label."""
        wrong_anyway = len(self.digits) - int(self.counts.max())
        return wrong_anyway - self.n_contradicted() < UNRELATED * wrong_anyway

    def conflicting(self) -> list[Copies]:
        """Copies within the set that bear different labels: one of them is wrong for certain."""
        labels = self.digits.labels
        return [pair for pair in self.copies if labels[pair.first] != labels[pair.second]]


def audit(
    digits: LabeledDigits,
    *,
    recognizer: Recognizer | None = None,
    against: LabeledDigits | None = None,
    n_odd: int = 20,
    progress: Progress = no_progress,
) -> Audit:
    """Look for wrong labels, copies, digits that mislead and pictures of nothing.

    Parameters
    ----------
    digits : LabeledDigits
        Of two labels or more.
    recognizer : Recognizer, optional
        One whose references are these digits, in this order; it is fitted by default.
    against : LabeledDigits, optional
        Another set, like the test part, in which copies of digits of this one are looked for.
    n_odd : int
        How many odd pictures to name.
    progress
        Told how far it is.

    Returns
    -------
    Audit

    Raises
    ------
    DataError
        If there are too few digits, or all bear one label.
    """
    classes, codes = checked_classes(digits)
    form, _ = to_normal_form(digits.images, progress)
    if recognizer is None:
        settings = Settings(n_distorted=0)  # pictures of doubtful digits aren't compared here
        recognizer = Recognizer.fit(form, codes, progress, settings=settings, n_labels=len(classes))
    groups = picture_groups(digits.images)
    # A copy is no independent witness: of those with the same label only the first is asked, and answers.
    kept = _firsts(groups * len(classes) + codes)
    vectors, index, mine = recognizer.vectors, recognizer.references.index, codes[kept]
    if len(kept) < len(codes):
        vectors = np.ascontiguousarray(vectors[kept])
        index = ExactIndex(vectors)
    settings, rows = recognizer.settings, np.arange(len(kept))
    distances, near = other_neighbors(index, vectors, rows, settings.n_margin_neighbors, progress)
    votes = vote(distances, mine[near], n_labels=len(classes), n_neighbors=settings.n_neighbors)
    judged, weights = _to_judge(mine, near)
    noise = fit_label_noise(
        label_distances(vectors, mine, judged, len(classes), progress), mine[judged], weights
    )
    progress("looking for odd pictures", 0.0)
    oddness = _oddness(votes, vectors, recognizer)
    progress("looking for digits that mislead", 0.0)
    leverage = measure_leverage(
        distances, near, mine, n_labels=len(classes), n_neighbors=settings.n_neighbors
    ).spread(kept, len(codes))
    copies = exact_copies(groups) + [
        pair
        for pair in near_copies(distances, near, NEAR, kept, form)
        if groups[pair.first] != groups[pair.second]
    ]
    return Audit(
        digits,
        classes,
        np.bincount(codes, minlength=len(classes)),
        np.bincount(mine[votes.labels != mine], minlength=len(classes)),
        noise.expected_errors,
        _suspects(noise, judged, mine, classes, kept, near[:, : settings.n_neighbors]),
        copies,
        _odd(digits, kept, oddness, n_odd),
        leverage,
        [] if against is None else _copies_against(digits, form, against, kept, index, recognizer, progress),
        against,
    )


def audit_data(
    data: str | os.PathLike[str],
    part: Part = "train",
    *,
    against: str | os.PathLike[str] | None = None,
    n_odd: int = 20,
    progress: Progress = no_progress,
) -> Audit:
    """Audit a set by name or path, and look for its digits in the other part of another, or of its own.

    Parameters
    ----------
    data, part
        As of :func:`inknn.datasets.load_digits`.
    against
        A name or path; its test part is taken where ``part`` is "train", and the other way round.
    n_odd, progress
        As of :func:`audit`.

    Raises
    ------
    UnknownNameError
        If there is no such set.
    DataError
        If its files are damaged, it has too few digits or only one label.
    """
    digits = load_digits(data, part, normalize=True, progress=progress)
    checked_classes(digits)
    other = None
    if against is not None:
        theirs: Part = "train" if part == "test" else "test"
        other = load_digits(against, theirs, normalize=True, progress=progress)
        if os.fspath(against) == os.fspath(data) and digits.part is None:
            raise DataError(f"{digits.name} has one part only, which can't be compared with itself")
    recognizer = None
    if os.fspath(data) == "mnist" and part == "train":  # prepared already
        from ..memory import factory_model

        recognizer = factory_model(progress=progress).recognizer
    return audit(digits, recognizer=recognizer, against=other, n_odd=n_odd, progress=progress)


def checked_classes(digits: LabeledDigits) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The labels of a set, ascending, and the place of each digit's among them.

    Raises
    ------
    DataError
        If there are too few digits for neighbors to say anything, or all bear one label.
    """
    if len(digits) < _FEWEST:
        raise DataError(
            f"{digits.name} has {len(digits)} digits, too few for neighbors to say anything; give {_FEWEST} "
            "or more"
        )
    classes, codes = np.unique(digits.labels, return_inverse=True)
    if len(classes) < 2:
        raise DataError(
            f"all {len(digits):,} digits of {digits.name} are labeled {classes[0]}; two labels or more are "
            "needed"
        )
    return classes, codes.astype(np.int64).ravel()


def _firsts(names: NDArray[np.int64]) -> NDArray[np.int64]:
    """The first place of each name, ascending."""
    return np.sort(np.unique(names, return_index=True)[1]).astype(np.int64)


def _to_judge(
    codes: NDArray[np.int64], near: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Digits that not all of their neighbors agree with; and some of the others, who stand for them all."""
    doubted = (codes[near] != codes[:, None]).any(axis=1)
    others = np.flatnonzero(~doubted)
    some = others[draw(len(others), _SAMPLE)]
    rows = np.concatenate([np.flatnonzero(doubted), some])
    weights = np.ones(len(rows))
    if len(some):
        weights[-len(some) :] = len(others) / len(some)
    return rows, weights


def _suspects(
    noise: LabelNoise,
    judged: NDArray[np.int64],
    codes: NDArray[np.int64],
    classes: NDArray[np.int64],
    kept: NDArray[np.int64],
    voters: NDArray[np.int64],
) -> list[Suspect]:
    contradicted = (noise.certainty > 0.5) | (noise.right < 0.5)
    return [
        Suspect(
            int(kept[judged[place]]),
            int(classes[codes[judged[place]]]),
            int(classes[noise.suggested[place]]),
            float(1 - noise.right[place]),
            float(noise.certainty[place]),
            tuple(kept[voters[judged[place]]].tolist()),
        )
        for place in np.lexsort((judged, noise.right))
        if contradicted[place]
    ]


def _oddness(votes: Votes, vectors: NDArray[np.float32], recognizer: Recognizer) -> NDArray[np.float64]:
    """Nonconformity, as :mod:`inknn.recognizer.calibration` has it, float64 (n,)."""
    usual = float(np.median(votes.distances)) or 1.0
    units = np.full(votes.shares.shape[1], usual)
    for label in np.unique(votes.labels):
        units[label] = np.sqrt(usual * (float(np.median(votes.distances[votes.labels == label])) or usual))
    odd = votes.distances / units[votes.labels]
    k = min(recognizer.settings.n_neighbors, len(recognizer.non_digits))
    if k:
        away = nearest(vectors, recognizer.non_digits, k)[0].mean(axis=1)
        odd = odd * (votes.distances / np.maximum(away, 1e-12))
    return odd


def _odd(
    digits: LabeledDigits, kept: NDArray[np.int64], oddness: NDArray[np.float64], count: int
) -> list[Odd]:
    ink = digits.images[kept].reshape(len(kept), -1).sum(axis=1, dtype=np.int64) / 255
    oddness = np.where(ink > 0, oddness, np.inf)
    order = np.argsort(-oddness, kind="stable")
    return [
        Odd(int(kept[row]), int(digits.labels[kept[row]]), (place + 1) / len(kept), float(ink[row]))
        for place, row in enumerate(order[:count])
    ]


def _copies_against(
    digits: LabeledDigits,
    pictures: NDArray[np.uint8],
    against: LabeledDigits,
    kept: NDArray[np.int64],
    index: Index,
    recognizer: Recognizer,
    progress: Progress,
) -> list[Copies]:
    """Copies of this set's digits in another one: exact by pixels, nearly by neighbors."""
    exact: list[Copies] = []
    if digits.images.shape[1:] == against.images.shape[1:]:
        groups = picture_groups(np.concatenate([digits.images, against.images]))
        mine, theirs = groups[: len(digits)], groups[len(digits) :]
        first = {int(group): place for place, group in reversed(list(enumerate(mine.tolist())))}
        exact = [
            Copies(first[group], place, 0.0) for place, group in enumerate(theirs.tolist()) if group in first
        ]
    known = {pair.second for pair in exact}
    asked, _ = to_normal_form(against.images, progress)
    k = min(recognizer.settings.n_margin_neighbors, len(kept))
    distances, near = np.empty((len(asked), k)), np.empty((len(asked), k), np.int64)
    for start in range(0, len(asked), _BATCH):
        progress(f"looking for copies in {against.name}", start / len(asked))
        some = slice(start, start + _BATCH)
        distances[some], near[some] = index.query(recognizer.embed(asked[some]), k)
    found = near_copies(distances, near, NEAR, kept, pictures, asked)
    return exact + [pair for pair in found if pair.second not in known]
