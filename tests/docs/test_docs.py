"""What the documentation says is true: its commands and examples run, its names, options and links exist.

A block of code that is not to be run says why, in a comment before it; its commands are still parsed.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
from PIL import Image

from inknn.cli import build_app, main

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    str(path.relative_to(DOCS))
    for path in DOCS.rglob("*.md")
    if path.relative_to(DOCS).parts[0] != "notebooks"
)

POSIX = pytest.mark.skipif(os.name != "posix", reason="the commands are those of a POSIX shell")


@dataclass(frozen=True)
class Block:
    """A fenced block of code; ``excuse`` says why it is not run.

    ``follows`` says whether nothing but empty lines is between the block before and this one.
    """

    language: str
    code: str
    excuse: str | None
    follows: bool


def text_of(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def blocks(text: str) -> list[Block]:
    pattern = r"(?:^<!-- not run: (.*?) -->\n)?^```(\w+)\n(.*?)^```\n"
    found, end = [], 0
    for each in re.finditer(pattern, text, re.DOTALL | re.MULTILINE):
        found.append(Block(each[2], each[3], each[1], bool(end) and not text[end : each.start()].strip()))
        end = each.end()
    return found


def commands_in(block: Block) -> list[str]:
    return [line.split("  #")[0].strip() for line in block.code.splitlines() if line.strip()]


def parse(command: str) -> None:
    """Have Click read the words of a command, as if it were to be run; raises where it would refuse."""
    name, *words = shlex.split(command)
    assert name == "inknn"
    found: click.Command = build_app()
    context = click.Context(found, info_name="inknn")
    while isinstance(found, click.Group):
        assert words[0] in found.commands, f"{command}: no such command"
        found = found.commands[words.pop(0)]
    options = {name for each in found.params for name in [*each.opts, *each.secondary_opts]} | {
        "-h",
        "--help",
    }
    for word in words:
        if re.match(r"--?[a-zA-Z]", word):
            assert word.split("=")[0] in options, f"{command}: no option {word}"
    assert context


def type_in(command: str) -> None:
    """Do what a user's shell would do; ours without starting another Python."""
    if command.startswith("inknn ") and not re.search(r"[|<>$;&*]", command):
        with pytest.raises(SystemExit) as left:
            main(shlex.split(command)[1:])
        assert left.value.code == 0, command
        return
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])
    done = subprocess.run(["sh", "-c", command], env={**os.environ, "PATH": path}, check=False)
    assert done.returncode == 0, command


def run(page: list[Block], capfd: Any) -> None:
    """Run the blocks of a page one after the other; text that follows one must be what it prints."""
    names: dict[str, Any] = {"__name__": "__main__"}
    printed = ""
    for block in page:
        if block.excuse:
            continue
        if block.language == "sh":
            capfd.readouterr()
            for command in commands_in(block):
                type_in(command)
            printed = capfd.readouterr().out
        elif block.language == "python":
            with contextlib.redirect_stdout(io.StringIO()) as out:
                exec(compile(block.code, "<page>", "exec"), names)
            printed = out.getvalue()
        elif block.language == "text" and block.follows:
            assert printed == block.code


@pytest.fixture(scope="module")
def things(tmp_path_factory):
    """Pictures and digits by the names the pages use."""
    from inknn.datasets import load_mnist

    folder = tmp_path_factory.mktemp("things")
    shutil.copytree(ROOT / "examples", folder / "examples")
    shutil.copy(folder / "examples" / "sideways.jpg", folder / "photo.jpg")
    shutil.copy(folder / "examples" / "phone-number.png", folder / "form.png")
    for name in ("scans", "cells"):
        (folder / name).mkdir()
        shutil.copy(folder / "examples" / "single.png", folder / name)
    images, labels = load_mnist()[0]
    for name, start, count in (("our-digits", 0, 10), ("test-digits", 30_000, 3)):
        for label in range(10):
            (folder / name / str(label)).mkdir(parents=True)
            for i in start + np.flatnonzero(labels[start:] == label)[:count]:
                Image.fromarray(images[i]).save(folder / name / str(label) / f"{i}.png")
    return folder


@pytest.fixture
def desk(things, tmp_path, monkeypatch):
    """A folder with all these things, where everything is run."""
    for thing in things.iterdir():
        (tmp_path / thing.name).symlink_to(thing)  # nothing writes to them
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def making(monkeypatch):
    """The modules that make pages."""
    monkeypatch.syspath_prepend(str(DOCS))
    yield lambda name: importlib.import_module(name)
    for name in ("make_commands", "make_tables", "make_pictures"):
        sys.modules.pop(name, None)


class TestPages:
    @POSIX
    @pytest.mark.parametrize(
        "page", [page for page in PAGES if re.search(r"^```(sh|python)", text_of(page), re.M)]
    )
    @pytest.mark.slow
    def test_all_code_that_has_no_excuse_runs_and_prints_what_is_shown(self, page, desk, capfd):
        run(blocks(text_of(page)), capfd)

    @pytest.mark.parametrize("page", PAGES)
    def test_every_command_and_option_exists(self, page):
        text = text_of(page)
        for block in blocks(text):
            if block.language == "sh":
                for command in commands_in(block):
                    for part in re.split(r"[|;&>]+", command):
                        if part.strip().startswith("inknn "):
                            parse(part)
        for code in re.findall(r"`(inknn [^`]+)`", text):
            parse(re.sub(r"\b(NAME|KIND|FILE|DATA)\b", "x", code))

    @pytest.mark.parametrize("page", PAGES)
    def test_every_link_leads_somewhere(self, page, making):
        made = {**making("make_commands").pages(), **making("make_tables").pages()}
        pictures = making("make_pictures")
        names = [*(f"{kind}.png" for kind in pictures.PLOTS), *pictures.OTHERS]
        names += [f"{name}.jpg" for name in pictures.OVERLAYS]
        known = {*PAGES, *made, "reading.jpg", *(f"pictures/{name}" for name in names)}
        for target in re.findall(r"\]\((?!https?:)([^)#\s]+)", text_of(page)):
            assert os.path.normpath(os.path.join(os.path.dirname(page), target)) in known, target

    @pytest.mark.parametrize("page", PAGES)
    def test_every_documented_name_exists(self, page):
        for name in re.findall(r"^::: (\S+)$", text_of(page), re.MULTILINE):
            parent, _, last = name.rpartition(".")
            try:
                module = importlib.import_module(parent)
            except ImportError as error:
                raise AssertionError(f"{name} can't be imported") from error
            assert hasattr(module, last), name


class TestMadePages:
    def test_every_command_has_a_page_with_all_its_options(self, making):
        pages = making("make_commands").pages()
        for name, command in build_app().commands.items():
            page = pages[f"reference/commands/{name}.md"]
            every = command.commands.values() if isinstance(command, click.Group) else [command]
            for option in (
                param for each in every for param in each.params if isinstance(param, click.Option)
            ):
                assert option.opts[-1] in page

    def test_the_tables_have_every_line_of_the_code(self, making):
        from inknn.datasets.catalog import CATALOG
        from inknn.estimators.preprocessing import PREPROCESSING
        from inknn.estimators.registry import FEATURES
        from inknn.lab.plots import PLOTS
        from inknn.metrics import METRICS

        pages = making("make_tables").pages()
        tables = {
            "metrics": METRICS,
            "features": FEATURES,
            "preprocessing": PREPROCESSING,
            "data-sets": CATALOG,
            "plots": PLOTS,
        }
        for page, table in tables.items():
            for name in table:
                assert f"`{name}`" in pages[f"reference/tables/{page}.md"]

    def test_every_kind_of_plot_is_drawn_for_the_site(self, making):
        from inknn.lab.plots import PLOTS

        assert set(making("make_pictures").PLOTS) == set(PLOTS)

    def test_every_picture_is_made_by_a_command_that_exists(self, making):
        pictures = making("make_pictures")
        for words in [*pictures.PLOTS.values(), *pictures.OTHERS.values()]:
            parse(f"inknn {words.format('x')}")


class TestTheseTests:
    def test_a_wrong_option_would_be_noticed(self):
        with pytest.raises(AssertionError, match="--color"):
            parse("inknn read photo.jpg --color red")

    def test_a_wrong_command_would_be_noticed(self):
        with pytest.raises(AssertionError, match="no such command"):
            parse("inknn write photo.jpg")

    @POSIX
    def test_another_output_would_be_noticed(self, desk, capfd):
        page = blocks("```sh\ninknn read examples/single.png\n```\n\n```text\n5\n6\n```\n")
        with pytest.raises(AssertionError):
            run(page, capfd)

    def test_a_block_with_an_excuse_is_not_run(self, capfd):
        run(blocks("<!-- not run: breaks -->\n```python\nraise SystemExit\n```\n"), capfd)
