"""What a plot is asked for: the digits, and the options of ``inknn plot``."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...datasets.load import LabeledDigits, Part, load_digits
from ...errors import DataError, InknnError
from ...glyph.normal_form import to_normal_form
from ...progress import Progress, no_progress

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Kind", "OptionError", "Request"]


class OptionError(InknnError, ValueError):
    """An option of a plot is out of range."""

    exit_code = 2


def _unheard(_: str) -> None:
    """Say it to nobody."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to draw.

    Attributes
    ----------
    data : str
        Name or path of labeled digits, or the path of a result, ``….json``.
    limit : int, optional
        How many digits; what they are for depends on the kind, and so does the default.
    index : tuple of int
        Digits picked out, by their place in the data.
    k : tuple of int
        Numbers of neighbors; empty for those of the kind.
    space, method : str, optional
        The plane of ``regions``; the projection of ``embedding``.
    seed : int
        Draws the digits; the same seed draws the same.
    size : (int, int), optional
        Width and height in pixels.
    progress : Progress
    remark : callable
        Told, in words, what has to be known before the plot is believed.
    """

    data: str = "mnist"
    limit: int | None = None
    index: tuple[int, ...] = ()
    k: tuple[int, ...] = ()
    space: str | None = None
    method: str | None = None
    seed: int = 0
    size: tuple[int, int] | None = None
    progress: Progress = field(default=no_progress)
    remark: Callable[[str], None] = field(default=_unheard)

    @property
    def is_result(self) -> bool:
        """Whether it names the result of another command instead of digits."""
        return self.data.lower().endswith(".json")

    def digits(self, part: Part) -> LabeledDigits:
        """All digits of a part.

        Raises
        ------
        InknnError
            If there is no such set, or no digit in it.
        """
        if self.is_result:
            raise OptionError(f"{self.data} is a result, and this plot wants digits: name a set, like mnist")
        found = load_digits(self.data, part)
        if not len(found):
            raise DataError(f"{self.data} holds no digits; nothing to draw")
        return found

    def result(self, command: str) -> dict[str, Any]:
        """The object in the file ``data``, which ``command`` has made.

        Raises
        ------
        DataError
            If it can't be read or is none.
        """
        try:
            found = json.loads(Path(self.data).read_bytes())
        except OSError as error:
            raise DataError(f"can't read {self.data}: {error.strerror or error}") from error
        except ValueError:
            raise DataError(f"{self.data} is not JSON; make it with {command}") from None
        if not isinstance(found, dict):
            raise DataError(f"{self.data} is no result of {command}")
        return found

    def sample(self, digits: LabeledDigits, count: int) -> LabeledDigits:
        """Up to ``count`` digits drawn at random, in random order; the first ones of a larger sample."""
        order = np.random.default_rng(self.seed).permutation(len(digits))[:count]
        groups = digits.groups and tuple(digits.groups[i] for i in order)
        return LabeledDigits(digits.name, digits.images[order], digits.labels[order], groups)

    def count(self, default: int, most: int) -> int:
        """How many digits, of ``most`` that there is room for.

        Raises
        ------
        OptionError
            If more are wanted.
        """
        if self.limit is not None and self.limit > most:
            raise OptionError(f"-n {self.limit:,}: this plot has room for {most:,} at most")
        return self.limit or default

    def some(self, digits: LabeledDigits, default: int, most: int) -> LabeledDigits:
        """Those picked out, else so many drawn at random.

        Raises
        ------
        OptionError
            If one isn't there, or they are more than ``most``, for which there is room.
        """
        count = self.count(default, most)
        if not self.index:
            return self.sample(digits, count)
        if len(self.index) > most:
            raise OptionError(f"--index: this plot picks {most:,} at most, got {len(self.index):,}")
        chosen = np.array(self.picked(digits, self.index))
        return LabeledDigits(digits.name, digits.images[chosen], digits.labels[chosen])

    def picked(self, digits: LabeledDigits, default: tuple[int, ...]) -> tuple[int, ...]:
        """The digits picked out, as many as in ``default``.

        Raises
        ------
        OptionError
            If one isn't there, or there are too many.
        """
        if len(self.index) > len(default):
            raise OptionError(f"--index: this plot picks {len(default)} at most, got {len(self.index)}")
        for index in self.index:
            if not 0 <= index < len(digits):
                raise OptionError(
                    f"--index {index}: {digits.name} has the digits 0 to {len(digits) - 1:,} here"
                )
        return self.index + default[len(self.index) :]

    def ks(self, default: tuple[int, ...], most: int) -> tuple[int, ...]:
        """The numbers of neighbors.

        Raises
        ------
        OptionError
            If one is no number of neighbors that there could be.
        """
        for k in self.k:
            if not 1 <= k <= most:
                raise OptionError(
                    f"-k {k}: there are {most:,} digits to be neighbors here; take 1 to {most:,}"
                )
        return self.k or tuple(k for k in default if k <= most) or (1,)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of plot.

    Attributes
    ----------
    name, what : str
    draw : callable
        ``draw(request)`` → Figure.
    options : frozenset of str
        Those of ``Request`` that it heeds, beside ``data`` and ``size``.
    result_of : str, optional
        The command whose result it can draw.
    """

    name: str
    what: str
    draw: Callable[[Request], Figure]
    options: frozenset[str] = frozenset()
    result_of: str | None = None


def normalized(digits: LabeledDigits, progress: Progress = no_progress) -> LabeledDigits:
    """Digits as uint8 (n, 28, 28); a set that isn't in MNIST's normal form is brought into it."""
    images, changed = to_normal_form(digits.images, progress)
    if not changed:
        return digits
    return LabeledDigits(digits.name, images, digits.labels, digits.groups)
