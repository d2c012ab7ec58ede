"""The promises of all metrics: each is what its formula says."""

from __future__ import annotations

import re

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.spatial.distance import cdist

from inknn.cli import build_app
from inknn.metrics import METRICS, tangent
from inknn.metrics.edges import edges_numpy

EVERY = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
VECTORS = [metric for metric in METRICS.values() if not metric.takes_digits]
COSTLY = [metric for metric in METRICS.values() if metric.shortlist]


def slow(name, one, other):
    """Distances (q, n) of vectors by SciPy, or by the plainest loop."""
    if name == "ink-hamming":
        return cdist(one > 127.5, other > 127.5, "hamming")
    if name in ("idm", "p2dhmdm"):
        model = {"idm": slow_idm, "p2dhmdm": slow_p2dhmdm}[name]
        return np.array([[model(a, b) for b in other] for a in one])
    if name == "tangent":
        return np.array([[slow_tangent(a, b) for b in other] for a in one])
    names = {"manhattan": "cityblock"}
    extra = {"p": 3} if name == "minkowski" else {}
    return cdist(one.astype(float), other.astype(float), names.get(name, name), **extra)


def slow_costs(a, b):
    """costs(y, x, v, u): squared difference of the surroundings of a[y, x] and b[v, u]."""
    A, B = (
        np.pad(edges_numpy(i.reshape(1, 28, 28))[0].astype(int), ((9, 9), (9, 9), (0, 0))) for i in (a, b)
    )

    def cost(y, x, v, u):
        return ((A[y + 8 : y + 11, x + 8 : x + 11] - B[v + 8 : v + 11, u + 8 : u + 11]) ** 2).sum()

    return cost


def slow_idm(a, b):
    cost = slow_costs(a, b)
    shifts = [(v, u) for v in range(-2, 3) for u in range(-2, 3)]
    return np.sqrt(
        sum(min(cost(y, x, y + v, x + u) for v, u in shifts) for y in range(28) for x in range(28))
    )


def slow_p2dhmdm(a, b):
    cost = slow_costs(a, b)

    def column(x, u):
        best = dict.fromkeys(range(-2, 3), 0)
        for y in range(28):
            best = {
                v: min(best[w] for w in best if abs(w - v) <= 1)
                + min(cost(y, x, y + v, x + u + leave) for leave in (-1, 0, 1))
                for v in best
            }
        return min(best.values())

    path = dict.fromkeys(range(-2, 3), 0)
    for x in range(28):
        path = {u: column(x, u) + min(path[w] for w in path if abs(w - u) <= 1) for u in path}
    return np.sqrt(min(path.values()))


def slow_tangent(a, b):
    """Least squares over all 14 amounts at once, the springs as 14 equations more."""
    planes = tangent.tangents(np.stack([a, b]).reshape(2, 28, 28))
    matrix = np.vstack([np.hstack([planes[0], -planes[1]]), np.sqrt(1e-3) * np.eye(14)])
    away = np.concatenate([a.astype(float) - b, np.zeros(14)])
    amounts = np.linalg.lstsq(matrix, away, rcond=None)[0]
    return np.linalg.norm(away - matrix @ amounts)


@EVERY
class TestEveryMetric:
    def test_is_what_its_formula_says(self, metric, digits):
        few = {"idm": (2, 3), "p2dhmdm": (1, 2)}.get(metric.name, (12, 15))
        one, other = digits[: few[0]].reshape(-1, 784), digits[2 : 2 + few[1]].reshape(-1, 784)
        if metric.name in ("cosine", "correlation"):  # SciPy makes NaN of what has no direction
            one, other = one[:3], other[3:]
        expected = slow(metric.name, one, other)
        np.testing.assert_allclose(metric.distances(one, other), expected, rtol=1e-9, atol=1e-9)

    def test_gives_a_table_of_float64(self, metric, digits):
        flat = digits.reshape(-1, 784)
        table = metric.distances(flat[:5], flat[:7])
        assert table.shape == (5, 7)
        assert table.dtype == np.float64
        assert (table >= 0).all()
        np.testing.assert_array_equal(metric.distances(digits[:5], digits[:7]), table)
        assert metric.distances(flat[:0], flat[:7]).shape == (0, 7)
        assert metric.distances(flat[:2], flat[:0]).shape == (2, 0)

    def test_is_zero_on_itself(self, metric, digits):
        table = metric.distances(digits, digits)
        assert (np.diag(table) == 0).all()
        other = np.delete(np.arange(40), [3, 4])
        apart = table[np.ix_(other, other)] + np.eye(38)
        assert (apart > 0).all()

    def test_is_symmetric_where_it_says_so(self, metric, digits):
        there, back = metric.distances(digits, digits), metric.distances(digits, digits).T
        assert np.allclose(there, back, rtol=1e-9, atol=1e-9) == metric.is_symmetric

    def test_the_triangle_inequality_holds_where_it_is_a_true_metric(self, metric, digits):
        table = metric.distances(digits, digits)
        if metric.is_metric:
            assert metric.is_symmetric
            assert (table[:, :, None] + table[None] >= table[:, None] - 1e-9).all()

    def test_does_not_change_its_arguments(self, metric, digits):
        before = digits.copy()
        metric.distances(digits[:3], digits)
        np.testing.assert_array_equal(digits, before)


@pytest.mark.parametrize("metric", VECTORS, ids=[metric.name for metric in VECTORS])
class TestMetricsOfVectors:
    @pytest.mark.parametrize("d", [1, 7, 150])
    def test_take_numbers_of_any_length(self, metric, d):
        rng = np.random.default_rng(d)
        one, other = (rng.normal(0, 100, (n, d)).astype(np.float32) for n in (4, 9))
        if d == 1 and metric.name == "correlation":
            assert (metric.distances(one, other) == 0).all()  # one number varies in no direction
        else:
            np.testing.assert_allclose(metric.distances(one, other), slow(metric.name, one, other), atol=1e-9)

    def test_refuse_what_does_not_fit(self, metric):
        with pytest.raises(ValueError, match="queries have 3 numbers each, references 4"):
            metric.distances(np.zeros((2, 3)), np.zeros((2, 4)))
        with pytest.raises(ValueError, match="queries must be an array of numbers"):
            metric.distances(np.zeros(3), np.zeros((2, 3)))
        with pytest.raises(ValueError, match="references must be an array of numbers"):
            metric.distances(np.zeros((2, 3)), np.full((2, 3), "a"))


@pytest.mark.parametrize("metric", COSTLY, ids=[metric.name for metric in COSTLY])
class TestCostlyMetrics:
    def test_measure_the_pairs_that_rows_names(self, metric, digits):
        rows = np.random.default_rng(1).integers(0, 40, (5, 11))
        table = metric.distances(digits[:5], digits)
        np.testing.assert_allclose(
            metric.distances(digits[:5], digits, rows), np.take_along_axis(table, rows, axis=1), rtol=1e-12
        )

    def test_threads_do_not_matter(self, metric, digits):
        alone, together = (metric.distances(digits[:21], digits, n_threads=n) for n in (1, 3))
        np.testing.assert_array_equal(alone, together)

    def test_take_digits_only(self, metric, digits):
        with pytest.raises(ValueError, match=r"\(n, 28, 28\) or \(n, 784\)"):
            metric.distances(np.zeros((2, 100), np.uint8), np.zeros((2, 100), np.uint8))
        with pytest.raises(ValueError, match="whole numbers from 0 to 255"):
            metric.distances(digits - 0.5, digits)


def test_the_command_lists_every_metric():
    shown = CliRunner().invoke(build_app(), ["metrics"])
    assert shown.exit_code == 0
    lines = [line.split("\t") for line in shown.stdout.splitlines()]
    assert [line[0] for line in lines[1:]] == list(METRICS)
    assert all(len(line) == len(lines[0]) == 5 for line in lines)
    assert not re.search("\x1b", shown.stdout)
