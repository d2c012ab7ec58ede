"""The published sets known by name: what they are, whose they are, and where their files come from.

A set is here only where the address and SHA-256 of each of its files are certain. ARDIS is not: it is
published as a RAR archive, which needs another program to unpack, and without a checksum. Once unpacked,
its tables can be read by their path.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import UnknownNameError
from . import published
from .labeled import Part
from .published import Digits

__all__ = ["CATALOG", "Entry", "Published", "entry_of"]


@dataclass(frozen=True, slots=True)
class Published:
    """A file as it is published.

    Attributes
    ----------
    name : str
        Its name in the cache, without the prefix that all files there have.
    urls : tuple of str
        Its addresses, in the order to try them.
    sha256 : str
        64 hexadecimal digits.
    megabytes : float
        Its size, roughly.
    """

    name: str
    urls: tuple[str, ...]
    sha256: str
    megabytes: float


@dataclass(frozen=True, slots=True)
class Entry:
    """A labeled set.

    Attributes
    ----------
    name, title : str
    shape : (int, int)
        Height and width of its pictures.
    counts : mapping
        How many digits each part has, by the part's name.
    license, citation, home : str
    parse : callable
        Takes the files, in their order, and the name of a part; returns pictures, labels and groups.
    files : tuple of Published
        Empty where the set comes with inknn or one of its dependencies.
    classes : int
    """

    name: str
    title: str
    shape: tuple[int, int]
    counts: Mapping[str, int]
    license: str
    citation: str
    home: str
    parse: Callable[[Sequence[Path], Part], Digits]
    files: tuple[Published, ...] = ()
    classes: int = 10

    @property
    def megabytes(self) -> float:
        """The size of its files, roughly."""
        return sum(file.megabytes for file in self.files)


_QMNIST = "https://raw.githubusercontent.com/facebookresearch/qmnist/master/"
_QMNIST_TOO = "https://github.com/facebookresearch/qmnist/raw/master/"
_LIBSVM = "https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass/"
_UCI = "https://archive.ics.uci.edu/ml/machine-learning-databases/optdigits/"


def _at(name: str, places: Sequence[str], sha256: str, megabytes: float) -> Published:
    return Published(name, tuple(place + name for place in places), sha256, megabytes)


_ALPAYDIN = (
    "E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, "
    "1998, doi:10.24432/C50P49"
)

_ENTRIES = (
    Entry(
        name="mnist",
        title="MNIST: digits of NIST's employees and high-school students",
        shape=(28, 28),
        counts={"train": 60_000, "test": 10_000},
        license="CC BY-SA 3.0",
        citation="Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, Gradient-based learning applied to document "
        "recognition, Proceedings of the IEEE 86(11), 1998",
        home="http://yann.lecun.com/exdb/mnist/",
        parse=published.mnist,
    ),
    Entry(
        name="digits8x8",
        title="scikit-learn's digits: the test part of optdigits, cut in two halves",
        shape=(8, 8),
        counts={"train": 898, "test": 899},
        license="CC BY 4.0",
        citation=_ALPAYDIN,
        home="https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits",
        parse=published.digits8x8,
    ),
    Entry(
        name="optdigits",
        title="UCI's optical digits of 43 people: pixels counted in 4×4 cells",
        shape=(8, 8),
        counts={"train": 3_823, "test": 1_797},
        license="CC BY 4.0",
        citation=_ALPAYDIN,
        home="https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits",
        parse=published.optdigits,
        files=(
            _at(
                "optdigits.tra",
                (_UCI, _UCI.replace("https", "http")),
                "e1b683cc211604fe8fd8c4417e6a69f31380e0c61d4af22e93cc21e9257ffedd",
                0.56,
            ),
            _at(
                "optdigits.tes",
                (_UCI, _UCI.replace("https", "http")),
                "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8",
                0.26,
            ),
        ),
    ),
    Entry(
        name="usps",
        title="USPS: digits from envelopes, deslanted",
        shape=(16, 16),
        counts={"train": 7_291, "test": 2_007},
        license="none stated",
        citation="J. J. Hull, A database for handwritten text recognition research, IEEE Transactions on "
        "Pattern Analysis and Machine Intelligence 16(5), 1994",
        home="https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass.html#usps",
        parse=published.usps,
        files=(
            _at(
                "usps.bz2",
                (_LIBSVM, _LIBSVM.replace("https", "http")),
                "3771e9dd6ba685185f89867b6e249233dd74652389f263963b3b741e994b034f",
                6.6,
            ),
            _at(
                "usps.t.bz2",
                (_LIBSVM, _LIBSVM.replace("https", "http")),
                "a9c0164e797d60142a50604917f0baa604f326e9a689698763793fa5d12ffc4e",
                1.8,
            ),
        ),
    ),
    Entry(
        name="qmnist",
        title="QMNIST: MNIST rebuilt, with all 60,000 test digits and their writers",
        shape=(28, 28),
        counts={"train": 60_000, "test": 60_000},
        license="BSD-style (facebookresearch/qmnist, LICENSE)",
        citation="C. Yadav and L. Bottou, Cold case: the lost MNIST digits, NeurIPS 32, 2019",
        home="https://github.com/facebookresearch/qmnist",
        parse=published.qmnist,
        files=(
            _at(
                "qmnist-train-images-idx3-ubyte.gz",
                (_QMNIST, _QMNIST_TOO),
                "9e26a7bf1683614e065d7b76460ccd52807165b3f22561fb782bd9f38c52b51d",
                9.7,
            ),
            _at(
                "qmnist-train-labels-idx2-int.gz",
                (_QMNIST, _QMNIST_TOO),
                "2c05dc77f6b916b38e455e97ab129a42a444f3dbef09b278a366f82904e0dd9f",
                0.5,
            ),
            _at(
                "qmnist-test-images-idx3-ubyte.gz",
                (_QMNIST, _QMNIST_TOO),
                "43fc22bf7498b8fc98de98369d72f752d0deabc280a43a7bcc364ab19e57b375",
                9.7,
            ),
            _at(
                "qmnist-test-labels-idx2-int.gz",
                (_QMNIST, _QMNIST_TOO),
                "9fbcbe594c3766fdf4f0b15c5165dc0d1e57ac604e01422608bb72c906030d06",
                0.5,
            ),
        ),
    ),
    Entry(
        name="emnist-digits",
        title="EMNIST's digits: NIST's Special Database 19, brought to MNIST's form anew",
        shape=(28, 28),
        counts={"train": 240_000, "test": 40_000},
        license="none stated by NIST, which asks to be cited",
        citation="G. Cohen, S. Afshar, J. Tapson and A. van Schaik, EMNIST: an extension of MNIST to "
        "handwritten letters, 2017, arXiv:1702.05373",
        home="https://www.nist.gov/itl/products-and-services/emnist-dataset",
        parse=published.emnist_digits,
        files=(
            Published(
                "emnist-gzip.zip",
                (
                    "https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip",
                    "https://www.itl.nist.gov/iaui/vip/cs_links/EMNIST/gzip.zip",
                ),
                "fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e",
                562.0,
            ),
        ),
    ),
)

CATALOG: dict[str, Entry] = {entry.name: entry for entry in _ENTRIES}
"""Every set by its name."""


def entry_of(name: str) -> Entry:
    """The entry of a set.

    Raises
    ------
    UnknownNameError
        If there is no set of that name; the message offers the nearest.
    """
    if name not in CATALOG:
        raise UnknownNameError("labeled set", name, CATALOG)
    return CATALOG[name]
