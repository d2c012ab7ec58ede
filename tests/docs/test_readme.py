"""What the documents say is true: their commands run, their names exist, their examples give what they show.

Everything runs offline, in a folder of its own, with the command and the package that are installed.
"""

from __future__ import annotations

import csv
import dataclasses
import doctest
import importlib
import importlib.util
import json
import os
import pkgutil
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest
from PIL import Image

import inknn
from inknn.cli import build_app

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
DOCUMENTS = (
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "examples/README.md",
)

POSIX = pytest.mark.skipif(os.name != "posix", reason="the commands are those of a POSIX shell")


def text_of(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def blocks(document: str, language: str) -> list[str]:
    """The fenced blocks of code in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text_of(document), re.DOTALL | re.MULTILINE)


def code_in(document: str) -> list[str]:
    """Every piece of code: commands in shell blocks, indented lines, and what stands between backticks."""
    prose = re.sub(r"^```.*?^```", "", text_of(document), flags=re.DOTALL | re.MULTILINE)
    commands = re.split(r"\n|&& |\| ", "\n".join(blocks(document, "sh")))
    indented = re.findall(r"^    (.*)", prose, re.MULTILINE)
    return [*commands, *indented, *re.findall(r"`([^`]+)`", prose)]


def lines_of(block: int) -> list[str]:
    """The commands in a block of the README, without their comments."""
    return [line.split("  #")[0].strip() for line in blocks("README.md", "sh")[block].splitlines()]


def use_it_lines() -> list[str]:
    """The shell commands under "Use it"."""
    return lines_of(2)


def study_lines() -> list[str]:
    """Those for people who study, less the installation."""
    install, *commands = lines_of(3)
    assert install == "pip install '.[lab]'"
    return commands


def use_it(words: str) -> str:
    """The one of those commands that has some words."""
    (command,) = (line for line in use_it_lines() if words in line)
    return command


def shell(command: str, folder: Path) -> str:
    """What a shell prints on stdout when a user types a command in a folder; it must succeed."""
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout


def size_of(picture: Path) -> tuple[int, int]:
    with Image.open(picture) as image:
        return image.size


def truth(name: str) -> str:
    """What is written on an example picture, its rows joined by newlines."""
    with (EXAMPLES / "truth.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["file"]: row["truth"] for row in csv.DictReader(file)}
    return rows[name].replace("|", "\n")


@pytest.fixture
def desk(tmp_path):
    """A folder with pictures by the names the README uses."""
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    shutil.copy(EXAMPLES / "note.jpg", tmp_path / "photo.jpg")
    shutil.copy(EXAMPLES / "phone-number.png", tmp_path / "form.png")
    with Image.open(tmp_path / "form.png") as page:
        page.convert("L").save(
            tmp_path / "forms.pdf", resolution=300, save_all=True, append_images=[page] * 2
        )
    (tmp_path / "scans").mkdir()
    shutil.copy(EXAMPLES / "single.png", tmp_path / "scans")
    shutil.copy(EXAMPLES / "table.jpg", tmp_path / "scans")
    images, labels = inknn.datasets.load_mnist_part("train")
    for i, (image, label) in enumerate(zip(images[:250], labels[:250], strict=True)):
        folder = tmp_path / "our-digits" / str(label)
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(folder / f"{i:03}.png")
    return tmp_path


@POSIX
class TestCommands:
    def test_the_first_one_prints_exactly_what_is_shown(self, desk):
        install, command = blocks("README.md", "sh")[0].strip().split(" && ")
        assert install == "pip install ."
        assert shell(command, desk) == blocks("README.md", "text")[0]
        assert size_of(desk / "seen" / "note.png") == size_of(EXAMPLES / "note.jpg")

    def test_a_photo_is_read(self, desk):
        assert shell(use_it("read photo.jpg"), desk) == truth("note.jpg") + "\n"

    def test_a_folder_becomes_a_spreadsheet(self, desk):
        assert shell(use_it("-f csv"), desk) == ""
        with (desk / "marks.csv").open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert "\n".join(row["text"] for row in rows) == f"{truth('single.png')}\n{truth('table.jpg')}"

    def test_an_overlay_is_saved(self, desk):
        assert shell(use_it("--overlay"), desk) == truth("phone-number.png") + "\n"
        assert size_of(desk / "seen" / "form.png") == size_of(desk / "form.png")

    def test_pages_of_a_pdf_are_read(self, desk):
        number = truth("phone-number.png")
        assert shell(use_it("forms.pdf"), desk) == f"forms.pdf#page=2\t{number}\nforms.pdf#page=3\t{number}\n"

    def test_programs_get_json(self, desk):
        command = use_it("-f jsonl")
        if shutil.which("jq") is None:
            command = command.replace("| jq .", "")
        assert json.loads(shell(command, desk))["lines"][0]["text"] == truth("phone-number.png")

    def test_a_model_of_ones_own_reads_a_page(self, desk):
        assert "250 digits" in shell(use_it("inknn fit"), desk)
        digits = truth("phone-number.png")
        read = shell(use_it("--model"), desk).strip()
        assert len(read) == len(digits)
        assert sum(a == b for a, b in zip(read, digits, strict=True)) >= len(digits) // 2

    def test_no_command_is_left_out(self):
        assert len(use_it_lines()) == 7

    def test_evaluating_tells_the_interval_and_writes_a_page(self, desk):
        (command,) = (line for line in study_lines() if line.startswith("inknn evaluate"))
        assert "95 % interval" in shell(command, desk)
        assert (desk / "mnist.html").stat().st_size > 10_000

    @pytest.mark.parametrize("command", [line for line in study_lines() if "inknn evaluate" not in line])
    @pytest.mark.slow
    def test_each_study_runs_on_a_small_set_too(self, desk, command):
        if "plot" in command:
            pytest.importorskip("matplotlib")
        told = shell(re.sub(r"\bmnist\b", "our-digits/", command), desk)
        written = re.findall(r"(?:-o|--report) (\S+)", command)
        assert told or written
        assert [name for name in written if not (desk / name).stat().st_size] == []

    def test_that_of_the_examples_reads_the_note(self):
        (command,) = re.findall(r"^    (inknn .*)$", text_of("examples/README.md"), re.MULTILINE)
        assert shell(command, ROOT) == truth("note.jpg") + "\n"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_verb_in_a_document_is_one_of_the_command(document):
    verbs = {match[1] for piece in code_in(document) if (match := re.match(r"inknn\s+([a-z]+)", piece))}
    assert verbs <= set(build_app().commands)
    if document == "README.md":
        assert verbs >= {"read", "evaluate"}


def test_the_changelog_names_every_verb():
    assert set(re.findall(r"`inknn ([a-z]+)", text_of("CHANGELOG.md"))) == set(build_app().commands)


def test_the_python_example_reads_the_form(capsys, monkeypatch):
    (example,) = blocks("README.md", "python")
    monkeypatch.chdir(ROOT)
    exec(compile(example, "README.md", "exec"), {})
    lines = truth("form.jpg").splitlines()
    printed = capsys.readouterr().out.splitlines()
    assert printed[: len(lines)] == lines
    labels = [line.split()[0] for line in printed[len(lines) :]]
    assert "".join(labels) == "".join(lines)


@pytest.mark.parametrize("document", ["README.md", "CHANGELOG.md"])
def test_every_python_name_in_a_document_exists(document):
    names = re.findall(r"`inknn\.([A-Za-z_.]+)", text_of(document))
    assert names
    for name in names:
        found = inknn
        for part in name.split("."):
            found = getattr(found, part)


def test_the_readme_explains_every_field_of_a_digit():
    table = text_of("README.md").split("## What an answer says")[1].split("\n## ")[0]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    explained = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    assert explained == {field.name for field in dataclasses.fields(inknn.Digit)}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_to_a_file_leads_somewhere(document):
    links = re.findall(r"\]\(([^):]+)\)", text_of(document))
    assert [link for link in links if not (ROOT / document).parent.joinpath(link).exists()] == []


class TestArchitecture:
    @staticmethod
    def rooms() -> list[str]:
        """The rooms in the order of the table."""
        table = text_of("ARCHITECTURE.md").split("## Rooms")[1].split("\n## ")[0]
        cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
        return [name for cell in cells for name in re.findall(r"`(\w+)/?`", cell)]

    def test_names_every_room_and_no_other(self):
        package = Path(inknn.__file__).parent
        there = {path.stem for path in package.glob("[!_]*.py")}
        there |= {path.parent.name for path in package.glob("*/__init__.py")}
        assert sorted(self.rooms()) == sorted(there)

    def test_has_them_in_the_order_that_is_checked(self):
        """Rooms import from lower rows; the small files at the bottom also from each other."""
        package = Path(inknn.__file__).parent
        rooms = self.rooms()
        floor = set(rooms[rooms.index("geometry") : rooms.index("errors") + 1])
        upwards = []
        for number, room in enumerate(rooms):
            files = list((package / room).glob("*.py")) or [package / f"{room}.py"]
            code = "\n".join(file.read_text(encoding="utf-8") for file in files)
            dots = r"\.\." if (package / room).is_dir() else r"\."
            named = re.findall(rf"from {dots}(\w+)", code)
            named += re.findall(rf"from {dots} import (\w+)", code)
            named = [name for name in named if name in rooms and not {name, room} <= floor]
            upwards += [(room, name) for name in named if rooms.index(name) <= number]
        assert upwards == []

    def test_where_to_add_things_is_still_there(self):
        """The files named in a row exist, and hold the names in it."""
        package = Path(inknn.__file__).parent
        rows = text_of("ARCHITECTURE.md").split("## Where to add")[1].strip().splitlines()[2:]
        assert len(rows) >= 8
        for row in rows:
            quoted = re.findall(r"`([^`<>]+)`", row)
            files = [name for name in quoted if name.endswith(".py")]
            code = "".join((package / file).read_text(encoding="utf-8") for file in files)
            names = [name for name in quoted if re.fullmatch(r"\w+", name)]
            assert [name for name in names if not re.search(rf"\b{name}\b", code)] == []


def modules_with_examples() -> list[str]:
    """All modules of the package whose docstrings hold examples."""
    found = []
    for module in pkgutil.walk_packages(inknn.__path__, "inknn."):
        spec = importlib.util.find_spec(module.name)
        source = spec.origin if spec else None
        if source and source.endswith(".py") and ">>> " in Path(source).read_text(encoding="utf-8"):
            found.append(module.name)
    return ["inknn", *found]


class TestDocstrings:
    def test_examples_are_found(self):
        assert set(modules_with_examples()) >= {
            "inknn.reader.reader",
            "inknn.estimators.digits",
            "inknn.glyph.normalize",
        }

    @pytest.mark.parametrize("name", modules_with_examples())
    def test_examples_give_what_they_show(self, name):
        result = doctest.testmod(importlib.import_module(name))
        assert result.attempted > 0
        assert result.failed == 0


def test_a_wrong_example_would_be_noticed():
    wrong = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "wrong", None, 0)
    assert doctest.DocTestRunner(verbose=False).run(wrong, out=lambda _: None).failed == 1
