"""All steps of an audit."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...datasets.load import LabeledDigits, Part, load_digits
from ...errors import DataError
from ...glyph.normal_form import to_normal_form
from ...progress import Progress, no_progress
from ...recognizer import Recognizer
from ...recognizer.metric_learning import draw
from ...recognizer.non_digits import non_digit_ratio
from ...recognizer.settings import Settings
from ...recognizer.votes import Votes, vote
from ..data import Rows, encode_labels
from ..neighbors import find_neighbors
from .duplicates import Copies, exact_copies, near_copies, picture_groups
from .findings import Audit, Odd, Suspect
from .influence import measure_influence
from .label_noise import fit_label_noise, label_distances

__all__ = ["audit", "audit_data"]

_SAMPLE = 3000  # digits that no neighbor contradicts, drawn for the estimate of label noise


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
        One whose references are these digits, in this order; by default one is fitted.
    against : LabeledDigits, optional
        Another set, like the test part, in which copies of digits of this one are looked for.
    n_odd : int
        How many odd pictures to list.
    progress : Progress, optional

    Returns
    -------
    Audit

    Raises
    ------
    DataError
        If there are too few digits, or all have one label.
    """
    classes, codes = encode_labels(digits)
    images, _ = to_normal_form(digits.images, progress)
    if recognizer is None:
        settings = Settings(n_distorted=0)  # no step here compares pictures of doubtful digits
        recognizer = Recognizer.fit(images, codes, progress, settings=settings, n_labels=len(classes))
    groups = picture_groups(digits.images)
    others = _Others.of(recognizer, codes, groups, progress)
    kept, votes = others.kept, others.votes
    progress("looking for odd pictures", 0.0)
    odd = _oddest(digits, others, n_odd)
    progress("looking for digits that mislead", 0.0)
    influence = measure_influence(
        others.distances,
        others.indices,
        others.codes,
        n_labels=len(classes),
        n_neighbors=recognizer.settings.n_neighbors,
    )
    near = near_copies(others.distances, others.indices, kept, images)
    suspects, expected_errors = _suspects(others, classes, progress)
    return Audit(
        digits,
        classes,
        np.bincount(codes),
        np.bincount(others.codes[votes.labels != others.codes], minlength=len(classes)),
        expected_errors,
        suspects,
        exact_copies(groups) + [pair for pair in near if groups[pair.first] != groups[pair.second]],
        odd,
        influence.spread(kept, len(codes)),
        [] if against is None else _copies_against(digits, images, against, others, progress),
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
    """Audit a set by name or path; look for its digits in another set, or in its own other part.

    Parameters
    ----------
    data, part
        As of :func:`inknn.datasets.load_digits`.
    against
        A name or path; its test part is taken if ``part`` is "train", and the other way round.
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
    encode_labels(digits)
    other = None
    if against is not None:
        theirs: Part = "train" if part == "test" else "test"
        other = load_digits(against, theirs, normalize=True, progress=progress)
        if os.fspath(against) == os.fspath(data) and digits.part is None:
            raise DataError(f"{digits.name} has one part only, which can't be compared with itself")
    recognizer = None
    if os.fspath(data) == "mnist" and part == "train":  # prepared already
        from ...memory import factory_model

        recognizer = factory_model(progress=progress).recognizer
    return audit(digits, recognizer=recognizer, against=other, n_odd=n_odd, progress=progress)


@dataclass(frozen=True, slots=True, eq=False)
class _Others:
    """Every digit compared with all the others, copies left out.

    A copy is no independent witness: of equal pictures with the same label only the first votes, and is voted
    on.

    Attributes
    ----------
    kept : int64 (n,)
        Places of the digits in the set; all rows and indices below are of these.
    recognizer : Recognizer
        Has them as references.
    codes : int64 (n,)
        Their labels.
    distances, indices : float64, int64 (n, k)
        The neighbors of each.
    votes : Votes
        Of the neighbors.
    """

    kept: Rows
    recognizer: Recognizer
    codes: NDArray[np.int64]
    distances: NDArray[np.float64]
    indices: NDArray[np.int64]
    votes: Votes

    @classmethod
    def of(
        cls, recognizer: Recognizer, codes: NDArray[np.int64], groups: NDArray[np.int64], progress: Progress
    ) -> _Others:
        n_labels = recognizer.n_labels
        kept = np.sort(np.unique(groups * n_labels + codes, return_index=True)[1]).astype(np.int64)
        if len(kept) < len(codes):
            recognizer, codes = recognizer.subset(kept), codes[kept]
        references, settings = recognizer.references, recognizer.settings
        distances, indices = find_neighbors(
            references,
            references.vectors,
            settings.n_margin_neighbors,
            np.arange(len(codes)),
            progress=progress,
        )
        votes = vote(distances, codes[indices], n_labels=n_labels, n_neighbors=settings.n_neighbors)
        return cls(kept, recognizer, codes, distances, indices, votes)


def _suspects(others: _Others, classes: NDArray[np.int64], progress: Progress) -> tuple[list[Suspect], float]:
    """Digits whose label is contradicted, most probably wrong first; the expected number of wrong labels."""
    kept, codes, indices = others.kept, others.codes, others.indices
    rows, weights = _to_judge(codes, indices)
    distances = label_distances(others.recognizer.references.vectors, codes, rows, len(classes), progress)
    noise = fit_label_noise(distances, codes[rows], weights)
    voters = indices[:, : others.recognizer.settings.n_neighbors]
    contradicted = (noise.certainty > 0.5) | (noise.right < 0.5)
    suspects = [
        Suspect(
            int(kept[rows[place]]),
            int(classes[codes[rows[place]]]),
            int(classes[noise.suggested[place]]),
            float(1 - noise.right[place]),
            float(noise.certainty[place]),
            tuple(kept[voters[rows[place]]].tolist()),
        )
        for place in np.lexsort((rows, noise.right))
        if contradicted[place]
    ]
    return suspects, noise.expected_errors


def _to_judge(codes: NDArray[np.int64], indices: NDArray[np.int64]) -> tuple[Rows, NDArray[np.float64]]:
    """Digits that some neighbors contradict and a sample of the others; how many digits each stands for."""
    doubted = (codes[indices] != codes[:, None]).any(axis=1)
    agreed = np.flatnonzero(~doubted)
    drawn = agreed[draw(len(agreed), _SAMPLE)]
    rows = np.concatenate([np.flatnonzero(doubted), drawn])
    weights = np.ones(len(rows))
    if len(drawn):
        weights[-len(drawn) :] = len(agreed) / len(drawn)
    return rows, weights


def _oddest(digits: LabeledDigits, others: _Others, count: int) -> list[Odd]:
    """Blank pictures, then those of the largest nonconformity (see :mod:`inknn.recognizer.calibration`)."""
    kept, votes, recognizer = others.kept, others.votes, others.recognizer
    usual = float(np.median(votes.distances)) or 1.0
    scales = np.full(recognizer.n_labels, usual)
    for label in np.unique(votes.labels):
        scales[label] = np.sqrt(usual * (float(np.median(votes.distances[votes.labels == label])) or usual))
    nonconformity = votes.distances / scales[votes.labels]
    if len(recognizer.non_digits):
        vectors, settings = recognizer.references.vectors, recognizer.settings
        nonconformity = nonconformity * non_digit_ratio(
            votes.distances, vectors, recognizer.non_digits, settings
        )
    ink = digits.images[kept].reshape(len(kept), -1).sum(axis=1, dtype=np.int64) / 255
    order = np.argsort(-np.where(ink > 0, nonconformity, np.inf), kind="stable")
    return [
        Odd(int(kept[row]), int(digits.labels[kept[row]]), (place + 1) / len(kept), float(ink[row]))
        for place, row in enumerate(order[:count])
    ]


def _copies_against(
    digits: LabeledDigits,
    images: NDArray[np.uint8],
    against: LabeledDigits,
    others: _Others,
    progress: Progress,
) -> list[Copies]:
    """Copies of this set's digits, ``images`` in normal form, in another set: exact ones, then near ones."""
    exact: list[Copies] = []
    if digits.images.shape[1:] == against.images.shape[1:]:
        groups = picture_groups(np.concatenate([digits.images, against.images]))
        first = {group: place for place, group in reversed(list(enumerate(groups[: len(digits)].tolist())))}
        theirs = enumerate(groups[len(digits) :].tolist())
        exact = [Copies(first[group], place, 0.0) for place, group in theirs if group in first]
    known = {pair.second for pair in exact}
    queries, _ = to_normal_form(against.images, progress)
    recognizer = others.recognizer
    distances, indices = find_neighbors(
        recognizer.references,
        recognizer.embed(queries),
        recognizer.settings.n_margin_neighbors,
        progress=progress,
        what=f"looking for copies in {against.name}",
    )
    near = near_copies(distances, indices, others.kept, images, queries)
    return exact + [pair for pair in near if pair.second not in known]
