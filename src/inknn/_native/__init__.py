"""The C++ kernels, and the one place that says whether there are any.

Kernels are loops over arrays: they trust their input, start no threads, allocate no results and know
nothing of Python. Each has a twin in NumPy beside its caller, which is its oracle in the tests and
serves in its place where the package was installed without a compiler.
"""

from __future__ import annotations

import functools
import importlib
import os
import warnings
from types import ModuleType

from ..errors import MissingKernelsWarning

__all__ = ["kernels"]


def kernels() -> ModuleType | None:
    """The compiled kernels, or None where NumPy has to serve.

    Returns
    -------
    module or None
        None where ``INKNN_NO_NATIVE=1`` asks for it, and where the package has no kernels: the first
        call then warns, once per process.
    """
    if os.environ.get("INKNN_NO_NATIVE", "") not in ("", "0"):
        return None
    return _load()


@functools.cache
def _load() -> ModuleType | None:
    try:
        return importlib.import_module("inknn._native._kernels")
    except ImportError as error:
        warnings.warn(
            "inknn runs without its compiled kernels and will be several times slower; "
            f"install it again where a C++ compiler is found ({error})",
            MissingKernelsWarning,
            stacklevel=3,
        )
        return None
