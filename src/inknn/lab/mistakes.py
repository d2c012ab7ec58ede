"""Wrong answers with the neighbors that led to them, and warnings about the digits that were evaluated."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..recognizer.settings import LEARNED

if TYPE_CHECKING:
    from ..recognizer.predictions import Predictions
    from ..recognizer.reranking import Pictures

__all__ = ["Mistake", "Neighbor", "count_known", "data_uri", "how_decided", "notes_on", "worst_mistakes"]

_MOST_NEIGHBORS = 12  # of a mistake; more are too many to look at
_SAME = 1e-5
"""A neighbor at this part of the last neighbor's distance is at distance zero, but for rounding."""

_PREFIX = "data:image/png;base64,"
_SIZE = b"IHDR\0\0\0\x1c\0\0\0\x1c"  # of a PNG of 28×28 pixels


@dataclass(frozen=True, slots=True, eq=False)
class Neighbor:
    """A reference that voted: its index, digit, distance and, where the model has it, picture."""

    index: int
    label: int
    distance: float
    image: NDArray[np.uint8] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Mistake:
    """A wrong answer.

    Attributes
    ----------
    index : int
        Place of the digit in its set.
    truth, answer : int
    confidence : float
    verdict : str
    group : str or None
        Writer or file of the digit, where known.
    image : uint8 (28, 28)
        The digit as the recognizer saw it.
    neighbors : tuple of Neighbor
        Nearest first.
    """

    index: int
    truth: int
    answer: int
    confidence: float
    verdict: str
    group: str | None
    image: NDArray[np.uint8]
    neighbors: tuple[Neighbor, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain values, pictures as data URIs; :meth:`from_dict` is the way back."""
        return {
            "index": self.index,
            "truth": self.truth,
            "answer": self.answer,
            "confidence": self.confidence,
            "verdict": self.verdict,
            "group": self.group,
            "image": data_uri(self.image),
            "neighbors": [
                {
                    "index": each.index,
                    "label": each.label,
                    "distance": each.distance,
                    "image": None if each.image is None else data_uri(each.image),
                }
                for each in self.neighbors
            ],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Mistake:
        """A mistake from what :meth:`to_dict` gave.

        Raises
        ------
        KeyError, TypeError, ValueError
            If something is missing or of the wrong kind.
        """
        neighbors = tuple(
            Neighbor(
                int(each["index"]),
                int(each["label"]),
                float(each["distance"]),
                None if each["image"] is None else _picture(each["image"]),
            )
            for each in values["neighbors"]
        )
        return cls(
            int(values["index"]),
            int(values["truth"]),
            int(values["answer"]),
            float(values["confidence"]),
            str(values["verdict"]),
            values["group"],
            _picture(values["image"]),
            neighbors,
        )


def worst_mistakes(
    answers: Predictions,
    images: NDArray[np.uint8],
    labels: NDArray[np.integer],
    *,
    pictures: Pictures | None = None,
    groups: Sequence[str] | None = None,
    n_neighbors: int = 5,
    limit: int = 24,
) -> tuple[Mistake, ...]:
    """The most confident wrong answers, most confident first.

    Parameters
    ----------
    answers : Predictions
        Of the n digits.
    images : uint8 (n, 28, 28)
    labels : int (n,)
        What the digits are.
    pictures : uint8 (m, 28, 28), optional
        Those of the references, by the indices in ``answers``.
    groups : sequence of str (n,), optional
        Writer or file of each digit.
    n_neighbors : int
        Neighbors of each mistake, at most 12.
    limit : int
        Mistakes, at most.

    Returns
    -------
    tuple of Mistake
    """
    wrong = np.flatnonzero(answers.labels != labels)
    worst = wrong[np.argsort(-answers.confidence[wrong], kind="stable")][:limit]
    shown = min(n_neighbors, _MOST_NEIGHBORS)

    def neighbors_of(row: int) -> tuple[Neighbor, ...]:
        indices = answers.neighbor_indices[row, :shown]
        seen = [None] * len(indices) if pictures is None else pictures[indices]
        return tuple(
            Neighbor(int(index), int(label), float(distance), image)
            for index, label, distance, image in zip(
                indices, answers.neighbor_labels[row], answers.neighbor_distances[row], seen, strict=False
            )
        )

    return tuple(
        Mistake(
            row,
            int(labels[row]),
            int(answers.labels[row]),
            float(answers.confidence[row]),
            str(answers.verdicts[row]),
            None if groups is None else groups[row],
            images[row],
            neighbors_of(row),
        )
        for row in worst.tolist()
    )


def count_known(answers: Predictions, images: NDArray[np.uint8], pictures: Pictures | None) -> int:
    """How many digits are references themselves.

    Parameters
    ----------
    answers : Predictions
    images : uint8 (n, 28, 28)
        The digits answered.
    pictures : Pictures, or None
        Those of the references. Without them, a distance of zero decides.

    Returns
    -------
    int
    """
    distances = answers.neighbor_distances
    near = distances <= _SAME * distances[:, -1:]
    rows = np.flatnonzero(near[:, 0])
    if pictures is None:
        return len(rows)
    return sum(
        bool((pictures[answers.neighbor_indices[row, near[row]]] == images[row]).all((1, 2)).any())
        for row in rows
    )


def how_decided(mistakes: Sequence[Mistake], settings: Mapping[str, Any]) -> tuple[str, ...]:
    """What had a part in the answers besides the neighbors of these mistakes, a sentence each.

    Parameters
    ----------
    mistakes : sequence of Mistake
    settings : mapping
        ``k`` and ``features``, as in :attr:`inknn.recognizer.Recognizer.facts`.

    Returns
    -------
    tuple of str
    """
    sentences = []
    shown = max((len(mistake.neighbors) for mistake in mistakes), default=0)
    if 0 < shown < settings["k"]:
        sentences.append(f"The nearest {shown} of {settings['k']} neighbors are shown.")
    split = any(len({near.label for near in mistake.neighbors}) > 1 for mistake in mistakes)
    if split and settings["features"] == LEARNED:  # whose answers are re-ranked
        sentences.append("Where neighbors disagree, inknn compared further references.")
    return tuple(sentences)


def notes_on(images: NDArray[np.uint8], known: int) -> tuple[str, ...]:
    """What makes figures on digits doubtful, a line each; ``known`` of the digits are references too."""
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


def data_uri(image: NDArray[np.uint8]) -> str:
    """A digit, bright ink on black, as a picture of dark ink on white that a browser shows.

    Parameters
    ----------
    image : uint8 (height, width)

    Returns
    -------
    str
        ``data:image/png;base64,`` and the bytes of the PNG.
    """
    _, png = cv2.imencode(".png", 255 - image, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    return _PREFIX + base64.b64encode(png.tobytes()).decode()


def _picture(uri: str) -> NDArray[np.uint8]:
    """The digit of a :func:`data_uri`."""
    if not uri.startswith(_PREFIX):
        raise ValueError("a picture must be a data URI of a PNG")
    png = np.frombuffer(base64.b64decode(uri[len(_PREFIX) :], validate=True), np.uint8)
    picture = cv2.imdecode(png, cv2.IMREAD_GRAYSCALE) if _SIZE in png[:24].tobytes() else None
    if picture is None:
        raise ValueError("a picture must be a PNG of 28×28 pixels")
    return np.asarray(255 - picture, np.uint8)
