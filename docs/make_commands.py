"""A page for each command, written from what Click knows of it."""

from __future__ import annotations

import html
import inspect
import re
from collections.abc import Iterator
from typing import Any

import click

from inknn.cli import build_app
from inknn.tables import Table

FOLDER = "reference/commands"


def pages() -> dict[str, str]:
    """Markdown of every command's page, by its path."""
    app = build_app()
    index = [
        "# Commands",
        "Each command has a page with the text that `--help` prints.",
        _table(("command", "what it does"), (_row(name, app.commands[name]) for name in app.commands)),
        "`inknn --version` prints the version, `inknn completion` sets up the Tab key. "
        "[Exit codes](../exit-codes.md) are the same for all commands.",
    ]
    made = {f"{FOLDER}/index.md": _joined(index)}
    for name, command in app.commands.items():
        made[f"{FOLDER}/{name}.md"] = _joined(_page(command, ["inknn", name], level=1))
    return made


def navigation() -> list[str]:
    """The pages in the order of ``inknn --help``."""
    return [f"{FOLDER}/index.md", *(f"{FOLDER}/{name}.md" for name in build_app().commands)]


def _row(name: str, command: click.Command) -> tuple[str, str]:
    return f"[`inknn {name}`]({name}.md)", _text(_paragraphs(command.help)[0])


def _page(command: click.Command, words: list[str], level: int) -> Iterator[str]:
    parent = click.Context(build_app(), info_name="", help_option_names=["-h", "--help"])
    context = click.Context(command, parent, info_name=" ".join(words))
    yield f"{'#' * level} {' '.join(words)}"
    first, *rest = _paragraphs(command.help)
    yield _text(first)
    yield _code(f"{' '.join(words)} {' '.join(command.collect_usage_pieces(context))}")
    yield from _prose(rest, level)
    options = [record for each in command.get_params(context) if (record := each.get_help_record(context))]
    yield f"{'#' * (level + 1)} Options"
    yield _table(("option", "meaning"), ((_verbatim(name), _text(what)) for name, what in options if what))
    formatter = click.HelpFormatter(width=84)
    command.format_epilog(context, formatter)  # some look up what to list there
    for heading, block in re.findall(r"^(\w[^\n]*):\n((?:[ ].*\n?)+)", formatter.getvalue(), re.MULTILINE):
        yield _titled(heading, level)
        yield _code(inspect.cleandoc(block))
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            yield from _page(each, [*words, name], level + 1)


def _prose(paragraphs: list[str], level: int) -> Iterator[str]:
    """Paragraphs of help; a line that ends in a colon before preformatted text is a heading of its own."""
    for paragraph in paragraphs:
        if paragraph.startswith("\b\n"):
            heading, block = _headed(inspect.cleandoc(paragraph[2:]))
            yield from [_titled(heading, level)] if heading else []
            yield _code(block)
        elif re.fullmatch(r"[A-Z]\w+:", paragraph):
            yield _titled(paragraph, level)
        else:
            yield _text(paragraph)


def _headed(block: str) -> tuple[str, str]:
    """A first line such as "Kinds:", and the rest, of preformatted text."""
    first, _, rest = block.partition("\n")
    if rest and re.fullmatch(r"[A-Z][^\n]*:", first):
        return first, inspect.cleandoc(rest)
    return "", block


def _titled(heading: str, level: int) -> str:
    return f"{'#' * (level + 1)} {heading.rstrip(':')}"


def _paragraphs(text: str | None) -> list[str]:
    """Help text in paragraphs; Click's mark for preformatted ones is kept."""
    return [part.strip("\n") for part in re.split(r"\n\s*\n", inspect.cleandoc(text or "")) if part.strip()]


def _text(paragraph: str) -> str:
    """Plain text as Markdown: words that look like options are code, and nothing is taken for markup."""
    plain = " ".join(paragraph.split())
    parts = re.split(r"(`[^`]+`)", plain)
    return "".join(part if part.startswith("`") else _escaped(part) for part in parts)


def _escaped(text: str) -> str:
    safe = re.sub(r"([\\*_\[\]#])", r"\\\1", html.escape(text, quote=False))
    return re.sub(r"(?<![\w-])(--[a-z][a-z-]+)", r"`\1`", safe)


def _code(block: str) -> str:
    return f"```text\n{block}\n```"


def _table(head: tuple[str, str], rows: Any) -> str:
    return Table(head, list(rows)).to_markdown()


def _verbatim(text: str) -> str:
    """Code in a cell of a table, where a bar would end the cell."""
    return f"<code>{html.escape(text).replace('|', '&#124;')}</code>"


def _joined(parts: Any) -> str:
    return "\n\n".join(parts) + "\n"
