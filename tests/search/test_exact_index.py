"""The promises of ExactIndex: the oracle's result, whatever the data, whatever came and went."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hard_vectors import CASES, decaying
from inknn.search import ExactIndex, brute_force, squared_distances
from kernel_sets import SETS, using


def assert_oracle(index, references, queries, k, ids=None, **options):
    """``query`` gives what measuring everything gives, to the last bit."""
    distances, rows = brute_force(queries, references, k)
    answer = index.query(queries, k, **options)
    np.testing.assert_array_equal(answer[0], distances)
    np.testing.assert_array_equal(answer[1], rows if ids is None else np.asarray(ids)[rows])
    assert (answer[0].dtype, answer[1].dtype) == (np.float64, np.int64)


def assert_radius(index, references, queries, r):
    for query, distances, indices in zip(queries, *index.query_radius(queries, r), strict=True):
        every = np.sqrt(squared_distances(references, query))
        near = np.flatnonzero(every <= r)
        near = near[np.argsort(every[near], kind="stable")]
        np.testing.assert_array_equal(indices, near)
        np.testing.assert_array_equal(distances, every[near])


@pytest.fixture(params=[*SETS, "numpy"])
def way(request, monkeypatch):
    """Each instruction set, and none."""
    if request.param == "numpy":
        monkeypatch.setenv("INKNN_NO_NATIVE", "1")
        yield request.param
    else:
        with using(request.param):
            yield request.param


@pytest.mark.parametrize("case", CASES)
def test_adversarial_data_get_the_oracles_result(case, way):
    references, queries = CASES[case]
    index = ExactIndex(references)
    assert_oracle(index, references, queries, 11)
    assert_oracle(index, references, queries[:1], 11)
    with np.errstate(over="ignore"):
        r = float(np.median(brute_force(queries, references, 6)[0][:, 5]))
        assert_radius(index, references, queries[:5], r)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
@pytest.mark.parametrize("dims", [1, 7, 16, 17, 65, 200])
def test_awkward_sizes_get_the_oracles_result(dtype, dims, way):
    for count in (1, 63, 64, 65, 1100):
        references = decaying(count, dims, dtype)
        queries = decaying(25 if count < 1000 else 7, dims, dtype, 1)
        index = ExactIndex(references)
        for k in {1, min(7, count)}:
            assert_oracle(index, references, queries, k)


def test_all_references_can_be_neighbors(way):
    references, queries = CASES["bytes"]
    assert_oracle(ExactIndex(references), references, queries[:8], len(references))


@pytest.mark.parametrize("n_queries", [1, 5, 7, 8, 130])
def test_no_result_depends_on_threads(n_queries, monkeypatch):
    monkeypatch.setattr("inknn.search.exact_index._WORTH_A_THREAD", 1)  # so small an index would use one
    references, queries = decaying(2500, 60), decaying(n_queries, 60, seed=5)
    index = ExactIndex(references)
    for n_threads in (1, 2, 5):
        assert_oracle(index, references, queries, 4, n_threads=n_threads)


@given(seed=st.integers(0, 2**32 - 1), steps=st.lists(st.sampled_from("arRb"), min_size=1, max_size=9))
@settings(max_examples=20)
def test_any_sequence_of_additions_and_removals_equals_a_rebuilt_index(seed, steps):
    rng = np.random.default_rng(seed)
    rows = decaying(int(rng.integers(1, 1500)), 24, rng.choice([np.uint8, np.float32]), seed)
    index, every, alive = ExactIndex(rows), rows, np.ones(len(rows), bool)
    for step in steps:
        if step in "ab":
            more = decaying(3 if step == "a" else 900, 24, rows.dtype.type, int(rng.integers(99)))
            new = index.add(more)
            np.testing.assert_array_equal(new, np.arange(len(every), len(every) + len(more)))
            every, alive = np.concatenate([every, more]), np.append(alive, np.ones(len(more), bool))
        elif alive.sum() > 1:
            some = rng.permutation(np.flatnonzero(alive))
            some = some[: 1 if step == "r" else len(some) // 2]
            index.remove(some)
            alive[some] = False
    assert len(index) == alive.sum()
    queries = decaying(30, 24, rows.dtype.type, 7)
    k = min(6, len(index))
    assert_oracle(index, every[alive], queries, k, np.flatnonzero(alive))
    assert_oracle(index, every[alive], queries[:1], k, np.flatnonzero(alive), n_threads=3)


def test_numpy_adds_and_removes_too(no_kernels):
    references = decaying(100, 9)
    index = ExactIndex(references[:60])
    index.add(references[60:])
    index.remove([3, 70])
    left = np.setdiff1d(np.arange(100), [3, 70])
    assert_oracle(index, references[left], references[:9], 5, left)


def test_a_stored_index_gives_the_same_results_and_goes_on_changing(way):
    references, queries = CASES["float32"]
    stored = ExactIndex(references).arrays()
    for array in stored.values():
        array.flags.writeable = False  # as mapped from a file
    index = ExactIndex(references, stored=stored)
    assert_oracle(index, references, queries, 7)
    index.add(queries[:3])
    index.remove(np.arange(100))
    assert_oracle(
        index, np.concatenate([references[100:], queries[:3]]), queries, 7, ids=np.arange(100, 1303)
    )
    assert_oracle(ExactIndex(references, stored=stored), references, queries, 7)  # it was not changed


def test_what_is_stored_of_other_references_is_refused():
    references = CASES["float32"][0]
    stored = ExactIndex(references).arrays()
    with pytest.raises(ValueError, match="other references"):
        ExactIndex(references[:-1], stored=stored)
    del stored["packed"]
    with pytest.raises(KeyError, match="packed"):
        ExactIndex(references, stored=stored)


def test_an_index_that_has_changed_is_not_stored():
    index = ExactIndex(CASES["float32"][0])
    index.remove([3])
    with pytest.raises(ValueError, match="have not changed"):
        index.arrays()


def test_what_is_removed_is_never_found_again():
    references = decaying(2000, 40)
    index = ExactIndex(references)
    index.remove([5])
    assert 5 not in index.query(references[5:6], 1999)[1]
    assert 5 not in index.query_radius(references[5:6], 1e9)[1][0]
    assert index.add(references[5:6]).tolist() == [2000]
    assert index.query(references[5:6], 1)[1].tolist() == [[2000]]


def test_removing_what_is_not_there_is_refused_and_removes_nothing():
    index = ExactIndex(decaying(10, 3))
    index.remove([4])
    for wrong in ([4], [10], [-1], [1, 1], [2, 99], [0.5]):
        with pytest.raises(IndexError):
            index.remove(wrong)
    assert len(index) == 9


def test_the_callers_arrays_stay_as_they_are():
    references, queries = decaying(1500, 40), decaying(5, 40, seed=1)
    before = references.copy(), queries.copy()
    references.flags.writeable = queries.flags.writeable = False
    index = ExactIndex(references)
    index.query(queries, 3)
    index.add(queries)
    index.remove([0])
    np.testing.assert_array_equal(references, before[0])
    np.testing.assert_array_equal(queries, before[1])


@pytest.mark.parametrize(
    ("references", "message"),
    [
        (np.zeros(3), "must be"),
        (np.zeros((3, 0)), "must be"),
        (np.zeros((3, 2), int), "uint8, float32 or float64"),
        (np.array([[np.nan]]), "finite"),
    ],
)
def test_unfit_references_are_refused(references, message):
    with pytest.raises(ValueError, match=message):
        ExactIndex(references)


def test_unfit_queries_are_refused():
    index = ExactIndex(np.eye(3))
    for queries, k, message in [
        (np.eye(2), 1, r"\(q, 3\)"),
        (np.eye(3, dtype=np.float32), 1, "float64"),
        (np.full((1, 3), np.inf), 1, "finite"),
        (np.eye(3), 0, "k must"),
        (np.eye(3), 4, "k must"),
    ]:
        with pytest.raises(ValueError, match=message):
            index.query(queries, k)
    with pytest.raises(ValueError, match="negative"):
        index.query_radius(np.eye(3), -1.0)
