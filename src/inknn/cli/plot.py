"""``inknn plot``: pictures of digits, neighbors and mistakes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from ..progress import terminal_progress
from .options import WholeNumber, complete_data
from .output import complain

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def _complete(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem | str]:
    from ..lab.plots import PLOTS

    return [name for name in PLOTS if name.startswith(begun)]


class _ListsKinds(click.Command):
    """Its help lists the kinds of plots, which are looked up only then."""

    def format_epilog(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        from ..lab.plots import PLOTS

        with formatter.section("Kinds"):
            formatter.write_dl([(kind.name, _described(kind)) for kind in PLOTS.values()])


def _described(kind: Any) -> str:
    options = [("-k" if name == "k" else f"--{name}") for name in sorted(kind.options - {"seed"})]
    of = f"; DATA may be the result of {kind.result_of} too" if kind.result_of else ""
    return f"{kind.what}{of}{' (' + ', '.join(options) + ')' if options else ''}"


def _numbers(_: click.Context, __: click.Parameter, value: str | None) -> tuple[int, ...] | None:
    """Whole numbers between commas."""
    if value is None:
        return None
    if not re.fullmatch(r"\d{1,9}(,\d{1,9})*", value):
        raise click.BadParameter(f"{value!r} is no whole number, nor several with commas between")
    return tuple(int(part) for part in value.split(","))


def _pixels(_: click.Context, __: click.Parameter, value: str | None) -> tuple[int, int] | None:
    """Width and height."""
    if value is None:
        return None
    found = re.fullmatch(r"(\d{3,5})[x×](\d{3,5})", value)
    if not found:
        raise click.BadParameter(f"{value!r} is no size; write it as 1600x900")
    width, height = int(found[1]), int(found[2])
    if not 300 <= width <= 8000 or not width <= 3 * height <= 9 * width:
        raise click.BadParameter("a plot is 300 to 8000 pixels wide, and a third to three times as high")
    return width, height


@click.command(cls=_ListsKinds)
@click.argument("kind", metavar="KIND", shell_complete=_complete)
@click.argument("data", metavar="[DATA]", default="mnist", shell_complete=complete_data)
@click.option(
    "--output",
    "-o",
    required=True,
    type=click.Path(),
    metavar="FILE",
    help="Where to, ending in .png, .svg or .pdf.",
)
@click.option("--limit", "-n", type=WholeNumber(min=1), metavar="N", help="How many digits.")
@click.option(
    "--index",
    "-i",
    callback=_numbers,
    metavar="I[,J...]",
    help="Which digits, by their place in DATA, from 0.",
)
@click.option("-k", callback=_numbers, metavar="K[,K...]", help="How many neighbors.")
@click.option("--space", metavar="pca|lda|learned", help="The plane of regions; learned by default.")
@click.option("--method", metavar="tsne|isomap|pca", help="How the map is laid out; tsne by default.")
@click.option("--seed", type=WholeNumber(0, 2**31 - 1), metavar="N", help="Draws the digits; 0 by default.")
@click.option(
    "--size",
    callback=_pixels,
    metavar="WxH",
    help="In pixels; about 1600x900 by default. Letters grow with it.",
)
@click.option(
    "--dpi",
    type=WholeNumber(25, 400),
    metavar="N",
    default=100,
    show_default=True,
    help="Finer or coarser PNGs: 200 doubles the pixels of --size.",
)
@click.option("--quiet", "-q", is_flag=True, help="No warnings and no progress bar.")
def plot(kind: str, data: str, output: str, dpi: int, quiet: bool, **options: Any) -> None:
    """Draw a plot of labeled digits, as PNG, SVG or PDF.

    DATA is the name or path of labeled digits, by default mnist; or the .json file that another command has
    written. Without -n a plot takes as many digits as it can draw in some seconds, and says how many. Needs
    matplotlib: pip install 'inknn[lab]'.

    Examples:

    \b
      inknn plot digits -o digits.png
      inknn plot mistakes mnist -o mistakes.pdf
      inknn plot regions --space pca -k 1,15 -o regions.svg
      inknn plot k-curve tuned.json -o k.png      what inknn tune -o has found
    """
    from ..errors import UnknownNameError
    from ..lab.plots import PLOTS, Request, save
    from ..lab.plots.files import check_place
    from ..lab.plots.style import style

    if kind not in PLOTS:
        raise UnknownNameError("plot", kind, PLOTS)
    given = {name: value for name, value in options.items() if value is not None}
    for name in given.keys() - PLOTS[kind].options - {"size"}:
        raise click.UsageError(
            f"{'-k' if name == 'k' else '--' + name} means nothing to {kind}", click.get_current_context()
        )
    check_place(output)
    remarks: list[str] = []
    with style(), terminal_progress(quiet) as progress:  # without matplotlib it ends here
        figure = PLOTS[kind].draw(Request(data, progress=progress, remark=remarks.append, **given))
        progress("writing", 0.95)
        save(figure, output, scale=dpi / 100)
    for remark in () if quiet else remarks:
        complain(remark)
