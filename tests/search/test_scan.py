"""The promises of kneighbors: the oracle's result at any size, with any threads, and without kernels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from hard_vectors import CASES
from inknn.search import ExactIndex, brute_force, kneighbors
from same_neighbors import AWKWARD, assert_same_neighbors, doubles, rows, vectors


@pytest.mark.parametrize("make", [vectors, rows, doubles])
@pytest.mark.parametrize("dims", AWKWARD)
def test_all_awkward_sizes_give_the_oracles_answer(make, dims):
    for count in AWKWARD:
        references = make(count, dims, 1)
        for n_queries in (3, 29):  # few go by rows, many by tiles
            queries = make(n_queries, dims, 2)
            for k in {1, min(3, count), count}:
                assert_same_neighbors(kneighbors(queries, references, k), brute_force(queries, references, k))


@pytest.mark.parametrize("make", [vectors, rows, doubles])
def test_numpy_gives_the_oracles_answer_at_awkward_sizes(make, no_kernels):
    for dims in (1, 7, 8, 9, 65):
        for count in (1, 2, 17, 65):
            queries, references = make(9, dims, 2), make(count, dims, 1)
            for k in {1, min(3, count), count}:
                assert_same_neighbors(kneighbors(queries, references, k), brute_force(queries, references, k))


@pytest.mark.parametrize("make", [vectors, rows, doubles])
@pytest.mark.parametrize("n_queries", [1, 3, 30, 300])
def test_answer_does_not_depend_on_threads(make, n_queries):
    queries, references = make(n_queries, 60, 2), make(20_000, 60, 1)
    one = kneighbors(queries, references, 5, n_threads=1)
    for n_threads in (2, 3, 7, None):
        assert_same_neighbors(kneighbors(queries, references, 5, n_threads=n_threads), one)
    assert_same_neighbors(tuple(part[:2] for part in one), brute_force(queries[:2], references, 5))


def test_numpy_gives_the_kernels_answer_over_many_blocks(monkeypatch):
    queries, references = vectors(200, 40, 2), vectors(20_000, 40, 1)
    expected = kneighbors(queries, references, 10)
    monkeypatch.setenv("INKNN_NO_NATIVE", "1")
    assert_same_neighbors(kneighbors(queries, references, 10), expected)


@pytest.mark.parametrize("native", [True, False])
@pytest.mark.parametrize("make", [vectors, rows, doubles])
@pytest.mark.parametrize("n_queries", [2, 40])
def test_equal_references_come_in_order_of_their_index(make, n_queries, native, monkeypatch):
    monkeypatch.setenv("INKNN_NO_NATIVE", "" if native else "1")
    few = make(6, 19)
    references = np.concatenate([few] * 50)
    queries = np.concatenate([few] * 20)[:n_queries]
    distances, indices = kneighbors(queries, references, 50, n_threads=3)
    np.testing.assert_array_equal(indices, np.arange(n_queries)[:, None] % 6 + 6 * np.arange(50))
    assert not distances.any()


@pytest.mark.parametrize("native", [True, False])
def test_nearly_equal_references_are_told_apart(native, monkeypatch):
    # Far from the origin float32's squares lose all that tells these apart: the filter must not decide.
    monkeypatch.setenv("INKNN_NO_NATIVE", "" if native else "1")
    references = 1000 + vectors(3000, 24) * np.float32(1e-3)
    queries = 1000 + vectors(40, 24, 1) * np.float32(1e-3)
    assert_same_neighbors(kneighbors(queries, references, 9), brute_force(queries, references, 9))


@pytest.mark.parametrize("native", [True, False])
@pytest.mark.parametrize("scale", [1e-30, 1e-20, 1e19, 1e30])
@pytest.mark.parametrize("n_queries", [3, 40])
def test_tiny_and_huge_numbers_are_no_exception(scale, n_queries, native, monkeypatch):
    monkeypatch.setenv("INKNN_NO_NATIVE", "" if native else "1")
    references, queries = (vectors(n, 17, n) * np.float32(scale) for n in (300, n_queries))
    assert_same_neighbors(kneighbors(queries, references, 5), brute_force(queries, references, 5))


@pytest.mark.parametrize("native", [True, False])
@pytest.mark.parametrize("case", CASES)
def test_vectors_that_deceive_a_filter_get_the_oracles_answer(case, native, monkeypatch):
    monkeypatch.setenv("INKNN_NO_NATIVE", "" if native else "1")
    references, queries = CASES[case]
    with np.errstate(over="ignore"):
        for k in (1, 7):
            assert_same_neighbors(kneighbors(queries, references, k), brute_force(queries, references, k))


@pytest.mark.parametrize("native", [True, False])
def test_squares_with_one_root_come_in_order_of_their_index(native, monkeypatch):
    monkeypatch.setenv("INKNN_NO_NATIVE", "" if native else "1")
    ulp = np.spacing(3.0)
    step = next(n for n in range(8) if np.sqrt(3 + n * ulp) == np.sqrt(3 + (n + 1) * ulp))
    # Their squares add up to 3 and some units in the last place; the first has the larger square.
    references = np.array([[1, 1, 1, np.sqrt((step + more) * ulp)] for more in (1, 0)] + [[9, 9, 9, 9.0]])
    queries = np.zeros((1, 4))
    distances, indices = kneighbors(queries, references, 3)
    assert distances[0, 0] == distances[0, 1]
    assert indices.tolist() == [[0, 1, 2]]
    assert kneighbors(queries, references, 1)[1].tolist() == [[0]]
    for answer in (ExactIndex(references).query(queries, 3), brute_force(queries, references, 3)):
        assert_same_neighbors(answer, (distances, indices))


@pytest.mark.parametrize("native", [True, False])
@pytest.mark.parametrize("n_queries", [3, 40])
def test_what_is_not_finite_comes_last(n_queries, native, monkeypatch):
    monkeypatch.setenv("INKNN_NO_NATIVE", "" if native else "1")
    references = vectors(30, 8)
    references[0], references[4] = np.nan, np.inf
    queries = vectors(n_queries, 8, 1)
    distances, indices = kneighbors(queries, references, 30)
    assert_same_neighbors((distances, indices), brute_force(queries, references, 30))
    np.testing.assert_array_equal(indices[:, -2:], [[0, 4]] * n_queries)


small_tables = st.tuples(st.integers(1, 12), st.integers(1, 40), st.integers(1, 20)).flatmap(
    lambda shape: st.tuples(
        arrays.arrays(np.uint8, (shape[0], shape[2]), elements=st.integers(0, 3)),
        arrays.arrays(np.uint8, (shape[1], shape[2]), elements=st.integers(0, 3)),
        st.integers(1, shape[1]),
    )
)


@given(small_tables)
def test_any_small_table_full_of_ties(table):
    queries, references, k = table
    expected = brute_force(queries, references, k)
    assert_same_neighbors(kneighbors(queries, references, k), expected)
    floats = queries.astype(np.float32), references.astype(np.float32)
    assert_same_neighbors(kneighbors(*floats, k), expected)


@pytest.mark.parametrize("native", [True, False])
def test_any_layout_of_memory_will_do(native, monkeypatch, tmp_path):
    monkeypatch.setenv("INKNN_NO_NATIVE", "" if native else "1")
    queries, references = vectors(30, 12), vectors(100, 12, 1)
    expected = brute_force(queries, references, 4)
    wide = np.repeat(references, 2, axis=1)
    read_only = references.copy()
    read_only.setflags(write=False)
    references.tofile(tmp_path / "references")
    mapped = np.memmap(tmp_path / "references", np.float32, "r", shape=references.shape)
    for other in (wide[:, ::2], np.asfortranarray(references), read_only, mapped):
        assert_same_neighbors(kneighbors(np.asfortranarray(queries), other, 4), expected)


@pytest.mark.parametrize("native", [True, False])
def test_no_queries_give_no_neighbors(native, monkeypatch):
    monkeypatch.setenv("INKNN_NO_NATIVE", "" if native else "1")
    distances, indices = kneighbors(vectors(0, 6), vectors(9, 6), 4)
    assert distances.shape == indices.shape == (0, 4)


def test_arguments_are_not_changed():
    queries, references = vectors(30, 9), vectors(50, 9, 1)
    copies = queries.copy(), references.copy()
    kneighbors(queries, references, 3)
    np.testing.assert_array_equal(queries, copies[0])
    np.testing.assert_array_equal(references, copies[1])


@pytest.mark.parametrize(
    ("queries", "references", "k", "message"),
    [
        (vectors(2, 3), vectors(5, 3), 6, "k must be between 1 and the 5"),
        (vectors(2, 3), vectors(5, 3), 0, "k must be between"),
        (vectors(2, 3), vectors(5, 4), 1, "must match"),
        (vectors(2, 3)[0], vectors(5, 3), 1, "must match"),
        (vectors(2, 3), rows(5, 3), 1, "both be uint8, float32 or float64"),
        (vectors(2, 3).astype(float), vectors(5, 3), 1, "both be uint8, float32 or float64"),
        (vectors(2, 0), vectors(5, 0), 1, "at least one number"),
    ],
)
def test_misfits_are_refused_with_a_reason(queries, references, k, message):
    with pytest.raises(ValueError, match=message):
        kneighbors(queries, references, k)


def test_a_thread_is_the_least_one_can_ask_for():
    with pytest.raises(ValueError, match="n_threads"):
        kneighbors(vectors(2, 3), vectors(5, 3), 1, n_threads=0)
