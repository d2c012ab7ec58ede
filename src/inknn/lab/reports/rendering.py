"""Pages from templates that escape every value."""

from __future__ import annotations

from functools import cache
from html import escape
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ... import __version__
from ...tables import Table, percent, printable
from ..mistakes import data_uri

__all__ = ["render"]


def render(template: str, **values: Any) -> str:
    """A whole page.

    Parameters
    ----------
    template : str
        Name of a file in ``templates``.
    **values
        What the template names. Text of users needs no care: all text is escaped, and control characters in
        it are spelled out.

    Returns
    -------
    str
        HTML.
    """
    return _environment().get_template(template).render(values, version=__version__)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Any] = {
        "a": lambda digit: f"an {digit}" if digit == 8 else f"a {digit}",
        "count": "{:,}".format,
        "data_uri": data_uri,
        "percent": percent,
        "table": _table,
    }
    environment.filters |= filters
    return environment


def _finalize(value: Any) -> Any:
    """A value as it goes into a page; markup is made by templates, tables and plots only."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _table(table: Table) -> Markup:
    """A table that scrolls on its own where the window is narrow."""
    label = escape(printable(table.title))
    return Markup(f'<div class=wide role=region tabindex=0 aria-label="{label}">{table.to_html()}</div>')
