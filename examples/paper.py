"""Paper, light and a camera: what turns written strokes into a photograph or a scan."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from pen import Coverage, Pen, smooth_noise, write_digit

Page = NDArray[np.float32]
"""Reflectance (height, width, 3), RGB, 0 to 1: what the sheet looks like in even white light."""


@dataclass(frozen=True)
class Camera:
    """How a sheet is seen. Angles in degrees, lengths in pixels, light and noise as a share of white.

    `turn` rotates, `tilt` is the perspective (share by which the far side is shorter), `bend` how far the
    sheet bulges, `exposure` the brightness of white paper, `falloff` how much darker it is far from the
    light, `shadow` the depth of a soft shadow, `shadow_reach` how much of the picture it covers, `glare` the
    mirror image of a lamp at `glare_at` (shares of width and height), `warmth` the tint of the light.
    Directions count clockwise from the right-hand side.
    """

    turn: float = 0.0
    tilt: float = 0.0
    bend: float = 0.0
    exposure: float = 0.86
    falloff: float = 0.0
    light_from: float = 225.0
    shadow: float = 0.0
    shadow_from: float = 0.0
    shadow_reach: float = 0.3
    shadow_softness: float = 0.12
    warmth: float = 0.0
    blur: float = 0.7
    noise: float = 0.010
    sharpen: float = 0.5
    glare: float = 0.0
    glare_at: tuple[float, float] = (0.5, 0.5)


def blank_sheet(
    width: int,
    height: int,
    rng: np.random.Generator,
    tint: tuple[float, float, float] = (0.97, 0.965, 0.95),
    grain: float = 0.012,
) -> Page:
    """A sheet of paper: its tint, fibers, and slow changes in thickness."""
    shape = (height, width)
    fibers = sum(
        depth * smooth_noise(shape, scale, rng) for depth, scale in ((0.6, 2.2), (0.5, 7), (0.5, 60))
    )
    return np.asarray(np.array(tint, np.float32) * (1 + grain * fibers)[..., None], np.float32)


def lay_ink(page: Page, coverage: Coverage, left: float, top: float, color: Sequence[float]) -> None:
    """Lay transparent ink on the page, in place; what falls outside is cut off."""
    x, y = round(left), round(top)
    x0, y0 = max(x, 0), max(y, 0)
    x1, y1 = min(x + coverage.shape[1], page.shape[1]), min(y + coverage.shape[0], page.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    part = coverage[y0 - y : y1 - y, x0 - x : x1 - x, None]
    page[y0:y1, x0:x1] *= 1 - part * (1 - np.array(color, np.float32))


def dust(page: Page, count: int, rng: np.random.Generator) -> None:
    """Specks and short fibers of one or two pixels, as on the glass of a scanner, in place."""
    height, width = page.shape[:2]
    for _ in range(count):
        x, y, angle = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(0, np.pi)
        length = rng.exponential(2.5)
        gray = float(rng.uniform(0.6, 0.88))
        end = (x + length * np.cos(angle), y + length * np.sin(angle))
        print_line(page, (x, y), end, (gray, gray, gray), 1.0)


def smudge(page: Page, color: Sequence[float], depth: float, rng: np.random.Generator) -> None:
    """A wide faint smear as a dry cloth leaves on a whiteboard, in place."""
    height, width = page.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x0, y0, angle = rng.uniform(0.1, 0.9) * width, rng.uniform(0.1, 0.9) * height, rng.normal(0, 0.35)
    along = np.cos(angle) * (x - x0) + np.sin(angle) * (y - y0)
    across = np.cos(angle) * (y - y0) - np.sin(angle) * (x - x0) + (along / width) ** 2 * 120
    streaks = np.interp(across.ravel() / 6, np.arange(-400, 400), rng.uniform(0.4, 1, 800))
    strength = depth * streaks.reshape(height, width)
    strength *= np.exp(-((along / (0.28 * width)) ** 4) - (across / (0.09 * height)) ** 4)
    page *= 1 - strength.astype(np.float32)[..., None] * (1 - np.array(color, np.float32))


def print_line(
    page: Page,
    start: tuple[float, float],
    end: tuple[float, float],
    color: Sequence[float],
    width: float = 1.5,
) -> None:
    """Print a straight rule from `start` to `end` (x, y), `width` pixels thick, in place."""
    mask = np.zeros(page.shape[:2], np.uint8)
    # Drawn with 4 fractional bits; a line thinner than a pixel is one pixel of lighter ink.
    points = [tuple(round(c * 16) for c in point) for point in (start, end)]
    cv2.line(mask, points[0], points[1], 255, max(1, round(width)), cv2.LINE_AA, 4)
    strength = min(1.0, width) * mask.astype(np.float32) / 255
    page *= 1 - strength[..., None] * (1 - np.array(color, np.float32))


def write_row(
    page: Page,
    images: Sequence[NDArray[np.uint8]],
    left: float,
    baseline: float,
    height: float,
    gap: float,
    pen: Pen,
    rng: np.random.Generator,
    slant: float = 0.0,
    wobble: float = 0.05,
) -> float:
    """Write digits side by side, `gap` pixels of clear paper between them; returns where the row ends (x)."""
    x = left
    for image in images:
        size = height * (1 + wobble * float(rng.uniform(-1, 1)))
        coverage = write_digit(image, size, pen, rng, slant + float(rng.normal(0, 0.03)))
        lift = height * wobble * float(rng.uniform(-1, 1))
        # A wide digit of MNIST fills its box sideways and is low: it stands in the middle of the row.
        lift += max(0.0, (0.85 * size - coverage.shape[0]) / 2)
        lay_ink(page, coverage, x, baseline - lift - coverage.shape[0], pen.color)
        x += coverage.shape[1] + max(1.0, gap * (1 + 0.35 * float(rng.uniform(-1, 1))))
    return x


def light_field(shape: tuple[int, int], camera: Camera, rng: np.random.Generator) -> NDArray[np.float32]:
    """How much light falls on each pixel, (height, width): the lamp's falloff and one soft shadow."""
    height, width = shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = x / width - 0.5, y / height - 0.5

    def along(degrees: float) -> NDArray[np.float32]:
        angle = np.deg2rad(degrees)
        return np.asarray((np.cos(angle) * x + np.sin(angle) * y) / 0.7, np.float32)

    far = np.clip(0.5 - 0.5 * along(camera.light_from), 0, 1)
    light = 1 - camera.falloff * far**1.3
    light *= 1 - 0.10 * camera.falloff * smooth_noise(shape, max(shape) / 3, rng)
    if camera.shadow:
        border = 1 - 2 * camera.shadow_reach + 0.12 * smooth_noise(shape, max(shape) / 2, rng)
        depth = (along(camera.shadow_from) - border) / camera.shadow_softness
        light *= 1 - camera.shadow / (1 + np.exp(-np.clip(depth, -30, 30)))
    return np.asarray(light, np.float32)


def photograph(page: Page, camera: Camera, rng: np.random.Generator) -> NDArray[np.uint8]:
    """See the page through `camera`: RGB uint8 of the same height and width."""
    seen = _look(page, camera)
    seen = seen * light_field(page.shape[:2], camera, rng)[..., None] * camera.exposure
    if camera.glare:
        seen = seen + camera.glare * _lamp(page.shape[:2], camera.glare_at)[..., None]
    seen *= np.array([1 + camera.warmth, 1.0, 1 - camera.warmth], np.float32)
    seen = cv2.GaussianBlur(seen, (0, 0), camera.blur) if camera.blur > 0 else seen
    seen = seen + _sensor_noise(seen, camera.noise, rng)
    if camera.sharpen:  # phones do this after the sensor, which is why their noise looks crisp
        seen = seen + camera.sharpen * (seen - cv2.GaussianBlur(seen, (0, 0), 1.4))
    return np.clip(np.rint(seen * 255), 0, 255).astype(np.uint8)


def _lamp(shape: tuple[int, int], at: tuple[float, float]) -> NDArray[np.float32]:
    """The blurred reflection of a long lamp: a bright core in a wide halo, (height, width), at most 1."""
    height, width = shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = (x - at[0] * width) / width, (y - at[1] * height + 0.12 * (x - at[0] * width)) / width
    core = np.exp(-((x / 0.13) ** 4) - (y / 0.022) ** 4)
    halo = np.exp(-((x / 0.20) ** 2) - (y / 0.10) ** 2)
    return np.asarray(0.65 * core + 0.35 * halo, np.float32)


def _look(page: Page, camera: Camera) -> Page:
    """Rotate, tilt and bend; zoomed in just so far that the page's border stays outside the picture."""
    height, width = page.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = x - width / 2, y - height / 2
    angle = np.deg2rad(camera.turn)
    inset = 1 - abs(np.sin(angle)) * 0.8 - abs(camera.tilt) - 2 * abs(camera.bend) / height
    x, y = x * inset, y * inset
    depth = 1 + camera.tilt * (2 * y / height)
    x, y = x / depth, y / depth
    x, y = np.cos(angle) * x + np.sin(angle) * y, -np.sin(angle) * x + np.cos(angle) * y
    y = y + camera.bend * ((2 * x / width) ** 2 - 0.4 + 0.25 * np.sin(2.6 * x / width))
    map_x, map_y = (x + width / 2).astype(np.float32), (y + height / 2).astype(np.float32)
    return cv2.remap(page, map_x, map_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)


def _sensor_noise(seen: Page, amount: float, rng: np.random.Generator) -> Page:
    shape = seen.shape[:2]
    fine = rng.standard_normal(seen.shape).astype(np.float32)
    fine = cv2.GaussianBlur(fine, (0, 0), 0.6) * 2
    blotches = np.dstack([smooth_noise(shape, 5, rng) for _ in range(3)])
    strength = amount * np.sqrt(np.clip(seen, 0.02, 1))  # photons arrive by Poisson's law
    return np.asarray(strength * (fine + 0.35 * blotches), np.float32)
