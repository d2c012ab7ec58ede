"""``inknn data``: labeled sets by name, and one's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from ..progress import terminal_progress
from .arguments import complete_data
from .columns import write_table, write_tabs
from .messages import complain, printable
from .sink import Sink

if TYPE_CHECKING:
    from ..datasets.catalog import Entry
    from ..datasets.load import LabeledDigits


_DATA = click.argument("data", metavar="DATA", shell_complete=complete_data)
_PART = click.option("--part", type=click.Choice(["train", "test"]), help="Which part of the set.")
_QUIET = click.option("--quiet", "-q", is_flag=True, help="No remarks and no progress bar.")


@click.group()
def data() -> None:
    """Labeled sets: what there is, where it comes from, and your own.

    Wherever inknn takes DATA, it is the name of a set (inknn data list) or one of these:

    \b
      a folder         folders 0 to 9 with pictures in them
      a folder, table  pictures, and labels.csv with the columns file and label
      an IDX file      of images; that of labels lies beside it, named as MNIST's are
      an NPZ file      arrays images and labels, X and y, x_train and y_train ...
      a CSV file       a digit on each line: its label and its pixels

    Dark ink on bright paper is turned over, colors become gray. A folder with folders train and test in it
    has two parts. Names go first: write ./mnist for a folder of that name.
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
        (write_table if sink.is_terminal() else write_tabs)(sink, heads, rows)


@data.command()
@_DATA
@_QUIET
def info(data: str, quiet: bool) -> None:
    """Say what a set is: size, counts, license, how to cite it, where its files come from.

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
@_QUIET
def fetch(names: tuple[str, ...], mirror: str | None, quiet: bool) -> None:
    """Fetch sets into the cache folder, once.

    Mirrors are asked in turn, and what comes is checked against its SHA-256. Needs the extra [lab].

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
    """Check the files that have been fetched against their SHA-256.

    Without a name all sets are checked, and files that are missing are no failure.

    Examples:

    \b
      inknn data verify
      inknn data verify usps
    """
    from ..datasets.catalog import CATALOG, entry_of
    from ..datasets.fetching import place_of, state_of

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
@_DATA
@click.option(
    "--output", "-o", required=True, type=click.Path(path_type=Path, dir_okay=False), help="PNG, JPEG ..."
)
@click.option("--per-label", type=click.IntRange(1, 100), default=20, show_default=True, help="Digits a row.")
@_PART
@_QUIET
def show(data: str, output: Path, per_label: int, part: Literal["train", "test"] | None, quiet: bool) -> None:
    """Draw some digits of each label, to look a set over.

    Examples:

    \b
      inknn data show mnist -o mnist.png
      inknn data show my-digits/ -o mine.png --per-label 40
    """
    from ..datasets import load_digits
    from ..datasets.contact_sheet import save_sheet

    with terminal_progress(quiet) as progress:
        digits = load_digits(data, part or "train", progress=progress)
    save_sheet(digits, output, per_label)


@data.command("import")
@_DATA
@click.option(
    "--output",
    "-o",
    required=True,
    type=click.Path(path_type=Path),
    help="digits.npz, or NAME-images-idx3-ubyte (or .gz) for a pair of IDX files.",
)
@click.option("--normalize", is_flag=True, help="Bring each picture to MNIST's 28×28 by the reader's steps.")
@_PART
@_QUIET
def import_(
    data: str, output: Path, normalize: bool, part: Literal["train", "test"] | None, quiet: bool
) -> None:
    """Save labeled digits of any format in one file that loads at once.

    With --normalize the pictures may be of any size, polarity and light: the digit in each is found as inknn
    read finds it. Pictures that show nothing are left out, and told.

    Examples:

    \b
      inknn data import my-digits/ -o digits.npz --normalize
      inknn data import digits.csv -o train-images-idx3-ubyte.gz
    """
    from ..datasets.convert import check_target, import_digits, save_digits

    check_target(output)
    tell = (lambda message: None) if quiet else complain
    with Sink(None) as sink:
        with terminal_progress(quiet) as progress:
            parts = import_digits(data, part, normalize=normalize, tell=tell, progress=progress)
        for path in save_digits(parts, output):
            sink.write(f"{printable(str(path))}\n")
    if not quiet:
        for digits in parts:
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
