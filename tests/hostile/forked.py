"""Run many commands, each in a process of its own, without starting Python for each of them.

:class:`Commands` runs this file as a program. It imports inknn once, then forks for each command: a crash,
a hang or memory without end remains that command's own. Linux only.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

SECONDS = 20  # of a processor; a busy machine is no bug
MEGABYTES = 1500
ERRORS = {2, 3, 4, 5, 6}  # exit codes of errors that a user can correct
_LEFT_OPEN = 99  # exit code of a command that leaves a file open


@dataclass(frozen=True)
class Done:
    """How a command ended: the code is negative after a signal."""

    code: int
    stdout: bytes
    stderr: str
    megabytes: float
    has_children: bool

    def check(self, *codes: int, is_told: bool = True) -> Done:
        """Require an answer, or an error that says in a line what to do.

        Parameters
        ----------
        *codes : int
            The exit codes that are expected; by default 0 and those of errors that a user can correct.
        is_told : bool
            Whether there is a stderr for messages.
        """
        said = f"exit code {self.code}\n{self.stderr}"
        assert self.code in (codes or {0, *ERRORS}), said
        for words in ("Traceback", "is a bug", "encountered in", "Exception ignored"):
            assert words not in self.stderr, said
        if self.code and is_told:
            assert "inknn: " in self.stderr or "Error: " in self.stderr, said
        assert self.megabytes < MEGABYTES, f"{self.megabytes} MB\n{said}"
        assert not self.has_children, said
        return self


class Commands:
    """Runs commands of inknn; a context manager."""

    def __enter__(self) -> Commands:
        self._folder = tempfile.TemporaryDirectory(prefix="forked")
        self._server = subprocess.Popen(
            [sys.executable, __file__, self._folder.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},  # threads do not survive a fork
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.close()
        self._server.wait(60)
        self._server.stdout.close()
        self._folder.cleanup()

    def __call__(
        self,
        *arguments: object,
        cwd: Path,
        prepare: str = "",
        closed: tuple[int, ...] = (),
        stdin: str = os.devnull,
        kill_after: float | None = None,
        **env: str,
    ) -> Done:
        """Run a command.

        Parameters
        ----------
        *arguments
            The words after ``inknn``.
        cwd : Path
            The folder to run it in.
        prepare : str
            Python code for the new process to run first, such as ``os.setuid(1)``.
        closed : tuple of int
            Descriptors, 0 to 2, that it doesn't have.
        stdin : str
            A file to read from.
        kill_after : float, optional
            Seconds after which it is killed.
        **env
            Its environment, besides this one.
        """
        request = {
            "arguments": [str(argument) for argument in arguments],
            "cwd": str(cwd),
            "env": {**os.environ, "INKNN_TRACEBACK": "1", **env},
            "prepare": prepare,
            "closed": closed,
            "stdin": stdin,
            "kill_after": kill_after,
        }
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps(request).encode() + b"\n")
        self._server.stdin.flush()
        answer = json.loads(self._server.stdout.readline())
        out, err = (Path(self._folder.name, name).read_bytes() for name in ("1", "2"))
        return Done(stdout=out, stderr=err.decode(errors="replace"), **answer)


def _serve(folder: str) -> None:
    """Read requests from stdin, and write a line about how each ended."""
    import inknn.cli.predict
    import inknn.cli.read
    import inknn.datasets.convert
    import inknn.memory
    import inknn.reader.predict  # noqa: F401

    gc.freeze()
    for line in sys.stdin.buffer:
        request = json.loads(line)
        child = os.fork()
        if not child:
            _become(request, folder)
        killer = None
        if request["kill_after"] is not None:
            killer = threading.Timer(request["kill_after"], os.kill, (child, signal.SIGKILL))
            killer.start()
        _, status, usage = os.wait4(child, 0)
        if killer is not None:
            killer.cancel()
            killer.join()
        answer = {
            "code": os.waitstatus_to_exitcode(status),
            "megabytes": usage.ru_maxrss / 1024,
            "has_children": _ends_group(child),
        }
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _ends_group(leader: int) -> bool:
    """Whether a process has left others behind; they are killed."""
    for _ in range(20):  # they may just be ending
        try:
            os.killpg(leader, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.01)
    os.killpg(leader, signal.SIGKILL)
    return True


def _become(request: dict, folder: str) -> None:
    """Be the process of the command, to its end."""
    from inknn.cli import main

    os.setpgid(0, 0)
    os.environ.clear()
    os.environ.update(request["env"])
    tempfile.tempdir = None
    os.chdir(request["cwd"])
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    os.dup2(os.open(request["stdin"], os.O_RDONLY | os.O_NONBLOCK), 0)
    for number in (1, 2):
        os.dup2(os.open(os.path.join(folder, str(number)), flags, 0o666), number)
    os.closerange(3, 64)
    sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)))
    sys.stdout, sys.stderr = _text(1, "strict"), _text(2, "backslashreplace")
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if number in request["closed"]:
            os.close(number)
            setattr(sys, name, None)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    sys.argv = ["inknn", *request["arguments"]]
    code = 1
    try:
        exec(request["prepare"], {})
        before = _open_files()
        main()
    except SystemExit as leaving:
        code = leaving.code
        gc.collect()
        if code in (0, *ERRORS) and _open_files() - before - {0, 1, 2}:
            code = _LEFT_OPEN
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                stream.flush()
        os._exit(code)


def _text(number: int, errors: str) -> io.TextIOWrapper:
    raw = io.FileIO(number, "w", closefd=False)
    return io.TextIOWrapper(io.BufferedWriter(raw), "utf-8", errors, write_through=True)


def _open_files() -> set[int]:
    return {number for number in range(256) if _is_open(number)}


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    _serve(sys.argv[1])
