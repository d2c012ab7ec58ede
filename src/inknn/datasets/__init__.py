"""Labelled digits, and the file format they come in. Knows nothing of kNN.

``mnist`` is embedded in the package, so everything works offline from the first second; ``idx`` reads
and writes the IDX format of MNIST and its kin.

>>> from inknn import datasets
>>> (X_train, y_train), (X_test, y_test) = datasets.load_mnist()
>>> X_train.shape, X_train.dtype, int(y_train[0])
((60000, 28, 28), dtype('uint8'), 5)
"""

from __future__ import annotations

from .idx import read_idx, write_idx
from .labelled import LabelledDigits, load_digits
from .mnist import load_mnist, load_mnist_part

__all__ = ["LabelledDigits", "load_digits", "load_mnist", "load_mnist_part", "read_idx", "write_idx"]
