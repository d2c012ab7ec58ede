"""PDF files written by hand, good and hostile."""

from __future__ import annotations

import io

from PIL import Image


def pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalog."""
    data, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return (
        data
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
        + b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, len(data))
    )


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(content), content)


def pages(*entries: bytes, catalog: bytes = b"", more: tuple[bytes, ...] = ()) -> bytes:
    """A PDF with a page of each of these entries, numbered from 3, and more objects after them."""
    kids = b" ".join(b"%d 0 R" % (number + 3) for number in range(len(entries)))
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R%s>>" % catalog,
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(entries)),
        *(b"<</Type/Page/Parent 2 0 R%s>>" % entry for entry in entries),
        *more,
    )


def boxed(width: float, height: float) -> bytes:
    """The entry of a page's size, in points."""
    return b"/MediaBox[0 0 %s %s]" % (str(width).encode(), str(height).encode())


def blank(*sizes: tuple[float, float]) -> bytes:
    """A PDF of empty pages, whose sizes are in points."""
    return pages(*(boxed(*size) for size in sizes))


def showing(*pictures: Image.Image, dpi: int = 300) -> bytes:
    """A PDF with a page for each picture, which fills it at so many pixels per inch."""
    file = io.BytesIO()
    first, *rest = pictures
    first.save(file, "PDF", resolution=dpi, save_all=True, append_images=rest)
    return file.getvalue()


def nested(depth: int, fan: int) -> bytes:
    """A page that draws a form, which draws the next one ``fan`` times, and so on, ``depth`` deep."""
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 99 99]"
    forms = [
        stream(b"/X Do " * fan, form + b"/Resources<</XObject<</X %d 0 R>>>>" % (number + 1))
        for number in range(5, 5 + depth)
    ]
    page = boxed(99, 99) + b"/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>"
    return pages(page, more=(stream(b"/X Do"), *forms, stream(b"0 0 9 9 re f", form)))


def locked() -> bytes:
    """A PDF that only a password opens."""
    lock = b"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>/ID[<00><00>]" % (b"ab" * 32, b"cd" * 32)
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>",
        trailer=lock,
    )
