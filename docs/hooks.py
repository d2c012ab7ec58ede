"""What MkDocs calls while it builds the site: pages and pictures made from the package itself.

Commands and tables are written from the installed package, so that no page can differ from what it does.
Executed notebooks are shown where ``docs/notebooks`` has some; without them the site is built all the same.
"""

from __future__ import annotations

import logging
import re
from html import unescape
from pathlib import Path
from typing import Any

import make_commands
import make_pictures
import make_tables
from latex2mathml.converter import convert
from mkdocs.structure.files import File

DOCS = Path(__file__).parent

_log = logging.getLogger("mkdocs.hooks.inknn")


def on_config(config: Any) -> Any:
    """Put the commands and the notebooks into the navigation, and make the pictures that are missing."""
    _section(config.nav, "Reference")[0] = {"Commands": make_commands.navigation()}
    notebooks = _notebooks()
    if notebooks:
        config.nav.insert(3, {"Notebooks": notebooks})
    for name in make_pictures.make(DOCS / "pictures", missing_only=True):
        _log.info("made pictures/%s", name)
    return config


def on_files(files: Any, *, config: Any) -> Any:
    """Add the pages that are made."""
    for path, text in {**make_commands.pages(), **make_tables.pages()}.items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Offer an executed notebook for download, under its title."""
    path = DOCS / page.file.src_path
    if path.parent.name != "notebooks" or not path.with_suffix(".ipynb").exists():
        return markdown
    title, _, rest = markdown.strip().partition("\n")
    return f"{title}\n\n[This notebook]({path.stem}.ipynb), as it was executed for this site.\n{rest}"


def on_page_content(html: str, **_: Any) -> str:
    """Formulas as MathML, which browsers show without a script; plots that open in their own size."""
    html = re.sub(
        r'<(span|div) class="arithmatex">\\[(\[](.*?)\\[)\]]</\1>',
        lambda found: convert(unescape(found[2]), display="block" if found[1] == "div" else "inline"),
        html,
        flags=re.DOTALL,
    )
    html = re.sub(r'(<img [^>]*src="([^"]*pictures/[^"]*)"[^>]*>)', r'<a href="\2">\1</a>', html)
    # A parameter without a description needs no dash before it.
    return re.sub(r'\s*–\s*<div class="doc-md-description">\s*</div>', "", html)


def on_post_page(output: str, *, page: Any, config: Any) -> str:
    """Warn of anything that a browser would fetch from elsewhere: the site works without a network."""
    for tag in re.findall(r"<(?:script|link|img|iframe|source)\b[^>]*https?://[^>]*>", output):
        _log.warning("%s fetches from elsewhere: %s", page.file.src_path, tag)
    return output


def _section(nav: list[Any], title: str) -> list[Any]:
    (found,) = (entry[title] for entry in nav if isinstance(entry, dict) and title in entry)
    return found


def _notebooks() -> list[str]:
    return [f"notebooks/{path.name}" for path in sorted((DOCS / "notebooks").glob("*.md"))]
