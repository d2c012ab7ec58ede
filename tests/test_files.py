"""Files are written whole or not at all, and what can not be written is known before the work."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inknn.errors import DataError, OutputError
from inknn.files import (
    LONGEST_NAME,
    Staging,
    atomic_write,
    check_folder,
    check_writable,
    drop_unfinished,
    entries_in,
    fitting_name,
    is_picture,
    natural_order,
    open_regular,
    output_file,
)


def written(path, data):
    with atomic_write(path) as file:
        file.write(data)


def read_only(folder):
    raise OSError(30, "Read-only file system")


class TestAtomicWrite:
    def test_writes_a_file(self, tmp_path):
        written(tmp_path / "a", b"whole")
        assert (tmp_path / "a").read_bytes() == b"whole"
        assert os.listdir(tmp_path) == ["a"]

    @pytest.mark.parametrize("interruption", [ValueError, KeyboardInterrupt, SystemExit])
    def test_an_interruption_leaves_the_old_file_and_nothing_else(self, tmp_path, interruption):
        (tmp_path / "a").write_bytes(b"old")

        def interrupted():
            with atomic_write(tmp_path / "a") as file:
                file.write(b"half")
                file.flush()
                raise interruption

        with pytest.raises(interruption):
            interrupted()
        assert (tmp_path / "a").read_bytes() == b"old"
        assert os.listdir(tmp_path) == ["a"]

    def test_the_name_is_not_taken_before_the_end(self, tmp_path):
        with atomic_write(tmp_path / "a") as file:
            file.write(b"half")
            file.flush()
            assert not (tmp_path / "a").exists()

    @pytest.mark.skipif(os.name == "nt", reason="open files can't be deleted there")
    def test_what_threads_leave_unfinished_can_be_dropped(self, tmp_path):
        written(tmp_path / "whole", b"whole")

        def left_behind():
            with atomic_write(tmp_path / "a") as file:
                file.write(b"half")
                drop_unfinished()
                assert os.listdir(tmp_path) == ["whole"]

        with pytest.raises(FileNotFoundError):
            left_behind()
        assert os.listdir(tmp_path) == ["whole"]

    @pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
    def test_permissions_are_the_old_files_or_the_umasks(self, tmp_path):
        old = os.umask(0o027)
        try:
            written(tmp_path / "new", b"")
        finally:
            os.umask(old)
        assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640
        (tmp_path / "new").chmod(0o604)
        written(tmp_path / "new", b"again")
        assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o604

    def test_a_link_still_points_at_its_target(self, tmp_path):
        (tmp_path / "target").write_bytes(b"old")
        (tmp_path / "link").symlink_to(tmp_path / "target")
        written(tmp_path / "link", b"new")
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "target").read_bytes() == b"new"

    def test_a_missing_folder_is_an_error(self, tmp_path):
        with pytest.raises(FileNotFoundError):
            written(tmp_path / "missing" / "a", b"")

    def test_the_name_may_be_as_long_as_the_system_allows(self, tmp_path):
        name = "a" * LONGEST_NAME
        written(tmp_path / name, b"whole")
        assert os.listdir(tmp_path) == [name]


class TestFittingName:
    def test_a_short_name_stays_as_it_is(self):
        assert fitting_name("scan", ".png") == "scan.png"

    @pytest.mark.parametrize("character", ["a", "ä", "七", "\udcff"])
    def test_a_long_one_is_cut_before_its_end(self, character):
        name = fitting_name(character * 300, "-overlay.png")
        assert name.endswith(f"{character}-overlay.png")
        assert LONGEST_NAME - 4 < len(os.fsencode(name)) <= LONGEST_NAME


class TestEntriesIn:
    def test_gives_what_is_no_folder_and_is_not_hidden(self, tmp_path):
        for name in ("a", "b/c", "b/.d", ".e/f"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).touch()

        def found(recursive):
            return sorted(entry.name for entry in entries_in(tmp_path, recursive=recursive))

        assert (found(False), found(True)) == (["a"], ["a", "c"])

    def test_folders_may_be_nested_deeper_than_functions(self, tmp_path, deep_folder):
        assert len(deep_folder.parts) > sys.getrecursionlimit()
        (deep_folder / "a").touch()
        assert [entry.name for entry in entries_in(tmp_path, recursive=True)] == ["a"]

    def test_a_folder_that_cannot_be_listed_is_an_error_among_the_others(self, tmp_path):
        (error,) = entries_in(tmp_path / "missing", recursive=True)
        assert (type(error), error.filename) == (FileNotFoundError, str(tmp_path / "missing"))


class TestOpenRegular:
    def test_reads_a_file(self, tmp_path):
        (tmp_path / "a").write_bytes(b"whole")
        with open_regular(tmp_path / "a") as file:
            assert file.read() == b"whole"

    def test_a_missing_file_and_a_folder_are_errors_of_the_system(self, tmp_path):
        for path in (tmp_path / "missing", tmp_path):
            with pytest.raises(OSError, match=r"No such file|directory|denied"):
                open_regular(path)

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
    def test_a_pipe_that_nobody_writes_is_refused_at_once(self, tmp_path):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(DataError, match="regular file"):
            open_regular(tmp_path / "pipe")

    @pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no such device here")
    def test_a_device_without_end_is_refused(self):
        with pytest.raises(DataError, match="regular file"):
            open_regular("/dev/zero")


class TestStaging:
    def test_files_take_their_names_together(self, tmp_path):
        with Staging() as staging:
            for name in ("a", "b"):
                with staging.write(tmp_path / name) as file:
                    file.write(name.encode())
            assert not list(tmp_path.glob("[ab]"))
        assert sorted(os.listdir(tmp_path)) == ["a", "b"]
        assert (tmp_path / "b").read_bytes() == b"b"

    @pytest.mark.parametrize("interruption", [ValueError, KeyboardInterrupt])
    def test_an_interruption_after_the_first_changes_neither(self, tmp_path, interruption):
        (tmp_path / "a").write_bytes(b"old")

        def interrupted():
            with Staging() as staging:
                with staging.write(tmp_path / "a") as file:
                    file.write(b"new")
                raise interruption

        with pytest.raises(interruption):
            interrupted()
        assert (tmp_path / "a").read_bytes() == b"old"
        assert os.listdir(tmp_path) == ["a"]

    def test_a_file_that_failed_does_not_appear_with_the_others(self, tmp_path):
        def full(staging):
            with staging.write(tmp_path / "b") as file:
                file.write(b"half")
                raise OSError(28, "No space left on device")

        with Staging() as staging:
            with staging.write(tmp_path / "a") as file:
                file.write(b"whole")
            with pytest.raises(OSError, match="No space left"):
                full(staging)
        assert os.listdir(tmp_path) == ["a"]


class TestCheckWritable:
    def test_a_new_file_and_an_old_one_are_fine_and_stay_as_they_were(self, tmp_path):
        check_writable(tmp_path / "new")
        assert os.listdir(tmp_path) == []
        (tmp_path / "old").write_bytes(b"old")
        check_writable(tmp_path / "old")
        assert (tmp_path / "old").read_bytes() == b"old"

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("folder", "it is a folder; name a file in it"),
            ("missing/a", "there is no folder .*missing; make it first"),
            ("file/a", "there is no folder .*file; make it first"),
            ("read", "it is one of the files to read; choose another file"),
            ("link", "it is one of the files to read"),
        ],
    )
    def test_what_could_not_be_written_is_refused_with_a_reason(self, tmp_path, name, said):
        (tmp_path / "folder").mkdir()
        for file in ("file", "read"):
            (tmp_path / file).write_bytes(b"")
        (tmp_path / "link").symlink_to(tmp_path / "read")
        with pytest.raises(OutputError, match=f"can't write .*{name}: {said}"):
            check_writable(tmp_path / name, reads=(None, tmp_path / "gone", tmp_path / "read"))

    def test_a_write_protected_file_is_refused(self, tmp_path, monkeypatch):
        (tmp_path / "a").write_bytes(b"")
        monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write anything
        with pytest.raises(OutputError, match="write-protected; choose another file"):
            check_writable(tmp_path / "a")

    def test_a_folder_that_takes_no_files_is_refused(self, tmp_path, monkeypatch):
        monkeypatch.setattr("inknn.files.try_writing", read_only)
        for check, name in ((check_writable, tmp_path / "a"), (check_folder, tmp_path)):
            with pytest.raises(
                OutputError, match=f"can't write {name}: Read-only file system; choose another"
            ):
                check(name)

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
    def test_a_named_pipe_is_fine(self, tmp_path):
        os.mkfifo(tmp_path / "pipe")
        check_writable(tmp_path / "pipe")

    def test_folders_are_made(self, tmp_path):
        check_folder(tmp_path / "a" / "b")
        assert os.listdir(tmp_path / "a" / "b") == []

    def test_a_failure_while_writing_says_what_to_do(self, tmp_path):
        def full():
            with output_file(tmp_path / "a"):
                raise OSError(28, "No space left on device")

        with pytest.raises(OutputError, match=r"can't write .*/a: No space left on device; choose another"):
            full()
        assert os.listdir(tmp_path) == []


class TestNames:
    @pytest.mark.parametrize("name", ["a.png", "folder/a.JPG", "a.b.tiff", "with space.webp"])
    def test_of_pictures(self, name):
        assert is_picture(name)
        assert is_picture(Path(name))

    @pytest.mark.parametrize(
        "name", ["a.txt", ".png", ".hidden.png", "folder/.a.png", "png", "a.png.txt", "a.pdf"]
    )
    def test_of_other_files(self, name):
        assert not is_picture(name)

    def test_numbers_are_sorted_as_numbers(self):
        names = ["scan10", "Scan2", "scan1", "1", "10", "2", "a/1", "scan01", "scan"]
        assert sorted(names, key=natural_order) == [
            *("1", "2", "10", "a/1", "scan", "scan01", "scan1", "Scan2", "scan10")
        ]

    @given(st.lists(st.text(max_size=6), max_size=6))
    def test_any_names_can_be_sorted(self, names):
        assert sorted(sorted(names, key=natural_order)) == sorted(names)
