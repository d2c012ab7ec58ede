"""The workflows do what everybody can do, and the README leads somewhere on a package index too."""

from __future__ import annotations

import importlib.util
import os
import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "inknn"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ADDRESS = "https://example.org/owner/inknn"


@pytest.fixture(scope="module")
def publishable():
    spec = importlib.util.spec_from_file_location("publishable", ROOT / ".ci" / "publishable.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def scripts_in(text: str) -> set[str]:
    return set(re.findall(r"\.ci/[\w-]+", text))


class TestWorkflows:
    def test_their_steps_are_scripts_that_the_whole_check_runs_too(self):
        steps = [step for path in WORKFLOWS for step in re.findall(r"run: (.*)", path.read_text())]
        commands = {step for step in steps if not step.startswith(".ci/")}
        assert commands == {"python -m pip install --group release"}
        assert scripts_in("\n".join(steps)) <= scripts_in((ROOT / ".ci" / "run").read_text())

    def test_the_whole_check_begins_with_the_readmes_test_command(self):
        readme, check = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", ".ci/run"))
        (command,) = re.findall(r"^(.*) && pytest$", readme, re.MULTILINE)
        assert re.search(rf"^step {re.escape(command)}$", check.replace(" -q ", " "), re.MULTILINE)
        assert "\nstep pytest\n" in check

    def test_every_script_that_something_names_is_there_and_can_be_run(self):
        texts = [path.read_text() for path in (*WORKFLOWS, ROOT / ".ci" / "run", ROOT / "CONTRIBUTING.md")]
        for name in scripts_in("\n".join(texts)):
            assert os.access(ROOT / name, os.X_OK), name

    def test_actions_are_pinned_to_a_version(self):
        used = [name for path in WORKFLOWS for name in re.findall(r"uses: (.*)", path.read_text())]
        unpinned = [name for name in used if not re.search(r"@v\d+\.\d+\.\d+$|^\./", name)]
        assert used
        assert unpinned == []


class TestCitation:
    def test_the_version_is_that_of_the_package(self):
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        citation = (ROOT / "CITATION.cff").read_text()
        assert re.findall(r"^version: (.*)$", citation, re.MULTILINE) == [project["version"]]


class TestPublishing:
    def test_links_lead_into_the_repository_and_pictures_to_their_bytes(self, publishable):
        text = "![A](docs/a.jpg) [b](b.md#part) [c](https://c.org) [d](#d)\n"
        assert publishable.with_absolute_links(text, ADDRESS, "v1") == (
            f"![A]({ADDRESS}/raw/v1/docs/a.jpg) [b]({ADDRESS}/blob/v1/b.md#part) [c](https://c.org) [d](#d)\n"
        )

    def test_code_stays_as_it_is(self, publishable):
        text = "```python\nfields[0](row)\n```\n"
        assert publishable.with_absolute_links(text, ADDRESS, "v1") == text

    def test_the_readme_keeps_no_relative_link(self, publishable):
        readme = (ROOT / "README.md").read_text(encoding="utf-8")
        assert re.search(r"\]\((?!https?:|#)", readme)
        published = publishable.with_absolute_links(readme, ADDRESS, "v1")
        assert not re.search(r"\]\((?!https?:|#)", published)
        assert "<img" not in readme  # the one way to show a picture that would not be found

    def test_the_metadata_names_the_repository(self, publishable):
        pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
        project = tomllib.loads(publishable.with_urls(pyproject, ADDRESS, "v1"))["project"]
        assert project["urls"]["Source"] == ADDRESS
        assert project["scripts"] == tomllib.loads(pyproject)["project"]["scripts"]


class TestHouse:
    """What a reader of the source may rely on."""

    def test_the_map_names_every_room_and_nothing_else(self):
        text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
        rows = re.findall(r"^\| (`[^|]*) \|", text[text.index("| room |") :].split("\n\n")[0], re.MULTILINE)
        named = {name.rstrip("/") for row in rows for name in re.findall(r"`(\w+/?)`", row)}
        files = {path.stem for path in PACKAGE.glob("*.py") if not path.stem.startswith("__")}
        assert named == files | {path.parent.name for path in PACKAGE.glob("*/__init__.py")}

    def test_the_map_has_whole_tables(self):
        text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
        for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
            assert len({line.count("|") for line in table.splitlines()}) == 1, table
        assert not re.search(r"^ +\|", text, re.MULTILINE)

    def test_rooms_that_are_read_in_order_name_their_steps(self):
        for room in (
            "ink",
            "page",
            "glyph",
            "features",
            "datasets",
            "reader",
            "memory",
            "recognizer",
            "search",
        ):
            text = (PACKAGE / room / "__init__.py").read_text(encoding="utf-8")
            missing = {path.stem for path in (PACKAGE / room).glob("[!_]*.py") if path.stem not in text}
            assert not missing, f"{room}/__init__.py doesn't name {missing}"

    def test_files_are_short_enough_to_read(self):
        long = {path.name for path in PACKAGE.rglob("*.py") if path.read_text("utf-8").count("\n") > 400}
        assert not long


class TestGlossary:
    def test_its_words_are_in_order_and_come_once(self):
        lines = (ROOT / "docs" / "reference" / "glossary.md").read_text(encoding="utf-8").splitlines()
        words = [before for before, line in pairwise(lines) if line.startswith(":   ")]
        assert len(words) > 20
        assert words == sorted(set(words), key=lambda word: word.casefold().replace("-", ""))
