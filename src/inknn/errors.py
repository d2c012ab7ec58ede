"""The one tree of errors: each class says what to do next and carries its exit code and HTTP status.

Everything inknn raises on purpose for a reason the user can mend is an :class:`InknnError`. Wrong
arguments from a programmer stay ``TypeError`` and ``ValueError``, as in NumPy and scikit-learn.

Exit codes: 0 all is well, 1 a bug of ours, something optional that isn't installed, or a method that broke
in ``inknn compare``, 2 wrong usage (or an unknown name), 3 a picture could not be read, 4 data, a model or
the cache is damaged, missing or can't be written, 5 the output could not be written, 130 interrupted, 141
nobody read the output any more, 143 ended by SIGTERM.
"""

from __future__ import annotations

from collections.abc import Iterable


class InknnError(Exception):
    """Base of all errors a user can mend; ``str(error)`` is one line that says what to do."""

    exit_code = 1
    http_status = 500


class PictureError(InknnError):
    """A picture can't be opened: missing, empty, damaged, not a picture, or without pixels."""

    exit_code = 3
    http_status = 422


class PictureTooLargeError(PictureError):
    """A picture has more pixels than the limit allows (a guard against decompression bombs)."""

    http_status = 413


class DataError(InknnError):
    """A data file (IDX, the embedded digits, a cached index) is damaged or of the wrong kind."""

    exit_code = 4


class OutputError(InknnError):
    """The output can't be written."""

    exit_code = 5


class UnknownNameError(InknnError, ValueError):
    """Nothing is known by that name; the message offers the nearest one."""

    exit_code = 2
    http_status = 404

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        from difflib import get_close_matches

        names = sorted(known)
        near = get_close_matches(name.lower(), names, n=1, cutoff=0.4)
        offer = f"; did you mean {near[0]}?" if near else "."
        super().__init__(f"there is no {what} named {name!r}{offer} There is: {', '.join(names)}")


class OptionError(InknnError, ValueError):
    """The value of an option or parameter makes no sense, alone or with the others."""

    exit_code = 2
    http_status = 422
