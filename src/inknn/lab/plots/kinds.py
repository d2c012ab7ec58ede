"""All kinds of plots of ``inknn plot``: how each gets what it draws, and which options it has.

A new kind is a function that draws, in the file of its family; a function here that gets what it draws; and
a line of the table, from which the command, its help and the tests take it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError, ParameterError
from ...search import kneighbors
from ..data import encode_labels, groups_of, hold_out
from ..mistakes import Mistake, how_decided
from . import anatomy, curves, evaluations, pictures, speed
from .decision_regions import regions
from .digit_map import METHODS, embedding
from .planes import PLANES, Plane, learned_metric
from .request import Request

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["PLOTS", "Kind"]

_MOST_DIGITS, _MOST_MISTAKES, _MOST_COLUMNS = 1000, 100, 10
"""Of what there is room for; more digits are too small to be told apart."""

_COMPARED = ("inknn-fast", "inknn-best", "knn-euclidean", "knn-gradient", "forest", "svm")
"""Methods that are compared in some seconds; ``inknn compare`` has more."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of plot.

    Attributes
    ----------
    name, what : str
    draw : callable
        ``draw(request)`` → Figure.
    options : frozenset of str
        Attributes of :class:`Request` that it heeds, besides ``data`` and ``size``.
    result_of : str, optional
        The command whose result it draws too.
    """

    name: str
    what: str
    draw: Callable[[Request], Figure]
    options: frozenset[str] = frozenset()
    result_of: str | None = None


def _of_result(
    request: Request,
    command: str,
    measure: Callable[[], Mapping[str, Any]],
    draw: Callable[[Mapping[str, Any]], Figure],
) -> Figure:
    """Draw a result: the one in the request's file, or else one that is measured now.

    Raises
    ------
    DataError
        If the file holds something else.
    """
    if request.result is None:
        return draw(measure())
    found = request.load_result(f"{command} -o")
    try:
        return draw(found)
    except KeyError as error:
        reason = f"it lacks {error}"
    except (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError):
        reason = "its values don't fit each other"
    raise DataError(f"{request.result} is no result of {command}: {reason}; make one with {command} -o")


# --- evaluations ---


def _of_evaluation(
    request: Request, draw: Callable[[Mapping[str, Any], str], Figure], worst: int = 0
) -> Figure:
    """Draw an evaluation with its caption."""

    def measure() -> Mapping[str, Any]:
        from ..evaluation import evaluate_data

        return evaluate_data(
            request.data, model=request.model, n_mistakes=worst, progress=request.progress
        ).to_dict()

    def captioned(result: Mapping[str, Any]) -> Figure:
        settings, notes = result["settings"], result["notes"]
        for note in notes:
            request.remark(note)
        words = [f"Set: {result['dataset']}. Model: {settings['model']}; k = {settings['k']}."]
        return draw(result, " ".join([*words, *(f"{note[:1].upper()}{note[1:]}." for note in notes)]))

    return _of_result(request, "inknn evaluate", measure, captioned)


def _confusion(request: Request) -> Figure:
    return _of_evaluation(
        request,
        lambda result, caption: evaluations.confusion(
            result["confusion"]["counts"], result["confusion"]["classes"], caption=caption, size=request.size
        ),
    )


def _risk_coverage(request: Request) -> Figure:
    return _of_evaluation(
        request,
        lambda result, caption: evaluations.risk_coverage(
            result["risk_coverage"]["curve"], result["verdicts"][0], caption=caption, size=request.size
        ),
    )


def _calibration(request: Request) -> Figure:
    return _of_evaluation(
        request,
        lambda result, caption: evaluations.calibration(
            result["calibration"]["bins"], caption=caption, size=request.size
        ),
    )


def _mistakes(request: Request) -> Figure:
    limit = request.count(12, _MOST_MISTAKES)

    def draw(result: Mapping[str, Any], caption: str) -> Figure:
        worst = [Mistake.from_dict(values) for values in result["mistakes"][:limit]]
        caption = " ".join([caption, *how_decided(worst, result["settings"])])
        return pictures.mistakes(worst, result["errors"], result["count"], caption=caption, size=request.size)

    return _of_evaluation(request, draw, limit)


# --- results of other commands ---


def _k_curve(request: Request) -> Figure:
    def measure() -> Mapping[str, Any]:
        from ..tuning import tune

        limit = request.limit or 3000
        return tune(request.digits(), limit=limit, progress=request.progress).to_dict()

    return _of_result(request, "inknn tune", measure, lambda found: curves.k_curve(found, size=request.size))


def _speed_accuracy(request: Request) -> Figure:
    def measure() -> Mapping[str, Any]:
        from ..comparison import Task, compare, load_task

        task = load_task(request.data, quick=True, progress=request.progress)
        few = Task(request.sample(task.train, request.limit or 2000), task.test, task.how, True)
        return compare(few, only=_COMPARED, progress=request.progress).to_dict()

    def draw(found: Mapping[str, Any]) -> Figure:
        return speed.speed_accuracy(found["rows"], caption=_compared(found), size=request.size)

    return _of_result(request, "inknn compare", measure, draw)


def _compared(result: Mapping[str, Any]) -> str:
    """Of how many digits a comparison is, and on which machine."""
    rows, machine = result["rows"], result.get("machine", {})
    train, test = (max(row[key] for row in rows) for key in ("train", "test"))
    words = [f"{result['data']}: {train:,} digits learned, {test:,} test digits, answered in one call"]
    if {"cores", "processor"} <= machine.keys():
        words.append(f"{machine['cores']} cores, {machine['processor']}")
    fewer = " The slowest methods had fewer test digits." if any(row["test"] < test for row in rows) else ""
    return f"{'; '.join(words)}.{fewer}"


# --- digits ---


def _digits(request: Request) -> Figure:
    whole = request.digits()
    some = request.some(whole, 60, _MOST_DIGITS)
    how = f"{len(some):,} drawn at random (seed {request.seed})"
    if request.index:
        how = f"digits {', '.join(map(str, request.index))}"
    tall, wide = whole.images.shape[1:]
    return pictures.digits(
        some.images,
        some.labels,
        title=f"Digits of {whole.name}",
        caption=f"{how} from {len(whole):,} digits of {wide}×{tall} pixels; the label is below each",
        size=request.size,
    )


def _learning_curve(request: Request) -> Figure:
    from ..learning_curve import measure_learning

    whole = request.digits()
    encode_labels(whole)  # or there are too few digits, or only one label
    split = hold_out(whole.labels, groups_of(whole))
    references = request.normalized(request.sample(whole.rows(split.known), request.limit or 6000))
    queries = request.normalized(request.sample(whole.rows(split.held_out), 2000))
    most = len(references)
    rows = measure_learning(
        references.images,
        references.labels,
        queries.images,
        queries.labels,
        sizes=[size for size in (30, 100, 300, 1000, 3000, 10_000, 30_000) if size < 0.8 * most] + [most],
        progress=request.progress,
    )
    caption = (
        f"{whole.name}, training part (seed {request.seed}): each point is the error on the same "
        f"{len(queries):,} digits, which were held out {split.how}."
    )
    return curves.learning_curve(rows, caption=caption, size=request.size)


def _regions(request: Request) -> Figure:
    name, axes, learn = request.choice("space", "learned", PLANES)
    whole = request.digits()
    count = request.limit or 600
    drawn = request.sample(whole, count + 2000)
    n = min(count, len(drawn) // 2)
    if n < 10:
        raise DataError(f"{whole.name}: regions need 20 digits at least, got {len(drawn)}")
    if learn is PLANES["learned"][2]:
        drawn = request.normalized(drawn)
    ks = request.ks((1, 5, 25), n)
    references, queries = drawn.rows(slice(n)), drawn.rows(slice(n, None))
    picked = request.index[0] if request.index else None
    if len(request.index) > 1 or (picked is not None and not 0 <= picked < len(queries)):
        raise ParameterError(f"--index: pick one of the queries, 0 to {len(queries) - 1:,}")
    request.progress("drawing regions", 0.1)
    project = learn(references.images, references.labels, request.seed)
    plane = Plane(
        name,
        axes,
        project(references.images),
        references.labels,
        references.images,
        project(queries.images),
        queries.labels,
        queries.images,
    )
    caption = f"{whole.name}, seed {request.seed}."
    return regions(plane, ks=ks, picked=picked, caption=caption, size=request.size)


def _embedding(request: Request) -> Figure:
    words, lay_out = request.choice("method", "tsne", METHODS)
    whole = request.digits()
    count = request.limit or 1500
    drawn = request.normalized(request.sample(whole, 3 * count))
    # The metric has not seen the digits it lays out: else it flatters.
    n = min(count, len(drawn) // 2)
    if n < 10:
        raise DataError(f"{whole.name}: a map needs 20 digits at least, got {len(drawn)}")
    shown, others = drawn.rows(slice(n)), drawn.rows(slice(n, None))
    request.progress("learning the metric", 0.1)
    embed = learned_metric(others.images, others.labels)
    request.progress("laying out the map", 0.4)
    return embedding(
        shown.images,
        shown.labels,
        lay_out(embed(shown.images), request.seed),
        title=f"A map of {whole.name}'s digits: near is alike in the learned metric",
        caption=f"{n:,} digits in the learned metric, laid out by {words} (seed {request.seed}); the metric "
        f"was learned from {len(others):,} others. Dots: digits without room for their picture.",
        stretch=1.5 if lay_out is METHODS["tsne"][1] else 1.0,  # whose distances mean nothing anyway
        size=request.size,
    )


def _gradient(request: Request) -> Figure:
    whole = request.normalized(request.digits())
    (index,) = request.picked(whole, (0,))
    caption = f"Digit {index:,} of {whole.name}."
    return anatomy.gradient(whole.images[index], int(whole.labels[index]), caption=caption, size=request.size)


def _normalizing(request: Request) -> Figure:
    whole = request.digits()
    some = request.some(whole, 8, _MOST_COLUMNS)
    words = f"{len(some)} digits of {whole.name} (seed {request.seed})"
    glyphs = list(some.images)
    if some.images.shape[1:] == (28, 28):
        glyphs = anatomy.as_if_scanned(some.images, request.seed)
        words += ", enlarged, slanted and moved at random as if found on a page"
    return anatomy.normalizing(glyphs, labels=some.labels, caption=f"{words}.", size=request.size)


def _distortion(request: Request) -> Figure:
    whole = request.normalized(request.digits())
    first = request.picked(whole, (4, 0))[0]
    others = np.array(request.index[1:]) if len(request.index) > 1 else _like_and_unlike(whole, first)
    return anatomy.distortion(
        whole.images[first],
        whole.images[others],
        name=f"a {whole.labels[first]}",
        reference_names=[f"a {whole.labels[i]} (digit {i:,})" for i in others],
        caption=f"Digit {first:,} of {whole.name}.",
        size=request.size,
    )


def _like_and_unlike(digits: Any, index: int) -> NDArray[np.int64]:
    """The nearest digits, in pixels, with the same label and with another one."""
    vectors = np.ascontiguousarray(digits.images[:5000].reshape(-1, 784))
    same = digits.labels[:5000] == digits.labels[index]
    query = digits.images[index].reshape(1, -1)
    found = []
    for group in (same, ~same):
        rows = np.setdiff1d(np.flatnonzero(group), [index])
        if len(rows):
            found.append(rows[kneighbors(query, vectors[rows], 1)[1][0, 0]])
    return np.array(found, dtype=np.int64)


_DRAWN = frozenset({"limit", "seed"})
_PICKING = _DRAWN | {"index"}
_EVALUATED = frozenset({"result", "model"})

_LINES = (
    Kind("digits", "a sheet of digits with their labels", _digits, _PICKING),
    Kind(
        "mistakes",
        "wrong answers with the nearest neighbors that led to them",
        _mistakes,
        _EVALUATED | {"limit"},
        "inknn evaluate",
    ),
    Kind("confusion", "which digit is read as which", _confusion, _EVALUATED, "inknn evaluate"),
    Kind(
        "risk-coverage",
        "errors left once unsure answers are set aside",
        _risk_coverage,
        _EVALUATED,
        "inknn evaluate",
    ),
    Kind(
        "calibration",
        "whether answers are right as often as their confidence says",
        _calibration,
        _EVALUATED,
        "inknn evaluate",
    ),
    Kind(
        "k-curve",
        "error for each number of neighbors k",
        _k_curve,
        frozenset({"result", "limit"}),
        "inknn tune",
    ),
    Kind("learning-curve", "error with more and more references", _learning_curve, _DRAWN),
    Kind(
        "speed-accuracy",
        "error and time of several methods",
        _speed_accuracy,
        _DRAWN | {"result"},
        "inknn compare",
    ),
    Kind(
        "regions",
        "which digit k neighbors vote for, everywhere in a plane",
        _regions,
        _PICKING | {"k", "space"},
    ),
    Kind("embedding", "a map on which similar digits lie together", _embedding, _DRAWN | {"method"}),
    Kind("gradient", "the edges by which inknn compares a digit", _gradient, frozenset({"index"})),
    Kind("normalizing", "how digits get one size and stand upright", _normalizing, _PICKING),
    Kind(
        "distortion", "how a digit's pixels shift to match another digit", _distortion, frozenset({"index"})
    ),
)

PLOTS: dict[str, Kind] = {line.name: line for line in _LINES}
"""Every kind of plot, by its name."""
