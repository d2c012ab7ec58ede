"""``inknn plot``: pictures of digits, neighbors and mistakes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from ..progress import terminal_progress
from .options import NUMBERS, PATH, QUIET, THREADS, FileName, WholeNumber, complete_data
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
    options = [_option(name) for name in sorted(kind.options - {"seed", "result"})]
    if kind.result_of:
        options.append(f"--from a result of {kind.result_of}")
    return f"{kind.what}{' (' + ', '.join(options) + ')' if options else ''}"


def _option(name: str) -> str:
    return {"k": "-k", "result": "--from"}.get(name, f"--{name}")


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
@click.argument("data", metavar="[DATA]", required=False, shell_complete=complete_data)
@click.option("--output", "-o", required=True, type=FileName(), help="File to write: .png, .svg or .pdf.")
@click.option(
    "--from",
    "result",
    type=PATH,
    metavar="FILE.json",
    help="Draw the result that another command has kept with -o, instead of computing it from DATA.",
)
@click.option("--model", type=PATH, metavar="FILE", help="Evaluate this file of `inknn fit` on DATA.")
@click.option("--limit", "-n", type=WholeNumber(1), help="How many digits.")
@click.option("--index", "-i", type=NUMBERS, help="Which digits, by their place in DATA, from 0.")
@click.option("-k", type=NUMBERS, help="How many neighbors.")
@click.option("--space", metavar="pca|lda|learned", help="The plane of regions; learned by default.")
@click.option("--method", metavar="tsne|isomap|pca", help="The layout of an embedding; tsne by default.")
@click.option("--seed", type=WholeNumber(0, 2**31 - 1), help="Another seed draws other digits; 0 by default.")
@click.option(
    "--size",
    callback=_pixels,
    metavar="WxH",
    help="In pixels; about 1600x900 by default. Letters grow with it.",
)
@click.option(
    "--dpi",
    type=WholeNumber(25, 400),
    default=100,
    show_default=True,
    help="Finer or coarser PNGs: 200 doubles the pixels of --size.",
)
@THREADS
@QUIET
def plot(kind: str, data: str | None, output: str, dpi: int, quiet: bool, **options: Any) -> None:
    """Draw a plot of labeled digits or of a result.

    The file is PNG, SVG or PDF.

    DATA is the name or path of labeled digits, by default mnist. Kinds with the option --from draw a result
    that another command has kept; from DATA they compute it first. Without -n a plot takes as many digits as
    it can draw in some seconds; its caption says how many. Needs matplotlib: pip install 'inknn[lab]'.

    Examples:

    \b
      inknn plot digits -o digits.png
      inknn plot regions --space pca -k 1,15 -o regions.svg
      inknn plot confusion our-digits/ --model our.inknn -o confusion.png
      inknn evaluate mnist -o result.json
      inknn plot mistakes --from result.json -o mistakes.pdf
    """
    from ..errors import UnknownNameError
    from ..lab.plots import PLOTS, Request, save
    from ..lab.plots.files import check_place
    from ..lab.plots.style import style

    if kind not in PLOTS:
        raise UnknownNameError("plot", kind, PLOTS)
    given = {name: value for name, value in options.items() if value is not None}
    context = click.get_current_context()
    for name in given.keys() - PLOTS[kind].options - {"size"}:
        raise click.UsageError(f"{kind} has no option {_option(name)}", context)
    if "result" in given and (data is not None or "model" in given):
        raise click.UsageError("--from draws a result as it is; leave out DATA and --model", context)
    if data is not None and data.lower().endswith(".json"):
        raise click.UsageError(
            f"{data} is a result and no set of digits; draw it with --from {data}", context
        )
    check_place(output)
    remarks: list[str] = []
    with style(), terminal_progress(quiet) as progress:  # without matplotlib it ends here
        request = Request(data or "mnist", progress=progress, remark=remarks.append, **given)
        figure = PLOTS[kind].draw(request)
        progress("writing", 0.95)
        save(figure, output, scale=dpi / 100)
    for remark in () if quiet else remarks:
        complain(remark)
