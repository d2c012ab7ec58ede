"""What a long run has measured so far, kept in the cache, so that the next run goes on from there.

A file belongs to the digits and the way they are divided; its entries are named after what was measured.
Whoever asks for the same measurement of the same digits again gets it from the file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...cache import cache_dir
from ...files import atomic_write

__all__ = ["Checkpoint"]

_FORMAT = 1  # raise it when the same settings measure something else


class Checkpoint:
    """Measurements by name, each kept as soon as it is made.

    Parameters
    ----------
    kind : str
        Whose they are: part of the file's name.
    images, labels
        The digits they are of.
    settings : mapping
        Plain values on which all of them depend.
    fresh : bool
        Forget what was kept.

    Attributes
    ----------
    path : Path
        The file, there once something is kept.
    taken : int
        How many measurements were found kept, and taken.
    """

    def __init__(
        self,
        kind: str,
        images: NDArray[Any],
        labels: NDArray[Any],
        settings: Mapping[str, Any],
        *,
        fresh: bool = False,
    ) -> None:
        digest = hashlib.sha256(f"{_FORMAT} {images.shape} {images.dtype}".encode())
        digest.update(json.dumps(settings, sort_keys=True).encode())
        for array in (images, labels):
            digest.update(np.ascontiguousarray(array).data)
        self.path: Path = cache_dir() / f"inknn-{kind}-{digest.hexdigest()[:16]}.json"
        self.taken = 0
        self._entries: dict[str, Any] = {} if fresh else _read(self.path)

    def get(self, name: str) -> Any:
        """What is kept of that name, as plain values, or None."""
        return self._entries.get(name)

    def keep(self, name: str, value: Any) -> None:
        """Keep plain values; where the file can't be written, until the end of this process only."""
        self._entries[name] = value
        with suppress(OSError), atomic_write(self.path) as file:
            file.write(json.dumps(self._entries).encode())


def _read(path: Path) -> dict[str, Any]:
    """What the file holds; nothing where there is none, or it is damaged: it is measured anew then."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
