"""All errors of inknn, in one tree: each says what to do next, and has its exit code and HTTP status.

Everything inknn raises on purpose, for a reason the user can correct, is an :class:`InknnError`. Wrong
arguments from a programmer stay ``TypeError`` and ``ValueError``, as in NumPy and scikit-learn.

An error of several parts keeps them in ``args``, so that it can be pickled and cross processes.

Exit codes: 0 success, 1 a bug in inknn, an optional package that is not installed, or a method that failed
in ``inknn compare``, 2 wrong usage (or an unknown name), 3 a picture could not be read, 4 data, a model or
the cache is damaged, missing or not writable, 5 the output could not be written, 6 the system has no more
memory, threads or files to give, 130 interrupted, 141 the reader of the output has gone, 143 ended by
SIGTERM.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy

__all__ = [
    "DataError",
    "FetchError",
    "InknnError",
    "MissingExtraError",
    "MissingKernelsWarning",
    "OutputError",
    "ParameterError",
    "PictureError",
    "PictureFileTooLargeError",
    "PictureTooLargeError",
    "ResourceError",
    "SeveralSizesError",
    "UnknownNameError",
]


class InknnError(Exception):
    """Base of all errors a user can correct; ``str(error)`` is one line that says what to do."""

    exit_code = 1
    http_status = 500

    @property
    def reason(self) -> str:
        """The message, without the name of a picture."""
        return str(self)


class MissingExtraError(InknnError):
    """An optional package is not installed; the message names the extra that brings it.

    Parameters
    ----------
    what : str
        What needs the package.
    package : str
        Its name.
    extra : str
        The extra of inknn that installs it.
    """

    http_status = 501

    def __init__(self, what: str, package: str, extra: str) -> None:
        super().__init__(what, package, extra)

    def __str__(self) -> str:
        what, package, extra = self.args
        return f"{what} needs {package}; install it with: pip install 'inknn[{extra}]'"


class ParameterError(InknnError, ValueError):
    """The value of an option or parameter makes no sense, alone or with the others."""

    exit_code = 2
    http_status = 422


class UnknownNameError(ParameterError):
    """Nothing is known by that name; the message offers the nearest one.

    Parameters
    ----------
    what : str
        What the name should be of.
    name : str
        As it was given.
    known : iterable of str
        The names there are.
    """

    http_status = 404

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        super().__init__(what, name, sorted(known))

    def __str__(self) -> str:
        from difflib import get_close_matches

        what, name, known = self.args
        near = get_close_matches(name.lower(), known, n=1, cutoff=0.4)
        offer = f"; did you mean {near[0]}?" if near else "."
        return f"there is no {what} named {name!r}{offer} There is: {', '.join(known)}"


class PictureError(InknnError):
    """A picture can't be opened: missing, empty, damaged, not a picture, or without pixels.

    Attributes
    ----------
    source : str or None
        The picture's path or name, where it is known; the message then begins with it.
    """

    exit_code = 3
    http_status = 422
    source: str | None = None

    def __str__(self) -> str:
        return self.reason if self.source is None else f"{self.source}: {self.reason}"

    @property
    def reason(self) -> str:
        """The message, without the name of the picture."""
        return super().__str__()


class PictureTooLargeError(PictureError):
    """A picture has more pixels than the limit allows (a guard against decompression bombs).

    Parameters
    ----------
    width, height : int
        Of the picture.
    max_pixels : int
        The limit.
    setting : str
        The parameter or option that raises the limit.
    remedy : str
        What else the user can do.
    """

    http_status = 413

    def __init__(
        self,
        width: int,
        height: int,
        max_pixels: int,
        setting: str = "max_pixels",
        remedy: str = "scale it down",
    ) -> None:
        super().__init__(width, height, max_pixels, setting, remedy)

    @property
    def reason(self) -> str:
        """The message, without the name of the picture."""
        width, height, max_pixels, setting, remedy = self.args
        limit = f"the limit of {max_pixels / 1e6:g} megapixels"
        return f"{width}×{height} is more than {limit}; {remedy} or raise {setting}"

    def naming(self, setting: str) -> PictureTooLargeError:
        """The same error, with another name for the setting that raises the limit."""
        named = copy(self)
        named.args = (*self.args[:3], setting, self.args[4])
        return named


class PictureFileTooLargeError(PictureTooLargeError):
    """A picture's file has more bytes than a picture of the allowed size can need.

    Parameters
    ----------
    max_bytes : int
        The limit.
    setting : str
        The parameter or option that raises the limit.
    """

    def __init__(self, max_bytes: int, setting: str = "max_pixels") -> None:
        PictureError.__init__(self, max_bytes, setting)

    @property
    def reason(self) -> str:
        """The message, without the name of the picture."""
        max_bytes, setting = self.args
        limit = f"the limit of {max_bytes / 1e6:,.0f} MB"
        return f"the file has more than {limit}; compress it, divide its pages or raise {setting}"

    def naming(self, setting: str) -> PictureFileTooLargeError:
        """The same error, with another name for the setting that raises the limit."""
        named = copy(self)
        named.args = (self.args[0], setting)
        return named


class DataError(InknnError):
    """A file of data (labeled digits, a model, the cache) is damaged, missing or of the wrong kind."""

    exit_code = 4


class SeveralSizesError(DataError):
    """The pictures of one set have several sizes, where one size is needed."""


class FetchError(InknnError):
    """No server gave a file."""

    exit_code = 4
    http_status = 502


class OutputError(InknnError):
    """The output can't be written."""

    exit_code = 5


class ResourceError(InknnError):
    """The system has no more memory, threads or open files to give."""

    exit_code = 6
    http_status = 503


class MissingKernelsWarning(RuntimeWarning):
    """The compiled kernels are missing, and NumPy does their work, several times slower."""
