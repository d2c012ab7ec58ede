"""Labeled digits, and the file formats they come in. Knows nothing of kNN.

``mnist`` is embedded in the package, so everything works offline from the first second; ``labeled`` takes
it, and users' own digits (``own``), by name or path. One format, one module: ``idx`` reads and writes the
IDX format of MNIST and its kin, ``containers`` pairs its files and reads NPZ, ``tables`` reads CSV,
``pictures`` folders of picture files. ``normal_form`` brings any of them to MNIST's 28×28.

>>> from inknn import datasets
>>> (X_train, y_train), (X_test, y_test) = datasets.load_mnist()
>>> X_train.shape, X_train.dtype, int(y_train[0])
((60000, 28, 28), dtype('uint8'), 5)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .idx import read_idx, write_idx
from .load import LabeledDigits, load_digits
from .mnist import load_mnist, load_mnist_part

if TYPE_CHECKING:
    from .normal_form import to_mnist_form

__all__ = [
    "LabeledDigits",
    "load_digits",
    "load_mnist",
    "load_mnist_part",
    "read_idx",
    "to_mnist_form",
    "write_idx",
]


def __getattr__(name: str) -> Any:
    if name == "to_mnist_form":  # needs OpenCV, and the digits that are there don't need it
        from .normal_form import to_mnist_form

        return to_mnist_form
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
