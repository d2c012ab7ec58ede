"""Whatever holds the picture, it opens upright and gray; whatever is no picture is refused in one way."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, TiffImagePlugin

from inknn.errors import PictureError, PictureTooLargeError
from inknn.ink import open_pages
from inknn.ink.page_range import PageRange

HEIGHT, WIDTH = 24, 36


def sheet() -> np.ndarray:
    """White paper with a dark L: no turn or mirror image of it looks like another."""
    gray = np.full((HEIGHT, WIDTH), 255, np.uint8)
    gray[4:20, 6:10] = 0
    gray[16:20, 6:24] = 0
    return gray


def opened(picture, **options):
    """The only page of a picture."""
    pages = list(open_pages(picture, **options))
    assert len(pages) == 1
    return pages[0]


def saved(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def assert_shows(page, expected=None, within=0):
    """The page is upright 8-bit gray and color, and looks as expected."""
    expected = sheet() if expected is None else expected
    assert page.gray.dtype == page.color.dtype == np.uint8
    assert page.gray.shape == expected.shape
    assert page.color.shape == (*expected.shape, 3)
    assert np.abs(page.gray.astype(int) - expected).max() <= within


class TestComparator:
    @pytest.mark.parametrize("wrong", [255 - sheet(), sheet()[::-1], sheet()[:, ::-1], sheet().T])
    def test_refuses_wrong_pictures(self, wrong):
        with pytest.raises(AssertionError):
            assert_shows(opened(np.ascontiguousarray(wrong)))


class TestSources:
    def test_every_kind_of_source_gives_the_same_page(self, tmp_path):
        image = Image.fromarray(sheet())
        path = tmp_path / "sheet.png"
        image.save(path)
        with path.open("rb") as file:
            assert_shows(opened(file))
        for source in (str(path), path, path.read_bytes(), io.BytesIO(path.read_bytes()), image, sheet()):
            assert_shows(opened(source))

    def test_bytearray_and_memoryview_are_bytes(self):
        data = saved(Image.fromarray(sheet()))
        assert_shows(opened(bytearray(data)))
        assert_shows(opened(memoryview(data)))

    @pytest.mark.parametrize("kind", ["PNG", "BMP", "GIF", "TIFF", "PPM", "WEBP", "JPEG2000"])
    def test_lossless_formats_keep_every_pixel(self, kind):
        options = {"lossless": True} if kind == "WEBP" else {}
        assert_shows(opened(saved(Image.fromarray(sheet()), kind, **options)))

    def test_jpeg_is_near(self):
        assert_shows(opened(saved(Image.fromarray(sheet()), "JPEG", quality=95)), within=30)

    def test_name_is_the_path_as_given_or_a_dash(self, tmp_path, monkeypatch):
        Image.fromarray(sheet()).save(tmp_path / "sheet.png")
        monkeypatch.chdir(tmp_path)
        assert opened("sheet.png").source == "sheet.png"
        assert opened(Path("sheet.png")).source == "sheet.png"
        assert opened((tmp_path / "sheet.png").read_bytes()).source == "-"
        assert opened(sheet()).source == "-"
        assert opened("sheet.png", source="attachment 1").source == "attachment 1"

    @pytest.mark.parametrize("thing", [None, 5, [1, 2], {"a": 1}])
    def test_other_things_are_a_type_error(self, thing):
        with pytest.raises(TypeError, match="picture"):
            opened(thing)

    def test_source_is_left_as_it_was(self):
        array, image = sheet(), Image.fromarray(sheet())
        opened(array)
        opened(image)
        assert np.array_equal(array, sheet())
        assert np.array_equal(np.asarray(image), sheet())


class TestArrays:
    @pytest.mark.parametrize("channels", [None, 1, 2, 3, 4])
    @pytest.mark.parametrize(
        ("dtype", "top"),
        [
            (np.uint8, 255),
            (np.uint16, 65535),
            (bool, 1),
            (np.int64, 255),
            (np.int32, 255),
            (np.float16, 1),
            (np.float32, 1),
            (np.float64, 1),
            (np.float32, 255),
            (np.float64, 255),
        ],
    )
    def test_every_documented_shape_and_dtype(self, channels, dtype, top):
        array = (sheet() / 255 * top).astype(dtype)
        if channels:
            array = np.repeat(array[:, :, None], channels, axis=2)
        if channels in (2, 4):
            array[:, :, -1] = top
        assert_shows(opened(array))

    @pytest.mark.parametrize(
        "order",
        [
            "reversed",
            "Fortran",
            "strided",
            "read-only",
            "big-endian",
        ],
    )
    def test_every_layout_in_memory(self, order):
        if order == "reversed":
            array = sheet()[::-1].copy()[::-1]
        elif order == "Fortran":
            array = np.asfortranarray(sheet())
        elif order == "strided":
            array = np.repeat(np.repeat(sheet(), 2, axis=0), 3, axis=1)[::2, ::3]
        elif order == "big-endian":
            array = (sheet().astype(np.uint16) * 257).astype(">u2")
        else:
            array = sheet()
            array.setflags(write=False)
        assert_shows(opened(array))

    def test_colors_become_gray_by_their_brightness(self):
        colors = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]]] * 3, np.uint8)
        page = opened(colors)
        assert np.array_equal(page.color, colors)
        red, green, blue = page.gray[0].astype(int)
        assert green > red > blue

    @pytest.mark.parametrize("shape", [(0, 5), (5, 0), (0, 0), (0, 5, 3), (5, 5, 0)])
    def test_no_pixels_are_refused(self, shape):
        with pytest.raises(PictureError):
            opened(np.zeros(shape, np.uint8))

    @pytest.mark.parametrize("shape", [(), (9,), (9, 9, 5), (2, 9, 9, 3)])
    def test_other_shapes_are_refused(self, shape):
        with pytest.raises(PictureError, match="height, width"):
            opened(np.zeros(shape, np.uint8))

    @pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
    def test_values_that_are_no_numbers_are_refused(self, value):
        array = sheet() / 255
        array[3, 3] = value
        with pytest.raises(PictureError, match="NaN or infinite"):
            opened(array)

    @pytest.mark.parametrize("value", [-1, 256, 10**12])
    def test_whole_numbers_beyond_a_byte_are_refused(self, value):
        array = sheet().astype(np.int64)
        array[3, 3] = value
        with pytest.raises(PictureError, match="0 to 255"):
            opened(array)

    @pytest.mark.parametrize("dtype", [np.complex64, "U1", "O", "M8[s]"])
    def test_other_dtypes_are_refused(self, dtype):
        with pytest.raises(PictureError):
            opened(np.zeros((9, 9), dtype))


class TestOrientation:
    TURNS = {  # noqa: RUF012 - what the camera's sensor saw, for each value
        1: lambda gray: gray,
        2: lambda gray: gray[:, ::-1],
        3: lambda gray: gray[::-1, ::-1],
        4: lambda gray: gray[::-1],
        5: lambda gray: gray.T,
        6: lambda gray: np.rot90(gray),
        7: lambda gray: gray[::-1, ::-1].T,
        8: lambda gray: np.rot90(gray, -1),
    }

    def stored(self, value, gray=None, kind="PNG"):
        exif = Image.Exif()
        exif[0x0112] = value
        image = Image.fromarray(np.ascontiguousarray(sheet() if gray is None else gray))
        return saved(image, kind, exif=exif, **({"quality": 95} if kind == "JPEG" else {}))

    @pytest.mark.parametrize("value", range(1, 9))
    @pytest.mark.parametrize("kind", ["PNG", "JPEG"])
    def test_pictures_are_turned_upright(self, value, kind):
        page = opened(self.stored(value, self.TURNS[value](sheet()), kind))
        assert_shows(page, within=30 if kind == "JPEG" else 0)

    @pytest.mark.parametrize("value", [0, 9, 255, 65535])
    def test_unknown_values_count_as_upright(self, value):
        assert_shows(opened(self.stored(value)))

    def test_pil_images_are_turned_too(self):
        image = Image.open(io.BytesIO(self.stored(6, np.rot90(sheet()))))
        assert_shows(opened(image))

    def test_damaged_exif_is_no_reason_to_refuse(self):
        data = saved(Image.fromarray(sheet()), "JPEG", quality=95, exif=b"Exif\0\0MM\0*\0\0\xff\xff rubbish")
        assert_shows(opened(data), within=30)


class TestModes:
    def test_transparent_paper_is_white(self):
        layers = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
        layers[:, :, 3] = 255 - sheet()
        assert_shows(opened(saved(Image.fromarray(layers))))
        assert_shows(opened(layers))

    def test_white_ink_on_nothing_stays_visible(self):
        layers = np.full((HEIGHT, WIDTH, 4), 255, np.uint8)
        layers[:, :, 3] = 255 - sheet()
        assert_shows(opened(saved(Image.fromarray(layers))), 255 - sheet())

    def test_gray_with_alpha(self):
        layers = np.stack([np.zeros_like(sheet()), 255 - sheet()], axis=2)
        assert_shows(opened(saved(Image.fromarray(layers, "LA"))))

    def test_half_transparent_ink_is_paler(self):
        layers = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
        layers[:, :, 3] = (255 - sheet()) // 2
        assert 120 <= opened(layers).gray.min() <= 135

    def test_palette(self):
        assert_shows(opened(saved(Image.fromarray(sheet()).convert("P"))))

    def test_palette_with_a_transparent_color(self):
        indices = Image.fromarray((sheet() == 0).astype(np.uint8), "P")
        indices.putpalette([90, 200, 30, 0, 0, 0])
        assert_shows(opened(saved(indices, transparency=0)))
        assert_shows(opened(saved(indices, "GIF", transparency=0)))

    def test_palette_with_a_table_of_alphas(self):
        indices = Image.fromarray((sheet() == 0).astype(np.uint8), "P")
        indices.putpalette([90, 200, 30, 0, 0, 0])
        assert_shows(opened(saved(indices, transparency=bytes([0, 255]))))

    def test_cmyk(self):
        image = Image.fromarray(sheet()).convert("RGB").convert("CMYK")
        assert_shows(opened(saved(image, "JPEG", quality=95)), within=30)
        assert_shows(opened(saved(image, "TIFF")))

    @pytest.mark.parametrize("mode", ["HSV", "YCbCr", "LAB", "RGBX", "RGBa", "I", "F", "1", "L"])
    def test_every_mode_of_pil(self, mode):
        image = Image.fromarray(sheet()).convert("RGB")
        if mode == "LAB":
            from PIL import ImageCms

            image = ImageCms.profileToProfile(
                image, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
            )
        elif mode == "RGBa":
            image = image.convert("RGBA").convert("RGBa")
        elif mode in ("I", "F"):
            image = image.convert("L").convert(mode)
        else:
            image = image.convert(mode)
        assert_shows(opened(image), within=3)

    def test_one_bit(self):
        image = Image.fromarray(sheet()).convert("1")
        assert_shows(opened(saved(image)))
        assert_shows(opened(saved(image, "TIFF", compression="group4")))

    @pytest.mark.parametrize("top", [65535, 4095, 1023, 255])
    def test_sixteen_bits_keep_their_contrast(self, top):
        """Full range or the 10 and 12 bits of a sensor: white is white, black is black."""
        values = np.rint(sheet() / 255 * top).astype(np.uint16)
        assert_shows(opened(saved(Image.fromarray(values))), within=1)
        assert_shows(opened(saved(Image.fromarray(values), "TIFF")), within=1)
        assert_shows(opened(values), within=1)

    @pytest.mark.parametrize("top", [1.0, 255.0])
    def test_float_tiff(self, top):
        image = Image.fromarray((sheet() / 255 * top).astype(np.float32))
        assert_shows(opened(saved(image, "TIFF")), within=1)

    def test_float_tiff_with_gaps_opens(self):
        values = (sheet() / 255).astype(np.float32)
        values[0, 0] = np.nan
        assert opened(saved(Image.fromarray(values), "TIFF")).gray[1:, 1:].max() == 255


class TestPages:
    def test_tiff_gives_every_page_in_order(self):
        pages = [np.full((9, 9 + i), 50 * i, np.uint8) for i in range(4)]
        first, *rest = [Image.fromarray(page) for page in pages]
        data = saved(first, "TIFF", save_all=True, append_images=rest)
        for number, page in enumerate(open_pages(data), start=1):
            assert page.page == number
            assert_shows(page, pages[number - 1])
        assert number == 4

    def test_pages_of_a_tiff_are_found_one_by_one(self, monkeypatch):
        """A long document would be walked whole before its first page is read."""
        turned_to = []

        def turn(image, page, seek=TiffImagePlugin.TiffImageFile.seek):
            turned_to.append(page)
            seek(image, page)

        monkeypatch.setattr(TiffImagePlugin.TiffImageFile, "seek", turn)
        paper = Image.fromarray(sheet())
        data = saved(paper, "TIFF", save_all=True, append_images=[paper] * 30)
        turned_to.clear()
        pages = open_pages(data)
        next(pages)
        next(pages)
        assert max(turned_to) == 1
        turned_to.clear()
        assert [page.page for page in open_pages(data, pages=PageRange.parse("3-5"))] == [3, 4, 5]
        assert max(turned_to) == 4

    def test_a_tiff_whose_pages_go_round_in_circles_ends(self):
        paper = Image.fromarray(sheet())
        data = bytearray(saved(paper, "TIFF", save_all=True, append_images=[paper] * 2))
        places = [struct.unpack_from("<I", data, 4)[0]]
        while places[-1]:
            last = places[-1]
            link = last + 2 + 12 * struct.unpack_from("<H", data, last)[0]
            places.append(struct.unpack_from("<I", data, link)[0])
        for target in places[:-1]:
            struct.pack_into("<I", data, link, target)
            assert len(list(open_pages(bytes(data)))) == 3

    @pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
    def test_of_an_animation_the_first_frame_is_read_and_that_is_said(self, kind):
        frames = [Image.fromarray(sheet()), Image.fromarray(255 - sheet()), Image.fromarray(sheet()[::-1])]
        options = {"lossless": True} if kind == "WEBP" else {}
        data = saved(frames[0], kind, save_all=True, append_images=frames[1:], **options)
        page = opened(data)
        assert_shows(page)
        assert len(page.warnings) == 1
        assert page.warnings[0].code == "animation"

    def test_still_pictures_have_no_warnings(self):
        assert opened(saved(Image.fromarray(sheet()), "GIF")).warnings == ()


def bomb(width: int, height: int) -> bytes:
    """A PNG that claims many pixels in its header and holds none."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


class TestLimits:
    @pytest.mark.parametrize("size", [(60_000, 60_000), (2**31 - 1, 2**31 - 1), (100_000_001, 1)])
    def test_a_bomb_is_refused_before_it_is_decoded(self, size):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(PictureTooLargeError, match="megapixels"):
                opened(bomb(*size))

    def test_the_limit_is_exact(self):
        assert_shows(opened(sheet(), max_pixels=HEIGHT * WIDTH))
        for source in (sheet(), Image.fromarray(sheet()), saved(Image.fromarray(sheet()))):
            with pytest.raises(PictureTooLargeError):
                opened(source, max_pixels=HEIGHT * WIDTH - 1)

    def test_later_pages_keep_to_the_limit_too(self):
        small, large = Image.new("L", (9, 9)), Image.new("L", (90, 90))
        pages = open_pages(saved(small, "TIFF", save_all=True, append_images=[large]), max_pixels=100)
        assert next(pages).page == 1
        with pytest.raises(PictureTooLargeError):
            next(pages)

    def test_pillows_own_limit_is_neither_used_nor_changed(self, monkeypatch):
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
        assert_shows(opened(saved(Image.fromarray(sheet()))))
        assert Image.MAX_IMAGE_PIXELS == 10

    @pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1)])
    def test_too_few_pixels_are_refused(self, shape):
        for source in (np.zeros(shape, np.uint8), saved(Image.fromarray(np.zeros(shape, np.uint8)))):
            with pytest.raises(PictureError):
                opened(source)


class TestNoPicture:
    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"\0",
            b"Dear Sir or Madam,\n",
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xd8\xff",
            b"GIF89a",
            b"II*\0",
            b"%PDF-1.4",
        ],
    )
    def test_is_refused(self, data, tmp_path):
        path = tmp_path / "picture.png"
        path.write_bytes(data)
        for source in (data, path, io.BytesIO(data)):
            with pytest.raises(PictureError):
                opened(source)

    def test_missing_file(self, tmp_path):
        with pytest.raises(PictureError, match="no such file"):
            opened(tmp_path / "missing.png")

    def test_folder(self, tmp_path):
        with pytest.raises(PictureError, match="folder"):
            opened(tmp_path)

    def test_path_that_no_system_can_open(self):
        with pytest.raises(PictureError):
            opened("a" * 5000)

    def test_path_with_a_null_byte(self):
        with pytest.raises(PictureError):
            opened("a\0.png")

    def test_pil_image_without_pixels(self):
        with pytest.raises(PictureError):
            opened(Image.new("L", (0, 0)))

    def test_pil_image_that_proves_damaged(self):
        """Pillow decodes late: the file's end is missed only here."""
        image = Image.open(io.BytesIO(SMALL_PNG[:-60]))
        with pytest.raises(PictureError):
            opened(image)

    def test_message_is_one_short_line(self):
        for data in (b"", b"text", SMALL_PNG[:-30], SMALL_JPEG[:200]):
            with pytest.raises(PictureError) as raised:
                opened(data)
            message = str(raised.value)
            assert 10 < len(message) < 250
            assert "\n" not in message


PHOTO = np.random.default_rng(0).integers(0, 256, (16, 16), np.uint8)
SMALL_PNG = saved(Image.fromarray(PHOTO))
SMALL_JPEG = saved(Image.fromarray(PHOTO), "JPEG")
SMALL_TIFF = saved(Image.fromarray(PHOTO), "TIFF", compression="tiff_lzw")
SMALL_GIF = saved(Image.fromarray(PHOTO), "GIF")
SMALL_WEBP = saved(Image.fromarray(PHOTO), "WEBP")
SMALL = [SMALL_PNG, SMALL_JPEG, SMALL_TIFF, SMALL_GIF, SMALL_WEBP]
small_pictures = pytest.mark.parametrize("data", SMALL, ids=["PNG", "JPEG", "TIFF", "GIF", "WebP"])


def opens_or_is_refused(data: bytes) -> bool:
    """Whether it opens; anything but a page or a PictureError fails the test."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            for page in open_pages(data, max_pixels=100_000):
                assert page.gray.ndim == 2
        except PictureError:
            return False
    return True


class TestDamage:
    @small_pictures
    def test_whole_pictures_open(self, data):
        assert opens_or_is_refused(data)

    @pytest.mark.parametrize("data", [SMALL_PNG, SMALL_JPEG], ids=["PNG", "JPEG"])
    def test_a_picture_cut_short_within_its_pixels_is_refused(self, data):
        """Never half a page, read as if it were the whole."""
        for kept in range(0, len(data) - 40, 3):
            assert not opens_or_is_refused(data[:kept])

    @small_pictures
    def test_any_beginning_opens_or_is_refused(self, data):
        for kept in range(0, len(data), 7):
            opens_or_is_refused(data[:kept])

    @small_pictures
    @given(draw=st.data())
    @settings(max_examples=60)
    def test_any_changed_bytes_open_or_are_refused(self, data, draw):
        damaged = bytearray(data)
        for _ in range(draw.draw(st.integers(1, 4))):
            damaged[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
        opens_or_is_refused(bytes(damaged))

    @given(st.binary(max_size=200), st.sampled_from([b"", *(data[:12] for data in SMALL)]))
    @settings(max_examples=60)
    def test_any_bytes_open_or_are_refused(self, rest, start):
        opens_or_is_refused(start + rest)
