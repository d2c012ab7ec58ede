"""Pictures and arrays that nobody means well with: from a seed, always the same."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image

Case = bytes | np.ndarray | Image.Image
FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "GIF", "BMP", "PPM", "JPEG2000", "AVIF", "ICO", "PCX", "TGA", "SGI")
MODES = ("1", "L", "P", "RGB", "RGBA", "LA", "CMYK", "YCbCr", "HSV", "I", "F", "I;16")
DTYPES = (
    *("?", "u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8", "g", "c8"),
    *("O", "S3", "U2", "V4", "m8[s]", "M8[s]", ">u2", ">f4"),
)
BEGINNINGS = (
    b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 90 90\n%%EndComments\n{} loop\n",
    b"\xc5\xd0\xd3\xc6\x1e\0\0\0",
    b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    b"%PDF",
    b"\x89PNG\r\n\x1a\n",
    b"RIFF\xff\xff\xff\xffWEBPVP8 ",
    b"II*\0\x08\0\0\0\xff\xff",
    b"MM\0+\0\x08\0\0\0\0\0\0\0\0\0\x10",
    b"P6 99999 99999 255\n",
    b"GIF89a\xff\xff\xff\xff\xf7\0\0",
    b"BM\xff\xff\xff\xff\0\0\0\0",
    b"\0\0\0\x0cjP  \r\n\x87\n",
    b"\0\0\0\x18ftypavif",
)


def hostile_picture(seed: int) -> Case:
    """One of the kinds below, by its seed."""
    rng = np.random.default_rng(seed)
    return KINDS[seed % len(KINDS)](rng)


def _page(rng: np.random.Generator, most: int = 60) -> np.ndarray:
    height, width = (int(side) for side in rng.integers(1, most, 2))
    page = np.full((height, width), 255, np.uint8)
    cv2.putText(page, str(rng.integers(10)), (width // 4, 3 * height // 4), 0, height / 50, 0, 2)
    return page


def _image(rng: np.random.Generator) -> Image.Image:
    mode = str(rng.choice(MODES))
    gray = Image.fromarray(_page(rng))
    if mode == "I;16":
        return Image.fromarray(np.asarray(gray).astype(np.uint16) * int(rng.integers(1, 258)))
    image = (
        gray.convert("RGBA").convert(mode) if mode in ("RGBA", "LA") else gray.convert("RGB").convert(mode)
    )
    if rng.random() < 0.2:
        image.info["transparency"] = [0, 255, b"\0\x80", (1, 2, 3)][rng.integers(4)]
    return image


def _saved(rng: np.random.Generator) -> bytes:
    file = io.BytesIO()
    more = [Image.fromarray(_page(rng)) for _ in range(rng.integers(0, 3))]
    options = {"save_all": True, "append_images": more} if more else {}
    if rng.random() < 0.3:
        options["exif"] = b"Exif\0\0" + rng.bytes(int(rng.integers(1, 60)))
    kind = str(rng.choice(FORMATS))
    for picture in (_image(rng), Image.fromarray(_page(rng)).convert("RGB")):
        try:
            picture.save(file, kind, **options)
        except Exception:  # this format has no such mode: take another, without anything special
            file, options = io.BytesIO(), {}
        else:
            break
    return file.getvalue()


def _sound(rng: np.random.Generator) -> bytes:
    return _saved(rng)


def _truncated(rng: np.random.Generator) -> bytes:
    data = _saved(rng)
    return data[: rng.integers(0, len(data) + 1)]


def _flipped(rng: np.random.Generator) -> bytes:
    data = bytearray(_saved(rng))
    reach = len(data) if rng.random() < 0.5 else 100  # headers more often than pixels
    for _ in range(rng.integers(1, 9)):
        if data:
            data[rng.integers(min(len(data), reach))] ^= 1 << int(rng.integers(8))
    return bytes(data)


def _overwritten(rng: np.random.Generator) -> bytes:
    """With a number that lies: sizes, counts and offsets are two or four bytes."""
    data = bytearray(_saved(rng))
    lie = rng.choice([0, 1, 2**15, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1])
    packed = struct.pack(str(rng.choice(["<I", ">I"])), int(lie))
    start = int(rng.integers(max(1, min(len(data), 200))))
    data[start : start + 4] = packed
    return bytes(data)


def _beginning(rng: np.random.Generator) -> bytes:
    return BEGINNINGS[rng.integers(len(BEGINNINGS))] + rng.bytes(int(rng.integers(0, 300)))


def _bomb(rng: np.random.Generator) -> bytes:
    """A PNG that says it is huge, or whose data are many more than it says."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    width, height = (int(2 ** rng.uniform(0, 31)) for _ in range(2))
    if rng.random() < 0.5:
        width, height = 20, 20
    depth, color = ((8, 0), (16, 0), (8, 2), (16, 6), (1, 3), (4, 4))[rng.integers(6)]
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, int(rng.integers(2)))
    pixels = zlib.compress(bytes(int(rng.integers(0, 2_000_000))))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"zTXt", b"a\0\0" + pixels)
        + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )  # fmt: skip


def _tiff_chain(rng: np.random.Generator) -> bytes:
    """Directories that lead to each other, perhaps in a circle, or beyond the end."""
    count = int(rng.integers(1, 40))
    entries = [(256, 3, 9), (257, 3, 9), (258, 3, 8), (262, 3, 1), (273, 4, 8), (278, 3, 9), (279, 4, 81)]
    size = 2 + 12 * len(entries) + 4
    data = bytearray(struct.pack("<2sHI", b"II", 42, 89)) + bytes(81)
    for number in range(count):
        following = 89 + size * (number + 1)
        if number == count - 1:
            following = int(rng.choice([0, 89, 89 + size * int(rng.integers(count)), 10**9]))
        data += struct.pack("<H", len(entries))
        for tag, kind, value in entries:
            data += struct.pack("<HHII", tag, kind, 1, value)
        data += struct.pack("<I", following)
    return bytes(data)


def _array(rng: np.random.Generator) -> np.ndarray:
    shape = tuple(int(side) for side in rng.integers(0, 40, rng.integers(0, 4)))
    if len(shape) == 3:
        shape = (*shape[:2], int(rng.integers(0, 6)))
    dtype = np.dtype(str(rng.choice(DTYPES)))
    if dtype.kind == "f":
        array = rng.normal(0, 10 ** rng.uniform(-3, 4), shape).astype(dtype)
        if array.size and rng.random() < 0.4:
            array.flat[0] = rng.choice([np.nan, np.inf, -np.inf])
        return array
    length = int(np.prod(shape)) * dtype.itemsize
    return (
        np.zeros(shape, "O") if dtype.kind == "O" else np.frombuffer(rng.bytes(length), dtype).reshape(shape)
    )


def _broadcast(rng: np.random.Generator) -> np.ndarray:
    dtype = np.dtype(str(rng.choice(["?", "u1", "u2", "f4", "f8", "O"])))
    sides = [int(10 ** rng.uniform(0, 8)) for _ in range(2)]
    if sides[0] * sides[1] <= 10**8:  # those within the limit are in the test of memory
        sides[0] = 10**9
    return np.broadcast_to(np.ones((), dtype), (*sides, int(rng.integers(1, 5))))


def _lazy(rng: np.random.Generator) -> Image.Image:
    return _image(rng)


def _shape(rng: np.random.Generator) -> np.ndarray:
    """Very long and narrow, with dots, lines or noise."""
    sides = [int(rng.integers(1, 5)), int(10 ** rng.uniform(2, 4.7))]
    page = np.full(sides, int(rng.integers(256)), np.uint8)
    choice = rng.integers(3)
    if choice == 0:
        page[rng.random(sides) < 0.01] = int(rng.integers(256))
    elif choice == 1:
        page[len(page) // 2] = int(rng.integers(256))
    else:
        page[:] = rng.integers(0, 256, sides)
    return np.ascontiguousarray(page.T if rng.random() < 0.5 else page)


def drawing(rng: np.random.Generator, side: int, number: int) -> np.ndarray:
    """Many disks, rings, crosses, bars or specks, frames in frames, or a texture."""
    page = np.full((side, side), 255, np.uint8)
    ink, width = int(rng.integers(0, 200)), int(rng.integers(1, 4))
    radius = max(1, int(rng.uniform(0.1, 0.6) * side / np.sqrt(number)))
    kind = rng.integers(9)
    for x, y in rng.integers(0, side, (number, 2)).tolist():
        if kind == 0:
            cv2.circle(page, (x, y), radius, ink, -1)
        elif kind == 1:
            cv2.circle(page, (x, y), radius, ink, width)
        elif kind == 2:
            cv2.drawMarker(page, (x, y), ink, cv2.MARKER_CROSS, 2 * radius, width)
        elif kind == 3:
            cv2.rectangle(page, (x, y), (x + width, y + radius), ink, -1)
    if kind in (4, 5):  # frames in frames, upright or on a corner
        step = max(3, side // 2 // max(1, min(number, side // 8)))
        for inset in range(1, side // 2, step):
            near, far, middle = inset, side - 1 - inset, side // 2
            corners = [(near, near), (far, near), (far, far), (near, far)]
            if kind == 5:
                corners = [(middle, near), (far, middle), (middle, far), (near, middle)]
            cv2.polylines(page, [np.int32(corners)], True, ink, 1)
    elif kind == 6:
        page[:] = rng.integers(0, 256, page.shape)
    elif kind == 7:
        cell = int(rng.integers(1, 20))
        page[:] = (np.add.outer(np.arange(side) // cell, np.arange(side) // cell) % 2) * 255
    elif kind == 8:
        page[:, np.arange(side) % int(rng.integers(2, 30)) < width] = ink
    return 255 - page if rng.random() < 0.3 else page


def _drawing(rng: np.random.Generator) -> np.ndarray:
    return drawing(rng, int(rng.integers(20, 400)), int(rng.integers(1, 60)))


KINDS: tuple[Callable[[np.random.Generator], Case], ...] = (
    _sound, _truncated, _flipped, _overwritten, _beginning, _bomb, _tiff_chain, _array, _broadcast, _lazy,
    _shape, _drawing, _truncated, _flipped, _overwritten,
)  # fmt: skip
