"""The references: the factory set (MNIST's training digits) and its prepared index on disk.

``container`` is the file format: named arrays, checksummed, memory-mapped, no pickle.
``factory`` gives the recognizer that knows the factory set, prepared once per user.
``models`` keeps recognizers that users have made of their own digits.
"""

from __future__ import annotations

from .container import read_arrays, write_arrays
from .factory import factory_images, factory_recognizer
from .model import digit_classes, read_digit_model, read_model, write_model

__all__ = [
    "digit_classes",
    "factory_images",
    "factory_recognizer",
    "read_arrays",
    "read_digit_model",
    "read_model",
    "write_arrays",
    "write_model",
]
