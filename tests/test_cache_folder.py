"""The cache folder is found or replaced, and what is in it is made once."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import warnings
from pathlib import Path

import platformdirs
import pytest

from inknn import cache
from inknn.cache import cache_dir, cached, clear_cache, first_time
from inknn.errors import DataError
from inknn.files import atomic_write


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A cache folder of this test alone."""
    monkeypatch.setenv("INKNN_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(cache.tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(cache, "_settled", {})
    return tmp_path / "cache"


@pytest.fixture
def unwritable(folder):
    """A cache folder that can't be made, even by root: a file is in its way."""
    folder.write_bytes(b"")
    return folder


def written(path, data):
    with atomic_write(path) as file:
        file.write(data)


class TestWhereTheCacheIs:
    def test_the_variable_names_it_and_it_is_made(self, folder):
        assert cache_dir() == folder
        assert folder.is_dir()

    def test_without_the_variable_it_is_the_platforms(self, monkeypatch):
        monkeypatch.delenv("INKNN_CACHE_DIR", raising=False)
        assert cache._wanted_dir() == platformdirs.user_cache_path("inknn", appauthor=False)

    def test_an_unwritable_one_is_replaced_by_a_private_one_with_one_warning(self, unwritable):
        with pytest.warns(UserWarning, match="INKNN_CACHE_DIR"):
            replacement = cache_dir()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert cache_dir() == replacement
        assert replacement.parent.name == "temporary"
        assert stat.S_IMODE(replacement.stat().st_mode) & 0o077 == 0

    @pytest.mark.skipif(not hasattr(os, "getuid"), reason="folders have no owners here")
    def test_a_replacement_that_others_can_write_is_not_trusted(self, unwritable):
        squatted = cache._temporary_dir()
        squatted.mkdir()
        squatted.chmod(0o777)
        with pytest.warns(UserWarning, match="can't write"):
            assert cache_dir() != squatted

    def test_nowhere_to_write_is_an_error_that_says_what_to_do(self, unwritable, tmp_path, monkeypatch):
        monkeypatch.setattr(cache.tempfile, "tempdir", str(tmp_path / "missing"))
        with pytest.raises(DataError, match="set INKNN_CACHE_DIR"):
            cache_dir()

    def test_so_is_a_system_without_temporary_files(self, unwritable, monkeypatch):
        monkeypatch.setattr(cache.tempfile, "gettempdir", no_temporary_folder)
        with pytest.raises(DataError, match="set INKNN_CACHE_DIR"):
            cache_dir()
        assert clear_cache() == (0, 0)

    @pytest.mark.skipif(os.name == "nt", reason="homes of POSIX")
    def test_a_user_without_a_home_gets_the_replacement(self, folder, tmp_path, monkeypatch):
        import pwd

        for variable in ("INKNN_CACHE_DIR", "HOME", "XDG_CACHE_HOME"):
            monkeypatch.delenv(variable, raising=False)
        monkeypatch.setattr(pwd, "getpwuid", {}.__getitem__)
        monkeypatch.chdir(tmp_path)
        with pytest.warns(UserWarning, match=r"there is no home folder.*INKNN_CACHE_DIR"):
            assert cache_dir() == cache._temporary_dir()
        assert cached("inknn-a", load=load_text, build=lambda: "value", store=store_text) == "value"
        assert clear_cache() == (1, 5)
        assert os.listdir(tmp_path) == ["temporary"]

    def test_the_home_of_nobody_is_an_error_that_says_what_to_do(self, monkeypatch):
        monkeypatch.setenv("INKNN_CACHE_DIR", "~no-such-user/x")
        for ask in (cache_dir, clear_cache):
            with pytest.raises(DataError, match=r"INKNN_CACHE_DIR=~no-such-user/x: .*set it"):
                ask()

    def test_a_folder_that_was_deleted_meanwhile_is_made_again(self, folder):
        cache_dir().rmdir()
        assert cache_dir().is_dir()


def load_text(path):
    text = path.read_text()
    if text == "damaged":
        raise DataError("damaged")
    return text


def store_text(path, text):
    written(path, text.encode())


def read_only(folder):
    raise OSError(30, "Read-only file system")


def no_temporary_folder():
    raise FileNotFoundError(2, "No usable temporary directory found in ['/tmp']")


class TestCached:
    def test_is_built_once_and_then_loaded(self, folder):
        built = []

        def build():
            built.append(1)
            return "value"

        for _ in range(3):
            assert cached("inknn-a", load=load_text, build=build, store=store_text) == "value"
        assert len(built) == 1

    def test_a_damaged_file_is_built_again(self, folder):
        folder.mkdir()
        (folder / "inknn-a").write_text("damaged")
        assert cached("inknn-a", load=load_text, build=lambda: "value", store=store_text) == "value"
        assert (folder / "inknn-a").read_text() == "value"

    def test_an_interrupted_build_leaves_nothing_to_load(self, folder):
        def interrupted():
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            cached("inknn-a", load=load_text, build=interrupted, store=store_text)
        assert not (folder / "inknn-a").exists()
        assert cached("inknn-a", load=load_text, build=lambda: "value", store=store_text) == "value"

    def test_what_cant_be_kept_is_used_all_the_same(self, folder):
        def full(path, value):
            raise OSError(28, "No space left on device")

        with pytest.warns(UserWarning, match="No space left"):
            assert cached("inknn-a", load=load_text, build=lambda: "value", store=full) == "value"

    def test_a_good_file_in_a_read_only_folder_is_used_without_a_warning(self, folder, monkeypatch):
        folder.mkdir()
        (folder / "inknn-a").write_text("prepared")
        monkeypatch.setattr(cache, "try_writing", read_only)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert cached("inknn-a", load=load_text, build=lambda: "new", store=store_text) == "prepared"

    @pytest.mark.skipif(os.name == "nt", reason="there all build and the last one wins")
    def test_of_processes_that_start_at_once_one_builds(self, folder, tmp_path):
        script = tmp_path / "start.py"
        script.write_text(
            "import sys, time\n"
            "from pathlib import Path\n"
            "from inknn.cache import cached\n"
            "from inknn.files import atomic_write\n"
            "def build():\n"
            "    with open(sys.argv[1], 'a') as log: log.write('built\\n')\n"
            "    time.sleep(0.3)\n"
            "    return 'value'\n"
            "def store(path, text):\n"
            "    with atomic_write(path) as file: file.write(text.encode())\n"
            "print(cached('inknn-a', load=Path.read_text, build=build, store=store))\n"
        )
        log = tmp_path / "log"
        started = [
            subprocess.Popen([sys.executable, script, log], stdout=subprocess.PIPE, text=True)
            for _ in range(3)
        ]
        assert [process.communicate()[0] for process in started] == ["value\n"] * 3
        assert log.read_text() == "built\n"

    def test_what_vanishes_as_soon_as_it_is_kept_is_used_all_the_same(self, folder):
        assert cached("inknn-a", load=load_text, build=lambda: "value", store=lambda *_: None) == "value"

    @pytest.mark.skipif(os.name == "nt", reason="there are no locks there")
    def test_a_link_in_place_of_the_lock_leads_nowhere(self, folder, tmp_path):
        folder.mkdir()
        (tmp_path / "thesis").write_text("years of work")
        (folder / ".inknn-a.lock").symlink_to(tmp_path / "thesis")
        assert cached("inknn-a", load=load_text, build=lambda: "value", store=store_text) == "value"
        assert (tmp_path / "thesis").read_text() == "years of work"

    @pytest.mark.skipif(os.name == "nt", reason="there are no locks there")
    def test_without_a_lock_it_is_built_all_the_same(self, folder):
        (folder / ".inknn-a.lock").mkdir(parents=True)
        assert cached("inknn-a", load=load_text, build=lambda: "value", store=store_text) == "value"
        assert (folder / "inknn-a").read_text() == "value"

    def test_only_our_names_are_kept(self, folder):
        with pytest.raises(ValueError, match="inknn-"):
            cached("thesis.tex", load=load_text, build=lambda: "", store=store_text)


class TestFirstTime:
    def test_is_true_once_until_the_cache_is_cleared(self, folder):
        assert [first_time("a"), first_time("a"), first_time("b")] == [True, False, True]
        clear_cache()
        assert os.listdir(folder) == []
        assert first_time("a")

    def test_is_always_true_where_nothing_can_be_remembered(self, monkeypatch):
        monkeypatch.setenv("INKNN_CACHE_DIR", "~no-such-user/x")
        assert [first_time("a"), first_time("a")] == [True, True]


class TestClearCache:
    def test_deletes_what_is_ours_and_nothing_else(self, folder):
        folder.mkdir()
        for name in ("inknn-a", ".inknn-a.123-abc.tmp"):
            (folder / name).write_bytes(b"12345")
        (folder / "thesis.tex").write_text("years of work")
        assert clear_cache() == (2, 10)
        assert os.listdir(folder) == ["thesis.tex"]

    def test_reaches_the_replacement_too(self, unwritable):
        with pytest.warns(UserWarning, match="can't write"):
            cached("inknn-a", load=load_text, build=lambda: "value", store=store_text)
        assert clear_cache() == (1, 5)

    def test_leaves_the_replacement_alone_where_it_does_not_serve(self, folder):
        """It is one folder for all of a user's caches."""
        replacement = cache._temporary_dir()
        replacement.mkdir()
        (replacement / "inknn-a").write_bytes(b"12345")
        for make in (lambda: None, folder.mkdir):
            make()
            assert clear_cache() == (0, 0)
            assert os.listdir(replacement) == ["inknn-a"]

    def test_of_nothing_is_nothing(self, folder):
        assert clear_cache() == (0, 0)
        assert not Path(folder).exists()


class TestLog:
    def test_says_what_was_loaded_and_what_was_prepared_and_why(self, folder, caplog):
        caplog.set_level("DEBUG", logger="inknn")
        for _ in range(2):
            cached("inknn-a", load=load_text, build=lambda: "value", store=store_text)
        (folder / "inknn-a").write_text("damaged")
        cached("inknn-a", load=load_text, build=lambda: "value", store=store_text)
        missing, prepared, loaded, damaged, again = [record.getMessage() for record in caplog.records]
        assert "inknn-a not loaded from the cache: [Errno 2] No such file" in missing
        assert prepared == again == f"preparing {folder / 'inknn-a'}"
        assert loaded == "inknn-a loaded from the cache"
        assert damaged == "inknn-a not loaded from the cache: damaged"
