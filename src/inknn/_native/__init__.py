"""The C++ kernels, and the function that returns them where there are any.

Kernels are loops over arrays: they trust their input, start no threads, allocate no results and do not use
Python. Each has a twin in NumPy beside its caller, which is its oracle in the tests and is used instead where
the package was installed without a compiler.

- ``kernels/`` holds the kernels, a file each, and what they share;
- ``isa/`` the tables of kernels, one for each instruction set, and the choice among them;
- ``bindings/`` what Python calls: functions that check arrays and then call a kernel.
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
    """The compiled kernels, or None where NumPy is used instead.

    Returns
    -------
    module or None
        None if the environment has ``INKNN_NO_NATIVE=1``, or if the package has no kernels; then the first
        call warns, once in a process.
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
