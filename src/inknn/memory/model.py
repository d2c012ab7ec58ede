"""Recognizers in files of their own: plain arrays under a checksum, no pickle."""

from __future__ import annotations

import os
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..recognizer import Recognizer
from .container import read_arrays, write_arrays

__all__ = ["digit_classes", "read_digit_model", "read_model", "write_model"]

_KIND = "model"
_VERSION = 3


def write_model(
    path: str | os.PathLike[str] | BinaryIO, recognizer: Recognizer, classes: NDArray[Any]
) -> None:
    """Keep a recognizer in a file, in one step.

    Parameters
    ----------
    path
        The file to write, or one that is open for it.
    recognizer : Recognizer
    classes : (c,)
        What its labels mean: numbers or text.

    Raises
    ------
    ValueError
        If the classes are neither numbers nor text, which is all the file can hold.
    OSError
        If it can't be written.
    """
    if classes.dtype.kind not in "biufU":
        raise ValueError(f"only labels that are numbers or text can be kept, not {classes.dtype}")
    arrays = recognizer.arrays()
    if recognizer.references.pictures is not None:
        arrays["pictures"] = recognizer.references.pictures[np.arange(len(recognizer.references))]
    text = classes.dtype.kind == "U"
    if text:  # the code points of each label, padded with zeros
        native = classes.astype(classes.dtype.newbyteorder("="))
        classes = native.view(np.uint32).reshape(len(native), -1)
    arrays["classes"], arrays["classes_are_text"] = classes, np.array(text)
    write_arrays(path, arrays, kind=_KIND, version=_VERSION)


def read_model(path: str | os.PathLike[str]) -> tuple[Recognizer, NDArray[Any]]:
    """A recognizer from a file of :func:`write_model`, and what its labels mean; mapped, not read.

    Raises
    ------
    DataError
        If the file is damaged, no model, or one of another version; it says which.
    FileNotFoundError
        If there is none.
    """
    try:
        arrays = read_arrays(path, kind=_KIND, version=_VERSION)
    except DataError as error:
        raise DataError(f"{error}; make the model again with inknn fit") from error
    try:
        classes, text = arrays["classes"], bool(arrays["classes_are_text"])
    except KeyError as error:
        raise DataError(f"{os.fspath(path)} lacks {error}; save the model again") from error
    pictures = arrays.get("pictures")
    if pictures is not None and pictures.shape != (len(arrays.get("labels", ())), 28, 28):
        raise DataError(f"{os.fspath(path)} has pictures of other digits than its own; save the model again")
    recognizer = Recognizer.from_arrays(arrays, pictures)
    if len(classes) != recognizer.n_labels:
        raise DataError(f"{os.fspath(path)} names {len(classes)} labels for {recognizer.n_labels}")
    if text:
        classes = np.ascontiguousarray(classes).view(f"U{classes.shape[1]}").ravel()
    return recognizer, np.array(classes)


def read_digit_model(path: str | os.PathLike[str]) -> tuple[Recognizer, NDArray[np.int64]]:
    """As :func:`read_model`, of a model whose labels are digits: these are the classes, int64 (c,).

    Raises
    ------
    DataError
        If the file can't be read, is damaged or no model, or its labels aren't digits.
    """
    try:
        recognizer, classes = read_model(path)
    except OSError as error:
        raise DataError(f"can't read the model {os.fspath(path)}: {error.strerror or error}") from error
    return recognizer, digit_classes(classes, f"the model {os.fspath(path)}")


def digit_classes(classes: NDArray[Any], whose: str) -> NDArray[np.int64]:
    """Labels, numbers or text, as the digits they are, int64 (c,).

    Raises
    ------
    DataError
        If one of them is no digit.
    """
    names = [str(name) for name in classes.tolist()]
    if not all(len(name) == 1 and name in "0123456789" for name in names):
        some = ", ".join(map(repr, names[:3])) + (" ..." if len(names) > 3 else "")
        raise DataError(
            f"the labels of {whose} aren't digits ({some}); use one that was fitted with the labels 0 to 9"
        )
    return np.array([int(name) for name in names], np.int64)
