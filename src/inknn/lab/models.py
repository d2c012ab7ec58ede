"""What is evaluated: a recognizer of digits, and the pictures of what it knows."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import UnknownNameError
from ..progress import Progress, no_progress
from ..recognizer import Recognizer

if TYPE_CHECKING:
    from ..recognizer.reranking import Pictures

__all__ = ["AS_IT_COMES", "Model", "factory_model", "load_model", "open_model"]

AS_IT_COMES = "mnist"
"""What names inknn as it comes where a file of a model could be named."""


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A recognizer whose labels are digits.

    Attributes
    ----------
    name : str
        For reports.
    recognizer : Recognizer
    classes : int64 (c,)
        The digit behind each of the recognizer's labels, ascending.
    pictures : Pictures, or None
        Those of its references, where it kept them.
    """

    name: str
    recognizer: Recognizer
    classes: NDArray[np.int64]
    pictures: Pictures | None = None


def factory_model(preset: str | None = None, progress: Progress = no_progress) -> Model:
    """inknn as it comes: it knows MNIST's 60,000 training digits.

    Parameters
    ----------
    preset : {"best", "fast"}, optional
        As of :class:`inknn.DigitClassifier`; that which ``inknn read`` uses by default. This one is prepared
        once, the other is fitted each time.
    progress
        Told how far the preparation is.

    Raises
    ------
    UnknownNameError
        If there is no such preset.
    DataError
        If the digits in the package are damaged, or no folder can be written.
    """
    from ..datasets import load_mnist_part
    from ..estimators.digits import DigitClassifier
    from ..memory import factory_images, factory_recognizer
    from ..recognizer.settings import PRESETS

    if preset is not None and preset not in PRESETS:
        raise UnknownNameError("preset", preset, PRESETS)
    if preset is None or not PRESETS[preset]:  # in no setting other than the default
        recognizer = factory_recognizer(progress)
    else:
        images, labels = load_mnist_part("train")
        recognizer = DigitClassifier(preset=preset).fit(images, labels, progress=progress).recognizer_
    known = "best" if recognizer.settings.n_distorted else "fast"
    return Model(f"MNIST's training digits, preset {known}", recognizer, np.arange(10), factory_images())


def load_model(path: str | os.PathLike[str]) -> Model:
    """A model from a file of ``inknn fit`` or :meth:`inknn.DigitClassifier.save`.

    Raises
    ------
    DataError
        If the file can't be read, is damaged or no model, or its labels aren't digits.
    """
    from ..memory import read_digit_model

    recognizer, classes = read_digit_model(path)
    return Model(os.fspath(path), recognizer, classes, recognizer.references.pictures)


def open_model(
    model: str | os.PathLike[str] | None, preset: str | None = None, progress: Progress = no_progress
) -> Model:
    """Inknn as it comes, for None or :data:`AS_IT_COMES`; else the model in that file.

    Raises
    ------
    UnknownNameError, DataError
        As :func:`factory_model` and :func:`load_model`.
    """
    if model is None or model == AS_IT_COMES:
        return factory_model(preset, progress)
    return load_model(model)
