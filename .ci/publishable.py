"""Prepare a tree for a package index: ``python .ci/publishable.py TREE REPOSITORY REVISION``.

In the repository, links and pictures of the README are relative. A package index shows the README on its own:
there they lead to the files of this revision in the repository, which the project's metadata then names too.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

_LINK = re.compile(r"(?P<picture>!?)(?P<text>\[[^\]]*\])\((?P<target>[^)\s]+)\)")


def with_absolute_links(readme: str, repository: str, revision: str) -> str:
    """The README's text with links into the repository.

    Parameters
    ----------
    readme : str
        Markdown.
    repository : str
        Address of the repository, such as ``https://example.org/owner/name``.
    revision : str
        A tag or commit.

    Returns
    -------
    str
    """

    def link(found: re.Match[str]) -> str:
        target = found["target"]
        if target.startswith(("https:", "http:", "mailto:", "#")):
            return found[0]
        kind = "raw" if found["picture"] else "blob"
        return f"{found['picture']}{found['text']}({repository}/{kind}/{revision}/{target})"

    # Code is shown as it is, whatever it looks like.
    parts = re.split(r"(^```.*?^```$)", readme, flags=re.DOTALL | re.MULTILINE)
    return "".join(part if part.startswith("```") else _LINK.sub(link, part) for part in parts)


def with_urls(pyproject: str, repository: str, revision: str) -> str:
    """The text of ``pyproject.toml`` with the table ``project.urls``."""
    urls = {
        "Source": repository,
        "Changelog": f"{repository}/blob/{revision}/CHANGELOG.md",
        "Issues": f"{repository}/issues",
    }
    table = "".join(f'{name} = "{url}"\n' for name, url in urls.items())
    return pyproject.replace("\n[project.scripts]\n", f"\n[project.urls]\n{table}\n[project.scripts]\n", 1)


def main(tree: str, repository: str, revision: str) -> None:
    """Change the two files of a tree."""
    for name, change in (("README.md", with_absolute_links), ("pyproject.toml", with_urls)):
        path = Path(tree, name)
        path.write_text(
            change(path.read_text(encoding="utf-8"), repository.rstrip("/"), revision),
            encoding="utf-8",
            newline="\n",
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
