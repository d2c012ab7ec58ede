"""What goes wrong below inknn, as an error that a user can correct; what remains is a bug.

No function of inknn expects that there is no more memory, so such errors come from anywhere.
"""

from __future__ import annotations

import errno
import os

from ..errors import InknnError, OutputError, ResourceError

__all__ = ["TRACEBACK_VARIABLE", "as_inknn_error"]

TRACEBACK_VARIABLE = "INKNN_TRACEBACK"

_FULL = frozenset(
    getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EFBIG", "EIO", "EROFS") if hasattr(errno, name)
)
_OPENCV_NO_MEMORY = -4  # cv::Error::StsNoMem


def as_inknn_error(error: Exception, what: str = "inknn failed") -> InknnError:
    """An error to report in one line.

    Parameters
    ----------
    error : Exception
    what : str
        What happened, to begin the message of a bug with.

    Returns
    -------
    InknnError
        ``error`` itself, or what it means; a :class:`~inknn.errors.ResourceError` where the system has no
        more memory, threads or files to give.

    Raises
    ------
    Exception
        ``error``, where it is a bug of inknn and the variable ``INKNN_TRACEBACK`` is set.
    """
    if isinstance(error, InknnError):
        return error
    if _is_of_memory(error):
        return ResourceError(
            "there is not enough memory; give -j 1, end other programs or raise the limit (ulimit -v)"
        )
    if isinstance(error, RuntimeError) and "start new thread" in str(error):
        return ResourceError(
            "the system starts no more threads; give -j 1 or raise the limits (ulimit -u, ulimit -v)"
        )
    if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
        return ResourceError("too many files are open; give -j 1 or raise the limit (ulimit -n)")
    if isinstance(error, FileNotFoundError) and not _has_working_folder():
        return ResourceError("the folder to work in has been deleted; change to another one")
    if isinstance(error, OSError) and error.errno in _FULL:
        name = error.filename if isinstance(error.filename, str) else "the output"
        return OutputError(f"can't write {name}: {error.strerror}; free some space or choose another place")
    if os.environ.get(TRACEBACK_VARIABLE):
        raise error
    reason = " ".join(f"{type(error).__name__}: {error}".split())
    return InknnError(f"{what}, which is a bug; {TRACEBACK_VARIABLE}=1 shows where ({reason})")


def _has_working_folder() -> bool:
    try:
        os.getcwd()
    except FileNotFoundError:
        return False
    return True


def _is_of_memory(error: Exception) -> bool:
    if isinstance(error, OSError) and error.errno == errno.ENOMEM:
        return True
    if isinstance(error, ImportError):  # a library that there is no room for
        return any(words in str(error) for words in ("failed to map segment", "annot allocate memory"))
    return isinstance(error, MemoryError) or getattr(error, "code", None) == _OPENCV_NO_MEMORY
