"""An overview of a labeled set in one picture: some digits of each label, one row for each."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ..errors import OutputError
from ..files import output_file
from .labeled import LabeledDigits

__all__ = ["contact_sheet", "save_sheet"]

_PAPER, _INK, _FAINT = 255, 0, 110
_CELL = 56  # pixels a digit is drawn in, at least
_GAP = 4
_TEXT = 26  # pixels, the size of the labels
_SMALL = 18


def contact_sheet(digits: LabeledDigits, per_label: int = 20) -> Image.Image:
    """Draw some digits of each label, dark on white, label and count at the left of each row.

    They are taken at even distances through the set, so that they are not all by its first writer.

    Parameters
    ----------
    digits : LabeledDigits
    per_label : int
        How many of each label, at least 1; fewer are drawn where there are fewer.

    Returns
    -------
    PIL.Image.Image
        In gray.
    """
    height, width = digits.images.shape[1:]
    zoom = max(1, round(_CELL / max(height, width)))
    cell_height, cell_width = zoom * height, zoom * width
    present = [int(label) for label in np.unique(digits.labels)]
    columns = min(per_label, int(np.bincount(digits.labels).max()))
    left, top = 5 * _SMALL, 3 * _SMALL
    sheet = Image.new(
        "L",
        (left + columns * (cell_width + _GAP) + _GAP, top + len(present) * (cell_height + _GAP) + _GAP),
        _PAPER,
    )
    draw = ImageDraw.Draw(sheet)
    large, small = ImageFont.load_default(_TEXT), ImageFont.load_default(_SMALL)
    # The font that comes with Pillow has no ×.
    title = f"{digits.name}: {len(digits):,} digits, {width} by {height} pixels"
    draw.text((_GAP, _SMALL), title, _INK, font=_fitting(title, small, sheet.width - 2 * _GAP))
    for row, label in enumerate(present):
        y = top + row * (cell_height + _GAP)
        middle = y + cell_height // 2
        draw.text((_GAP, middle), str(label), _INK, font=large, anchor="lm")
        all_of_it = np.flatnonzero(digits.labels == label)
        draw.text((left - 2 * _GAP, middle), f"{len(all_of_it):,}", _FAINT, font=small, anchor="rm")
        for column, index in enumerate(_spread(all_of_it, columns)):
            tile = Image.fromarray(255 - digits.images[index])
            tile = tile.resize((cell_width, cell_height), Image.Resampling.NEAREST)
            sheet.paste(tile, (left + column * (cell_width + _GAP), y))
    return sheet


def save_sheet(digits: LabeledDigits, path: Path, per_label: int = 20) -> None:
    """Draw a :func:`contact_sheet` into a file, in the format that its suffix names.

    Raises
    ------
    OutputError
        If Pillow has no such format, or the file can't be written.
    """
    Image.init()
    kind = Image.EXTENSION.get(path.suffix.lower())
    if kind not in Image.SAVE:
        raise OutputError(f"can't draw {path}: no format is known by {path.suffix or 'no suffix'}; use .png")
    sheet = contact_sheet(digits, per_label)
    with output_file(path) as file:
        sheet.save(file, kind)


def _spread(indices: NDArray[np.intp], count: int) -> list[int]:
    """At most ``count`` of them, at even distances."""
    if len(indices) <= count:
        return indices.tolist()
    return indices[np.arange(count) * len(indices) // count].tolist()


def _fitting(
    text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int
) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font, or a smaller one where the text would be wider than the sheet."""
    size = float(_SMALL)
    while size > 8 and font.getlength(text) > width:
        size -= 1
        font = ImageFont.load_default(size)
    return font
