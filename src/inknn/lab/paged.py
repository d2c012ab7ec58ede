"""What pages to project, print or send are made of: no script, nothing loaded from elsewhere."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from html import escape
from importlib.resources import files
from string import Template

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .. import __version__
from .evaluation_tables import printable

__all__ = ["card", "figures", "neighbor", "page", "picture", "safe", "scrolling"]


def page(body: str, **parts: str) -> str:
    """A whole page.

    Parameters
    ----------
    body : str
        The name of a file beside this one: ``<body>`` and what follows, with places for the parts.
    **parts
        HTML; ``title`` among them.

    Returns
    -------
    str
        With the styles that all pages share, and the program's name and version as ``$program``.
    """
    folder = files(__package__)
    text = "".join(folder.joinpath(name).read_text(encoding="utf-8") for name in ("page_head.html", body))
    return Template(text).substitute(parts, program=f"inknn {escape(__version__)}")


def safe(text: str) -> str:
    """Text of a user's inside a page: neither markup, nor control characters, nor half characters."""
    return escape(printable(text))


def figures(shown: Iterable[tuple[str, str, str, str]], unit: str = "") -> str:
    """The figures to begin with: each with its title, the rest of the story, and "right" or "wrong"."""
    small = f' <span class="unit">{unit}</span>' if unit else ""
    return "\n".join(
        f'<div><dt>{title}</dt><dd class="big {color}">{figure}{small}</dd>'
        f'<dd class="more">{safe(more)}</dd></div>'
        for figure, title, more, color in shown
    )


def picture(image: NDArray[np.uint8], alt: str) -> str:
    """A digit as it is written, dark ink on white, from uint8 (height, width)."""
    file = io.BytesIO()
    Image.fromarray(255 - image).save(file, "PNG", optimize=True)
    data = base64.b64encode(file.getvalue()).decode()
    height, width = image.shape
    return (
        f'<img class="digit" width="{width}" height="{height}" alt="{escape(alt)}" '
        f'src="data:image/png;base64,{data}">'
    )


def card(drawn: str, said: str, details: Iterable[str], near: Iterable[str] = ()) -> str:
    """A picture, HTML beside it, details in words below that, and its neighbors, nearest first."""
    soft = "".join(f'<span class="soft">{safe(detail)}</span>' for detail in details)
    items = "".join(near)
    below = f'<ol class="near" aria-label="Its neighbors, nearest first">{items}</ol>' if items else ""
    return f'<figure class="card">{drawn}<figcaption>{said}{soft}</figcaption>{below}</figure>'


def neighbor(label: int, truth: int, answer: int, drawn: str, tip: str) -> str:
    """One of a card's neighbors, in the color of whom its label speaks for."""
    kind = "agrees" if label == truth else "misleads" if label == answer else "other"
    return f'<li class="{kind}" title="{escape(tip)}">{drawn}{label}</li>'


def scrolling(title: str, inner: str, style: str = "") -> str:
    """A table, of HTML, which scrolls on its own where the window is narrow."""
    named = f' class="{style}"' if style else ""
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="{escape(title)}">'
        f"<table{named}><caption>{escape(title)}</caption>{inner}</table></div>"
    )
