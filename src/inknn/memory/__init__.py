"""The prototypes: the factory set (MNIST's training digits) and its prepared index on disk.

``container`` is the file format: named arrays, checksummed, memory-mapped, no pickle.
``factory`` gives the recogniser that knows the factory set, prepared once per user.
"""

from __future__ import annotations

from .container import read_arrays, write_arrays
from .factory import factory_images, factory_recogniser

__all__ = ["factory_images", "factory_recogniser", "read_arrays", "write_arrays"]
