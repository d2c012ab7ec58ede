"""Labeled digits, and the file formats they come in. Knows nothing of kNN.

``load`` gives labeled digits (``labeled``) by the name of a set or by a path. ``mnist`` is embedded in the
package, so everything works offline from the start; ``catalog`` lists the sets known by name, ``fetching``
downloads them, ``published`` parses them. ``from_path`` finds the format of users' own digits: ``idx``,
``npz``, ``csv`` or ``image_folder``, and ``arrays`` checks what is found there. ``limits`` says how much is
unpacked and read. ``convert`` saves any of them in one file, ``contact_sheet`` draws them.

>>> from inknn import datasets
>>> (X_train, y_train), (X_test, y_test) = datasets.load_mnist()
>>> X_train.shape, X_train.dtype, int(y_train[0])
((60000, 28, 28), dtype('uint8'), 5)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .idx import read_idx, write_idx
from .labeled import LabeledDigits
from .load import load_digits
from .mnist import load_mnist, load_mnist_part

if TYPE_CHECKING:
    from ..glyph.normal_form import to_mnist_form

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
    if name == "to_mnist_form":  # needs OpenCV, which loading digits doesn't
        from ..glyph.normal_form import to_mnist_form

        return to_mnist_form
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
