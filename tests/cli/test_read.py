"""`inknn read`: data on stdout, messages on stderr, honest exit codes, and nothing half done.

Every test runs the real command in a process of its own."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from shlex import join

import numpy as np
import pytest
from PIL import Image, ImageDraw

from commands import COMMAND, POSIX, inknn, one_line, run, start
from inknn.cli import main
from inknn.memory import factory_model
from inknn.progress import PREPARING
from pdf_files import showing


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
        objects = [json.loads(line) for line in four.stdout.splitlines()]
        assert [each["source"] for each in objects] == names
        assert ["error" in each for each in objects] == [name == "missing.png" for name in names]

    def test_jsonl_keeps_the_contract(self, folder):
        done = inknn("read", "-f", "jsonl", "seven.png", cwd=folder)
        page = json.loads(done.stdout)
        assert list(page) == ["source", "page", "width", "height", "dpi", "lines", "warnings"]
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

    @POSIX
    def test_overlay_of_a_picture_that_can_be_opened_only_once(self, folder):
        line = f"{join(COMMAND)} read /dev/fd/3 --overlay seen 3< <(cat seven.png)"
        done = subprocess.run(["bash", "-c", line], capture_output=True, cwd=folder, check=False, timeout=60)
        assert (done.returncode, done.stdout, done.stderr) == (0, b"7\n", b"")
        assert os.listdir(folder / "seen") == ["3.png"]

    def test_overlays_of_other_pictures_are_replaced_only_by_force(self, folder):
        (folder / "other").mkdir()
        (folder / "other" / "seven.png").write_bytes((folder / "seven.png").read_bytes())
        for _ in range(2):  # the same command again is no reason to ask
            done = inknn("read", "seven.png", "--overlay", "seen", cwd=folder)
            assert (done.returncode, done.stderr) == (0, b"")
        before = (folder / "seen" / "seven.png").read_bytes()
        done = inknn("read", "other/seven.png", "--overlay", "seen", cwd=folder)
        assert (done.returncode, done.stdout) == (5, b"")
        assert "seven.png: the overlay of another picture is there" in one_line(done.stderr)
        assert (folder / "seen" / "seven.png").read_bytes() == before
        done = inknn("read", "other/seven.png", "--overlay", "seen", "--force", cwd=folder)
        assert (done.returncode, done.stdout, done.stderr) == (0, b"7\n", b"")
        assert (folder / "seen" / "seven.png").read_bytes() != before

    def test_a_page_takes_no_other_pictures_overlay(self, folder, seven):
        seven.save(folder / "two.tif", save_all=True, append_images=[seven])
        seven.save(folder / "two-page2.png")
        for _ in range(2):
            done = inknn("read", "-q", "two.tif", "two-page2.png", "--overlay", "seen", cwd=folder)
            assert (done.returncode, done.stderr) == (0, b"")
            assert set(os.listdir(folder / "seen")) == {"two.png", "two-page2.png", "two-page2-overlay.png"}

    def test_overlay_of_stdin(self, folder):
        inknn("read", "-", "--overlay", folder / "seen", input=(folder / "seven.png").read_bytes())
        assert os.listdir(folder / "seen") == ["stdin.png"]

    @POSIX
    def test_a_picture_is_decoded_once_so_it_may_come_from_a_pipe(self, folder, seven):
        os.mkfifo(folder / "pipe")
        process = start("read", "pipe", "--overlay", "seen", cwd=folder)
        (folder / "pipe").write_bytes((folder / "seven.png").read_bytes())
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out, err) == (0, b"7\n", b"")
        with Image.open(folder / "seen" / "pipe.png") as drawn:
            assert drawn.width >= seven.width

    def test_a_blank_picture_is_no_failure_and_has_a_warning(self, folder):
        done = inknn("read", "-f", "jsonl", "blank.png", cwd=folder)
        page = json.loads(done.stdout)
        assert done.returncode == 0
        assert page["lines"] == []
        (warning,) = page["warnings"]
        assert warning["code"] == "blank"
        assert one_line(done.stderr) == f"inknn: blank.png: {warning['message']}"
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
        assert one_line(done.stderr) == f"inknn: star.png: {page['warnings'][0]['message']}"
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

    def test_pages_of_a_pdf(self, folder, seven):
        (folder / "scans").mkdir()
        (folder / "scans" / "two.pdf").write_bytes(showing(seven, Image.new("L", seven.size, 255), seven))
        done = inknn("read", "-q", "scans", "--overlay", "seen", cwd=folder)
        assert done.stderr == b""
        name = os.path.join("scans", "two.pdf")
        assert done.stdout.decode() == f"{name}#page=1\t7\n{name}#page=2\t\n{name}#page=3\t7\n"
        assert sorted(os.listdir(folder / "seen")) == ["two-page2.png", "two-page3.png", "two.png"]
        done = inknn("read", "--pages", "3-", "--dpi", "150", "-f", "jsonl", name, cwd=folder)
        page = json.loads(done.stdout)
        assert (page["page"], page["dpi"], page["width"], page["height"]) == (3, 150, 100, 80)
        done = inknn("read", "--pages", "4", name, "seven.png", cwd=folder)
        assert (done.returncode, done.stdout) == (3, b"")
        assert done.stderr.decode().splitlines() == [
            f"inknn: {name}: there is no page 4: the file has 3 pages; choose others",
            "inknn: seven.png: there is no page 4: the file has 1 page; choose others",
        ]
        done = inknn("read", "-", "-j", "2", input=showing(seven))
        assert (done.returncode, done.stdout) == (0, b"7\n")

    @pytest.mark.parametrize(
        ("option", "value"), [("--pages", "5-2"), ("--pages", "a"), ("--dpi", "35"), ("--dpi", "1201")]
    )
    def test_pages_and_dpi_that_make_no_sense(self, option, value):
        done = inknn("read", option, value, "missing.png")
        assert (done.returncode, done.stdout) == (2, b"")
        assert f"Invalid value for '{option}'" in done.stderr.decode()

    def test_chosen_pages_of_a_tiff_keep_their_numbers(self, folder, seven):
        more = [seven, Image.new("L", seven.size, 255), seven]
        seven.save(folder / "four.tif", save_all=True, append_images=more)
        done = inknn("read", "-q", "--pages", "2,4", "four.tif", cwd=folder)
        assert (done.returncode, done.stdout) == (0, b"four.tif#page=2\t7\nfour.tif#page=4\t7\n")

    def test_a_missing_package_does_not_stop_the_others(self, folder, seven, monkeypatch, capfd):
        (folder / "scan.pdf").write_bytes(showing(seven))
        monkeypatch.setattr("inknn.ink.pdf.find_spec", lambda name: None)
        monkeypatch.chdir(folder)
        done = run(capfd, "read", "scan.pdf", "seven.png")
        assert (done.returncode, done.stdout) == (1, "seven.png\t7\n")
        assert one_line(done.stderr).startswith("inknn: scan.pdf: PDF needs pypdfium2; install it with: pip")

    def test_the_index_that_is_prepared_once_is_announced(self, folder, monkeypatch, capfd):
        def prepared(preset=None, progress=None):
            progress(PREPARING, 0.0)
            progress("fitting", 0.5)
            return model

        model = factory_model()
        monkeypatch.setattr("inknn.memory.factory_model", prepared)
        done = run(capfd, "read", folder / "seven.png")
        assert (done.returncode, done.stdout) == (0, "7\n")
        assert one_line(done.stderr) == (
            "inknn: preparing the index, this once; it takes about ten seconds ..."
        )
        assert run(capfd, "read", "-q", folder / "seven.png").stderr == ""

    @POSIX
    def test_on_a_terminal_it_prints_a_table(self, folder):
        import pty

        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [*COMMAND, "read", "seven.png", "missing.png"],
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

        def open_path(path, *arguments, get=Path.open):
            if path.name == "secret.png":
                raise PermissionError(13, "Permission denied")
            return get(path, *arguments)

        (folder / "secret.png").write_bytes(b"x")
        monkeypatch.setattr(os, "access", access)  # as for a file of mode 000, for which root cares nothing
        monkeypatch.setattr(Path, "open", open_path)
        monkeypatch.chdir(folder)
        with pytest.raises(SystemExit) as leaving:
            main(["read", "secret.png", "seven.png"])
        out, err = capfd.readouterr()
        assert (leaving.value.code, out) == (3, "seven.png\t7\n")
        assert one_line(err.encode()) == "inknn: secret.png: can't be opened: Permission denied"

    def test_it_has_a_row_in_the_spreadsheet(self, folder):
        done = inknn("read", "-f", "csv", "empty.png", "seven.png", cwd=folder)
        assert done.returncode == 3
        failed, seven = csv.DictReader(done.stdout.decode().splitlines())
        assert (failed["source"], failed["text"]) == ("empty.png", "")
        assert failed["error"] == "the file is empty; save or export the picture again"
        assert (seven["text"], seven["error"]) == ("7", "")

    def test_an_empty_name_is_called_one(self):
        done = inknn("read", "")
        assert done.returncode == 3
        assert one_line(done.stderr).startswith("inknn: '': an empty name")

    def test_pictures_of_other_kinds_in_a_folder_are_no_failure(self, tmp_path, seven):
        seven.save(tmp_path / "seven.png")
        (tmp_path / "scan.svg").touch()
        done = inknn("read", tmp_path)
        assert done.returncode == 0
        assert "1 file is no picture inknn reads (.svg)" in one_line(done.stderr)
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

    def test_no_overlay_is_left_of_what_cant_be_read(self, folder, seven):
        seven.save(folder / "two.tif", save_all=True, append_images=[seven])
        (folder / "two.tif").write_bytes((folder / "two.tif").read_bytes()[:-800])  # of the second page
        for name in ("cut.png", "two.tif"):
            done = inknn("read", name, "--overlay", "seen", cwd=folder)
            assert (done.returncode, done.stdout) == (3, b"")
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
        assert "one of the files to read" in one_line(done.stderr)
        assert (folder / "seven.png").read_bytes() == before

    @pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
    def test_a_full_disk(self, folder):
        with open("/dev/full", "wb") as full:
            into_stdout = subprocess.run(
                [*COMMAND, "read", "seven.png"], stdout=full, stderr=subprocess.PIPE, cwd=folder, check=False
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
