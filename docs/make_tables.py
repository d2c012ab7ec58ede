"""Pages with tables: metrics, features, preprocessing, data sets, kinds of plots, and benchmarks."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from make_pictures import PLOTS as DRAWN

from inknn.datasets.catalog import CATALOG, Entry
from inknn.estimators.preprocessing import PREPROCESSING
from inknn.estimators.registry import FEATURES
from inknn.features.registry import DESCRIPTIONS
from inknn.lab.plots import PLOTS
from inknn.metrics import METRICS
from inknn.tables import Table

FOLDER = "reference/tables"


def pages() -> dict[str, str]:
    """Markdown of every table's page, by its path."""
    made = {
        "metrics": metrics(),
        "features": features(),
        "preprocessing": preprocessing(),
        "data-sets": data_sets(),
        "plots": plots(),
        "benchmarks": benchmarks(),
    }
    return {f"{FOLDER}/{name}.md": "\n\n".join(parts) + "\n" for name, parts in made.items()}


def metrics() -> list[str]:
    """The distances."""
    rows = (
        (
            f"`{each.name}`",
            _plain(each.formula),
            _plain(each.cost),
            "yes" if each.is_metric else "symmetric" if each.is_symmetric else "no",
            "digits" if each.takes_digits else "vectors",
            f"the {each.shortlist:,} nearest" if each.shortlist else "all",
        )
        for each in METRICS.values()
    )
    head = ("name", "distance of a and b", "cost of a pair", "true metric", "compares", "searches")
    return [
        "# Metrics",
        "Names for `--metric`, for `metric=` of [`NearestNeighbors`](../api/neighbors.md) and "
        "[`KNeighborsClassifier`](../api/classifiers.md), and for [`kneighbors`](../api/metrics.md). "
        "`inknn metrics` prints this table.",
        _table(head, rows),
        "Costs are operations on the d numbers of a vector, or roughly the time on one core. "
        "A true metric is zero only between equal vectors, it is symmetric, and the triangle inequality "
        "holds. Metrics that compare digits take 28×28 pixels only. A search compares all references or, "
        "for a costly metric, a shortlist of those that are nearest in Euclidean distance, within which it "
        "is exact. A function of two vectors can be a metric too.",
    ]


def features() -> list[str]:
    """The descriptions of a digit."""
    rows = (
        (
            f"`{each.name}`",
            _plain(each.what),
            str(len(DESCRIPTIONS[each.name][1])) if each.name in DESCRIPTIONS else "by its settings",
            "28×28 digits" if each.takes_digits else "any vectors",
            _yes(each.needs_labels),
        )
        for each in FEATURES.values()
    )
    fitted = ", ".join(f"`{name}`" for name in DESCRIPTIONS)
    return [
        "# Features",
        "Names for [`inknn.estimators.registry.feature`](../api/features.md), which returns a scikit-learn "
        "transformer, and for `inknn tune --feature`.",
        _table(("name", "what it describes", "numbers", "takes", "needs labels"), rows),
        f"`inknn fit --feature` and `DigitClassifier(features=...)` take {fitted}, and `learned`: the "
        "gradient histograms in the learned metric that the reader uses. `inknn tune` takes `learned` too.",
    ]


def preprocessing() -> list[str]:
    """The steps before."""
    rows = (
        (f"`{each.name}`", _plain(each.what), "square pictures" if each.takes_pictures else "any vectors")
        for each in PREPROCESSING.values()
    )
    return [
        "# Preprocessing",
        "Names for [`inknn.estimators.preprocessing.preprocess`](../api/features.md), which returns a "
        "scikit-learn transformer. Steps on pictures take and return gray levels; they can follow each "
        "other and come before any feature.",
        _table(("name", "what it does", "takes"), rows),
    ]


def data_sets() -> list[str]:
    """The published sets."""
    rows = (
        (
            f"[`{each.name}`](#{each.name})",
            f"{each.counts['train']:,}",
            f"{each.counts['test']:,}",
            f"{each.shape[0]}×{each.shape[1]}",
            f"{each.megabytes:.0f} MB" if each.files else "nothing",
            _plain(each.license),
        )
        for each in CATALOG.values()
    )
    return [
        "# Data sets",
        "Names for every command that takes DATA, and for "
        "[`inknn.datasets.load_digits`](../api/datasets.md). `inknn data list` prints this table, "
        "`inknn data fetch NAME` downloads a set.",
        _table(("name", "train", "test", "size", "to fetch", "license"), rows),
        *(part for entry in CATALOG.values() for part in _entry(entry)),
    ]


def _entry(entry: Entry) -> Iterable[str]:
    yield f"## {entry.name}"
    yield f"{_plain(entry.title)}.\n\nCite: {_plain(entry.citation)}.\n\nHome: <{entry.home}>"
    if entry.files:
        rows = ((f"`{file.name}`", f"`{file.sha256}`") for file in entry.files)
        yield _table(("file", "SHA-256"), rows)


def plots() -> list[str]:
    """The kinds of pictures."""
    return [
        "# Kinds of plots",
        "What `inknn plot KIND` draws. Each picture here was drawn by the command above it, in a smaller "
        "size, when this site was built; click on it to enlarge it. [`inknn plot`](../commands/plot.md) "
        "explains the options, [`inknn.lab.plots`](../api/plots.md) draws the same from Python.",
        _table(
            ("kind", "what it shows", "also takes the result of"),
            (
                (f"[`{each.name}`](#{each.name})", _plain(each.what), each.result_of or "")
                for each in PLOTS.values()
            ),
        ),
        *(
            f"## {name}\n\n```sh\ninknn {DRAWN[name]} -o {name}.png\n```\n\n"
            f"![{_plain(PLOTS[name].what)}](../../pictures/{name}.png)"
            for name in PLOTS
            if name in DRAWN
        ),
    ]


def benchmarks() -> list[str]:
    """The stored figures of the benchmarks."""
    root = str(Path(__file__).resolve().parents[1])
    if root not in sys.path:  # the benchmarks are not installed
        sys.path.append(root)
    from benchmarks.results import load
    from benchmarks.tables import page

    return page(load())


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def _plain(text: str) -> str:
    """Text in which nothing is taken for markup."""
    return "".join(f"\\{letter}" if letter in "\\*_<>[]#" else letter for letter in text)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return Table(head, list(rows)).to_markdown()
