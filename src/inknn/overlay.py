"""A reading drawn onto its picture: boxes, digits and doubt, to be checked by eye.

Colours are from the set by Okabe and Ito that people with any kind of colour blindness can tell apart;
the kind of line says the same: solid for a digit, dashed for an unsure one, dotted for none.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from .reading import Box, Digit, Reading, Verdict


@dataclass(frozen=True, slots=True)
class _Style:
    """How one verdict is drawn; ``dash`` is the length of a dash and of a gap, in line widths."""

    colour: tuple[int, int, int]
    dash: tuple[int, int] | None


_STYLES: dict[Verdict, _Style] = {
    "digit": _Style((0, 114, 178), None),  # blue
    "unsure": _Style((213, 94, 0), (5, 3)),  # vermilion
    "not-a-digit": _Style((153, 70, 140), (2, 2)),  # purple
}
_SMALLEST_TEXT = 10  # pixels: below this the built-in font is no longer legible
_SMALLEST_PICTURE = 240  # pixels of the longer side: smaller pictures are enlarged


def draw_overlay(picture_rgb: NDArray[np.uint8], reading: Reading) -> Image.Image:
    """Draw what was read onto the picture it was read from.

    Every glyph gets a box and, above it, the digit that was read; a doubtful one gets ``?`` with the best
    guess. The picture fades a little, so that the drawing stands out on any paper. Tiny pictures are
    enlarged by a whole factor, or nothing could be read on them.

    Parameters
    ----------
    picture_rgb
        The upright picture, uint8 of shape (height, width, 3).
    reading
        What was read on it.

    Returns
    -------
    PIL.Image.Image
        RGB, as large as the picture or a whole multiple of it.

    Raises
    ------
    ValueError
        If the reading is of a picture of another size.
    """
    height, width = picture_rgb.shape[:2]
    if (width, height) != (reading.width, reading.height):
        raise ValueError(f"the picture is {width}×{height}, the reading of {reading.width}×{reading.height}")
    factor = max(1, -(-_SMALLEST_PICTURE // max(width, height)))
    image = Image.fromarray(picture_rgb).convert("RGB")
    if factor > 1:
        image = image.resize((width * factor, height * factor), Image.Resampling.NEAREST)
    draw = ImageDraw.Draw(image)
    digits = reading.digits
    if not digits:
        return image
    typical = statistics.median(max(digit.box.width, digit.box.height) for digit in digits) * factor
    stroke = max(1, round(typical / 40))
    for digit in digits:
        _draw_box(draw, _outside(digit.box, factor, stroke), _STYLES[digit.verdict], stroke)
    # Labels come last, so that no box runs through one.
    for digit in digits:
        _draw_label(draw, digit, _outside(digit.box, factor, stroke), image.size, typical)
    return image


def _outside(box: Box, factor: int, stroke: int) -> Box:
    """The box in enlarged pixels, grown so that its line lies beside the ink and not on it."""
    x, y, width, height = (value * factor for value in box)
    margin = stroke + 1
    return Box(x - margin, y - margin, width + 2 * margin, height + 2 * margin)


def _draw_box(draw: ImageDraw.ImageDraw, box: Box, style: _Style, stroke: int) -> None:
    left, top, right, bottom = box.x, box.y, box.x + box.width - 1, box.y + box.height - 1
    if style.dash is None:
        draw.rectangle((left, top, right, bottom), outline=style.colour, width=stroke)
        return
    dash, gap = (length * stroke for length in style.dash)
    for start in range(left, right, dash + gap):
        end = min(start + dash - 1, right)
        draw.rectangle((start, top, end, top + stroke - 1), fill=style.colour)
        draw.rectangle((start, bottom - stroke + 1, end, bottom), fill=style.colour)
    for start in range(top, bottom, dash + gap):
        end = min(start + dash - 1, bottom)
        draw.rectangle((left, start, left + stroke - 1, end), fill=style.colour)
        draw.rectangle((right - stroke + 1, start, right, end), fill=style.colour)


def _draw_label(
    draw: ImageDraw.ImageDraw, digit: Digit, box: Box, size: tuple[int, int], typical: float
) -> None:
    """The digit in a small plate above its box, below it at the top border, inside the picture always."""
    text = _label(digit)
    font = ImageFont.load_default(max(_SMALLEST_TEXT, round(typical * 0.4)))
    left, top, right, bottom = draw.textbbox((0, 0), text, font=font)
    width, height = round(right - left) + 4, round(bottom - top) + 4
    x = min(max(0, box.x), max(0, size[0] - width))
    y = box.y - height
    if y < 0:
        y = box.y + box.height if box.y + box.height + height <= size[1] else 0
    colour = _STYLES[digit.verdict].colour
    draw.rectangle((x, y, x + width - 1, y + height - 1), fill=colour)
    draw.text((x + 2 - left, y + 2 - top), text, font=font, fill=(255, 255, 255))


def _label(digit: Digit) -> str:
    if digit.verdict == "digit":
        return str(digit.label)
    if digit.verdict == "unsure":
        return f"{digit.label}?"
    return "?"
