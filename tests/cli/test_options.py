"""Options that verbs share: ranges in words, lists between commas, names of files."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from inknn.cli import build_app
from inknn.cli.options import NAMES, NUMBERS, THREADS, Amount, FileName, WholeNumber
from inknn.cli.read import read
from inknn.ink.pdf import DPI, LARGEST_DPI, SMALLEST_DPI
from inknn.threads import available_threads, thread_limit


def command_with(kind):
    """A command with one option, which prints its value."""

    @click.command()
    @click.option("--value", type=kind, help="A value.")
    def command(value):
        click.echo(repr(value))

    return command


def given(kind, value):
    """What a command gets, or its exit code and the last line of what it says."""
    done = CliRunner().invoke(command_with(kind), ["--value", value])
    return done.output.strip() if done.exit_code == 0 else (done.exit_code, done.output.splitlines()[-1])


class TestRanges:
    @pytest.mark.parametrize(
        ("kind", "words"),
        [
            (WholeNumber(min=1), "1 or more"),
            (WholeNumber(max=9), "at most 9"),
            (WholeNumber(2, 100), "2 to 100"),
            (Amount(min=0, min_open=True), "above 0"),
            (Amount(0.5, 1.5), "0.5 to 1.5"),
        ],
    )
    def test_are_shown_in_words(self, kind, words):
        help_ = CliRunner().invoke(command_with(kind), ["--help"]).output
        assert f"--value N  A value.  [{words}]" in help_

    @pytest.mark.parametrize("value", ["0", "x", "1.5", ""])
    def test_of_whole_numbers_are_kept(self, value):
        code, line = given(WholeNumber(min=1), value)
        assert code == 2
        assert line == f"Error: Invalid value for '--value': {value} is not a whole number, 1 or more."

    @pytest.mark.parametrize("value", ["0", "-1", "x", "nan", "inf"])
    def test_of_amounts_are_kept(self, value):
        code, line = given(Amount(min=0, min_open=True), value)
        assert code == 2
        assert line == f"Error: Invalid value for '--value': {value} is not a number, above 0."

    def test_what_is_in_range_is_passed_on(self):
        assert given(WholeNumber(2, 100), "100") == "100"
        assert given(Amount(min=0, min_open=True), "1e-9") == "1e-09"

    def test_no_verb_shows_clicks_notation(self):
        """``INTEGER RANGE`` and ``2<=x<=100`` are for programmers."""
        app = build_app()
        context = click.Context(app, info_name="inknn", **app.context_settings)
        for verb in [*app.commands.values(), *app.commands["data"].commands.values()]:
            help_ = verb.get_help(click.Context(verb, context, info_name=verb.name, terminal_width=300))
            assert "RANGE" not in help_, verb.name
            assert "x<=" not in help_, verb.name
            assert "x>=" not in help_, verb.name


class TestLists:
    def test_names_between_commas(self):
        assert given(NAMES, "a, b,c") == "('a', 'b', 'c')"
        assert given(NAMES, "a,,b")[0] == 2

    def test_numbers_between_commas(self):
        assert given(NUMBERS, "1,15") == "(1, 15)"
        for wrong in ("", "1,", "a", "-1", "1.5"):
            assert given(NUMBERS, wrong)[0] == 2


class TestFileName:
    @pytest.mark.parametrize("name", ["", "out/", "-"])
    def test_must_be_that_of_a_file(self, name):
        code, line = given(FileName(), name)
        assert code == 2
        assert line == f"Error: Invalid value for '--value': '{name}' is no name of a file."

    def test_may_stand_for_stdout_where_that_makes_sense(self):
        assert given(FileName(stdout=True), "-") == "'-'"


class TestThreads:
    def test_limit_the_command_and_not_what_comes_after_it(self):
        @click.command()
        @THREADS
        def command():
            click.echo(available_threads())

        assert CliRunner().invoke(command, ["--threads", "3"]).output == "3\n"
        assert thread_limit() is None
        assert CliRunner().invoke(command, []).output == f"{available_threads()}\n"
        assert CliRunner().invoke(command, ["--threads", "0"]).exit_code == 2

    def test_every_verb_that_searches_has_them(self):
        commands = build_app().commands
        having = {name for name, verb in commands.items() if any(p.name == "threads" for p in verb.params)}
        without = {"data", "metrics", "cache", "completion"}
        assert having == set(commands) - without


def test_dpi_has_the_range_and_the_default_of_the_reader():
    # The command names them itself: to import those of the reader would take as long as reading a picture.
    (dpi,) = [option for option in read.params if option.name == "dpi"]
    assert (dpi.type.min, dpi.type.max, dpi.default) == (SMALLEST_DPI, LARGEST_DPI, DPI)
