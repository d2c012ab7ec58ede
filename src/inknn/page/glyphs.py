"""Cut a glyph out of the page with its soft edges."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..geometry import Box
from ..ink import Ink
from ..ink.components import Components
from ..ink.stroke import thicken
from .lines import Group, union_box


@dataclass(frozen=True, slots=True)
class Glyph:
    """One glyph: its ``box`` in the upright picture and its ``ink``, uint8, bright on black."""

    box: Box
    ink: NDArray[np.uint8]


def cut_out(group: Group, components: Components, ink: Ink) -> Glyph:
    """Cut out the components of one glyph; ink of its neighbors is left behind."""
    x, y, width, height = (int(v) for v in union_box(components.box[list(group)].astype(float)))
    margin = max(1, round(0.5 * ink.stroke))
    rows = slice(max(0, y - margin), y + height + margin)
    columns = slice(max(0, x - margin), x + width + margin)
    mask = np.isin(components.labels[rows, columns], components.number[list(group)])
    contrast = ink.contrast[rows, columns]
    strength = float(np.quantile(contrast[mask], 0.7))
    soft = np.clip(contrast / max(strength, 1.0), 0.0, 1.0)
    edge = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    soft[~edge | (soft < 0.2)] = 0.0
    box = Box(
        int(x / ink.scale),
        int(y / ink.scale),
        max(1, round(width / ink.scale)),
        max(1, round(height / ink.scale)),
    )
    return Glyph(box, thicken(np.asarray(np.rint(soft * 255), np.uint8)))
