"""What to say where there is not enough memory for a picture."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import cv2

from ..errors import PictureError


@contextmanager
def enough_memory(width: int = 0, height: int = 0) -> Iterator[None]:
    """Work on a picture of that size in pixels, where it is known.

    Raises
    ------
    PictureError
        If the system gives no memory for it.
    """
    try:
        yield
    except MemoryError:
        raise _error(width, height) from None
    except cv2.error as error:
        if error.code == cv2.Error.StsNoMem:
            raise _error(width, height) from None
        raise


def _error(width: int, height: int) -> PictureError:
    size = f" of {width}×{height} pixels" if width else ""
    return PictureError(f"not enough memory for a picture{size}; scale it down")
