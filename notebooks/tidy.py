"""Bring notebooks into the form in which they are kept: ``python notebooks/tidy.py [--check] [FILE ...]``.

Outputs bloat a repository and rot, so none is kept: the documentation has the notebooks as executed. What
else differs from one editor to the next goes too: counts of runs, the machine's kernel, widgets, trailing
space. Cells keep the ids they have; those without one get it from their text.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def notebooks(folder: Path = FOLDER) -> list[Path]:
    """All notebooks of a folder, in the order in which they are to be read."""
    return sorted(folder.glob("*.ipynb"))


def tidied(text: str) -> str:
    """A notebook's text in the form in which it is kept.

    Parameters
    ----------
    text : str
        A notebook of format 4.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If it is none.
    """
    try:
        book = json.loads(text)
        cells = [cell for cell in book["cells"] if _source(cell).strip()]
        if book["nbformat"] != 4:
            raise ValueError(f"it is of format {book['nbformat']}, not 4")
    except (KeyError, TypeError) as error:
        raise ValueError(f"it is no notebook: {error!r}") from error
    taken: set[str] = set()
    kept = {
        "cells": [_tidied_cell(cell, taken) for cell in cells],
        "metadata": METADATA,
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(kept, indent=1, ensure_ascii=False) + "\n"


def _source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def _tidied_cell(cell: dict[str, Any], taken: set[str]) -> dict[str, Any]:
    lines = [line.rstrip() for line in _source(cell).strip("\n").split("\n")]
    kept: dict[str, Any] = {
        "cell_type": cell["cell_type"],
        "id": _id(cell, "\n".join(lines), taken),
        "metadata": {},
        "source": [line + "\n" for line in lines[:-1]] + lines[-1:],
    }
    if cell["cell_type"] == "code":
        kept |= {"execution_count": None, "outputs": []}
    return dict(sorted(kept.items()))


def _id(cell: dict[str, Any], source: str, taken: set[str]) -> str:
    """The cell's id, or one from its text, that no cell before it has."""
    name, number = str(cell.get("id", "")), 0
    while not _ID.fullmatch(name) or name in taken:
        name = hashlib.sha256(f"{number or ''}{source}".encode()).hexdigest()[:8]
        number += 1
    taken.add(name)
    return name


def main(arguments: list[str] | None = None) -> int:
    """Tidy the notebooks named, or all; with ``--check`` only say which aren't tidy."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0].split(":")[0] + ".")
    parser.add_argument("files", metavar="FILE", nargs="*", type=Path, help="a notebook; all by default")
    parser.add_argument("--check", action="store_true", help="change nothing; fail if one isn't tidy")
    options = parser.parse_args(arguments)
    failed = False
    for path in options.files or notebooks():
        try:
            text = path.read_text(encoding="utf-8")
            tidy = tidied(text)
        except (OSError, ValueError) as error:
            print(f"{path.name}: {error}", file=sys.stderr)
            failed = True
            continue
        if text == tidy:
            continue
        print(f"{path.name}: {'not tidy; run python notebooks/tidy.py' if options.check else 'tidied'}")
        failed |= options.check
        if not options.check:
            path.write_text(tidy, encoding="utf-8", newline="\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
