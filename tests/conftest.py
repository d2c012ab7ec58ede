"""Fixtures that more than one room's tests need."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from numpy.typing import NDArray

# A busy machine is no bug: no test fails because it was slow.
settings.register_profile("inknn", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("inknn")

if TYPE_CHECKING:
    from inknn.recognizer import Recognizer


def pytest_configure(config: pytest.Config) -> None:
    # A shell's background processes ignore Ctrl-C, and so would the commands that tests start.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # The user's own cache is neither read nor cleared. Prepared indexes are kept from one run to the next.
    if "INKNN_CACHE_DIR" not in os.environ and hasattr(config, "cache"):
        os.environ["INKNN_CACHE_DIR"] = str(config.cache.mkdir("inknn"))


@pytest.fixture(autouse=True)
def temporary_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A folder for this test's temporary files, and for those of the commands it starts.

    Where a test can't write to its cache, inknn prepares its index among the temporary files; there another
    test would find it.
    """
    tmp_path_factory.getbasetemp()  # pytest makes it among the temporary files when it is first needed
    with tempfile.TemporaryDirectory(prefix="t", ignore_cleanup_errors=True) as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        for variable in ("TMPDIR", "TEMP", "TMP"):
            monkeypatch.setenv(variable, folder)
        yield Path(folder)


@pytest.fixture
def deep_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder inside so many others in ``tmp_path`` that function calls can't be nested as deep."""
    made = []
    folder = tmp_path
    for _ in range(sys.getrecursionlimit()):
        folder = folder / "d"
        folder.mkdir()
        made.append(folder)
    yield folder
    for folder in reversed(made):  # pytest's own way to delete them is recursive
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In the full check everything is there that a test may need: a skip is a failure."""
    report = yield
    if os.environ.get("INKNN_NO_SKIPS") and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if "SCIPY_ARRAY_API" not in reason:  # scikit-learn's own checks of what we don't offer
            report.outcome, report.longrepr = "failed", f"skipped in the full check: {reason}"
    return report


Digits = tuple[NDArray[np.uint8], NDArray[np.uint8]]


@pytest.fixture(scope="session")
def train_digits() -> Digits:
    """3,000 of MNIST's training digits and their labels."""
    from inknn.datasets import load_mnist

    images, labels = load_mnist()[0]
    return images[:3000], labels[:3000]


@pytest.fixture(scope="session")
def test_digits() -> Digits:
    """1,000 of MNIST's test digits and their labels."""
    from inknn.datasets import load_mnist

    images, labels = load_mnist()[1]
    return images[:1000], labels[:1000]


@pytest.fixture(scope="session")
def recognizer(train_digits: Digits) -> Recognizer:
    """A recognizer that knows ``train_digits``."""
    from inknn.recognizer import Recognizer

    return Recognizer.fit(*train_digits)


@pytest.fixture
def no_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the package had been installed without a compiler."""
    monkeypatch.setenv("INKNN_NO_NATIVE", "1")
