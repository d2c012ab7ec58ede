"""The notebooks are kept as they should be; that they run is shown by running them, which `.ci/run` does."""

from __future__ import annotations

import ast
import importlib
import json
import re
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
sys.path.insert(0, str(FOLDER))

import tidy  # noqa: E402

NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
EVERY = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells(path: Path, kind: str) -> list[str]:
    """The text of all cells of a kind."""
    book = json.loads(path.read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == kind]


def program(path: Path) -> str:
    """All code of a notebook, without the lines that speak to Jupyter."""
    return re.sub(r"^%.*$", "", "\n".join(cells(path, "code")), flags=re.MULTILINE)


def book(*sources: str, **changes: object) -> str:
    """The text of a notebook of code."""
    made = [
        {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}
        for source in sources
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | changes)


class TestEachNotebook:
    def test_there_are_five_in_the_order_in_which_they_are_read(self):
        assert [path.name[0] for path in NOTEBOOKS] == list("12345")

    @EVERY
    def test_is_tidy_without_outputs_and_the_traces_of_a_machine(self, path):
        text = path.read_text(encoding="utf-8")
        assert text == tidy.tidied(text)

    @pytest.mark.slow  # what checks it comes with [notebooks]
    @EVERY
    def test_is_a_valid_notebook(self, path):
        nbformat = pytest.importorskip("nbformat")
        nbformat.validate(nbformat.read(path, as_version=nbformat.NO_CONVERT))

    @EVERY
    def test_every_code_cell_compiles(self, path):
        for cell in cells(path, "code"):
            compile(re.sub(r"^%.*$", "", cell, flags=re.MULTILINE), path.name, "exec")

    @EVERY
    def test_what_it_imports_from_inknn_is_there(self, path):
        taken = [
            (node.module, name.name)
            for node in ast.walk(ast.parse(program(path)))
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("inknn")
            for name in node.names
        ]
        assert taken
        for module, name in taken:
            home = importlib.import_module(module)
            assert hasattr(home, name) or importlib.util.find_spec(f"{module}.{name}"), f"{module}.{name}"

    @EVERY
    def test_begins_with_its_number_and_ends_with_exercises_that_have_hints(self, path):
        prose = cells(path, "markdown")
        assert prose[0].startswith(f"# {path.name[0]}. ")
        assert prose[-1].startswith("## Exercises\n")
        assert prose[-1].count("*Hint: ") >= 3

    @EVERY
    def test_names_no_place_of_a_machine_and_links_to_notebooks_that_are_there(self, path):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"[\"'\s(](/(home|root|tmp|work|Users)/|[A-Z]:\\\\)", text)
        links = re.findall(r"\]\(([^)]+)\)", text)
        local = [link for link in links if not link.startswith("https://")]
        assert all((FOLDER / link).is_file() for link in local), local

    @EVERY
    def test_opens_the_test_digits_where_it_says_so_and_nowhere_before(self, path):
        book = json.loads(path.read_text(encoding="utf-8"))
        said = False
        for cell in book["cells"]:
            source = "".join(cell["source"])
            said |= source.startswith("## The test\n")
            if cell["cell_type"] == "code" and not said:
                used = re.sub(r".*load_(mnist|digits)\(.*", "", source)
                assert not re.search(r"\btest\b[\[.]", used), source


class TestTidying:
    def test_outputs_counts_and_the_kernel_go(self):
        run = json.loads(book("1 + 1", metadata={"kernelspec": {"name": "mine"}, "widgets": {}}))
        run["cells"][0] |= {"execution_count": 7, "outputs": [{"output_type": "stream"}], "id": "sum"}
        run["cells"][0]["metadata"] = {"execution": {"started": "now"}}
        kept = json.loads(tidy.tidied(json.dumps(run)))
        assert kept["metadata"] == tidy.METADATA
        assert kept["cells"] == [
            {"cell_type": "code", "execution_count": None, "id": "sum", "metadata": {}, "outputs": []}
            | {"source": ["1 + 1"]}
        ]

    def test_what_is_tidy_stays_as_it_is(self):
        once = tidy.tidied(book("a = 1\n\nb = 2\n", "a = 1", "a = 1", " "))
        assert tidy.tidied(once) == once

    def test_cells_with_the_same_text_get_ids_of_their_own(self):
        kept = json.loads(tidy.tidied(book("a", "a", "a", "")))
        assert len({cell["id"] for cell in kept["cells"]}) == len(kept["cells"]) == 3

    @pytest.mark.parametrize("text", ["", "[]", "{}", book("a", nbformat=3), '{"cells": 1, "nbformat": 4}'])
    def test_what_is_no_notebook_is_told_and_left_alone(self, text, tmp_path, capsys):
        path = tmp_path / "broken.ipynb"
        path.write_text(text)
        assert tidy.main([str(path)]) == 1
        assert capsys.readouterr().err.startswith("broken.ipynb: ")
        assert path.read_text() == text

    def test_check_changes_nothing_and_says_what_is_to_do(self, tmp_path, capsys):
        path = tmp_path / "untidy.ipynb"
        path.write_text(book("a = 1"))
        assert tidy.main(["--check", str(path)]) == 1
        assert "run python notebooks/tidy.py" in capsys.readouterr().out
        assert path.read_text() == book("a = 1")
        assert tidy.main([str(path)]) == 0
        assert tidy.main(["--check", str(path)]) == 0


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """Five small notebooks, each executed: exit codes by number, and the folder of what came out."""
    for module in ("nbclient", "nbconvert", "ipykernel"):
        pytest.importorskip(module)
    execute = importlib.import_module("execute")
    folder, out = (tmp_path_factory.mktemp(name) for name in ("books", "out"))
    sources = {
        "1-good": ("print(6 * 7)", "100"),
        "2-fails": ("1 / 0", "100"),
        "3-warns": ("import sys; print('oh', file=sys.stderr)", "100"),
        "4-slow": ("sum(range(30_000_000))", "0.1"),
        "5-hangs": ("import time; time.sleep(100)", "0.2"),
    }
    codes = {}
    for name, (source, seconds) in sources.items():
        (folder / f"{name}.ipynb").write_text(tidy.tidied(book(source)))
        codes[name[0]] = execute.main([str(out), name, "--folder", str(folder), "--seconds", seconds])
    return codes, out


@pytest.mark.slow
class TestExecuting:
    def test_a_notebook_that_runs_comes_out_with_its_outputs(self, executed):
        codes, out = executed
        assert codes["1"] == 0
        assert "    42" in (out / "1-good.md").read_text()
        assert "42" in (out / "1-good.ipynb").read_text()

    def test_one_that_fails_warns_or_takes_too_long_fails_the_run(self, executed):
        codes, out = executed
        assert [codes[number] for number in "2345"] == [1, 1, 1, 1]
        assert {path.stem for path in out.glob("*.md")} == {"1-good"}

    def test_an_unknown_name_is_told(self, tmp_path, capsys):
        execute = importlib.import_module("execute")
        with pytest.raises(SystemExit, match="2"):
            execute.main([str(tmp_path / "out"), "9"])
        assert "there are 1-knn-from-scratch" in capsys.readouterr().err
        assert not (tmp_path / "out").exists()
