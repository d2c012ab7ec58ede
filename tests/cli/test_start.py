"""Every verb is there, has a help page with examples, and costs nothing until it is called."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from shlex import join, quote

import pytest

from commands import COMMAND, POSIX, one_line, run, start
from inknn import cli
from inknn.cache import cache_dir
from inknn.cli.start import VERBS
from inknn.errors import OutputError

INKNN = join(COMMAND)


def shell(line):
    """Run a line of the shell."""
    return subprocess.run(line, shell=True, capture_output=True, check=False)


class TestUsage:
    def test_alone_it_prints_its_help(self, capfd):
        done = run(capfd)
        assert (done.returncode, done.stderr) == (0, "")
        for verb in VERBS:
            assert f"\n  {verb} " in done.stdout

    @pytest.mark.parametrize("verb", [(), *((verb,) for verb in VERBS if verb != "data")])
    def test_every_help_has_examples(self, capfd, verb):
        done = run(capfd, *verb, "--help")
        assert done.returncode == 0
        assert re.search(r"Examples:\n\n +\S*.*inknn ", done.stdout)
        assert run(capfd, *verb, "-h").stdout == done.stdout

    def test_version(self, capfd):
        done = run(capfd, "--version")
        assert done.returncode == 0
        assert re.fullmatch(r"inknn \d+\.\d+\.\d+\S*\n", done.stdout)

    @pytest.mark.parametrize(
        "arguments",
        [
            ("read",),
            ("raed", "x"),
            ("read", "x", "-f", "xml"),
            ("read", "x", "-j", "0"),
            ("read", "x", "--max-megapixels", "nan"),
            ("read", "x", "--max-megapixels", "inf"),
            ("read", "x", "--max-megapixels", "-1"),
            ("read", "x", "-o", "out/"),
            ("read", "x", "-o", ""),
            ("evaluate",),
        ],
    )
    def test_wrong_usage_is_exit_code_2(self, capfd, arguments):
        done = run(capfd, *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert "Error: " in done.stderr

    def test_an_unknown_set_is_answered_with_the_nearest_name(self, capfd):
        done = run(capfd, "evaluate", "mnits")
        assert (done.returncode, done.stdout) == (2, "")
        assert "did you mean mnist?" in done.stderr

    @POSIX
    def test_help_is_shown_in_any_encoding(self):
        done = shell(f"PYTHONIOENCODING=cp437 {INKNN} data import --help")
        assert (done.returncode, done.stderr) == (0, b"")
        assert b"28" in done.stdout

    @POSIX
    def test_no_message_goes_to_stdout_where_stderr_is_closed(self):
        done = shell(f"{INKNN} read --no-such-option 2>&-")
        assert (done.returncode, done.stdout) == (2, b"")

    @POSIX
    @pytest.mark.parametrize("words", ["--help", "--version", "read --help", ""])
    def test_a_page_of_help_that_cannot_be_written_is_an_error(self, words):
        done = shell(f"{INKNN} {words} >/dev/full")
        assert done.returncode == OutputError.exit_code
        assert "space" in one_line(done.stderr)

    @POSIX
    @pytest.mark.parametrize("words", ["--help", "read --help"])
    def test_a_page_of_help_may_be_left_unread(self, words):
        process = start(*words.split())
        process.stdout.close()
        with process.stderr:
            assert process.stderr.read() == b""
        assert process.wait() in (0, cli.BROKEN_PIPE)


class TestStartUp:
    @POSIX
    def test_nothing_opens_under_the_number_of_a_closed_stream(self):
        code = (
            "import os, sys\n"
            "from inknn import cli\n"
            "cli._run = lambda _: os.open('/dev/zero', os.O_RDONLY) - 3\n"
            "cli.main()\n"
        )
        for closed in ("0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"):
            assert shell(f"{quote(sys.executable)} -c {quote(code)} {closed}").returncode == 0

    @POSIX
    @pytest.mark.parametrize(
        ("closed", "code", "says"),
        [("read - 0<&-", 3, "stdin is closed"), ("cache 1>&-", 5, "stdout is closed")],
    )
    def test_a_closed_stream_that_is_needed_is_an_error(self, closed, code, says):
        done = shell(f"{INKNN} {closed}")
        assert (done.returncode, done.stdout) == (code, b"")
        assert says in one_line(done.stderr)

    @POSIX
    def test_missing_kernels_are_told_once(self, folder):
        (folder / "cache").mkdir()
        for path in cache_dir().glob("inknn-*"):
            if path.stat().st_size:  # prepared data, but none of its marks
                (folder / "cache" / path.name).symlink_to(path)
        code = (
            "import sys\n"
            "sys.modules['inknn._native._kernels'] = None\n"
            "from inknn.cli import main\n"
            "main(['read', 'seven.png', *sys.argv[1:]])\n"
        )
        environment = {**os.environ, "INKNN_CACHE_DIR": str(folder / "cache")}
        environment.pop("INKNN_NO_NATIVE", None)
        told = []
        for options in (["--quiet"], [], []):
            done = subprocess.run(
                [sys.executable, "-c", code, *options],
                capture_output=True,
                cwd=folder,
                env=environment,
                check=True,
            )
            assert done.stdout == b"7\n"
            told.append(done.stderr)
        assert (told[0], told[2]) == (b"", b"")
        assert "C++ compiler" in one_line(told[1])

    def test_reading_loads_nothing_it_does_not_need(self, folder):
        code = (
            "import sys\n"
            "from inknn.cli import main\n"
            "try: main(['read', 'seven.png'])\n"
            "except SystemExit: pass\n"
            "print(*sorted({name.split('.')[0] for name in sys.modules}))\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, check=True
        )
        first, loaded = done.stdout.splitlines()
        assert first == "7"
        unneeded = {"sklearn", "scipy", "matplotlib", "rich", "joblib", "pandas", "pydantic"}
        assert unneeded.isdisjoint(loaded.split())

    def test_a_verb_is_imported_when_it_is_called(self, tmp_path):
        code = (
            "import sys\n"
            "from inknn.cli import main\n"
            "try: main(['cache', 'path'])\n"
            "except SystemExit: pass\n"
            "print(*sorted(name for name in sys.modules if name.startswith('inknn.cli.')))\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "INKNN_CACHE_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        path, loaded = done.stdout.splitlines()
        assert path == str(tmp_path)
        assert {name.rpartition(".")[2] for name in loaded.split()} & set(VERBS) == {"cache"}

    def test_importing_the_package_loads_not_even_numpy(self):
        code = "import sys, inknn; print('numpy' in sys.modules)"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout == "False\n"


class TestSignals:
    @staticmethod
    def leave_while_a_lock_is_taken(monkeypatch, leaving):
        def interrupted(_):
            try:
                raise leaving
            finally:
                raise RuntimeError("release unlocked lock")

        monkeypatch.setattr(cli, "_run", interrupted)
        cli.main(["--quiet"])

    @pytest.mark.parametrize(("leaving", "code"), [(KeyboardInterrupt(), 130), (SystemExit(143), 143)])
    def test_one_that_comes_while_a_lock_is_taken_ends_inknn_too(self, monkeypatch, leaving, code):
        with pytest.raises(SystemExit) as ended:
            self.leave_while_a_lock_is_taken(monkeypatch, leaving)
        assert ended.value.code == code

    def test_another_error_is_not_taken_for_a_signal(self, monkeypatch):
        monkeypatch.setenv("INKNN_TRACEBACK", "1")
        with pytest.raises(RuntimeError, match="unlocked"):
            self.leave_while_a_lock_is_taken(monkeypatch, ValueError())


class TestLogging:
    def logged(self, folder, *words, **environment):
        done = subprocess.run(
            [*COMMAND, *words],
            cwd=folder,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    def test_says_nothing_unless_wanted(self, folder):
        assert self.logged(folder, "read", "seven.png") == (0, "7\n", "")

    @pytest.mark.parametrize(
        ("words", "environment"), [(("-v",), {}), (("--verbose",), {}), ((), {"INKNN_LOG": "debug"})]
    )
    def test_shows_on_stderr_what_is_done_and_when(self, folder, words, environment):
        self.logged(folder, "read", "seven.png")  # so that the index is prepared
        code, out, err = self.logged(folder, *words, "read", "seven.png", **environment)
        assert (code, out) == (0, "7\n")
        assert re.search(r"^ *\d+ ms  inknn\.cache: .*index.* loaded from the cache$", err, re.MULTILINE)
        assert "inknn.reader.reader: seven.png, page 1: 200×160 pixels decoded" in err

    def test_a_file_name_cannot_forge_a_line(self, folder):
        (folder / "seven.png").rename(folder / "a\n0 ms  b.png")
        _, _, err = self.logged(folder, "-v", "read", "a\n0 ms  b.png")
        assert "a\\n0 ms  b.png, page 1" in err

    def test_an_unknown_level_is_wrong_usage(self, folder):
        code, out, err = self.logged(folder, "read", "seven.png", INKNN_LOG="loud")
        assert (code, out) == (2, "")
        assert "debug, info, warning or error" in err

    def test_ends_with_the_command(self, capfd, tmp_path, monkeypatch):
        monkeypatch.setenv("INKNN_CACHE_DIR", str(tmp_path))
        run(capfd, "-v", "cache", "path")
        logger = logging.getLogger("inknn")
        assert (logger.handlers, logger.level) == ([], logging.NOTSET)
