"""``inknn data``: labeled sets by name, and your own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from ..progress import terminal_progress
from .options import DATA, QUIET, FileName, WholeNumber, complete_data, part_option
from .output import Sink, complain

if TYPE_CHECKING:
    from ..datasets.catalog import Entry
    from ..datasets.labeled import LabeledDigits


@click.group()
def data() -> None:
    """List, describe, download, draw and convert labeled digits.

    Wherever inknn takes DATA, it is the name of a set (inknn data list) or one of these:

    \b
      a folder         folders 0 to 9 with pictures in them
      a folder, table  pictures, and labels.csv with the columns file and label
      an IDX file      images; the file of labels lies beside it, named as MNIST's are
      an NPZ file      arrays images and labels, X and y, x_train and y_train ...
      a CSV file       a digit on each line: its label and its pixels

    Dark ink on bright paper is inverted, colors become gray. A folder with folders train and test in it has
    two parts. Names of sets come first: write ./mnist for a folder of that name.
    """


@data.command("list")
def list_() -> None:
    """List the sets known by name.

    Examples:

    \b
      inknn data list
      inknn data list | cut -f 1
    """
    from ..datasets.catalog import CATALOG
    from ..tables import Table

    heads = ("name", "train", "test", "size", "here", "license", "what")
    rows = [
        (
            entry.name,
            f"{entry.counts['train']}",
            f"{entry.counts['test']}",
            _size(entry),
            _here(entry),
            entry.license.split(" (")[0].split(",")[0],
            entry.title,
        )
        for entry in CATALOG.values()
    ]
    with Sink(None) as sink:
        sink.write_table(Table(heads, rows))


@data.command()
@DATA
@QUIET
def info(data: str, quiet: bool) -> None:
    """Describe a set: its digits, license, source, and how to cite it.

    Examples:

    \b
      inknn data info usps
      inknn data info my-digits/
    """
    from ..datasets.catalog import CATALOG
    from ..datasets.fetching import place_of, state_of

    with Sink(None) as sink:
        entry = CATALOG.get(data)
        if entry is None:
            sink.write(_described_own(data, quiet))
            return
        lines = [
            ("name", entry.name),
            ("title", entry.title),
            ("size", _size(entry)),
            ("classes", str(entry.classes)),
            *((part, f"{count:,} digits") for part, count in entry.counts.items()),
            ("license", entry.license),
            ("cite", entry.citation),
            ("home", entry.home),
        ]
        if not entry.files:
            lines.append(("here", "yes, it comes with inknn"))
        for file in entry.files:
            lines += [("file", f"{file.name}, {file.megabytes:g} MB"), ("  sha256", file.sha256)]
            lines += [("  from", url) for url in file.urls]
            lines.append(("  here", f"{place_of(file)} ({state_of(file)})"))
        sink.write("".join(f"{head:9} {text}\n" for head, text in lines))


@data.command()
@click.argument("names", metavar="NAME...", nargs=-1, required=True, shell_complete=complete_data)
@click.option("--mirror", metavar="URL", help="Fetch from this folder of another server instead.")
@QUIET
def fetch(names: tuple[str, ...], mirror: str | None, quiet: bool) -> None:
    """Download sets into the cache folder, once.

    Mirrors are tried in turn, and each file is checked against its SHA-256. Needs the extra [lab].

    Examples:

    \b
      inknn data fetch usps qmnist
      inknn data fetch optdigits --mirror http://localhost:8000/
    """
    from ..datasets.catalog import entry_of
    from ..datasets.fetching import fetch as fetch_files

    entries = [entry_of(name) for name in names]
    with Sink(None) as sink:
        for entry in entries:
            with terminal_progress(quiet) as progress:
                fetched = fetch_files(entry, mirror=mirror, progress=progress)
            sink.write("".join(f"{path}\n" for path in fetched))
            if not fetched and not quiet:
                complain(f"{entry.name} {'is here already' if entry.files else 'comes with inknn'}")


@data.command()
@click.argument("names", metavar="[NAME]...", nargs=-1, shell_complete=complete_data)
def verify(names: tuple[str, ...]) -> int:
    """Check the downloaded files against their SHA-256.

    Without a name all sets are checked, and a missing file is no failure.

    Examples:

    \b
      inknn data verify
      inknn data verify usps
    """
    from ..datasets.catalog import CATALOG, entry_of
    from ..datasets.fetching import place_of, state_of
    from ..tables import printable

    entries = [entry_of(name) for name in names] or list(CATALOG.values())
    failed = False
    with Sink(None) as sink:
        for entry in entries:
            states = [(file, state_of(file)) for file in entry.files]
            for file, state in states:
                sink.write(f"{entry.name}\t{state}\t{printable(str(place_of(file)))}\n")
                failed |= state == "damaged" or (state == "missing" and bool(names))
            if not states:
                entry.parse((), "train")  # raises if it is damaged
                sink.write(f"{entry.name}\tgood\tcomes with inknn\n")
    if failed:
        from ..errors import DataError

        raise DataError("not all files are good: inknn data fetch NAME gets them anew")
    return 0


@data.command()
@DATA
@click.option("--output", "-o", required=True, type=FileName(), help="The picture to write: PNG, JPEG ...")
@click.option("--per-label", type=WholeNumber(1, 100), default=20, show_default=True, help="Digits in a row.")
@part_option()
@QUIET
def show(data: str, output: str, per_label: int, part: Literal["train", "test"] | None, quiet: bool) -> None:
    """Draw some digits of each label, for an overview of a set.

    Examples:

    \b
      inknn data show mnist -o mnist.png
      inknn data show my-digits/ -o mine.png --per-label 40
    """
    from ..datasets import load_digits
    from ..datasets.contact_sheet import save_sheet

    with terminal_progress(quiet) as progress:
        digits = load_digits(data, part or "train", progress=progress)
    save_sheet(digits, Path(output), per_label)


@data.command("import")
@DATA
@click.option(
    "--output",
    "-o",
    required=True,
    type=FileName(),
    help="digits.npz, or NAME-images-idx3-ubyte (or .gz) for a pair of IDX files.",
)
@click.option("--normalize", is_flag=True, help="Bring each picture into MNIST's normal form, 28×28.")
@part_option()
@QUIET
def import_(
    data: str, output: str, normalize: bool, part: Literal["train", "test"] | None, quiet: bool
) -> None:
    """Save labeled digits of any format in one file that loads at once.

    With --normalize the pictures may be of any size, polarity and light: the digit in each is found as inknn
    read finds it. Pictures on which nothing is found are left out, with a message.

    Examples:

    \b
      inknn data import my-digits/ -o digits.npz --normalize
      inknn data import digits.csv -o train-images-idx3-ubyte.gz
    """
    from ..datasets.convert import check_target, import_digits, save_digits
    from ..tables import printable

    check_target(Path(output))
    with Sink(None) as sink:
        with terminal_progress(quiet) as progress:
            parts = import_digits(data, part, normalize=normalize, progress=progress)
        for path in save_digits(parts, Path(output)):
            sink.write(f"{printable(str(path))}\n")
    for digits in () if quiet else parts:
        for remark in digits.remarks:
            complain(remark)
        complain(f"{_summary(digits)} saved")


def _described_own(data: str, quiet: bool) -> str:
    from ..datasets import load_digits

    with terminal_progress(quiet) as progress:
        parts = [load_digits(data, progress=progress)]
        if parts[0].part is not None:
            parts.append(load_digits(data, "test", progress=progress))
    lines: list[tuple[str, str]] = []
    for digits in parts:
        lines.append((digits.part or "digits", _summary(digits)))
        lines += [(f"  {label}", f"{count:,}") for label, count in enumerate(digits.label_counts())]
        if digits.groups is not None and digits.files is None:
            lines.append(("  groups", f"{len(set(digits.groups)):,}"))
    return "".join(f"{head:9} {text}\n" for head, text in lines)


def _summary(digits: LabeledDigits) -> str:
    height, width = digits.images.shape[1:]
    part = f" ({digits.part})" if digits.part else ""
    return f"{len(digits):,} digits of {width}×{height}{part}"


def _size(entry: Entry) -> str:
    return f"{entry.shape[1]}×{entry.shape[0]}"


def _here(entry: Entry) -> str:
    from ..datasets.fetching import place_of

    if all(place_of(file).exists() for file in entry.files):
        return "yes"
    return f"no ({max(entry.megabytes, 1):.0f} MB)"
