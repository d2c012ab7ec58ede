"""What tests of the native kernels share: the instruction sets of this machine, and a way to use each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from inknn._native import kernels

SETS: list[str] = kernels().instruction_sets() if kernels() else []


@contextmanager
def using(name: str) -> Iterator[str]:
    """Let the kernels use an instruction set."""
    before = kernels().instruction_set()
    kernels().use_instruction_set(name)
    yield name
    kernels().use_instruction_set(before)
