"""Labeled digits asked of a model: what the figures are made of, and the worst mistakes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .data import find_groups

if TYPE_CHECKING:
    from ..memory import Model
    from ..recognizer.predictions import Predictions
    from ..recognizer.reranking import Pictures
    from .scores import Scores

__all__ = ["WORST", "Asked", "Mistake", "Neighbor", "count_known", "notes_on"]

WORST = 24
"""Mistakes that are kept with their pictures."""

_SHOWN = 5  # neighbors of a mistake
_ITSELF = 1e-5
"""A neighbor so much nearer than the last one is, but for rounding, at no distance at all."""


@dataclass(frozen=True, slots=True, eq=False)
class Neighbor:
    """A reference that had a say: its number, digit, distance and, where it was kept, picture."""

    index: int
    label: int
    distance: float
    image: NDArray[np.uint8] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Mistake:
    """A wrong answer: the digit as the recognizer saw it, uint8 (28, 28), and who its neighbors are."""

    index: int
    truth: int
    answer: int
    confidence: float
    verdict: str
    origin: str | None
    image: NDArray[np.uint8]
    neighbors: tuple[Neighbor, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain values, without pictures."""
        return {
            "index": self.index,
            "truth": self.truth,
            "answer": self.answer,
            "confidence": self.confidence,
            "verdict": self.verdict,
            "origin": self.origin,
            "neighbors": [
                {"index": each.index, "label": each.label, "distance": each.distance}
                for each in self.neighbors
            ],
        }


class Asked:
    """Answers as they come in; of most, only what the figures need is kept.

    Parameters
    ----------
    model : Model
    images : uint8 (n, 28, 28)
    labels : int64 (n,)
        What they are.
    groups : sequence of str, optional
        Where each comes from.
    """

    def __init__(
        self,
        model: Model,
        images: NDArray[np.uint8],
        labels: NDArray[np.int64],
        groups: Sequence[str] | None,
    ) -> None:
        self.model, self.images, self.labels, self.groups = model, images, labels, groups
        self._answers: list[NDArray[np.int64]] = []
        self._probabilities: list[NDArray[np.float64]] = []
        self._confidence: list[NDArray[np.float64]] = []
        self._verdicts: list[NDArray[np.str_]] = []
        self._known = 0  # digits that are references themselves
        self._worst: list[tuple[float, int, Predictions, int]] = []  # with the batch and the row in it

    def ask(self, start: int, stop: int) -> None:
        """Ask the model about some of the digits."""
        batch = self.model.predict(self.images[start:stop])
        self._answers.append(batch.labels)
        self._probabilities.append(batch.probabilities())
        self._confidence.append(batch.confidence)
        self._verdicts.append(batch.verdicts)
        self._known += count_known(batch, self.images[start:stop], self.model.pictures)
        wrong = np.flatnonzero(batch.labels != self.labels[start:stop]).tolist()
        self._worst += [(-float(batch.confidence[row]), start + row, batch, row) for row in wrong]
        self._worst = sorted(self._worst, key=lambda found: found[:2])[:WORST]

    def scores(self) -> Scores:
        """The figures, once all are asked."""
        from .scores import Scores  # scikit-learn: a second that wrong input needn't wait for

        return Scores(
            self.labels,
            np.concatenate(self._answers),
            np.concatenate(self._probabilities),
            self.model.classes,
            np.concatenate(self._confidence),
            np.concatenate(self._verdicts),
            find_groups(self.groups, self.labels),
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """The most confident wrong answers."""
        return tuple(self._mistake(index, batch, row) for _, index, batch, row in self._worst)

    def _mistake(self, index: int, batch: Predictions, row: int) -> Mistake:
        indices = batch.neighbor_indices[row, :_SHOWN]
        pictures = None if self.model.pictures is None else self.model.pictures[indices]
        neighbors = tuple(
            Neighbor(
                int(indices[i]),
                int(batch.neighbor_labels[row, i]),
                float(batch.neighbor_distances[row, i]),
                None if pictures is None else pictures[i],
            )
            for i in range(len(indices))
        )
        return Mistake(
            index,
            int(self.labels[index]),
            int(batch.labels[row]),
            float(batch.confidence[row]),
            str(batch.verdicts[row]),
            None if self.groups is None else self.groups[index],
            self.images[index],
            neighbors,
        )

    def notes(self) -> tuple[str, ...]:
        """What has to be known before the figures are believed."""
        return notes_on(self.images, self._known)


def count_known(answers: Predictions, images: NDArray[np.uint8], pictures: Pictures | None) -> int:
    """How many digits are references too.

    Parameters
    ----------
    answers : Predictions
    images : uint8 (n, 28, 28)
        What was asked.
    pictures : Pictures, or None
        Those of the references; where none were kept, the distances have to tell.
    """
    distances = answers.neighbor_distances
    near = distances <= _ITSELF * distances[:, -1:]
    rows = np.flatnonzero(near[:, 0])
    if pictures is None:
        return len(rows)
    return sum(
        bool((pictures[answers.neighbor_indices[row, near[row]]] == images[row]).all((1, 2)).any())
        for row in rows
    )


def notes_on(images: NDArray[np.uint8], known: int) -> tuple[str, ...]:
    """What has to be known before figures on digits are believed, ``known`` of which are references too."""
    notes = []
    if known:
        notes.append(
            f"{known:,} of the {len(images):,} digits are among those the model knows: "
            "they are their own neighbors, and the figures flatter; leave them out for honest ones"
        )
    blank = int(np.count_nonzero(~images.any(axis=(1, 2))))
    if blank:
        notes.append(f"{blank:,} of the {len(images):,} pictures are blank")
    return tuple(notes)
