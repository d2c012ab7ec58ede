"""The promises of threads: every block of rows is worked on once, and errors reach the caller."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from threadpoolctl import threadpool_info

from inknn.threads import available_threads, limit_threads, over_blocks, thread_limit


@pytest.mark.parametrize("n_threads", [1, 2, 5])
def test_blocks_cover_every_row_once(n_threads):
    for count in (0, 1, 9, 10, 11):
        seen = np.zeros(count, int)

        def visit(start, stop, seen=seen):
            seen[start:stop] += 1

        over_blocks(visit, count, 5, n_threads)
        assert (seen == 1).all()


@pytest.mark.parametrize("n_threads", [1, 3])
def test_an_error_in_a_block_is_the_callers(n_threads):
    def fail(start, stop):
        if start:
            raise RuntimeError("second block")

    with pytest.raises(RuntimeError, match="second block"):
        over_blocks(fail, 10, 5, n_threads)


def test_threads_are_all_cpus_or_those_given():
    assert available_threads() >= 1
    assert available_threads(3) == 3
    with pytest.raises(ValueError, match="n_threads must be at least 1, got 0"):
        available_threads(0)


def blas_threads():
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


class TestLimit:
    @pytest.fixture(autouse=True)
    def unlimited(self):
        yield
        limit_threads(None)

    def test_is_for_all_work_that_names_no_number(self):
        usual = available_threads(), cv2.getNumThreads(), blas_threads()
        limit_threads(1)
        assert (available_threads(), available_threads(3), cv2.getNumThreads()) == (1, 3, 1)
        assert blas_threads() == {1}
        assert thread_limit() == 1
        limit_threads(None)
        assert thread_limit() is None
        assert (available_threads(), cv2.getNumThreads(), blas_threads()) == usual

    def test_below_one_changes_nothing(self):
        limit_threads(2)
        with pytest.raises(ValueError, match="at least 1"):
            limit_threads(0)
        assert available_threads() == 2
