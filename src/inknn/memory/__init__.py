"""What is known: models, fitted to digits, kept in files, opened again.

``model`` is a recognizer with the labels its codes stand for; ``fitting`` makes one from a labeled set.
``factory`` is the model that inknn comes with: MNIST's training digits, prepared once per user and mapped
from the cache. ``container`` is the file format: named arrays, checksummed, memory-mapped, no pickle.
"""

from __future__ import annotations

from .container import read_arrays, write_arrays
from .factory import FACTORY, factory_images, factory_model, open_model
from .model import Model

__all__ = [
    "FACTORY",
    "Model",
    "factory_images",
    "factory_model",
    "open_model",
    "read_arrays",
    "write_arrays",
]
