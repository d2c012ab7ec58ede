"""How much a file of data may hold: a packed megabyte may be a gigabyte, a header may promise anything."""

from __future__ import annotations

import gzip
import io

from ..errors import DataError

__all__ = ["MAX_BYTES", "Limited", "check_size"]

MAX_BYTES = 1 << 29
"""What is unpacked and read of one file: 680,000 digits of 28×28 pixels, or a table of 250,000."""


def check_size(count: int) -> None:
    """Raise a :class:`DataError` where so many bytes are more than :data:`MAX_BYTES`."""
    if count > MAX_BYTES:
        raise DataError(
            f"it holds {count / 1e9:.1f} GB or more, and the limit is {MAX_BYTES / 1e9:.1f} GB; save pixels "
            "as 8-bit numbers in an NPZ file, or fewer digits"
        )


class Limited(io.RawIOBase):
    """A file that is read from another one, and raises a :class:`DataError` beyond :data:`MAX_BYTES`.

    Parameters
    ----------
    file : binary file
        It stays open when this one is closed.
    """

    def __init__(self, file: io.BufferedReader | gzip.GzipFile) -> None:
        self._file, self._count = file, 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Read up to as many bytes as the buffer holds; 0 at the end."""
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self._count += len(data)
        check_size(self._count)
        return len(data)
