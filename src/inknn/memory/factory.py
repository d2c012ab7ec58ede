"""The factory set: MNIST's training digits, and the recognizer prepared from them once per user."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .. import datasets
from ..files import cached
from ..progress import Progress
from .container import read_arrays, write_arrays

if TYPE_CHECKING:
    from ..recognizer import Recognizer

_KIND = "prepared index"
_VERSION = 1


def factory_recognizer(progress: Progress | None = None) -> Recognizer:
    """The recognizer that knows MNIST's training digits.

    The first call prepares it and keeps it in the user's cache; later calls map it from there. It is
    prepared again when the file is damaged, or was made with other settings.

    Parameters
    ----------
    progress
        Told how far the preparation is.

    Returns
    -------
    Recognizer
        Ready to recognize; its references are in the order of :func:`factory_images`.

    Raises
    ------
    DataError
        If the digits in the package are damaged, or no folder can be written.
    """
    from ..recognizer import Recognizer

    def build() -> Recognizer:
        images, labels = datasets.load_mnist_part("train")
        return Recognizer.fit(images, labels, progress=progress)

    return cached(
        f"inknn-index-{Recognizer.FINGERPRINT}.bin",
        load=lambda path: Recognizer.from_arrays(
            read_arrays(path, kind=_KIND, version=_VERSION), _FactoryPictures()
        ),
        build=build,
        store=lambda path, recognizer: write_arrays(path, recognizer.arrays(), kind=_KIND, version=_VERSION),
    )


def factory_images() -> NDArray[np.uint8]:
    """The digits the factory recognizer knows, as pictures: to show the neighbors of an answer.

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
    """The digits the factory recognizer knows, loaded once one of them is asked for."""

    @cached_property
    def _images(self) -> NDArray[np.uint8]:
        return factory_images()

    def __getitem__(self, rows: NDArray[np.int64], /) -> NDArray[np.uint8]:
        return self._images[rows]
