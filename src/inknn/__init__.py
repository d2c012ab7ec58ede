"""inknn reads handwritten digits by k-nearest neighbors.

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
    from .errors import DataError, InknnError, OutputError, PictureError, PictureTooLargeError
    from .estimators import DigitClassifier, KNeighborsClassifier, NearestNeighbors
    from .geometry import Box
    from .reader import Alternative, Digit, DigitReader, Line, Neighbor, Reading

_HOME = {
    "DigitClassifier": "estimators",
    "KNeighborsClassifier": "estimators",
    "NearestNeighbors": "estimators",
    "DigitReader": "reader",
    "Reading": "reader",
    "Line": "reader",
    "Digit": "reader",
    "Alternative": "reader",
    "Neighbor": "reader",
    "Box": "geometry",
    "InknnError": "errors",
    "PictureError": "errors",
    "PictureTooLargeError": "errors",
    "DataError": "errors",
    "OutputError": "errors",
}

_ROOMS = (
    *("datasets", "estimators", "features", "glyph", "ink", "lab"),
    *("memory", "metrics", "page", "reader", "recognizer", "search"),
)

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
    "Neighbor",
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
    if name in _ROOMS:
        return importlib.import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
