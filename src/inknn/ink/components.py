"""Connected components of ink: where they lie, how large they are, and what an image is like on them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Components:
    """Connected components of ink.

    Attributes
    ----------
    labels : ndarray of shape (height, width), dtype int32
        Number of the component that a pixel belongs to, 0 on paper; of components that were dropped too.
    pixel, label : ndarray of shape (pixels,), dtype int64
        Flat indices of the pixels that aren't paper, in reading order, and their numbers.
    number : ndarray of shape (n,), dtype int64
        Numbers of the components kept, ascending.
    box : ndarray of shape (n, 4), dtype int64
        Their x, y, width and height.
    area : ndarray of shape (n,), dtype int64
        In pixels.
    """

    labels: NDArray[np.int32]
    pixel: NDArray[np.int64]
    label: NDArray[np.int64]
    number: NDArray[np.int64]
    box: NDArray[np.int64]
    area: NDArray[np.int64]

    @property
    def at_border(self) -> NDArray[np.bool_]:
        """Which components touch the border of the picture."""
        x, y, width, height = self.box.T
        rows, columns = self.labels.shape
        return np.asarray((x == 0) | (y == 0) | (x + width == columns) | (y + height == rows), np.bool_)

    def mean(self, image: NDArray[np.float32]) -> NDArray[np.float64]:
        """Mean of an image over each component, of shape (n,)."""
        total = np.bincount(
            self.label, weights=image.ravel()[self.pixel], minlength=self.number.max(initial=0) + 1
        )
        return np.asarray(total[self.number] / self.area)

    def keep(self, chosen: NDArray[np.bool_]) -> Components:
        """Only the components that are chosen."""
        return replace(self, number=self.number[chosen], box=self.box[chosen], area=self.area[chosen])


def find_components(mask: NDArray[np.bool_]) -> Components:
    """Find the 8-connected components of a mask."""
    count, labels = cv2.connectedComponents(mask.view(np.uint8), connectivity=8)
    pixel = np.flatnonzero(mask)
    label = labels.ravel()[pixel].astype(np.int64)
    y, x = np.divmod(pixel, mask.shape[1])
    left, top = np.full((2, count), mask.size)
    right, foot = np.zeros((2, count), np.int64)
    np.minimum.at(left, label, x)
    np.maximum.at(right, label, x)
    top[label[::-1]] = y[::-1]  # the first pixel of each component is written last
    foot[label] = y
    box = np.stack([left, top, right - left + 1, foot - top + 1], axis=1)
    area = np.bincount(label, minlength=count)
    return Components(np.asarray(labels, np.int32), pixel, label, np.arange(1, count), box[1:], area[1:])
