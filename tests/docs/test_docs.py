"""The documentation is true: its commands and examples run, its names, options and links exist.

A block of code that is not to be run has the reason in a comment before it; its commands are still parsed.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
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

from benchmarks.__main__ import main as benchmarks
from benchmarks.results import load as load_results
from inknn.cli import build_app, main

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    str(path.relative_to(DOCS))
    for path in DOCS.rglob("*.md")
    if path.relative_to(DOCS).parts[0] != "notebooks"
)

OURS = r"(?:inknn|python -m benchmarks) "
"""How our commands begin."""

POSIX = pytest.mark.skipif(os.name != "posix", reason="the commands are those of a POSIX shell")


@dataclass(frozen=True)
class Block:
    """A fenced block of code.

    ``excuse`` is the reason why it is not run. ``follows`` is true if only empty lines are between the block
    before and this one.
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


def parse(command: str, *, fragment: bool = False) -> None:
    """Have Click parse a command as if it were to run; raises where a name, an option or a value is unknown.

    Where an option or argument completes names at the Tab key, its value must be one of them. A ``fragment``
    may lack arguments, and words in capitals stand for a value.
    """
    name, *words = shlex.split(command.replace("python -m benchmarks", "benchmarks", 1))
    found: click.Command = {"inknn": build_app(), "benchmarks": benchmarks}[name]
    context = click.Context(found, info_name=name, help_option_names=["-h", "--help"])
    while isinstance(found, click.Group) and words:
        assert words[0] in found.commands, f"{command}: no such command"
        found = found.commands[words.pop(0)]
    try:
        context = found.make_context(found.name, list(words), context)
        context.close()  # undoes what an option has set, like the number of threads
    except click.exceptions.Exit:  # of --help
        return
    except click.UsageError as error:
        if not (fragment and isinstance(error, click.MissingParameter | click.BadOptionUsage)):
            raise AssertionError(f"{command}: {error.format_message()}") from error
        if isinstance(error, click.BadOptionUsage):  # the last word is an option without its value
            return
        context = click.Context(found, context)
    raw, _, _ = found.make_parser(context).parse_args(list(words))
    for param in found.params:
        given = raw.get(param.name)
        for value in given if isinstance(given, tuple | list) else [given]:
            if isinstance(value, str):
                refuse_unknown(command, param, context, value, fragment)


def refuse_unknown(
    command: str, param: click.Parameter, context: click.Context, value: str, fragment: bool
) -> None:
    """Raise if a parameter has names to complete, and the value is none of them and no path."""
    offered = [item for item in param.shell_complete(context, "") if item.value or item.type != "plain"]
    known = {item.value for item in offered if item.type == "plain"}
    takes_paths = any(item.type != "plain" for item in offered)
    for name in re.split(r"[,+]", value) if known else []:
        is_path = takes_paths and bool(re.search(r"[/.]", name))
        is_placeholder = fragment and name.isupper()
        assert is_path or is_placeholder or name.partition(":")[0] in known, (
            f"{command}: {param.opts[0]} has no value {name}"
        )


def all_commands(command: click.Command | None = None) -> list[click.Command]:
    """Every command of inknn, and that of the benchmarks."""
    if command is None:
        return [*all_commands(build_app()), benchmarks]
    inner = command.commands.values() if isinstance(command, click.Group) else ()
    return [command, *(each for one in inner for each in all_commands(one))]


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
    page = Image.open(folder / "form.png").convert("L")
    page.save(folder / "forms.pdf", resolution=300, save_all=True, append_images=[page, page])
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
                        if re.match(rf"\s*{OURS}", part):
                            parse(part.strip())
        for code in re.findall(rf"`({OURS}[^`]+)`", text):
            parse(code, fragment=True)

    @pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
    def test_every_command_in_a_notebook_exists(self, path):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
        commands = re.findall(rf"`({OURS}[^`]+)`|^    ({OURS}.+)$", text, re.MULTILINE)
        for inline, line in commands:
            parse(inline or line, fragment=bool(inline))

    @pytest.mark.parametrize("page", PAGES)
    def test_every_option_named_in_the_text_exists(self, page):
        options = {option for command in all_commands() for each in command.params for option in each.opts}
        for option in re.findall(r"`(--[a-z][a-z-]*)", text_of(page)):
            assert option in options, option

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
        for name in load_results():
            assert f"\n## {name}\n" in pages["reference/tables/benchmarks.md"]

    def test_every_kind_of_plot_is_drawn_for_the_site(self, making):
        from inknn.lab.plots import PLOTS

        assert set(making("make_pictures").PLOTS) == set(PLOTS)

    def test_every_picture_is_made_by_a_command_that_exists(self, making):
        pictures = making("make_pictures")
        for words in pictures.PLOTS.values():
            parse(f"inknn {words} -o x.png {pictures.SIZE}")
        for words in pictures.OTHERS.values():
            parse(f"inknn {words.format('x')}")

    def test_all_plots_of_an_evaluation_are_drawn_from_one(self, making, tmp_path, monkeypatch):
        pictures = making("make_pictures")
        ran = []
        monkeypatch.setattr(pictures, "_run", ran.append)
        monkeypatch.setattr(pictures, "_draw_overlays", lambda folder: None)
        for name in (*pictures.OTHERS, "digits.png"):  # the report is there, the plots of it are not
            (tmp_path / name).touch()
        made = pictures.make(tmp_path, missing_only=True)
        (evaluation,) = [words for words in ran if words.startswith("evaluate ")]
        result = evaluation.split(" -o ")[1]
        drawn = [words.split()[1] for words in ran if words.endswith(f" --from {result}")]
        assert sorted(drawn) == ["calibration", "confusion", "mistakes", "risk-coverage"]
        assert min(ran.index(words) for words in ran if " --from " in words) > ran.index(evaluation)
        assert {f"{kind}.png" for kind in pictures.PLOTS} - {"digits.png"} <= set(made)
        assert not [words for words in ran if "plot digits" in words or "data show" in words]

    def test_a_page_enlarges_its_plots_and_has_no_dash_before_nothing(self, monkeypatch):
        for module in ("mkdocs", "latex2mathml"):
            pytest.importorskip(module)
        monkeypatch.syspath_prepend(str(DOCS))
        change = importlib.import_module("hooks").on_page_content
        plot = '<img alt="a plot" src="../pictures/digits.png" />'
        assert change(f"<p>{plot}</p>") == f'<p><a href="../pictures/digits.png">{plot}</a></p>'
        described = '<code>k</code>\n – \n<div class="doc-md-description">\n{}\n</div>'
        assert change(described.format("")) == "<code>k</code>"
        assert change(described.format("<p>How many.</p>")) == described.format("<p>How many.</p>")
        assert change("<p>1 – 2</p>") == "<p>1 – 2</p>"


class TestTheseTests:
    def test_a_wrong_option_would_be_noticed(self):
        with pytest.raises(AssertionError, match="--color"):
            parse("inknn read photo.jpg --color red")

    @pytest.mark.parametrize(
        ("command", "wrong"),
        [
            ("inknn read photo.jpg --format html", "html"),
            ("inknn read photo.jpg --jobs many", "many"),
            ("inknn tune mnist --metric euclidean,euclidaen", "euclidaen"),
            ("inknn tune mnist -F pixels,gradeint+pca", "gradeint"),
            ("inknn compare mnist --only svm,tree", "tree"),
            ("inknn condense mnist --method best -o few.npz", "best"),
            ("inknn plot likeness -o plot.png", "likeness"),
            ("inknn evaluate minst", "minst"),
            ("inknn data info minst", "minst"),
            ("python -m benchmarks serch", "serch"),
        ],
    )
    def test_a_wrong_value_would_be_noticed(self, command, wrong):
        with pytest.raises(AssertionError, match=f"{command.split(' -')[0]}.*{wrong}"):
            parse(command)

    def test_a_missing_argument_would_be_noticed(self):
        with pytest.raises(AssertionError, match="DATA"):
            parse("inknn compare --quick")
        parse("inknn compare --quick", fragment=True)

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
