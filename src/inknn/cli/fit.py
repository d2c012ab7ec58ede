"""``inknn fit``: a model of one's own digits."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from ..errors import InknnError
from ..progress import terminal_progress
from .options import DATA, QUIET, THREADS, FileName, WholeNumber, part_option
from .output import Sink, complain

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def _complete(_: click.Context, option: click.Parameter, begun: str) -> list[CompletionItem | str]:
    from ..metrics import METRICS
    from ..recognizer.settings import FEATURES

    return [name for name in (METRICS if option.name == "metric" else FEATURES) if name.startswith(begun)]


def _was_given(option: str) -> bool:
    """Whether an option was on the command line."""
    from click.core import ParameterSource

    return click.get_current_context().get_parameter_source(option) is ParameterSource.COMMANDLINE


@click.command()
@DATA
@click.option(
    "--output",
    "-o",
    type=FileName(),
    required=True,
    help="Keep the model here.",
)
@click.option(
    "--preset",
    type=click.Choice(["best", "fast"]),
    default="best",
    show_default=True,
    help="Best compares doubtful digits as pictures too, which the file then holds; for learned features.",
)
@click.option(
    "-k",
    "n_neighbors",
    metavar="K",
    type=WholeNumber(min=1),
    default=5,
    show_default=True,
    help="Neighbors that vote.",
)
@click.option(
    "--feature",
    "-F",
    "features",
    metavar="NAME",
    default="learned",
    show_default=True,
    shell_complete=_complete,
    help="What digits are compared by: learned, pixels, zoning, profiles, crossings, contour ...",
)
@click.option(
    "--metric",
    "-m",
    metavar="NAME",
    default="euclidean",
    show_default=True,
    shell_complete=_complete,
    help="How their distance is measured; `inknn metrics` lists them.",
)
@click.option(
    "--weights",
    "-w",
    type=click.Choice(["distance", "uniform"]),
    default="distance",
    show_default=True,
    help="Whether near neighbors count for more, or all the same.",
)
@part_option("train")
@THREADS
@QUIET
def fit(
    data: str,
    output: str,
    preset: str,
    n_neighbors: int,
    features: str,
    metric: str,
    weights: str,
    part: str,
    quiet: bool,
) -> None:
    """Make a model of labeled digits of your own.

    DATA is the name of a set, or a path: a folder with folders 0 to 9, a table of files and labels, IDX, NPZ
    or CSV. Its digits become the references, whose nearest neighbors vote on new digits. Pictures that are
    not in MNIST's normal form, or of several sizes, are brought into it. `inknn read` and `inknn evaluate`
    take the model with --model, `inknn predict` as its first argument. A model has one feature: what `inknn
    tune` builds of several steps can't be kept in it.

    Examples:

    \b
      inknn fit our-digits/ -o ours.inknn
      inknn fit mnist -o plain.inknn -F pixels -k 3 -w uniform
      inknn fit digits.npz -o idm.inknn -F pixels -m idm
      inknn read form.png --model ours.inknn
    """
    if output == "-":
        raise click.UsageError("-o needs the name of a file")
    if features != "learned" and _was_given("preset"):
        raise click.UsageError(f"--preset is for learned features, and these are {features}; leave it out")
    with ExitStack() as stack:
        target = stack.enter_context(Sink(output))  # fails before the work where nothing could be written
        sink = stack.enter_context(Sink(None))
        with terminal_progress(quiet) as progress:
            from ..memory.fitting import fit_data

            try:
                fitted = fit_data(
                    data,
                    "test" if part == "test" else "train",
                    progress=progress,
                    preset=preset,
                    n_neighbors=n_neighbors,
                    features=features,
                    metric=metric,
                    weights=weights,
                )
            except InknnError:
                raise
            except ValueError as error:  # parameters that don't go together
                raise click.UsageError(str(error)) from error
            fitted.model.save(target.file)
        for note in () if quiet else fitted.notes:
            complain(note)
        if not quiet:
            sink.write(f"{fitted}\nmodel     {output}\n")
