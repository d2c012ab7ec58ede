"""Output: to stdout or a file, checked before the work; messages on one line."""

from __future__ import annotations

import io
import sys

import pytest

from inknn.cli.formats import TableWriter
from inknn.cli.output import Sink, complain, outputs
from inknn.errors import OutputError
from inknn.reader.result import Reading
from inknn.remarks import Remark
from inknn.tables import Table


class Terminal(io.TextIOWrapper):
    """A terminal of some encoding; what it is sent stays in its buffer."""

    def __init__(self, encoding):
        super().__init__(io.BytesIO(), encoding=encoding)

    def isatty(self):
        return True


class TestOutputs:
    def test_a_file_appears_when_the_block_ends(self, tmp_path, capfd):
        with outputs(str(tmp_path / "page.html")) as (stdout, page):
            page.write("page")
            stdout.write("answer")
            assert not (tmp_path / "page.html").exists()
        assert (tmp_path / "page.html").read_text() == "page"
        assert capfd.readouterr().out == "answer"

    def test_without_a_name_there_is_no_file(self, capfd):
        with outputs() as (stdout, page):
            assert page is None
            stdout.write("answer")
        assert capfd.readouterr().out == "answer"

    def test_an_error_in_the_block_leaves_the_old_file(self, tmp_path):
        (tmp_path / "page.html").write_text("old")

        def failing():
            with outputs(str(tmp_path / "page.html")) as (_, page):
                page.write("new")
                raise ValueError("failed")

        with pytest.raises(ValueError, match="failed"):
            failing()
        assert (tmp_path / "page.html").read_text() == "old"

    def test_what_is_to_be_read_is_not_replaced(self, tmp_path):
        (tmp_path / "data.npz").write_bytes(b"digits")
        with (
            pytest.raises(OutputError, match="one of the files to read"),
            outputs(str(tmp_path / "data.npz"), reads=(None, str(tmp_path / "data.npz"))),
        ):
            raise AssertionError("the work has begun")


class TestSink:
    @pytest.mark.parametrize(
        ("encoding", "shown"),
        [
            ("utf-8", "28×28 – ä七…".encode()),
            ("ascii", rb"28x28 - \xe4\u4e03~"),
            ("latin-1", b"28x28 - \xe4\\u4e03~"),
        ],
    )
    def test_a_terminal_gets_what_it_can_show(self, monkeypatch, encoding, shown):
        terminal = Terminal(encoding)
        monkeypatch.setattr(sys, "stdout", terminal)
        with Sink(None) as sink:
            sink.write("28×28 – ä七…")
        assert terminal.buffer.getvalue() == shown

    @pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
    def test_a_table_has_lines_that_the_terminal_has(self, monkeypatch, encoding):
        terminal = Terminal(encoding)
        monkeypatch.setattr(sys, "stdout", terminal)
        with Sink(None) as sink:
            writer = TableWriter(sink)
            writer.add(Reading("ä.png", 1, 9, 9, ()))
            writer.close()
        drawn = terminal.buffer.getvalue().decode(encoding)
        assert ("┃" in drawn) == (encoding == "utf-8")
        assert "no digits" in drawn

    def test_a_table_has_tabs_where_no_person_reads_it(self, tmp_path):
        with Sink(str(tmp_path / "out")) as sink:
            sink.write_table(Table(("name", "size"), (("a", "1"),)))
        assert (tmp_path / "out").read_text() == "name\tsize\na\t1\n"

    def test_a_surrogate_of_a_file_name_is_written_as_its_byte(self, tmp_path):
        with Sink(str(tmp_path / "out")) as sink:
            sink.write("caf\udce9")
        assert (tmp_path / "out").read_bytes() == b"caf\xe9"


class TestComplain:
    @pytest.mark.parametrize(
        ("message", "line"),
        [
            ("no such file", "inknn: no such file\n"),
            (Remark("blank", "nothing on it"), "inknn: nothing on it\n"),
            ("two\nlines\x1b[2J", "inknn: two\\nlines\\x1b[2J\n"),
        ],
    )
    def test_is_one_line_on_stderr(self, capfd, message, line):
        complain(message)
        assert capfd.readouterr() == ("", line)
