"""Facts of the machine a measurement was made on; without them a time means nothing."""

from __future__ import annotations

import platform
from importlib import metadata
from pathlib import Path
from typing import Any

from ..threads import cores

PACKAGES = (
    "inknn",
    "numpy",
    "scipy",
    "scikit-learn",
    "opencv-python-headless",
    "faiss-cpu",
)


def machine_facts() -> dict[str, Any]:
    """Processor, cores, instruction sets, memory, system and versions, as plain values."""
    return {
        "processor": _from_proc("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        "cores": cores(),
        "instruction_sets": _instruction_sets(),
        "memory_gib": _memory_gib(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {name: version for name in PACKAGES if (version := _version(name))},
    }


def _instruction_sets() -> list[str]:
    flags = set(_from_proc("/proc/cpuinfo", "flags").split())
    return [name for name in ("sse4_2", "avx2", "fma", "avx512f", "avx512_vnni", "avx_vnni") if name in flags]


def _memory_gib() -> float | None:
    kilobytes = _from_proc("/proc/meminfo", "MemTotal").split()
    return round(int(kilobytes[0]) / 2**20, 1) if kilobytes else None


def _from_proc(file: str, key: str) -> str:
    """The first value of ``key`` in a file of Linux's /proc; empty elsewhere."""
    try:
        lines = Path(file).read_text().splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(key)), "")


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
