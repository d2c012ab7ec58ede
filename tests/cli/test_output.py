"""Output: to stdout or a file, checked before the work; messages on one line."""

from __future__ import annotations

import pytest

from inknn.cli.output import Sink, complain, outputs
from inknn.errors import OutputError
from inknn.remarks import Remark
from inknn.tables import Table


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
