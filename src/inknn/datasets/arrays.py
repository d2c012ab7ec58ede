"""Check pictures and labels of any source, and bring them to one type and scale."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError

__all__ = ["TEST", "TRAIN", "as_digit_labels", "as_ink", "as_pictures", "part_in_name", "upright_ink"]

TRAIN, TEST = ("train", "training"), ("test", "t10k", "testing", "val")
"""What the parts of a set are called in names of files and arrays."""

_GRAY = (0.299, 0.587, 0.114)  # ITU-R BT.601, as Pillow takes it
_SIXTEEN = 16  # the brightest value of the 8×8 digits, which count the pixels of a cell


def as_pictures(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Pictures of any common shape and scale, as uint8 (n, height, width), ink bright on black.

    Parameters
    ----------
    values : (n, height, width), (n, height, width, 1 or 3), (n, 1, height, width) or (n, side²)
        Numbers or booleans from −1 to 1, 0 to 1, 0 to 16, 0 to 255, or 0 to a larger power of two.

    Raises
    ------
    DataError
        If they have another shape or scale.
    """
    if values.dtype.kind not in "buif":
        raise DataError(f"the pictures must be numbers, not {values.dtype}")
    pictures = _in_squares(values)
    if not pictures.size:
        raise DataError(f"there are no pictures: their shape is {' × '.join(map(str, values.shape))}")
    return upright_ink(_eight_bit(pictures))


def _in_squares(values: NDArray[Any]) -> NDArray[Any]:
    """Shape (n, height, width)."""
    if values.ndim == 2:
        side = math.isqrt(values.shape[1])
        if side * side != values.shape[1]:
            raise DataError(f"{values.shape[1]} pixels a picture make no square; there must be side × side")
        return values.reshape(-1, side, side)
    if values.ndim == 4 and values.shape[3] == 3:
        return values @ np.array(_GRAY)
    if values.ndim == 4 and 1 in (values.shape[3], values.shape[1]):
        return values[..., 0] if values.shape[3] == 1 else values[:, 0]
    if values.ndim != 3:
        shape = " × ".join(map(str, values.shape))
        raise DataError(f"pictures must be (n, height, width), not {shape}")
    return values


def _eight_bit(pictures: NDArray[Any]) -> NDArray[np.uint8]:
    if pictures.dtype == bool:
        return pictures.astype(np.uint8) * 255
    low, high = float(pictures.min()), float(pictures.max())
    if not (math.isfinite(low) and math.isfinite(high)):
        raise DataError("there are pixels that are no finite number")
    if low < 0:
        if low < -1 or high > 1:
            raise DataError(f"pixels must be from 0 to 255 (or −1 to 1), and some are {low:g}")
        pictures, high = (pictures + 1) / 2, 1.0
    if pictures.dtype == np.uint8 and high > _SIXTEEN:
        return np.asarray(pictures)
    top = next((top for top in (1, _SIXTEEN, 255) if high <= top), None)
    if top is None:  # 10, 12, 16 bits
        top = 2 ** math.ceil(math.log2(high + 1)) - 1
    if top == 255 and pictures.dtype.kind in "ui":
        return pictures.astype(np.uint8)
    scaled = np.empty(pictures.shape, np.uint8)
    for start in range(0, len(pictures), 4096):  # no second copy of all in float64
        chunk = slice(start, start + 4096)
        scaled[chunk] = np.rint(pictures[chunk] * (255.0 / top)).clip(0, 255)
    return scaled


def upright_ink(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Ink bright on black: pictures of dark ink on bright paper are inverted.

    Paper is what lies along the border. If nearly all pictures of a set are of one kind, all are treated
    alike, since in a tight picture the ink may fill the border; otherwise each is treated by its own border.

    Parameters
    ----------
    pictures : uint8 (n, height, width)
    """
    border = np.concatenate(
        [pictures[:, 0], pictures[:, -1], pictures[:, 1:-1, 0], pictures[:, 1:-1, -1]], axis=1
    )
    bright = np.median(border, axis=1) > 127
    share = float(bright.mean())
    if share <= 0.1:
        return pictures
    if share >= 0.9:
        return 255 - pictures
    return np.where(bright[:, None, None], 255 - pictures, pictures)


def as_digit_labels(
    values: Sequence[str] | NDArray[Any], places: Sequence[str] | None = None
) -> NDArray[np.int64]:
    """Labels as int64 (n,), 0 to 9.

    Parameters
    ----------
    values : n labels
        Whole numbers of any type, their text, or one-hot rows (n, 10).
    places : n texts, optional
        Where each stands, for the message.

    Raises
    ------
    DataError
        If one is no digit; the first such is named.
    """
    labels = np.asarray(values)
    if labels.ndim == 2 and labels.shape[1] == 10 and labels.dtype.kind in "buif":
        if not (np.isin(labels, (0, 1)).all() and (labels.sum(axis=1) == 1).all()):
            raise DataError("labels of 10 columns must be one-hot: a single 1 in each row")
        return labels.argmax(axis=1).astype(np.int64)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1:
        raise DataError(
            f"labels must be one number for each picture, not {' × '.join(map(str, labels.shape))}"
        )
    if labels.dtype.kind in "SU":
        return _from_text(
            [v.decode("latin-1") if isinstance(v, bytes) else v for v in labels.tolist()], places
        )
    if labels.dtype.kind not in "buif":
        raise DataError(f"labels must be whole numbers from 0 to 9, not {labels.dtype}")
    wrong = np.flatnonzero(~np.isin(labels, np.arange(10)))
    if wrong.size:
        raise _no_digit(labels[wrong[0]], int(wrong[0]), places)
    return labels.astype(np.int64)


def _from_text(texts: list[str], places: Sequence[str] | None) -> NDArray[np.int64]:
    labels = np.empty(len(texts), np.int64)
    for i, text in enumerate(texts):
        try:
            number = float(text)  # "7", "7.0" and "07" alike
        except ValueError:
            number = -1.0
        if number not in range(10):
            raise _no_digit(repr(text), i, places)
        labels[i] = int(number)
    return labels


def _no_digit(label: Any, index: int, places: Sequence[str] | None) -> DataError:
    where = places[index] if places is not None else f"picture {index}"
    return DataError(f"{where} is labeled {label}; labels must be whole numbers from 0 to 9")


def as_ink(values: Any, labels: Any) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Pictures and their labels, checked against each other; see :func:`as_pictures`.

    Raises
    ------
    DataError
        Of both, and if there are more of one than of the other.
    """
    pictures, digits = as_pictures(np.asarray(values)), as_digit_labels(labels)
    if len(pictures) != len(digits):
        raise DataError(f"there are {len(pictures):,} pictures and {len(digits):,} labels; they must match")
    return pictures, digits


def part_in_name(name: str) -> Literal["train", "test", ""]:
    """The part of a set that the name of a file or array belongs to; empty where it has none."""
    words = re.split(r"[^a-z0-9]+", name.lower())
    if any(word in TRAIN for word in words):
        return "train"
    return "test" if any(word in TEST for word in words) else ""
