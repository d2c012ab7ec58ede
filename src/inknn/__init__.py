"""inknn reads handwritten digits by k-nearest neighbours.

>>> import inknn
>>> reading = inknn.DigitReader().read("photo.jpg")  # doctest: +SKIP
>>> reading.text  # doctest: +SKIP
'2026'

Importing the package is cheap and has no side effects: each name below is imported on first use, so
that reading a picture never pays for scikit-learn.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .classifier import DigitClassifier
    from .errors import DataError, InknnError, OutputError, PictureError, PictureTooLargeError
    from .kneighbours import KNeighborsClassifier
    from .neighbours import NearestNeighbors
    from .reader import DigitReader
    from .reading import Alternative, Box, Digit, Line, Neighbour, Reading

_HOME = {
    "DigitClassifier": "classifier",
    "DigitReader": "reader",
    "KNeighborsClassifier": "kneighbours",
    "NearestNeighbors": "neighbours",
    "Reading": "reading",
    "Line": "reading",
    "Digit": "reading",
    "Alternative": "reading",
    "Neighbour": "reading",
    "Box": "reading",
    "InknnError": "errors",
    "PictureError": "errors",
    "PictureTooLargeError": "errors",
    "DataError": "errors",
    "OutputError": "errors",
}

__all__ = [  # resolved by __getattr__
    "Alternative",
    "Box",
    "DataError",
    "Digit",
    "DigitClassifier",
    "DigitReader",
    "InknnError",
    "KNeighborsClassifier",
    "Line",
    "NearestNeighbors",
    "Neighbour",
    "OutputError",
    "PictureError",
    "PictureTooLargeError",
    "Reading",
    "__version__",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("inknn")
    if name in _HOME:
        return getattr(importlib.import_module(f".{_HOME[name]}", __name__), name)
    if name in ("datasets", "glyph", "ink", "page", "features", "search", "metrics", "lab"):
        return importlib.import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
