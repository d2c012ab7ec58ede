"""The command line: data on stdout, messages on stderr, honest exit codes, and nothing half done.

Every test in ``TestBadInput`` and below runs the real command in a process of its own.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from inknn import datasets
from inknn.cli import main
from inknn.cli.formats import CSV_COLUMNS, CsvWriter, JsonWriter, TableWriter, TextWriter
from inknn.cli.overlays import overlay_paths
from inknn.cli.sink import Sink
from inknn.cli.sources import Source, find_sources
from inknn.files import cache_dir
from inknn.geometry import Box
from inknn.reader.result import Alternative, Digit, Line, Reading

POSIX = pytest.mark.skipif(os.name != "posix", reason="signals, pipes and devices of POSIX")


def inknn(*arguments, **options):
    """Run the command; stdout, stderr and exit code as a user meets them."""
    return subprocess.run(
        [sys.executable, "-m", "inknn", *map(str, arguments)],
        capture_output=True,
        check=False,
        env={**os.environ, "INKNN_TRACEBACK": "1"},  # a bug of ours shows where it is
        **options,
    )


def start(*arguments, **options):
    return subprocess.Popen(
        [sys.executable, "-m", "inknn", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    )


def one_line(stderr):
    """The one message on stderr; no more, and no traceback."""
    (line,) = stderr.decode().splitlines()
    assert line.startswith("inknn: ")
    return line


@pytest.fixture(scope="session")
def seven():
    """A picture of a clear 7, dark on white, as a PIL image."""
    images, labels = datasets.load_mnist_part("test")
    assert labels[0] == 7
    large = Image.fromarray(255 - images[0]).resize((112, 112), Image.Resampling.BICUBIC)
    picture = Image.new("L", (200, 160), 255)
    picture.paste(large, (40, 24))
    return picture


@pytest.fixture
def folder(tmp_path, seven):
    """A working folder with good and bad pictures."""
    seven.save(tmp_path / "seven.png")
    seven.save(tmp_path / "seven.jpg", quality=95)
    Image.new("L", (200, 160), 255).save(tmp_path / "blank.png")
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "letter.png").write_text("Dear Sir or Madam,\n")
    (tmp_path / "cut.png").write_bytes((tmp_path / "seven.png").read_bytes()[:-800])
    (tmp_path / "cut.jpg").write_bytes((tmp_path / "seven.jpg").read_bytes()[:-800])
    Image.new("L", (1, 1), 255).save(tmp_path / "point.png")
    (tmp_path / "no-rows.png").write_bytes(png_header(width=200, height=0))
    (tmp_path / "bomb.png").write_bytes(png_header(width=60_000, height=60_000))
    seven.save(tmp_path / "moving.gif", save_all=True, append_images=[Image.new("L", seven.size, 0)])
    (tmp_path / "nothing").mkdir()
    (tmp_path / "nothing" / "notes.txt").write_text("no picture")
    return tmp_path


def png_header(width, height):
    """A PNG that promises a size and holds next to nothing."""

    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    pixels = zlib.compress(bytes(1000))
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size + b"\x08\0\0\0\0")
    return start + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def digit(label, verdict="digit", confidence=0.9):
    guesses = (Alternative(label, 0.75), Alternative(0, 0.25))
    return Digit(label, verdict, confidence, 0.5, Box(1, 2, 3, 4), guesses)


READING = Reading(
    "scan.png",
    1,
    200,
    100,
    (
        Line(Box(10, 20, 30, 40), (digit(4), digit(2, "unsure", 0.612))),
        Line(Box(10, 70, 30, 20), (digit(8), digit(1, "not-a-digit", 0.5))),
    ),
)
BLANK = Reading("blank.png", 1, 200, 100, (), ("the page is blank",))


class TestFormats:
    def write(self, tmp_path, make, *readings):
        with Sink(str(tmp_path / "out")) as sink:
            writer = make(sink)
            for reading in readings:
                writer.add(reading)
            writer.close()
        return (tmp_path / "out").read_bytes().decode()

    def test_text_is_the_bare_digits(self, tmp_path):
        out = self.write(tmp_path, lambda sink: TextWriter(sink, names=False), READING, BLANK)
        assert out == "4?\n8?\n"

    def test_text_with_names_has_a_line_for_every_picture(self, tmp_path):
        out = self.write(tmp_path, lambda sink: TextWriter(sink, names=True), READING, BLANK)
        assert out == "scan.png\t4?\nscan.png\t8?\nblank.png\t\n"

    def test_jsonl_is_one_object_for_each_page(self, tmp_path):
        out = self.write(tmp_path, JsonWriter, READING, BLANK)
        assert [json.loads(line) for line in out.splitlines()] == [
            json.loads(json.dumps(reading.to_dict())) for reading in (READING, BLANK)
        ]

    def test_csv_is_one_row_for_each_row_of_digits(self, tmp_path):
        out = self.write(tmp_path, CsvWriter, READING, BLANK)
        rows = list(csv.DictReader(io.StringIO(out)))
        assert tuple(rows[0]) == CSV_COLUMNS
        assert [tuple(row.values()) for row in rows] == [
            ("scan.png", "1", "1", "4?", "0.612", "1", "10", "20", "30", "40"),
            ("scan.png", "1", "2", "8?", "0.000", "1", "10", "70", "30", "20"),
            ("blank.png", "1", "", "", "", "", "", "", "", ""),
        ]

    def test_rows_without_digits_are_left_out_but_of_json(self, tmp_path):
        stain = Line(Box(0, 0, 9, 9), (digit(1, "not-a-digit"), digit(7, "not-a-digit", 1.0)))
        doubt = Line(Box(0, 9, 9, 9), (digit(1, "not-a-digit"), digit(7, "unsure")))
        some = Reading("some.png", 1, 20, 20, (stain, doubt))
        none = Reading("none.png", 1, 20, 20, (stain,))
        out = self.write(tmp_path, lambda sink: TextWriter(sink, names=True), some, none)
        assert out == "some.png\t??\nnone.png\t\n"
        rows = list(csv.DictReader(io.StringIO(self.write(tmp_path, CsvWriter, some, none))))
        assert [(row["source"], row["line"], row["text"]) for row in rows] == [
            ("some.png", "2", "??"),
            ("none.png", "", ""),
        ]
        pages = map(json.loads, self.write(tmp_path, JsonWriter, some, none).splitlines())
        assert [len(page["lines"]) for page in pages] == [2, 1]

    @pytest.mark.parametrize("width", [40, 60, 80, 200])
    def test_the_table_never_cuts_an_answer(self, tmp_path, capsys, monkeypatch, width):
        monkeypatch.setenv("COLUMNS", str(width))
        number = "75943140229781630524"
        line = Line(Box(0, 0, 9, 9), tuple(digit(int(label), confidence=0.987) for label in number))
        many = Line(Box(0, 9, 9, 9), tuple(digit(1, "unsure") for _ in range(9)))
        name = "archive/of/the/year/2024/with/a/long/path/page-17.png"
        with Sink(str(tmp_path / "out")) as sink:
            writer = TableWriter(sink)
            writer.add(Reading(name, 1, 99, 99, (line, many)))
            writer.close()
        shown = capsys.readouterr().out
        assert max(map(len, shown.splitlines())) <= width
        cells = [re.split("[│┃]", row) for row in shown.splitlines() if row[0] in "│┃"]
        columns = ["".join(row[i].strip() for row in cells) for i in range(1, 6)]
        assert columns[2] == "text" + number + 9 * "?"
        assert "98.7 %" in columns[3]
        assert columns[4].count("or") == 9
        if width >= 80:
            assert number in shown
            assert "page-17.png" in shown
        assert (name in shown) == (width == 200)

    def test_a_file_name_takes_one_line_and_no_tabs(self, tmp_path):
        for name in ("a\tb.png", "a\nb.png", '"a".png', "a\u2028b.png"):
            out = self.write(tmp_path, lambda sink: TextWriter(sink, names=True), Reading(name, 1, 9, 9, ()))
            (row,) = out.splitlines()
            quoted, text = row.split("\t")
            assert (json.loads(quoted), text) == (name, "")

    def test_a_file_name_of_any_bytes_goes_out_as_it_came_in(self, tmp_path):
        name = os.fsdecode(b"caf\xe9,\xff.png")
        reading = Reading(name, 1, 9, 9, ())
        out = self.write(tmp_path, JsonWriter, reading)
        assert json.loads(out)["source"] == name
        with Sink(str(tmp_path / "raw")) as sink:
            TextWriter(sink, names=True).add(reading)
        assert (tmp_path / "raw").read_bytes() == name.encode("utf-8", "surrogateescape") + b"\t\n"


class TestSources:
    def test_a_folder_gives_its_pictures_in_natural_order(self, tmp_path):
        for name in ("scan10.png", "scan2.JPG", "Scan1.tif", "notes.txt", ".hidden.png"):
            (tmp_path / name).touch()
        names = [os.path.basename(source.name) for source in find_sources([str(tmp_path)])]
        assert names == ["Scan1.tif", "scan2.JPG", "scan10.png"]

    def test_folders_inside_are_looked_into_when_asked(self, tmp_path):
        (tmp_path / "inside").mkdir()
        (tmp_path / "inside" / "a.png").touch()
        (source,) = find_sources([str(tmp_path)])
        assert "--recursive" in str(source.error)
        (source,) = find_sources([str(tmp_path)], recursive=True)
        assert source.name == str(tmp_path / "inside" / "a.png")

    def test_a_folder_that_cant_be_looked_into_does_not_stop_the_others(self, tmp_path, monkeypatch):
        for name in ("a", "b", "c"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "1.png").touch()

        def scandir(path, look=os.scandir):
            if path == str(tmp_path / "b"):
                raise PermissionError(13, "Permission denied")
            return look(path)

        monkeypatch.setattr(os, "scandir", scandir)
        sources = find_sources([str(tmp_path)], recursive=True)
        assert [os.path.relpath(source.name, tmp_path) for source in sources] == ["a/1.png", "b", "c/1.png"]
        assert [source.error is None for source in sources] == [True, False, True]
        assert "Permission denied" in str(sources[1].error)

    @POSIX
    def test_links_that_lead_nowhere_are_failures(self, tmp_path):
        (tmp_path / "a.png").touch()
        (tmp_path / "gone.png").symlink_to(tmp_path / "missing.png")
        (tmp_path / "round.png").symlink_to("round.png")
        (tmp_path / "notes.txt").symlink_to(tmp_path / "missing.txt")
        good, *bad = find_sources([str(tmp_path)])
        assert good == Source(str(tmp_path / "a.png"))
        assert [os.path.basename(source.name) for source in bad] == ["gone.png", "round.png"]
        assert all("leads nowhere" in str(source.error) for source in bad)

    def test_other_kinds_of_pictures_are_counted_in_one_line(self, tmp_path):
        for name in ("a.png", "b.pdf", "c.PDF", "d.heic", "notes.txt"):
            (tmp_path / name).touch()
        told = []
        (source,) = find_sources([str(tmp_path)], tell=told.append)
        assert source == Source(str(tmp_path / "a.png"))
        assert told == [f"{tmp_path}: 3 files are no pictures inknn reads (.heic, .pdf)"]
        (tmp_path / "a.png").unlink()
        (source,) = find_sources([str(tmp_path)], tell=told.append)
        assert "only .heic, .pdf" in str(source.error)
        assert len(told) == 1

    def test_names_stay_as_they_were_given(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "a.png").touch()
        names = [source.name for source in find_sources(["./a.png", ".", "missing", "-", "./a.png"])]
        assert names == ["./a.png", "./a.png", "missing", "-", "./a.png"]

    @pytest.mark.parametrize(
        ("names", "overlays"),
        [
            (["a/1.png", "b/2.jpg", "-"], ["1.png", "2.png", "stdin.png"]),
            (["a/1.png", "b/1.png"], ["a-1.png", "b-1.png"]),
            (["x/a/1.png", "y/a/1.png"], ["x-a-1.png", "y-a-1.png"]),
            (["1.png", "1.jpg"], ["1-png.png", "1-jpg.png"]),
            (["a/1.png", "b/1.png", "b/1.jpg"], ["a-1.png", "b-1-png.png", "1-jpg.png"]),
            (["a/1.png", "b/1.png", "c/a-1.png"], ["a-1.png", "b-1.png", "a-1-overlay.png"]),
            (["a/1.png", "A/1.PNG"], ["1.png", "1-overlay.png"]),  # the same file on some systems
            (["a/1.png", "a/../a/1.png"], ["1.png", "1.png"]),
            (["seen/1.png", "seen/2.png"], ["1-overlay.png", "2-overlay.png"]),
        ],
    )
    def test_overlays_have_names_that_tell_whose_they_are(self, tmp_path, monkeypatch, names, overlays):
        monkeypatch.chdir(tmp_path)
        paths = overlay_paths([Source(name) for name in names], Path("seen"))
        assert [path.name for path in paths] == overlays

    def test_an_overlay_takes_no_files_place_but_an_older_overlays(self, tmp_path, seven):
        seven.save(tmp_path / "1.png")
        (path,) = overlay_paths([Source("elsewhere/1.jpg")], tmp_path)
        assert path.name == "1-overlay.png"
        mark = PngInfo()
        mark.add_text("Software", "inknn overlay")
        seven.save(tmp_path / "1.png", pnginfo=mark)
        (path,) = overlay_paths([Source("elsewhere/1.jpg")], tmp_path)
        assert path.name == "1.png"


class TestUsage:
    def run(self, capsys, *arguments):
        with pytest.raises(SystemExit) as leaving:
            main(arguments)
        captured = capsys.readouterr()
        return leaving.value.code, captured.out, captured.err

    def test_alone_it_prints_its_help(self, capsys):
        code, out, err = self.run(capsys)
        assert (code, err) == (0, "")
        for verb in ("read", "evaluate", "cache", "completion"):
            assert f"\n  {verb} " in out

    @pytest.mark.parametrize("verb", [(), ("read",), ("evaluate",), ("cache",), ("completion",)])
    def test_every_help_has_examples(self, capsys, verb):
        code, out, _ = self.run(capsys, *verb, "--help")
        assert code == 0
        assert re.search(r"Examples:\n\n +\S*.*inknn ", out)
        assert self.run(capsys, *verb, "-h")[1] == out

    def test_version(self, capsys):
        code, out, _ = self.run(capsys, "--version")
        assert code == 0
        assert re.fullmatch(r"inknn \d+\.\d+\.\d+\S*\n", out)

    @pytest.mark.parametrize(
        "arguments",
        [
            ("read",),
            ("raed", "x"),
            ("read", "x", "-f", "xml"),
            ("read", "x", "-j", "0"),
            ("read", "x", "--max-megapixels", "nan"),
            ("read", "x", "--max-megapixels", "inf"),
            ("read", "x", "--max-megapixels", "-1"),
            ("read", "x", "-o", "out/"),
            ("read", "x", "-o", ""),
            ("evaluate",),
        ],
    )
    def test_wrong_usage_is_exit_code_2(self, capsys, arguments):
        code, out, err = self.run(capsys, *arguments)
        assert (code, out) == (2, "")
        assert "Error: " in err

    def test_an_unknown_set_is_answered_with_the_nearest_name(self, capsys):
        code, out, err = self.run(capsys, "evaluate", "mnits")
        assert (code, out) == (2, "")
        assert "did you mean mnist?" in err

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_completion(self, capsys, shell):
        code, out, _ = self.run(capsys, "completion", shell)
        assert code == 0
        assert "_INKNN_COMPLETE" in out

    def test_cache_path_and_clear(self, capsys, tmp_path, monkeypatch):
        monkeypatch.setenv("INKNN_CACHE_DIR", str(tmp_path))
        (tmp_path / "inknn-a").write_bytes(bytes(1_500_000))
        assert self.run(capsys, "cache", "path") == (0, f"{tmp_path}\n", "")
        assert self.run(capsys, "cache", "clear") == (0, "1 files deleted, 1.5 MB\n", "")
        assert not list(tmp_path.iterdir())


class TestRead:
    def test_in_a_pipe_it_prints_bare_digits(self, folder):
        done = inknn("read", folder / "seven.png")
        assert done.stderr.decode() == ""
        assert (done.returncode, done.stdout) == (0, b"7\n")

    def test_several_pictures_in_the_order_given_each_with_its_name(self, folder):
        done = inknn("read", "seven.jpg", "seven.png", "seven.jpg", cwd=folder)
        assert done.stdout == b"seven.jpg\t7\nseven.png\t7\nseven.jpg\t7\n"
        done = inknn("read", "--no-names", "seven.jpg", "seven.png", cwd=folder)
        assert done.stdout == b"7\n7\n"

    def test_several_at_the_same_time_in_the_same_order(self, folder):
        names = ["seven.png", "missing.png", "blank.png", "seven.jpg"] * 3
        one, four = (inknn("read", "-j", jobs, "-f", "jsonl", *names, cwd=folder) for jobs in (1, 4))
        assert one.stdout == four.stdout
        assert one.stderr == four.stderr
        assert [json.loads(line)["source"] for line in four.stdout.splitlines()] == [
            name for name in names if name != "missing.png"
        ]

    def test_jsonl_keeps_the_contract(self, folder):
        done = inknn("read", "-f", "jsonl", "seven.png", cwd=folder)
        page = json.loads(done.stdout)
        assert list(page) == ["source", "page", "width", "height", "lines", "warnings"]
        assert (page["source"], page["page"]) == ("seven.png", 1)
        assert (page["width"], page["height"]) == (200, 160)
        (line,) = page["lines"]
        assert line["text"] == "7"
        (read,) = line["digits"]
        assert set(read) >= {
            "label",
            "verdict",
            "confidence",
            "credibility",
            "box",
            "alternatives",
            "neighbors",
        }
        assert (read["label"], read["verdict"]) == (7, "digit")
        x, y, width, height = read["box"]
        assert 40 <= x < x + width <= 152
        assert 24 <= y < y + height <= 136

    def test_from_stdin(self, folder):
        done = inknn("read", "-f", "jsonl", "-", input=(folder / "seven.png").read_bytes())
        page = json.loads(done.stdout)
        assert page["source"] == "-"
        assert page["lines"][0]["text"] == "7"

    def test_a_folder_is_all_its_pictures(self, tmp_path, seven):
        for name in ("p10.png", "p9.png"):
            seven.save(tmp_path / name)
        done = inknn("read", tmp_path)
        assert done.stdout.decode() == f"{tmp_path}/p9.png\t7\n{tmp_path}/p10.png\t7\n"

    def test_into_a_file(self, folder):
        done = inknn("read", "-f", "csv", "-o", "out.csv", "seven.png", "blank.png", "-q", cwd=folder)
        assert done.stderr.decode() == ""
        assert (done.returncode, done.stdout) == (0, b"")
        rows = list(csv.DictReader((folder / "out.csv").read_text().splitlines()))
        assert [(row["source"], row["text"]) for row in rows] == [("seven.png", "7"), ("blank.png", "")]

    def test_overlays(self, folder):
        (folder / "other").mkdir()
        (folder / "other" / "seven.png").write_bytes((folder / "seven.png").read_bytes())
        done = inknn("read", "seven.png", "other/seven.png", "--overlay", "seen/here", cwd=folder)
        assert (done.returncode, done.stderr) == (0, b"")
        seen = folder / "seen" / "here"
        assert set(os.listdir(seen)) == {f"{folder.name}-seven.png", "other-seven.png"}
        drawn = np.asarray(Image.open(seen / "other-seven.png").convert("RGB")).astype(int)
        assert (np.ptp(drawn, axis=2) > 50).any()  # color on a gray picture

    def test_overlays_among_the_pictures_are_not_read_the_next_time(self, tmp_path, seven):
        seven.save(tmp_path / "seven.png")
        seven.save(tmp_path / "other.jpg", quality=95)
        there = ["other.jpg", "other.png", "seven-overlay.png", "seven.png"]
        for _ in range(2):
            done = inknn("read", ".", "--overlay", ".", cwd=tmp_path)
            assert (done.stdout, done.stderr) == (b"./other.jpg\t7\n./seven.png\t7\n", b"")
            assert sorted(os.listdir(tmp_path)) == there
        done = inknn("read", *there, "--overlay", ".", cwd=tmp_path)
        assert (done.returncode, done.stdout) == (0, b"other.jpg\t7\nseven.png\t7\n")
        left_out = [line.split(": ")[1] for line in done.stderr.decode().splitlines()]
        assert left_out == ["other.png", "seven-overlay.png"]
        assert sorted(os.listdir(tmp_path)) == there
        done = inknn("read", "other.png", cwd=tmp_path)
        assert (done.returncode, done.stdout) == (3, b"")
        assert "overlay that inknn drew" in one_line(done.stderr)

    def test_overlay_of_stdin(self, folder):
        inknn("read", "-", "--overlay", folder / "seen", input=(folder / "seven.png").read_bytes())
        assert os.listdir(folder / "seen") == ["stdin.png"]

    def test_a_blank_picture_is_no_failure_and_has_a_warning(self, folder):
        done = inknn("read", "-f", "jsonl", "blank.png", cwd=folder)
        page = json.loads(done.stdout)
        assert done.returncode == 0
        assert page["lines"] == []
        (warning,) = page["warnings"]
        assert one_line(done.stderr) == f"inknn: blank.png: {warning}"
        assert inknn("read", "--quiet", "blank.png", cwd=folder).stderr == b""

    def test_a_picture_of_anything_but_digits_counts_as_one_without(self, tmp_path):
        picture = Image.new("L", (300, 200), 255)
        draw = ImageDraw.Draw(picture)
        for angle in range(0, 180, 20):  # a star
            dx, dy = 60 * np.cos(np.radians(angle)), 60 * np.sin(np.radians(angle))
            draw.line((150 - dx, 100 - dy, 150 + dx, 100 + dy), 0, 6)
        picture.save(tmp_path / "star.png")
        done = inknn("read", "-f", "jsonl", "star.png", cwd=tmp_path)
        page = json.loads(done.stdout)
        assert [read["verdict"] for read in page["lines"][0]["digits"]] == ["not-a-digit"]
        assert one_line(done.stderr) == f"inknn: star.png: {page['warnings'][0]}"
        done = inknn("read", "--names", "star.png", cwd=tmp_path)
        assert (done.returncode, done.stdout) == (0, b"star.png\t\n")

    def test_an_animation_gives_its_first_picture_and_says_so(self, folder):
        done = inknn("read", "moving.gif", cwd=folder)
        assert (done.returncode, done.stdout) == (0, b"7\n")
        assert "first" in one_line(done.stderr)

    def test_every_page_of_a_tiff(self, folder, seven):
        seven.save(folder / "two.tif", save_all=True, append_images=[Image.new("L", seven.size, 255)])
        done = inknn("read", "-q", "-f", "jsonl", "two.tif", "--overlay", "seen", cwd=folder)
        assert [json.loads(line)["page"] for line in done.stdout.splitlines()] == [1, 2]
        assert sorted(os.listdir(folder / "seen")) == ["two-page2.png", "two.png"]

    @POSIX
    def test_on_a_terminal_it_prints_a_table(self, folder):
        import pty

        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "inknn", "read", "seven.png", "missing.png"],
            stdout=theirs,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "80"},
        )
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 1 << 16)
            except OSError:  # Linux says so when the other side has closed
                piece = b""
            if not piece:
                break
            shown += piece
        os.close(ours)
        assert process.wait() == 3
        assert re.search(
            r"seven\.png\s*│\s*1\s*│\s*7\s*│\s*\d+\.\d %", re.sub(r"\x1b\[[\d;]*m", "", shown.decode())
        )


class TestBadInput:
    """One clear line on stderr, an exit code, and all other pictures read."""

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("missing.png", "no such file"),
            ("nothing", "no pictures in this folder"),
            ("empty.png", "empty"),
            ("letter.png", "not a picture"),
            ("cut.png", "damaged or incomplete"),
            ("cut.jpg", "damaged or incomplete"),
            ("point.png", "1×1"),
            ("no-rows.png", ""),
            ("bomb.png", "megapixels"),
        ],
    )
    def test_is_told_in_one_line_and_the_others_are_read(self, folder, name, said):
        done = inknn("read", "seven.png", name, "seven.jpg", cwd=folder)
        assert done.returncode == 3
        assert done.stdout == b"seven.png\t7\nseven.jpg\t7\n"
        line = one_line(done.stderr)
        assert line.startswith(f"inknn: {name}: ")
        assert said in line

    def test_what_may_not_be_read_does_not_stop_the_others(self, folder, monkeypatch, capfd):
        def access(path, mode, ask=os.access):
            return os.path.basename(path) != "secret.png" and ask(path, mode)

        def read_bytes(path, get=Path.read_bytes):
            if path.name == "secret.png":
                raise PermissionError(13, "Permission denied")
            return get(path)

        (folder / "secret.png").write_bytes(b"x")
        monkeypatch.setattr(os, "access", access)  # as for a file of mode 000, for which root cares nothing
        monkeypatch.setattr(Path, "read_bytes", read_bytes)
        monkeypatch.chdir(folder)
        with pytest.raises(SystemExit) as leaving:
            main(["read", "secret.png", "seven.png"])
        out, err = capfd.readouterr()
        assert (leaving.value.code, out) == (3, "seven.png\t7\n")
        assert one_line(err.encode()) == "inknn: secret.png: can't be opened: Permission denied"

    def test_an_empty_name_is_called_one(self):
        done = inknn("read", "")
        assert done.returncode == 3
        assert one_line(done.stderr).startswith("inknn: '': an empty name")

    def test_pictures_of_other_kinds_in_a_folder_are_no_failure(self, tmp_path, seven):
        seven.save(tmp_path / "seven.png")
        (tmp_path / "scan.pdf").touch()
        done = inknn("read", tmp_path)
        assert done.returncode == 0
        assert "1 file is no picture inknn reads (.pdf)" in one_line(done.stderr)
        assert inknn("read", "-q", tmp_path).stderr == b""

    def test_the_limit_of_megapixels_can_be_set(self, folder):
        for limit in ("0.01", "1e-9"):
            done = inknn("read", "--max-megapixels", limit, "seven.png", cwd=folder)
            assert done.returncode == 3
            assert "raise --max-megapixels" in one_line(done.stderr)

    def test_nothing_on_stdin(self):
        done = inknn("read", "-", input=b"")
        assert done.returncode == 3
        assert "inknn: -: " in one_line(done.stderr)

    def test_a_name_with_control_characters_stays_on_its_line(self, tmp_path):
        done = inknn("read", "two\nlines\x1b[2J.png", cwd=tmp_path)
        assert "two\\nlines\\x1b[2J.png" in one_line(done.stderr)

    def test_no_overlay_is_left_of_what_cant_be_read(self, folder):
        inknn("read", "cut.png", "--overlay", "seen", cwd=folder)
        assert os.listdir(folder / "seen") == []


class TestBadOutput:
    """It is told before any picture is read, and no file is left half written."""

    @pytest.mark.parametrize("place", ["missing/out.txt", "nothing", "letter.png/out.txt"])
    def test_an_unwritable_file(self, folder, place):
        done = inknn("read", "-o", place, "missing.png", cwd=folder)
        assert done.returncode == 5
        assert "can't write" in one_line(done.stderr)  # and not a word of missing.png

    @pytest.mark.parametrize("place", ["letter.png", "letter.png/seen"])
    def test_an_unwritable_folder_of_overlays(self, folder, place):
        done = inknn("read", "--overlay", place, "missing.png", cwd=folder)
        assert done.returncode == 5
        assert "can't write" in one_line(done.stderr)

    def test_one_of_the_pictures(self, folder):
        before = (folder / "seven.png").read_bytes()
        done = inknn("read", "-o", "./seven.png", "blank.png", "seven.png", cwd=folder)
        assert done.returncode == 5
        assert "one of the pictures" in one_line(done.stderr)
        assert (folder / "seven.png").read_bytes() == before

    @pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
    def test_a_full_disk(self, folder):
        with open("/dev/full", "wb") as full:
            into_stdout = subprocess.run(
                [sys.executable, "-m", "inknn", "read", "seven.png"],
                stdout=full,
                stderr=subprocess.PIPE,
                cwd=folder,
                check=False,
            )
        for done in (inknn("read", "-o", "/dev/full", "seven.png", cwd=folder), into_stdout):
            assert done.returncode == 5
            assert "No space left" in one_line(done.stderr)

    @POSIX
    def test_a_closed_stdout(self, folder):
        command = f"{sys.executable} -m inknn read seven.png >&-"
        done = subprocess.run(command, shell=True, stderr=subprocess.PIPE, cwd=folder, check=False)
        assert done.returncode == 5
        assert "stdout is closed" in one_line(done.stderr)

    def test_an_old_file_is_replaced_only_by_a_whole_new_one(self, folder):
        (folder / "out.txt").write_text("old")
        inknn("read", "-o", "out.txt", "missing.png", "seven.png", cwd=folder)
        assert (folder / "out.txt").read_text() == "seven.png\t7\n"
        assert not [name for name in os.listdir(folder) if name.endswith(".tmp")]


@POSIX
class TestInterruption:
    @pytest.fixture
    def fifo(self, folder):
        """A picture that takes for ever: a pipe nobody has written to."""
        os.mkfifo(folder / "slow.png")
        return folder / "slow.png"

    def interrupted(self, folder, fifo, *arguments, by=signal.SIGINT):
        (folder / "out.txt").write_text("old")
        process = start("read", "-o", "out.txt", *arguments, "seven.png", fifo, cwd=folder)
        with open(fifo, "wb"):  # returns once the other side has opened it
            process.send_signal(by)
            _, err = process.communicate(timeout=60)
        assert (folder / "out.txt").read_text() == "old"
        assert not [name for name in os.listdir(folder) if name.endswith(".tmp")]
        return process.returncode, err

    @pytest.mark.parametrize("jobs", [1, 4])
    def test_ctrl_c_leaves_at_once_and_nothing_half_written(self, folder, fifo, jobs):
        code, err = self.interrupted(folder, fifo, "-j", jobs)
        assert (code, one_line(err)) == (130, "inknn: interrupted")

    @pytest.mark.parametrize("option", ["-q", "--quiet", "-rq"])
    def test_ctrl_c_in_silence(self, folder, fifo, option):
        assert self.interrupted(folder, fifo, option) == (130, b"")

    @pytest.mark.parametrize("jobs", [1, 4])
    def test_being_terminated_too(self, folder, fifo, jobs):
        assert self.interrupted(folder, fifo, "-j", jobs, by=signal.SIGTERM) == (143, b"")

    @pytest.mark.parametrize("format", ["text", "jsonl", "csv"])
    def test_a_broken_pipe_is_quiet(self, folder, format):
        with start("read", "-f", format, *["seven.png"] * 50, cwd=folder) as process:
            assert process.stdout.readline()
            process.stdout.close()
            assert process.stderr.read() == b""
            assert process.wait(timeout=60) == 141

    def test_pages_come_out_one_by_one(self, folder, fifo):
        process = start("read", "-f", "jsonl", "seven.png", fifo, cwd=folder)
        first = process.stdout.readline()  # the second picture hasn't been written yet
        assert json.loads(first)["source"] == "seven.png"
        fifo.write_bytes((folder / "seven.jpg").read_bytes())
        assert json.loads(process.stdout.readline())["lines"][0]["text"] == "7"
        process.communicate(timeout=60)


class TestStartUp:
    @POSIX
    def test_missing_kernels_are_told_once(self, folder):
        (folder / "cache").mkdir()
        for path in cache_dir().glob("inknn-*"):
            if path.stat().st_size:  # prepared data, but none of its marks
                (folder / "cache" / path.name).symlink_to(path)
        code = (
            "import sys\n"
            "sys.modules['inknn._native._kernels'] = None\n"
            "from inknn.cli import main\n"
            "main(['read', 'seven.png', *sys.argv[1:]])\n"
        )
        environment = {**os.environ, "INKNN_CACHE_DIR": str(folder / "cache")}
        environment.pop("INKNN_NO_NATIVE", None)
        told = []
        for options in (["--quiet"], [], []):
            done = subprocess.run(
                [sys.executable, "-c", code, *options],
                capture_output=True,
                cwd=folder,
                env=environment,
                check=True,
            )
            assert done.stdout == b"7\n"
            told.append(done.stderr)
        assert (told[0], told[2]) == (b"", b"")
        assert "C++ compiler" in one_line(told[1])

    def test_reading_loads_nothing_it_does_not_need(self, folder):
        code = (
            "import sys\n"
            "from inknn.cli import main\n"
            "try: main(['read', 'seven.png'])\n"
            "except SystemExit: pass\n"
            "print(*sorted({name.split('.')[0] for name in sys.modules}))\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, check=True
        )
        first, loaded = done.stdout.splitlines()
        assert first == "7"
        unneeded = {"sklearn", "scipy", "matplotlib", "rich", "joblib", "pandas", "pydantic"}
        assert unneeded.isdisjoint(loaded.split())

    def test_importing_the_package_loads_not_even_numpy(self):
        code = "import sys, inknn; print('numpy' in sys.modules)"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout == "False\n"
