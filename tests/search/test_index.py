"""The promises of ExactIndex: the oracle's answer, whatever the data, whatever came and went."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inknn._native import kernels
from inknn.search import ExactIndex, brute_force, squared_distances
from inknn.search.pca_bound import learn_reduction

SETS = kernels().instruction_sets() if kernels() else []


def decaying(count, dims, dtype=np.float32, seed=0):
    """Vectors whose variance lies in few directions, none of them an axis."""
    rng = np.random.default_rng(seed)
    mixed = rng.normal(size=(count, dims)) * np.exp(-np.arange(dims) / 9)
    turned = mixed @ np.linalg.qr(np.random.default_rng(99).normal(size=(dims, dims)))[0]
    return np.uint8(np.clip(turned * 40 + 128, 0, 255)) if dtype == np.uint8 else turned.astype(dtype)


def assert_oracle(index, references, queries, k, ids=None, **options):
    """``query`` gives what measuring everything gives, to the last bit."""
    distances, rows = brute_force(queries, references, k)
    answer = index.query(queries, k, **options)
    np.testing.assert_array_equal(answer[0], distances)
    np.testing.assert_array_equal(answer[1], rows if ids is None else np.asarray(ids)[rows])
    assert (answer[0].dtype, answer[1].dtype) == (np.float64, np.int64)


def assert_radius(index, references, queries, r):
    for query, distances, indices in zip(queries, *index.radius(queries, r), strict=True):
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
        kernels().use_instruction_set(request.param)
        yield request.param
        kernels().use_instruction_set(SETS[0])


REFERENCES = decaying(1300, 120, np.float64)
CASES = {
    "plain": (REFERENCES, REFERENCES[:40] + 0.01),
    "float32": (REFERENCES.astype(np.float32), REFERENCES[:40].astype(np.float32)),
    "bytes": (decaying(1300, 120, np.uint8), decaying(40, 120, np.uint8, 1)),
    "flat bytes": (
        np.random.default_rng(1).integers(0, 256, (1100, 300), dtype=np.uint8),
        np.random.default_rng(2).integers(0, 256, (30, 300), dtype=np.uint8),
    ),
    "flat": (decaying(1500, 30), np.random.default_rng(2).normal(size=(30, 30)).astype(np.float32)),
    "offset": (REFERENCES + 1e9, REFERENCES[:40] + 1e9),
    "offset in float32": ((REFERENCES + 1e6).astype(np.float32), (REFERENCES[:40] + 1e6).astype(np.float32)),
    "tiny": (REFERENCES * 1e-30, REFERENCES[:40] * 1.001e-30),
    "tiny beyond float32": (REFERENCES * 1e-140, REFERENCES[:40] * 1.001e-140),
    "huge": (REFERENCES * 1e30, REFERENCES[:40] * 1.001e30),
    "huge beyond float32": (REFERENCES * 1e150, REFERENCES[:40] * 1.001e150),
    "all five times": (np.repeat(REFERENCES[:500], 5, axis=0), REFERENCES[:40]),
    "all the same": (np.ones((2000, 50)), np.ones((30, 50))),
    "constant columns": (np.where(np.arange(120) < 20, REFERENCES, 3.0), REFERENCES[:30]),
    "one outlier": (np.where(np.arange(1300)[:, None] == 7, 1e12, REFERENCES), REFERENCES[:30]),
    "an outlier the sample misses": (
        np.where(np.arange(9000)[:, None] == 7, 1e30, np.tile(REFERENCES, (7, 1))[:9000]),
        REFERENCES[:6],
    ),
    "far queries": (REFERENCES, REFERENCES[:30] * 1e20),
    "two dimensions": (decaying(3000, 2), decaying(50, 2, seed=3)),
    "nearly equal": (1 + REFERENCES.astype(np.float32) * np.float32(1e-6), np.ones((30, 120), np.float32)),
}


@pytest.mark.parametrize("case", CASES)
def test_adversarial_data_get_the_oracles_answer(case, way):
    references, queries = CASES[case]
    index = ExactIndex(references)
    assert_oracle(index, references, queries, 11)
    assert_oracle(index, references, queries[:1], 11)
    with np.errstate(over="ignore"):
        r = float(np.median(brute_force(queries, references, 6)[0][:, 5]))
        assert_radius(index, references, queries[:5], r)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
@pytest.mark.parametrize("dims", [1, 7, 16, 17, 65, 200])
def test_awkward_sizes_get_the_oracles_answer(dtype, dims, way):
    for count in (1, 63, 64, 65, 1100):
        references = decaying(count, dims, dtype)
        queries = decaying(25 if count < 1000 else 7, dims, dtype, 1)
        index = ExactIndex(references)
        for k in {1, min(7, count)}:
            assert_oracle(index, references, queries, k)


def test_all_references_can_be_asked_for(way):
    references, queries = CASES["bytes"]
    assert_oracle(ExactIndex(references), references, queries[:8], len(references))


@pytest.mark.parametrize("n_queries", [1, 5, 7, 8, 130])
def test_no_answer_depends_on_threads(n_queries, monkeypatch):
    monkeypatch.setattr("inknn.search.index._WORTH_A_THREAD", 1)  # so small an index would use one
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


def test_what_was_kept_gives_the_same_answers_and_goes_on_learning(way):
    references, queries = CASES["float32"]
    kept = ExactIndex(references).arrays()
    for array in kept.values():
        array.flags.writeable = False  # as mapped from a file
    index = ExactIndex(references, kept=kept)
    assert_oracle(index, references, queries, 7)
    index.add(queries[:3])
    index.remove(np.arange(100))
    assert_oracle(
        index, np.concatenate([references[100:], queries[:3]]), queries, 7, ids=np.arange(100, 1303)
    )
    assert_oracle(ExactIndex(references, kept=kept), references, queries, 7)  # it was not changed


def test_what_was_kept_of_other_references_is_refused():
    references = CASES["float32"][0]
    kept = ExactIndex(references).arrays()
    with pytest.raises(ValueError, match="other references"):
        ExactIndex(references[:-1], kept=kept)
    del kept["panels"]
    with pytest.raises(KeyError, match="panels"):
        ExactIndex(references, kept=kept)


def test_an_index_that_has_changed_is_not_kept():
    index = ExactIndex(CASES["float32"][0])
    index.remove([3])
    with pytest.raises(ValueError, match="have not changed"):
        index.arrays()


def test_what_is_removed_is_never_found_again():
    references = decaying(2000, 40)
    index = ExactIndex(references)
    index.remove([5])
    assert 5 not in index.query(references[5:6], 1999)[1]
    assert 5 not in index.radius(references[5:6], 1e9)[1][0]
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


def test_unfit_questions_are_refused():
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
        index.radius(np.eye(3), -1.0)


# --- the proof ---


@pytest.mark.parametrize("case", CASES)
def test_coordinates_never_exceed_the_distance_by_more_than_the_slack(case):
    references, queries = CASES[case]
    reduction = learn_reduction(references)
    a, b = reduction.apply(queries[:1]), reduction.apply(references)
    z, y = (
        (rows.astype(np.float64) - reduction.mean) * reduction.scale for rows in (queries[:1], references)
    )
    true = np.sqrt(((z - y) ** 2).sum(axis=1))
    allowed = true * (1 + 1e-12) + reduction.slack * (a.lengths + b.lengths)
    for end, width in zip(a.stages, reduction.widths, strict=True):
        # Components so far, and the length of the rest: what one stage compares.
        columns = [i for i in range(end) if i + 1 not in a.stages or i + 1 == end]
        assert len(columns) == width + 1
        mine, theirs = a.tile[:, columns], b.tile[:, columns]
        if np.isfinite(mine).all():
            with np.errstate(over="ignore", invalid="ignore"):
                between = np.sqrt(((mine.astype(np.float64) - theirs) ** 2).sum(axis=1))
                least = b.norms() <= (theirs.astype(np.float64) ** 2).sum(axis=1) * (1 + 1e-14)
            finite = np.isfinite(theirs).all(axis=1)
            assert (between <= allowed)[finite].all()
            assert least[finite].all()


def test_a_slack_of_nothing_would_be_too_little():
    """The comparison above can fail: rounding alone exceeds the distance between equals."""
    references = REFERENCES + 1e3
    reduction = learn_reduction(references)
    near = references * (1 + 1e-14)
    a, b = reduction.apply(references).tile.astype(np.float64), reduction.apply(near).tile
    assert (np.sqrt(((a - b) ** 2).sum(axis=1)) > np.sqrt(((references - near) ** 2).sum(axis=1))).any()


def test_the_index_rules_most_of_the_digits_out(train_digits):
    reduction = learn_reduction(train_digits[0].reshape(-1, 784))
    assert 40 < reduction.widths[-1] <= 128
