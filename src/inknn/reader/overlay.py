"""A reading drawn onto its picture: boxes, digits and doubt, to be checked by eye.

The colors are from the set by Okabe and Ito, which people with any kind of color blindness can distinguish.
The line shows the same: solid for a digit, dashed for an unsure one, dotted for none.
"""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, ImageOps

from ..geometry import Box
from .result import Digit, Reading, Verdict

_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True, slots=True)
class _Style:
    """How one verdict is drawn; ``dash`` is the length of a dash and of a gap, in line widths."""

    color: tuple[int, int, int]
    dash: tuple[int, int] | None


_STYLES: dict[Verdict, _Style] = {
    "digit": _Style((0, 114, 178), None),  # blue
    "unsure": _Style((213, 94, 0), (5, 3)),  # vermilion
    "not-a-digit": _Style((153, 70, 140), (2, 2)),  # purple
}
_SMALLEST_DIGIT = 28  # pixels: pictures of smaller digits are enlarged, or their labels would hide them
_SMALLEST_SIDE = 240  # pixels of the longer side: smaller pictures are enlarged too
_LARGEST_SIDE = 6000  # but not beyond this
_LABEL_PART = 0.4  # height of a label's text as a part of a digit's longer side,
_LARGEST_LABEL = 0.1  # but at most this part of the picture's
_CHARACTERS = "0123456789?"
_PADDING = 2  # pixels around a label's text


def draw_overlay(picture_rgb: NDArray[np.uint8], reading: Reading) -> Image.Image:
    """Draw what was read onto the picture it was read from.

    Every glyph gets a box and, above it, the digit that was read; a doubtful one ``?`` after the best
    guess. Small pictures are enlarged by a whole factor, or nothing could be read on them; a strip is added
    above the picture where the digits reach up to its border.

    Parameters
    ----------
    picture_rgb
        The upright picture, uint8 of shape (height, width, 3).
    reading
        What was read on it.

    Returns
    -------
    PIL.Image.Image
        RGB, as large as the picture or a whole multiple of it, and perhaps the strip.

    Raises
    ------
    ValueError
        If the reading is of a picture of another size.
    """
    height, width = picture_rgb.shape[:2]
    if (width, height) != (reading.width, reading.height):
        raise ValueError(f"the picture is {width}×{height}, the reading of {reading.width}×{reading.height}")
    digits = reading.digits
    typical = statistics.median(max(digit.box.width, digit.box.height) for digit in digits) if digits else 0
    factor = _enlargement(max(width, height), typical)
    image = Image.fromarray(picture_rgb).convert("RGB")
    if factor > 1:
        image = image.resize((width * factor, height * factor), Image.Resampling.NEAREST)
    if not digits:
        return image
    stroke = max(1, round(typical * factor / 40))
    size = min(typical * _LABEL_PART, max(width, height) * _LARGEST_LABEL) * factor
    font = ImageFont.load_default(max(1, round(size)))
    _, top, _, bottom = font.getbbox(_CHARACTERS)
    label_height = math.ceil(bottom - top) + 2 * _PADDING
    boxes = [_outside(digit.box, factor, stroke) for digit in digits]
    strip = max(0, label_height - min(box.y for box in boxes))
    image = ImageOps.expand(image, (0, strip, 0, 0), "white")
    draw = ImageDraw.Draw(image)
    boxes = [box._replace(y=box.y + strip) for box in boxes]
    for digit, box in zip(digits, boxes, strict=True):
        _draw_box(draw, box, _STYLES[digit.verdict], stroke)
    # Labels come last, so that no box runs through one.
    for digit, box in zip(digits, boxes, strict=True):
        _draw_label(draw, digit, box, font, label_height)
    return image


def _enlargement(longer_side: int, typical: float) -> int:
    """The whole factor by which digits and picture are large enough to be labeled."""
    wanted = max(_SMALLEST_SIDE / longer_side, _SMALLEST_DIGIT / typical if typical else 0)
    return max(1, min(math.ceil(wanted), _LARGEST_SIDE // longer_side))


def _outside(box: Box, factor: int, stroke: int) -> Box:
    """The box in enlarged pixels, grown so that its line lies beside the ink and not on it."""
    x, y, width, height = (value * factor for value in box)
    margin = stroke + 1
    return Box(x - margin, y - margin, width + 2 * margin, height + 2 * margin)


def _draw_box(draw: ImageDraw.ImageDraw, box: Box, style: _Style, stroke: int) -> None:
    left, top, right, bottom = box.x, box.y, box.x + box.width - 1, box.y + box.height - 1
    if style.dash is None:
        draw.rectangle((left, top, right, bottom), outline=style.color, width=stroke)
        return
    dash, gap = (length * stroke for length in style.dash)
    for start in range(left, right, dash + gap):
        end = min(start + dash - 1, right)
        draw.rectangle((start, top, end, top + stroke - 1), fill=style.color)
        draw.rectangle((start, bottom - stroke + 1, end, bottom), fill=style.color)
    for start in range(top, bottom, dash + gap):
        end = min(start + dash - 1, bottom)
        draw.rectangle((left, start, left + stroke - 1, end), fill=style.color)
        draw.rectangle((right - stroke + 1, start, right, end), fill=style.color)


def _draw_label(draw: ImageDraw.ImageDraw, digit: Digit, box: Box, font: _Font, height: int) -> None:
    """The digit in a small plate on top of its box, shifted in at the right border."""
    text = _label(digit)
    left, _, right, _ = font.getbbox(text)
    width = math.ceil(right - left) + 2 * _PADDING
    x = max(0, min(box.x, draw.im.size[0] - width))
    y = box.y - height
    draw.rectangle((x, y, x + width - 1, box.y - 1), fill=_STYLES[digit.verdict].color)
    top = font.getbbox(_CHARACTERS)[1]
    draw.text((x + _PADDING - left, y + _PADDING - top), text, font=font, fill=(255, 255, 255))


def _label(digit: Digit) -> str:
    if digit.verdict == "digit":
        return str(digit.label)
    if digit.verdict == "unsure":
        return f"{digit.label}?"
    return "?"
