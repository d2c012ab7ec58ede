"""Execute the notebooks and keep what comes out: ``python notebooks/execute.py OUT [NAME ...]``.

Each is run from its first cell to its last in a kernel of its own, in the folder of the notebooks. OUT then
has it twice, with its outputs: as a notebook, and as Markdown with its pictures in a folder beside it, from
which the documentation takes it. There are as many at a time as processors. A notebook that fails, warns, or
takes too long fails the run; the others are still tried.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from nbconvert import MarkdownExporter
from nbconvert.writers import FilesWriter
from tidy import FOLDER, notebooks
from traitlets.config import Config

SECONDS = 120
"""What a notebook may take of a processor: no notebook fails because the machine is busy."""

_HANGS = 8
"""After so many times as long on the clock it is stopped."""


# Threads of linear algebra wait for each other: on a busy machine they make a minute's work last five.
_ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

_COLORS = re.compile(r"\x1b\[[0-9;]*m")


class NotebookError(Exception):
    """A notebook didn't run as it should."""


def execute(path: Path, out: Path, seconds: float = SECONDS) -> tuple[float, float]:
    """Run one notebook and keep it with its outputs.

    Parameters
    ----------
    path : Path
    out : Path
        An existing folder; a notebook that fails leaves what it did until then, without Markdown.
    seconds : float
        What it may take of a processor.

    Returns
    -------
    float, float
        The seconds it took, on the clock and of processors, the start of its kernel included.

    Raises
    ------
    NotebookError
        If a cell fails or writes to stderr, or it takes too long.
    """
    book = nbformat.read(path, as_version=4)
    started, used = time.perf_counter(), _processor_seconds()

    def left(cell: nbformat.NotebookNode) -> int:
        return max(1, round(started + _HANGS * seconds - time.perf_counter()))

    with tempfile.TemporaryDirectory() as sockets:
        client = NotebookClient(
            book,
            kernel_name="python3",
            timeout_func=left,
            coalesce_streams=True,
            resources={"metadata": {"path": str(path.parent)}},
            config=_connection(sockets),
        )
        try:
            client.execute(env={**os.environ, **_ENVIRONMENT})
        except CellTimeoutError as error:
            raise NotebookError(f"hangs: stopped after {_HANGS * seconds:g} s") from error
        except (CellExecutionError, RuntimeError) as error:  # RuntimeError: the kernel died, or didn't start
            raise NotebookError(_COLORS.sub("", str(error)).strip()) from error
        finally:
            nbformat.write(book, out / path.name)
    took, used = time.perf_counter() - started, _processor_seconds() - used
    if used > seconds:
        raise NotebookError(f"takes {used:.0f} s of a processor, and should take {seconds:g} s at most")
    warned = _warnings(book)
    if warned:
        raise NotebookError(f"writes to stderr: {warned}")
    _write_markdown(book, path.stem, out)
    return took, used


def _processor_seconds() -> float:
    """What kernels that have ended took of processors; 0 where the system doesn't tell."""
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _connection(folder: str) -> Config:
    """To talk to the kernel through sockets in a folder, where there are such, instead of open ports."""
    if os.name != "posix":
        return Config()
    return Config({"KernelManager": {"transport": "ipc", "ip": str(Path(folder) / "kernel")}})


def _warnings(book: nbformat.NotebookNode) -> str:
    """What its cells wrote to stderr."""
    outputs = [output for cell in book.cells for output in cell.get("outputs", [])]
    return "".join(output.text for output in outputs if output.get("name") == "stderr").strip()


def _write_markdown(book: nbformat.NotebookNode, name: str, out: Path) -> None:
    for output in (output for cell in book.cells for output in cell.get("outputs", [])):
        if "image/jpeg" in output.get("data", {}):  # Pillow gives both; photographs are small as JPEG
            output.data.pop("image/png", None)
    text, resources = MarkdownExporter().from_notebook_node(
        book, {"unique_key": name, "output_files_dir": f"{name}_files"}
    )
    # Notebooks name each other as files; here they are pages.
    text = re.sub(r"\]\(([\w-]+)\.ipynb\)", r"](\1.md)", text)
    FilesWriter(config=Config({"FilesWriter": {"build_directory": str(out)}})).write(text, resources, name)


def main(arguments: list[str] | None = None) -> int:
    """Execute the notebooks named, or all; the exit code says whether all did well."""
    parser = argparse.ArgumentParser(description="Execute the notebooks and keep what comes out.")
    parser.add_argument("out", metavar="OUT", type=Path, help="a folder for what comes out")
    parser.add_argument("names", metavar="NAME", nargs="*", help="how a notebook's name begins, like 3")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the notebooks are")
    parser.add_argument(
        "--seconds",
        type=float,
        default=SECONDS,
        help=f"what each may take of a processor ({SECONDS} by default)",
    )
    options = parser.parse_args(arguments)
    every = notebooks(options.folder)
    chosen = [path for path in every if not options.names or path.name.startswith(tuple(options.names))]
    if not chosen:
        parser.error(f"there is no such notebook; there are {', '.join(path.stem for path in every)}")
    options.out.mkdir(parents=True, exist_ok=True)
    failed = False
    # Processes, not threads: each knows what its own kernels took.
    with ProcessPoolExecutor(min(len(chosen), os.cpu_count() or 1), get_context("spawn")) as pool:
        attempts = pool.map(_attempt, chosen, repeat(options.out), repeat(options.seconds))
        for path, (result, error) in zip(chosen, attempts, strict=True):
            failed |= error
            print(f"{path.stem}: {result}", file=sys.stderr if error else sys.stdout, flush=True)
    return int(failed)


def _attempt(path: Path, out: Path, seconds: float) -> tuple[str, bool]:
    """Execute a notebook; what there is to report, and whether that is an error."""
    try:
        took, used = execute(path, out, seconds)
    except NotebookError as error:
        return str(error), True
    return f"{took:.0f} s ({used:.0f} s of a processor)", False


if __name__ == "__main__":
    sys.exit(main())
