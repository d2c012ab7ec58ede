"""Values kept in the user's cache as soon as they are known, so that an interrupted run can go on."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from ...cache import cache_dir
from ...files import atomic_write

__all__ = ["Checkpoint"]


class Checkpoint:
    """Plain values by name, in the file ``path`` of the cache, which is there as soon as one value is kept.

    ``name`` of the file is all that the values depend on, or a digest of it; ``fresh`` ignores earlier ones.
    """

    def __init__(self, name: str, *, fresh: bool = False) -> None:
        self.path = cache_dir() / f"inknn-{name}.json"
        self._values: dict[str, Any] = {}
        if not fresh:
            with suppress(OSError, ValueError, TypeError):  # no file, or a damaged one: all is measured anew
                self._values = dict(json.loads(self.path.read_bytes()))

    def get(self, name: str) -> Any:
        """The value kept under a name, or None."""
        return self._values.get(name)

    def keep(self, name: str, value: Any) -> None:
        """Keep a plain value; where the file can't be written, until the end of the process only."""
        self._values[name] = value
        with suppress(OSError), atomic_write(self.path) as file:
            file.write(json.dumps(self._values).encode())
