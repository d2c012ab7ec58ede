"""A model: a recognizer, and the labels that its codes stand for; kept in a file of its own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, BinaryIO, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import DataError
from ..progress import Progress
from ..recognizer import FORMAT, Predictions, Recognizer, Settings
from .container import read_arrays, write_arrays

if TYPE_CHECKING:
    from ..recognizer.reranking import Pictures

__all__ = ["Model"]

_KIND = "model"
_LAST_CHARACTER = 0x10FFFF


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A recognizer and what its codes mean: what is fitted, saved, opened, and predicts.

    Attributes
    ----------
    recognizer : Recognizer
        Its labels are codes, 0 to c − 1.
    classes : (c,)
        The label behind each code, ascending.
    name : str
        For reports and messages.
    pictures : Pictures, or None
        Those of its references, to show them, where they were kept.

    Examples
    --------
    >>> from inknn.datasets import load_mnist
    >>> (images, labels), (others, _) = load_mnist()
    >>> names = np.where(labels % 2, "odd", "even")
    >>> Model.fit(images[:2000], names[:2000]).predict(others[:5]).labels.tolist()
    ['odd', 'even', 'odd', 'even', 'even']
    """

    recognizer: Recognizer
    classes: NDArray[Any]
    name: str = "this model"
    pictures: Pictures | None = None

    @classmethod
    def fit(
        cls,
        images: NDArray[np.uint8],
        labels: ArrayLike,
        settings: Settings | None = None,
        *,
        name: str = "this model",
        n_threads: int | None = None,
        progress: Progress | None = None,
    ) -> Self:
        """Learn digits.

        Parameters
        ----------
        images : uint8 (n, 28, 28)
            In MNIST's normal form (:func:`inknn.glyph.normalize` makes it), ink bright on black; n ≥ 1.
        labels : (n,)
            Numbers or text.
        settings : Settings, optional
            Other than the default; :func:`inknn.recognizer.choose_settings` makes them of a few parameters.
        name : str
            For reports and messages.
        n_threads : int, optional
            All CPUs by default. No prediction depends on it.
        progress : Progress, optional
            Called with what is being done, and how much of it is done.

        Returns
        -------
        Model

        Raises
        ------
        ValueError
            If shapes or types don't fit.
        """
        classes, codes = np.unique(labels, return_inverse=True)
        recognizer = Recognizer.fit(
            images, codes, progress, settings=settings, n_labels=len(classes), n_threads=n_threads
        )
        return cls(recognizer, classes, name, recognizer.references.pictures)

    def predict(self, images: NDArray[np.uint8], *, n_threads: int | None = None) -> Predictions:
        """Predict the labels of digits.

        Parameters
        ----------
        images : uint8 (n, 28, 28)
            In MNIST's normal form. A black image is no digit.
        n_threads : int, optional
            All CPUs by default. No prediction depends on it.

        Returns
        -------
        Predictions
            In the labels that the model was fitted with.

        Raises
        ------
        ValueError
            If shapes or types don't fit.
        """
        return self.recognizer.recognize(images, n_threads=n_threads).decoded(self.classes)

    def of_digits(self) -> Model:
        """The same model with digits for classes, int64 (c,), whether it was fitted with numbers or text.

        Raises
        ------
        DataError
            If one of the classes is no digit.
        """
        names = [str(name) for name in self.classes.tolist()]
        if not all(len(name) == 1 and name in "0123456789" for name in names):
            some = ", ".join(map(repr, names[:3])) + (" ..." if len(names) > 3 else "")
            raise DataError(
                f"the labels of {self.name} aren't digits ({some}); use a model that was fitted with the "
                "labels 0 to 9"
            )
        return replace(self, classes=np.array([int(name) for name in names], np.int64))

    def save(self, path: str | os.PathLike[str] | BinaryIO) -> None:
        """Keep the model in a file, in one step: plain arrays under a checksum, no pickle.

        Parameters
        ----------
        path
            The file to write, or one that is open for it.

        Raises
        ------
        ValueError
            If the classes are neither numbers nor text, which is all the file can hold.
        OSError
            If it can't be written.
        """
        if self.classes.dtype.kind not in "biufU":
            raise ValueError(f"only labels that are numbers or text can be kept, not {self.classes.dtype}")
        arrays = self.recognizer.arrays()
        references = self.recognizer.references
        if references.pictures is not None:
            arrays["pictures"] = references.pictures[np.arange(len(references))]
        classes, text = self.classes, self.classes.dtype.kind == "U"
        if text:  # the code points of each label, padded with zeros
            native = classes.astype(classes.dtype.newbyteorder("="))
            classes = native.view(np.uint32).reshape(len(native), -1)
        arrays["classes"], arrays["classes_are_text"] = classes, np.array(text)
        write_arrays(path, arrays, kind=_KIND, version=FORMAT)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Self:
        """A model from a file of :meth:`save`, which is mapped into memory, not read.

        Parameters
        ----------
        path
            The file; it becomes the model's name too.

        Returns
        -------
        Model

        Raises
        ------
        DataError
            If the file is damaged, no model, or one of another version; the message says which.
        FileNotFoundError
            If there is none.
        """
        name = os.fspath(path)
        try:
            arrays = read_arrays(path, kind=_KIND, version=FORMAT)
        except DataError as error:
            raise DataError(f"{error}; make the model again with inknn fit") from error
        classes, pictures = _classes(arrays, name), arrays.get("pictures")
        try:
            recognizer = Recognizer.from_arrays(arrays, pictures)
        except DataError as error:
            raise DataError(f"{name}: {error}") from error
        count = len(recognizer.references)
        if pictures is not None and (pictures.shape != (count, 28, 28) or pictures.dtype != np.uint8):
            raise DataError(f"{name} has pictures of other digits than its own; save the model again")
        if len(classes) != recognizer.n_labels:
            raise DataError(f"{name} names {len(classes)} labels for {recognizer.n_labels}")
        return cls(recognizer, classes, name, pictures)


def _classes(arrays: Mapping[str, NDArray[Any]], name: str) -> NDArray[Any]:
    """The labels in the arrays of a file."""
    try:
        classes, is_text = arrays["classes"], arrays["classes_are_text"]
    except KeyError as error:
        raise DataError(f"{name} lacks {error}; save the model again") from error
    coded = classes.ndim == 2 and classes.size > 0 and classes.dtype == np.uint32
    if coded and classes.max() <= _LAST_CHARACTER and is_text.shape == () and is_text:
        classes = np.ascontiguousarray(classes).view(f"U{classes.shape[1]}").ravel()
    if is_text.shape != () or classes.ndim != 1 or not (classes[1:] > classes[:-1]).all():
        raise DataError(f"{name} has labels that are none, or out of order; save the model again")
    return np.array(classes)
