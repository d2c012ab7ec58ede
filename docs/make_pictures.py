"""Make the pictures of the documentation with inknn itself: `python docs/make_pictures.py`.

MkDocs makes those that are missing when it builds the site; run by hand, this makes all of them again. Each
is what one command draws, so that a page can show the command with its picture. The plots of an evaluation
are drawn from one, as the command would make it for each.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

from inknn.lab.plots import PLOTS as KINDS

ROOT = Path(__file__).resolve().parent.parent
SIZE = "--size 1200x675"

PLOTS = {
    "digits": "plot digits",
    "mistakes": "plot mistakes",
    "confusion": "plot confusion",
    "risk-coverage": "plot risk-coverage",
    "calibration": "plot calibration",
    "k-curve": "plot k-curve",
    "learning-curve": "plot learning-curve",
    "speed-accuracy": "plot speed-accuracy",
    "regions": "plot regions -k 1,15",
    "embedding": "plot embedding",
    "gradient": "plot gradient",
    "normalizing": "plot normalizing",
    "distortion": "plot distortion",
}
"""Commands that draw plots, without the file they write to; a kind each, by its name."""

EVALUATE, REPORT = "inknn evaluate", "report.html"

OTHERS = {
    REPORT: "evaluate mnist --report {}",
    "sheet.png": "data show digits8x8 -o {} --per-label 12",
}
"""Commands that write other files, whose place is marked."""

OVERLAYS = ("form", "note", "whiteboard")
"""Example pictures to show as they are read."""

WIDTH = 900  # pixels of an overlay on a page


def make(folder: Path, *, missing_only: bool = False) -> list[str]:
    """Make the pictures.

    Parameters
    ----------
    folder
        Where to; made if it isn't there.
    missing_only
        Keep those that are there.

    Returns
    -------
    list of str
        Names of the files that were made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tasks = {f"{kind}.png": f"{words} -o {{}} {SIZE}" for kind, words in PLOTS.items()} | OTHERS
    overlays = [f"{name}.jpg" for name in OVERLAYS]
    there = {path.name for path in folder.iterdir()} if missing_only else set()
    wanted = {name: words for name, words in tasks.items() if name not in there}
    evaluated = [kind for kind in PLOTS if KINDS[kind].result_of == EVALUATE]
    # Two at a time: each has some seconds of work that one core does alone.
    with tempfile.TemporaryDirectory() as kept, ThreadPoolExecutor(2) as pool:
        result = shlex.quote(str(Path(kept) / "result.json"))

        def run(name: str) -> None:
            words = wanted[name].format(shlex.quote(str(folder / name)))
            _run(f"{words} -o {result}" if name == REPORT else words)

        drawn = [f"{kind}.png" for kind in evaluated if f"{kind}.png" in wanted]
        if drawn:
            wanted |= {name: f"{wanted[name]} --from {result}" for name in drawn} | {REPORT: OTHERS[REPORT]}
        list(pool.map(run, [name for name in wanted if name not in drawn]))
        list(pool.map(run, drawn))
    missing = [name for name in overlays if name not in there]
    if missing:
        _draw_overlays(folder)
    return [*wanted, *missing]


def _run(words: str) -> None:
    command = [sys.executable, "-m", "inknn", *shlex.split(words), "-q"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True)
    if done.returncode:
        raise SystemExit(f"inknn {words}: {done.stderr.decode(errors='replace').strip()}")


def _draw_overlays(folder: Path) -> None:
    """Readings drawn onto their pictures, small enough for a page."""
    with tempfile.TemporaryDirectory() as drawn:
        sources = [str(next((ROOT / "examples").glob(f"{name}.*"))) for name in OVERLAYS]
        _run(shlex.join(["read", *sources, "--overlay", drawn, "-o", os.devnull]))
        for name in OVERLAYS:
            picture = Image.open(Path(drawn) / f"{name}.png").convert("RGB")
            picture.thumbnail((WIDTH, WIDTH), Image.Resampling.LANCZOS)
            picture.save(folder / f"{name}.jpg", quality=85)


if __name__ == "__main__":
    for made in make(Path(__file__).parent / "pictures"):
        sys.stdout.write(f"docs/pictures/{made}\n")
