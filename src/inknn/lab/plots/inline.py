"""Plots as SVG elements of a page, in the page's own colors and letters."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from html import escape
from typing import TYPE_CHECKING

from .style import BLUE, GRAY, INK, PALE, VERMILLION, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["inline_svg"]

_COLORS = {
    INK.lower(): "currentColor",
    GRAY.lower(): "var(--soft)",
    PALE.lower(): "var(--rule)",
    BLUE.lower(): "var(--right)",
    VERMILLION.lower(): "var(--wrong)",
    "#ffffff": "var(--ground)",
}
"""The colors of a page that stand for those of the plots, in the light and in the dark."""

_LETTERS = ("font-size", "font-weight", "text-anchor")
_KEPT = ("fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "opacity", *_LETTERS)
_DEFAULTS = {("text", "fill", "currentColor"), ("text", "text-anchor", "start"), ("text", "font-weight", "")}
_FONT = re.compile(r"font: (\w* ?)([\d.]+px)[^;]*")  # as matplotlib wrote it before 3.10
_CONTAINERS = ("g", "defs", "text")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def inline_svg(figure: Figure, name: str, inches: tuple[float, float]) -> str:
    """A plot for a page; a screen reader reads its title and its caption.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        It loses its title and caption.
    name : str
        Letters that begin the ids and classes in it; each figure of a page needs another name.
    inches : (float, float)
        Width and height to lay it out in: the smaller, the larger its letters are on the page.

    Returns
    -------
    str
        An ``<svg>`` with its letters as text, and with the colors of the page's custom properties
        ``--ground``, ``--soft``, ``--rule``, ``--right`` and ``--wrong``.
    """
    title, caption = (" ".join(text.split()) for text in (figure.get_suptitle(), figure.get_supxlabel()))
    root = ET.fromstring(_bare_svg(figure, inches))
    styles: dict[str, str] = {}
    inner = "".join(_written(child, name, styles) for child in root)
    rules = "".join(f".{short}{{{rule}}}" for rule, short in styles.items())
    return (
        f'<svg class="chart" viewBox="{root.get("viewBox")}" role="img" '
        f'aria-labelledby="{name}-title {name}-caption"><title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-caption">{escape(caption)}</desc><style>{rules}</style>{inner}</svg>'
    )


def _bare_svg(figure: Figure, inches: tuple[float, float]) -> bytes:
    """The figure without ground, title, caption and ticks, its letters as text."""
    import matplotlib as mpl
    from matplotlib.text import Text

    figure.set_size_inches(*inches)
    figure.suptitle("").set_in_layout(False)
    figure.supxlabel("").set_in_layout(False)
    for text in figure.findobj(Text):
        text.set_path_effects([])  # they would turn letters into paths
    for artist in figure.findobj():
        artist.set_clip_on(False)
    for axes in figure.axes:
        axes.tick_params(which="both", length=0)
        axes.patch.set_visible(False)
    file = io.BytesIO()
    with style(), mpl.rc_context({"svg.fonttype": "none"}):
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    return file.getvalue()


def _written(element: ET.Element, name: str, styles: dict[str, str]) -> str:
    """An element in as few letters as possible; ``styles`` collects a class for each style."""
    tag = element.tag.partition("}")[2]
    inner = escape((element.text or "").strip()) + "".join(_written(child, name, styles) for child in element)
    rule = _rule(tag, element.get("style", ""))
    if tag in ("metadata", "style") or rule == "fill:none" or (tag in _CONTAINERS and not inner):
        return ""
    attributes = {"class": styles.setdefault(rule, f"{name}{len(styles)}")} if rule else {}
    for key, value in element.attrib.items():
        key = key.partition("}")[2] or key
        if key == "href":
            attributes[key] = f"#{name}-{value[1:]}"
        elif key == "id" and tag == "path":  # a marker, which others refer to
            attributes[key] = f"{name}-{value}"
        elif key == "d":
            attributes[key] = _path(value)
        elif key in ("x", "y", "transform") and not value.startswith("rotate(-0 "):
            attributes[key] = _NUMBER.sub(_rounded, value)
    if tag == "g" and not attributes:
        return inner
    words = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{tag}{words}>{inner}</{tag}>" if inner else f"<{tag}{words}/>"


def _rule(tag: str, style: str) -> str:
    """Those parts of a style that matter, in the page's colors."""
    style = _FONT.sub(r"font-size: \2; font-weight: \1", style)
    pairs = [[part.strip() for part in rule.split(":")] for rule in style.split(";") if ":" in rule]
    colored = [(key, _COLORS.get(value.lower(), value)) for key, value in pairs if key in _KEPT]
    return ";".join(f"{key}:{value}" for key, value in colored if (tag, key, value) not in _DEFAULTS)


def _rounded(number: re.Match[str]) -> str:
    return f"{float(number[0]):.1f}".removesuffix(".0")


def _path(value: str) -> str:
    """Path data with rounded numbers; lines across, and up or down, name one coordinate only."""
    parts, x, y = [], "", ""
    for command, numbers in re.findall(r"([A-Za-z])([^A-Za-z]*)", value):
        points = _NUMBER.sub(_rounded, numbers).split()
        if command == "L" and x == points[0]:
            parts.append(f"V{points[1]}")
        elif command == "L" and y == points[1]:
            parts.append(f"H{points[0]}")
        else:
            parts.append(command + " ".join(points))
        x, y = points[-2:] or (x, y)
    return "".join(parts)
