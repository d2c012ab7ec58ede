"""The factory model, which knows MNIST's training digits; and any model that a user may name."""

from __future__ import annotations

import os
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .. import datasets
from ..cache import cached
from ..errors import DataError
from ..progress import PREPARING, Progress, no_progress
from ..recognizer import FORMAT, Recognizer, Settings, choose_settings
from .container import read_arrays, write_arrays
from .model import Model

__all__ = ["FACTORY", "factory_images", "factory_model", "open_model"]

FACTORY = "mnist"
"""The name of the factory model, where a file of a model could be named instead."""

_KIND = "prepared index"


def factory_model(preset: str | None = None, progress: Progress = no_progress) -> Model:
    """inknn as it comes: it knows MNIST's 60,000 training digits.

    The first call prepares the default preset and keeps it in the user's cache; later calls map it from
    there. It is prepared again where the file is damaged, or was made with other settings. The other preset
    is fitted each time.

    Parameters
    ----------
    preset : {"best", "fast"}, optional
        As of :class:`inknn.DigitClassifier`; by default the one that ``inknn read`` uses.
    progress
        Called with what is being done, and how much of it is done.

    Returns
    -------
    Model
        Its references are in the order of :func:`factory_images`.

    Raises
    ------
    UnknownNameError
        If there is no such preset.
    DataError
        If the digits in the package are damaged, or no folder can be written.
    """
    settings = Settings() if preset is None else choose_settings(preset=preset)

    def fit() -> Recognizer:
        images, labels = datasets.load_mnist_part("train")
        return Recognizer.fit(images, labels, progress, settings=settings)

    def prepare() -> Recognizer:
        progress(PREPARING, 0.0)
        return fit()

    if settings != Settings():
        recognizer = fit()
    else:
        recognizer = cached(
            f"inknn-index-{Recognizer.FINGERPRINT}.bin",
            load=lambda path: Recognizer.from_arrays(
                read_arrays(path, kind=_KIND, version=FORMAT), _FactoryPictures()
            ),
            build=prepare,
            store=lambda path, recognizer: write_arrays(
                path, recognizer.arrays(), kind=_KIND, version=FORMAT
            ),
        )
    name = f"MNIST's training digits, preset {settings.preset}"
    return Model(recognizer, np.arange(10), name, _FactoryPictures())


def open_model(
    model: str | os.PathLike[str] | None, preset: str | None = None, progress: Progress = no_progress
) -> Model:
    """A model of digits, by the name that a user gives.

    Parameters
    ----------
    model
        A file of :meth:`Model.save` or ``inknn fit``; None or ``"mnist"`` for the factory model.
    preset, progress
        For the factory model, as of :func:`factory_model`.

    Returns
    -------
    Model
        Its classes are digits, int64 (c,).

    Raises
    ------
    UnknownNameError
        If there is no such preset.
    DataError
        If the file can't be read, is damaged or no model, or its labels aren't digits.
    """
    if model is None or model == FACTORY:
        return factory_model(preset, progress)
    try:
        return Model.open(model).of_digits()
    except OSError as error:
        raise DataError(f"can't read the model {os.fspath(model)}: {error.strerror or error}") from error


def factory_images() -> NDArray[np.uint8]:
    """The digits that the factory model knows, as pictures: to show the neighbors of a prediction.

    Returns
    -------
    ndarray
        uint8 of shape (60000, 28, 28), ink bright on black; a neighbor's ``index`` counts its rows.

    Raises
    ------
    DataError
        If the digits in the package are damaged.
    """
    return datasets.load_mnist_part("train")[0]


class _FactoryPictures:
    """The digits that the factory model knows, loaded when the first of them is needed."""

    @cached_property
    def _images(self) -> NDArray[np.uint8]:
        return factory_images()

    def __getitem__(self, rows: NDArray[np.int64], /) -> NDArray[np.uint8]:
        return self._images[rows]
