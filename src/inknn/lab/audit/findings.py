"""What an audit has found."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ...datasets import LabeledDigits
from .duplicates import Copies
from .influence import Influence

__all__ = ["Audit", "Odd", "Suspect"]

_PROBABLE = 0.5  # probability from which a label is called probably wrong
_UNRELATED = 0.1
"""A vote has learned nothing if it avoids fewer of the errors that the commonest label for all would make."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A digit whose label the others contradict.

    Attributes
    ----------
    index, label, suggested : int
        Its place in the set, its label, and the label its neighbors suggest.
    wrong : float
        Probability that the label is wrong.
    certainty : float
        The part of similar digits that have the suggested label.
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
        Its ink, in fully black pixels; 0 for a blank picture.
    """

    index: int
    label: int
    credibility: float
    ink: float


@dataclass(frozen=True, slots=True, eq=False)
class Audit:
    """All that an audit has found; every list begins with the worst.

    Attributes
    ----------
    digits : LabeledDigits
        The set.
    classes : int64 (c,)
        Its labels.
    counts, contradicted : int64 (c,)
        Digits of each label, and how many of them get another label by the vote of the others.
    expected_errors : float
        The expected number of wrong labels.
    suspects : list of Suspect
        Digits whose label similar digits don't have. They are fewer than those that the vote contradicts if
        the vote is often wrong.
    copies : list of Copies
        Within the set; exact ones first.
    odd : list of Odd
        The oddest digits, as many as wanted.
    influence : Influence
    copies_against : list of Copies
        From this set (``first``) to another (``second``).
    against : LabeledDigits or None
        The other set.
    """

    digits: LabeledDigits
    classes: NDArray[np.int64]
    counts: NDArray[np.int64]
    contradicted: NDArray[np.int64]
    expected_errors: float
    suspects: list[Suspect]
    copies: list[Copies]
    odd: list[Odd]
    influence: Influence
    copies_against: list[Copies] = field(default_factory=list)
    against: LabeledDigits | None = None

    def probable(self) -> list[Suspect]:
        """Suspects whose label is more probably wrong than right."""
        return [suspect for suspect in self.suspects if suspect.wrong >= _PROBABLE]

    def n_contradicted(self) -> int:
        """How many digits get another label by the vote of the others."""
        return int(self.contradicted.sum())

    def unrelated(self) -> bool:
        """Whether the vote is hardly more often right than the commonest label for all digits."""
        wrong_anyway = len(self.digits) - int(self.counts.max())
        return wrong_anyway - self.n_contradicted() < _UNRELATED * wrong_anyway

    def conflicting(self) -> list[Copies]:
        """Copies within the set that have different labels: one of the two is certainly wrong."""
        labels = self.digits.labels
        return [pair for pair in self.copies if labels[pair.first] != labels[pair.second]]
