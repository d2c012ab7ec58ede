"""The promises of the metrics: each is what its formula says, and a search with it finds the nearest."""

from __future__ import annotations

import re

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.spatial.distance import cdist

from inknn._native import kernels
from inknn.cli import build_app
from inknn.glyph.deskew import deskew
from inknn.metrics import METRICS, find_metric, idm, p2dhmdm, search_with, tangent
from inknn.metrics.edges import edges, edges_numpy

EVERY = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
VECTORS = [metric for metric in METRICS.values() if not metric.takes_digits]
COSTLY = [metric for metric in METRICS.values() if metric.shortlist]
SETS = kernels().instruction_sets() if kernels() else []


@pytest.fixture(scope="module")
def digits(train_digits):
    """Digits, a blank and a full image among them."""
    some = train_digits[0][:40].copy()
    some[3], some[4] = 0, 255
    return some


@pytest.fixture(params=SETS)
def instruction_set(request):
    before = kernels().instruction_set()
    kernels().use_instruction_set(request.param)
    yield request.param
    kernels().use_instruction_set(before)


def slow(name, one, other):
    """Distances (q, n) of vectors by somebody else's hand, or by the plainest loop."""
    if name == "hamming":
        return cdist(one > 127.5, other > 127.5, "hamming")
    if name in ("idm", "p2dhmdm"):
        model = {"idm": slow_idm, "p2dhmdm": slow_markov}[name]
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


def slow_markov(a, b):
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
    """Least squares over all 14 amounts at once, the springs as 14 more equations."""
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

    def test_no_way_round_is_shorter_where_it_is_a_true_metric(self, metric, digits):
        table = metric.distances(digits, digits)
        if metric.is_metric:
            assert metric.is_symmetric
            assert (table[:, :, None] + table[None] >= table[:, None] - 1e-9).all()

    def test_does_not_change_its_arguments(self, metric, digits):
        before = digits.copy()
        metric.distances(digits[:3], digits)
        np.testing.assert_array_equal(digits, before)

    def test_search_finds_the_nearest(self, metric, digits):
        table = metric.distances(digits[:9], digits)
        expected = np.argsort(table, axis=1, kind="stable")[:, :6]
        distances, indices = search_with(metric.name, digits[:9], digits, 6, shortlist=40)
        np.testing.assert_array_equal(indices, expected)
        np.testing.assert_allclose(distances, np.take_along_axis(table, expected, axis=1), rtol=1e-12)

    @pytest.mark.parametrize("k", [0, 41])
    def test_search_refuses_a_k_that_cannot_be(self, metric, k, digits):
        with pytest.raises(ValueError, match=f"k must be between 1 and the 40 references, got {k}"):
            search_with(metric.name, digits, digits, k)


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
    def test_measure_what_they_are_asked_to(self, metric, digits):
        rows = np.random.default_rng(1).integers(0, 40, (5, 11))
        table = metric.distances(digits[:5], digits)
        np.testing.assert_allclose(
            metric.distances(digits[:5], digits, rows), np.take_along_axis(table, rows, axis=1), rtol=1e-12
        )

    def test_threads_do_not_matter(self, metric, digits):
        alone, together = (metric.distances(digits[:21], digits, n_threads=n) for n in (1, 3))
        np.testing.assert_array_equal(alone, together)

    def test_search_is_exact_within_the_shortlist(self, metric, digits):
        euclidean = search_with("euclidean", digits[:9], digits, 12)[1]
        table = metric.distances(digits[:9], digits, np.sort(euclidean, axis=1))
        expected = np.sort(table, axis=1)[:, :4]
        distances, indices = search_with(metric.name, digits[:9], digits, 4, shortlist=12)
        np.testing.assert_allclose(distances, expected, rtol=1e-12)
        assert all(set(some) <= set(all_of) for some, all_of in zip(indices, euclidean, strict=True))

    def test_the_shortlist_is_said_and_can_not_be_too_short(self, metric, digits):
        assert metric.shortlist >= 100
        with pytest.raises(ValueError, match="shortlist must hold the k = 5"):
            search_with(metric.name, digits, digits, 5, shortlist=4)

    def test_take_digits_only(self, metric, digits):
        with pytest.raises(ValueError, match=r"\(n, 28, 28\) or \(n, 784\)"):
            metric.distances(np.zeros((2, 100), np.uint8), np.zeros((2, 100), np.uint8))
        with pytest.raises(ValueError, match="whole numbers from 0 to 255"):
            metric.distances(digits - 0.5, digits)


class TestKernels:
    @pytest.mark.parametrize("root", [False, True])
    def test_edges_are_those_of_the_twin(self, instruction_set, root, train_digits):
        noise = np.random.default_rng(0).integers(0, 256, (50, 28, 28), dtype=np.uint8)
        hard = (noise > 127).astype(np.uint8) * 255
        images = np.concatenate([train_digits[0][:300], noise, hard])
        found = edges(images, root_of_strength=root)
        np.testing.assert_array_equal(found, edges_numpy(images, root_of_strength=root))
        assert np.abs(found.astype(int)).max() <= 42

    def test_distortions_are_those_of_the_twins(self, instruction_set, digits):
        halves = np.zeros((4, 28, 28), np.uint8)  # the strongest edges there can be, face to face
        halves[0, :14], halves[1, 14:], halves[2, :, :14], halves[3, :, 14:] = 255, 255, 255, 255
        some = edges(np.concatenate([digits, halves]))
        rows = np.tile(np.arange(len(some)), (len(some), 1))
        expected = np.sqrt(idm.edge_distances_numpy(some, some, rows).astype(float))
        np.testing.assert_array_equal(idm.edge_distances(some, some, rows), expected)

    def test_scattered_ink_is_no_exception(self, instruction_set):
        """Bits of noise anywhere: the kernel passes over what is blank in the query or the reference."""
        rng = np.random.default_rng(3)
        images = np.zeros((25, 28, 28), np.uint8)
        for image in images:
            for _ in range(rng.integers(1, 4)):
                y, x, height, width = rng.integers((0, 0, 1, 1), (28, 28, 15, 25))
                spot = image[y : y + height, x : x + width]
                spot[:] = rng.integers(0, 256, spot.shape)
        some = edges(images, root_of_strength=True)
        rows = np.tile(rng.permutation(25), (25, 1))
        expected = np.sqrt(idm.edge_distances_numpy(some, some, rows).astype(float))
        np.testing.assert_array_equal(idm.edge_distances(some, some, rows), expected)

    def test_every_derivative_is_rounded_as_the_twin_does(self, instruction_set):
        """Of all strengths from 0 to 4 · 255, in four directions."""
        strengths = np.arange(1021)
        images = np.zeros((1021, 28, 28), np.uint8)
        images[:, 12, 11] = middle = np.minimum(strengths // 2, 255)  # counts twice
        images[:, 11, 11] = above = np.minimum(strengths - 2 * middle, 255)
        images[:, 13, 11] = strengths - 2 * middle - above
        for turned in (np.rot90(images, i, axes=(1, 2)) for i in range(4)):
            found = edges(turned)
            assert len(np.unique(found)) > 40
            np.testing.assert_array_equal(found, edges_numpy(turned))

    def test_the_markov_model_is_that_of_the_twin(self, instruction_set, digits):
        few = digits[:12]
        rows = np.tile(np.arange(12), (12, 1))
        expected = np.sqrt(p2dhmdm.distances_numpy(edges(few), edges(few), rows).astype(float))
        np.testing.assert_array_equal(p2dhmdm.distances(few, few), expected)

    def test_without_kernels_the_answers_are_the_same(self, digits, monkeypatch):
        few = digits[:10]
        expected = [search_with(name, few, digits, 3, shortlist=30) for name in ("idm", "p2dhmdm")]
        monkeypatch.setenv("INKNN_NO_NATIVE", "1")
        for name, answer in zip(("idm", "p2dhmdm"), expected, strict=True):
            for part, expected_part in zip(
                search_with(name, few, digits, 3, shortlist=30), answer, strict=True
            ):
                np.testing.assert_array_equal(part, expected_part)

    def test_giving_up_early_never_gives_up_the_nearest(self, train_digits):
        X = train_digits[0][:400]
        rows = np.tile(np.arange(400), (20, 1))
        whole = idm.distances(X[:20], X, rows)
        limits = np.sort(whole, axis=1)[:, 5]
        cut = idm.distances(X[:20], X, rows, limits=limits)
        kept = whole <= limits[:, None]
        np.testing.assert_array_equal(cut[kept], whole[kept])
        assert (cut[~kept] > np.broadcast_to(limits[:, None], cut.shape)[~kept]).all()
        assert (cut <= whole).all()

    def test_rows_that_are_not_there_are_refused(self, digits):
        some = edges(digits)
        with pytest.raises((ValueError, IndexError)):
            idm.edge_distances(some, some, np.full((40, 1), 40))


@pytest.mark.parametrize("root", [False, True])
def test_sixteen_bits_hold_what_surroundings_can_differ_by(root):
    """The kernel takes the squared length of a pixel's surroundings to be less than 2¹⁴.

    It is convex in the 5 × 5 gray levels it depends on, so the largest is that of an image in black and
    white; it is a sum over the three middle rows of pixels, each of which depends on three of the image.
    """
    row = (np.arange(32)[:, None] >> np.arange(5) & 1) * 255.0
    a, b, c = row[:, None, None], row[:, None], row
    step = [line[..., 2:] - line[..., :-2] for line in (a, b, c)]
    smooth = [line[..., :-2] + 2 * line[..., 1:-1] + line[..., 2:] for line in (a, c)]
    squares = (step[0] + 2 * step[1] + step[2]) ** 2 + (smooth[1] - smooth[0]) ** 2
    costs = (np.sqrt(squares) * 1082 if root else squares).sum(axis=-1) / 26**2
    best = costs.max(axis=0)[:, :, None] + costs  # of four rows of the image, by the last three
    largest = (best.max(axis=0)[:, :, None] + costs).max()
    rounding = 0.5 * np.sqrt(18)  # of nine pixels' two components
    assert 14_000 < largest < (np.sqrt(largest) + rounding) ** 2 < 2**14


class TestDistortion:
    def test_a_shift_of_two_pixels_costs_nothing(self, train_digits):
        one = np.pad(train_digits[0][:30, 4:24, 4:24], ((0, 0), (4, 4), (4, 4)))
        for shift in ((2, 0), (0, -2), (-2, 2)):
            moved = np.roll(one, shift, axis=(1, 2))
            for metric in ("idm", "p2dhmdm"):
                assert np.diag(METRICS[metric].distances(one, moved)).max() == 0

    def test_manners_cost_something(self, digits):
        """Not always: the stricter model may reach one column farther."""
        idm, strict = (METRICS[name].distances(digits, digits) for name in ("idm", "p2dhmdm"))
        assert (strict > idm).mean() > 0.8

    def test_straight_digits_of_one_label_lie_nearer(self, train_digits):
        X, y = train_digits[0][:400], train_digits[1][:400]
        straight = np.rint(deskew(X, 28)).astype(np.uint8)
        for name in ("idm", "p2dhmdm", "tangent"):
            _, found = search_with(name, straight[:100], straight, 2, shortlist=50)
            assert (y[found[:, 1]] == y[:100]).mean() > 0.85


def test_tangent_distance_forgives_small_shifts(train_digits):
    X = np.pad(train_digits[0][:30, 4:24, 4:24], ((0, 0), (4, 4), (4, 4)))
    moved = np.roll(X, 1, axis=2)
    forgiving, plain = (np.diag(METRICS[name].distances(X, moved)) for name in ("tangent", "euclidean"))
    assert (forgiving < 0.7 * plain).all()
    assert (METRICS["tangent"].distances(X, X) <= METRICS["euclidean"].distances(X, X) + 1e-6).all()


class TestMinkowski:
    @pytest.mark.parametrize(("p", "name"), [(1, "manhattan"), (2, "euclidean"), (np.inf, "chebyshev")])
    def test_it_has_famous_cases(self, p, name, digits):
        np.testing.assert_array_equal(
            METRICS["minkowski"].distances(digits[:4], digits, p=p),
            METRICS[name].distances(digits[:4], digits),
        )

    def test_great_powers_do_not_overflow(self, digits):
        table = METRICS["minkowski"].distances(digits[:4], digits, p=1000.0)
        np.testing.assert_allclose(table, METRICS["chebyshev"].distances(digits[:4], digits), rtol=0.01)

    def test_p_below_one_is_refused(self, digits):
        with pytest.raises(ValueError, match=r"p must be at least 1, got 0\.5"):
            search_with("minkowski", digits, digits, 1, p=0.5)


class TestFindMetric:
    def test_an_unknown_name_is_answered_with_the_nearest(self):
        with pytest.raises(ValueError, match="no metric named 'euclidian'; did you mean euclidean"):
            find_metric("euclidian")
        with pytest.raises(ValueError, match=r"no metric named 'xyzzy'\. There is: chebyshev, correlation"):
            find_metric("xyzzy")
        with pytest.raises(TypeError, match="name or a function"):
            find_metric(3)

    def test_any_function_of_two_vectors_is_one(self, digits):
        flat = digits.reshape(-1, 784).astype(float)

        def canberra(a, b):
            return float(np.abs(a - b).sum())

        found = search_with(canberra, flat[:3], flat, 5)
        for part, expected in zip(found, search_with("manhattan", flat[:3], flat, 5), strict=True):
            np.testing.assert_allclose(part, expected)

    def test_distances_that_are_no_number_come_last(self):
        values = np.array([[1.0], [np.nan], [0.0]])
        _, indices = search_with(lambda a, b: abs(a[0] - b[0]), np.array([[0.0]]), values, 3)
        assert indices.tolist() == [[2, 0, 1]]


def test_the_command_lists_every_metric():
    shown = CliRunner().invoke(build_app(), ["metrics"])
    assert shown.exit_code == 0
    lines = [line.split("\t") for line in shown.stdout.splitlines()]
    assert [line[0] for line in lines[1:]] == list(METRICS)
    assert all(len(line) == len(lines[0]) == 5 for line in lines)
    assert not re.search("\x1b", shown.stdout)
