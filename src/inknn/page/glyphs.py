"""Cut a glyph out of the page with its soft edges."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..geometry import Box
from ..ink import Ink
from ..ink.components import Components
from ..ink.quantile import quantile
from ..ink.stroke import thicken
from .lines import Group, union_box

FAINTEST = 0.2
"""Ink fainter than this share of the glyph's strength is left out."""


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
    labels, contrast = components.labels[rows, columns], ink.contrast[rows, columns]
    mask = np.isin(labels, components.number[list(group)])
    soft = contrast / max(quantile(np.sort(contrast[mask]), 0.7), 1.0)
    near = cv2.dilate(mask.view(np.uint8), np.ones((3, 3), np.uint8)).view(np.bool_)
    near &= soft >= FAINTEST
    box = Box(
        int(x / ink.scale),
        int(y / ink.scale),
        max(1, round(width / ink.scale)),
        max(1, round(height / ink.scale)),
    )
    return Glyph(box, thicken(cv2.convertScaleAbs(soft, alpha=255) * near))
