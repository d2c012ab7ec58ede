"""Published sets come whole from a real server, or not at all; a failure says what to do."""

from __future__ import annotations

import hashlib
import http.server
import os
import socket
import sys
import threading
from dataclasses import replace
from functools import partial

import pytest

from commands import one_line, run
from inknn.datasets import catalog, fetching
from inknn.datasets.catalog import CATALOG, Published
from inknn.datasets.fetching import fetch, place_of, state_of
from inknn.errors import DataError, FetchError, MissingExtraError

CONTENT = bytes(range(256)) * 1000


@pytest.fixture
def inknn(capfd):
    return partial(run, capfd, "data")


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers as the first folder of the path says."""

    def do_GET(self):
        self.server.asked.append(self.path)
        kind = self.path.split("/")[1]
        if kind == "forbidden":
            self.send_error(403)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        body = CONTENT[::-1] if kind == "wrong" else CONTENT
        self.wfile.write(body[:100_000] if kind == "broken" else body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server():
    """The address of a server on this machine, with a list of what it was asked for."""
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.asked = []
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    running.address = f"http://127.0.0.1:{running.server_address[1]}"
    yield running
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache, and no proxy between us and ourselves."""
    monkeypatch.setenv("INKNN_CACHE_DIR", str(tmp_path / "cache"))
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return tmp_path / "cache"


@pytest.fixture
def nobody():
    """An address at which nobody answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def entry_at(*folders, name="letters.bin"):
    """A set of one file that should hold ``CONTENT``."""
    urls = tuple(f"{folder}/{name}" for folder in folders)
    file = Published(name, urls, hashlib.sha256(CONTENT).hexdigest(), 0.3)
    return replace(CATALOG["usps"], name="letters", files=(file,))


class TestFetch:
    def test_a_good_file_is_kept_and_told_of(self, cache, server):
        heard = []
        entry = entry_at(f"{server.address}/good")
        fetched = fetch(entry, progress=lambda what, part: heard.append((what, part)))
        assert fetched == [cache / "inknn-letters.bin"]
        assert fetched[0].read_bytes() == CONTENT
        assert state_of(entry.files[0]) == "good"
        assert heard[-1] == ("fetching letters.bin", 1.0)
        parts = [part for _, part in heard]
        assert parts == sorted(parts)

    def test_what_is_there_is_not_fetched_again(self, cache, server):
        entry = entry_at(f"{server.address}/good")
        fetch(entry)
        before = len(server.asked)
        assert fetch(entry) == []
        assert len(server.asked) == before

    def test_what_is_damaged_is(self, cache, server):
        entry = entry_at(f"{server.address}/good")
        (path,) = fetch(entry)
        path.write_bytes(CONTENT[:-1])
        assert state_of(entry.files[0]) == "damaged"
        assert fetch(entry) == [path]
        assert state_of(entry.files[0]) == "good"

    @pytest.mark.parametrize("first", ["forbidden", "wrong", "broken"])
    def test_the_second_mirror_is_asked_where_the_first_fails(self, cache, server, first):
        entry = entry_at(f"{server.address}/{first}", f"{server.address}/good")
        (path,) = fetch(entry)
        assert path.read_bytes() == CONTENT
        assert [p.split("/")[1] for p in server.asked[-2:]] == [first, "good"]

    def test_nor_is_it_the_end_where_nobody_answers(self, cache, server, nobody):
        assert len(fetch(entry_at(nobody, f"{server.address}/good"))) == 1

    @pytest.mark.parametrize(
        ("kind", "said"),
        [
            ("forbidden", "403 Forbidden"),
            ("wrong", "it gave another file"),
            ("broken", "the connection broke"),
        ],
    )
    def test_a_failure_says_why_and_what_to_do_and_leaves_nothing(self, cache, server, kind, said):
        entry = entry_at(f"{server.address}/{kind}")
        with pytest.raises(FetchError, match=said) as caught:
            fetch(entry)
        assert f"put it at {cache / 'inknn-letters.bin'}" in str(caught.value)
        assert f"SHA-256 {entry.files[0].sha256}" in str(caught.value)
        assert not [name for name in os.listdir(cache) if "letters" in name]

    def test_offline_is_told_for_each_mirror(self, cache, nobody):
        with pytest.raises(FetchError, match=r"no connection.*no connection"):
            fetch(entry_at(nobody, nobody))

    @pytest.mark.parametrize("address", ["nowhere", "http://", "ftp://127.0.0.1"])
    def test_an_address_that_is_none_is_told(self, cache, address):
        with pytest.raises(FetchError, match="can't fetch"):
            fetch(entry_at("http://127.0.0.1"), mirror=address)

    def test_a_failure_keeps_an_older_file(self, cache, server):
        entry = entry_at(f"{server.address}/broken")
        place_of(entry.files[0]).write_bytes(b"older")
        with pytest.raises(FetchError):
            fetch(entry)
        assert place_of(entry.files[0]).read_bytes() == b"older"

    def test_an_interruption_leaves_nothing(self, cache, server):
        def interrupt(what, part):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            fetch(entry_at(f"{server.address}/good"), progress=interrupt)
        assert not [name for name in os.listdir(cache) if "letters" in name]

    def test_a_mirror_of_ones_own_is_asked_alone(self, cache, server, nobody):
        entry = entry_at(nobody)
        assert len(fetch(entry, mirror=f"{server.address}/good/")) == 1
        assert server.asked[-1] == "/good/letters.bin"

    def test_without_pooch_it_says_what_to_install(self, cache, monkeypatch):
        monkeypatch.setitem(sys.modules, "pooch", None)
        with pytest.raises(MissingExtraError, match=r"pip install 'inknn\[lab\]'"):
            fetch(entry_at("http://127.0.0.1"))

    def test_a_disk_that_is_full_is_not_blamed_on_the_mirror(self, cache, server, monkeypatch):
        def full(*_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(fetching, "atomic_write", full)
        with pytest.raises(DataError, match=r"can't write .* No space left"):
            fetch(entry_at(f"{server.address}/good"))


class TestFetchCommand:
    def test_fetch_and_verify(self, inknn, cache, server, monkeypatch):
        monkeypatch.setitem(catalog.CATALOG, "letters", entry_at(f"{server.address}/good"))
        path = cache / "inknn-letters.bin"
        assert inknn("verify", "letters").returncode == 4
        assert inknn("fetch", "letters").stdout == f"{path}\n"
        assert inknn("verify", "letters").stdout == f"letters\tgood\t{path}\n"
        again = inknn("fetch", "letters")
        assert (again.returncode, again.stdout) == (0, "")
        assert one_line(again.stderr) == "inknn: letters is here already"

    def test_offline_through_the_command(self, inknn, cache, nobody):
        done = inknn("fetch", "usps", "--mirror", nobody)
        assert done.returncode == 4
        assert "no connection" in one_line(done.stderr)
