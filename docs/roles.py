"""Roles of Sphinx in docstrings (``:func:`inknn.datasets.load_digits```) become links, where there is a page.

An extension of Griffe, which reads the sources for mkdocstrings. Names are looked up as the code around them
would: in the class, then in the module.
"""

from __future__ import annotations

import re
from typing import Any

import griffe

_ROLE = re.compile(r":(?:class|func|meth|mod|attr|data|exc):`(~?)([\w.]+)`")
_LITERAL_BLOCK = re.compile(r"(?<=\S)::(\n\s*\n)(?=[ ]{4})")


class Roles(griffe.Extension):
    """Rewrites the docstrings once everything has been loaded."""

    def on_package(self, *, pkg: griffe.Module, **_: Any) -> None:
        """Of all objects in the package."""
        _rewrite(pkg)


def _rewrite(thing: griffe.Object) -> None:
    if thing.docstring:
        text = _LITERAL_BLOCK.sub(r":\1", thing.docstring.value)
        thing.docstring.value = _ROLE.sub(lambda role: _link(thing, *role.groups()), text)
    for member in thing.members.values():
        if not member.is_alias:
            _rewrite(member)


def _link(thing: griffe.Object, short: str, name: str) -> str:
    """HTML that autorefs makes a link of where the name has a place, and leaves as code where it has none."""
    shown = name.rpartition(".")[2] if short else name
    return f'<autoref identifier="{_full(thing, name)}" optional><code>{shown}</code></autoref>'


def _full(thing: griffe.Object, name: str) -> str:
    first, _, _ = name.partition(".")
    if first == "inknn":
        return name
    scope: griffe.Object | None = thing
    while scope is not None:
        if first in scope.members:
            return f"{scope.path}.{name}"
        scope = scope.parent
    return name
