"""`inknn cache`: shows and empties the cache folder."""

from __future__ import annotations

import pytest

from commands import run


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("INKNN_CACHE_DIR", str(tmp_path))
    return tmp_path


def test_path_is_that_of_the_folder(capfd, folder):
    done = run(capfd, "cache", "path")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{folder}\n", "")
    assert run(capfd, "cache").stdout == done.stdout


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ([], "0 files deleted, 0.0 MB\n"),
        ([1_500_000], "1 file deleted, 1.5 MB\n"),
        ([1_500_000, 700_000], "2 files deleted, 2.2 MB\n"),
    ],
)
def test_clear_empties_it_and_counts(capfd, folder, sizes, said):
    for number, size in enumerate(sizes):
        (folder / f"inknn-{number}").write_bytes(bytes(size))
    done = run(capfd, "cache", "clear")
    assert (done.returncode, done.stdout, done.stderr) == (0, said, "")
    assert not list(folder.iterdir())
