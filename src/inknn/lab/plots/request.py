"""What a plot is to show: digits or a result, and the options of ``inknn plot``."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from ...datasets.load import LabeledDigits, load_digits
from ...errors import DataError, ParameterError
from ...glyph.normal_form import to_normal_form
from ...progress import Progress, no_progress

__all__ = ["Request"]


@dataclass(frozen=True, slots=True)
class Request:
    """What to draw. Its methods raise InknnErrors where data or options don't fit.

    Attributes
    ----------
    data : str
        Name or path of labeled digits.
    result : str, optional
        Path of a result of another command, to draw instead.
    model : str, optional
        Path of a model; the factory model by default.
    limit : int, optional
        How many digits; what they are for depends on the kind, and so does the default.
    index : tuple of int
        Digits picked out, by their place in the data.
    k : tuple of int
        Numbers of neighbors; empty for those of the kind.
    space, method : str, optional
        The plane of ``regions``; the layout of ``embedding``.
    seed : int
        Draws the digits; the same seed draws the same.
    size : (int, int), optional
        Width and height in pixels.
    progress : Progress
    remark : callable
        Called with each reason to doubt the plot, in words.
    """

    data: str = "mnist"
    result: str | None = None
    model: str | None = None
    limit: int | None = None
    index: tuple[int, ...] = ()
    k: tuple[int, ...] = ()
    space: str | None = None
    method: str | None = None
    seed: int = 0
    size: tuple[int, int] | None = None
    progress: Progress = field(default=no_progress)
    remark: Callable[[str], None] = field(default=lambda _: None)

    def digits(self) -> LabeledDigits:
        """All digits for training."""
        found = load_digits(self.data)
        if not len(found):
            raise DataError(f"{self.data} holds no digits; nothing to draw")
        return found

    def normalized(self, digits: LabeledDigits) -> LabeledDigits:
        """Digits as uint8 (n, 28, 28); a set that isn't in MNIST's normal form is brought into it."""
        images, changed = to_normal_form(digits.images, self.progress)
        return replace(digits, images=images) if changed else digits

    def load_result(self, command: str) -> dict[str, Any]:
        """The JSON object in the file ``result``, which ``command`` wrote."""
        path = Path(self.result or "")
        try:
            found = json.loads(path.read_bytes())
        except OSError as error:
            raise DataError(f"can't read {path}: {error.strerror or error}") from error
        except (ValueError, RecursionError):
            raise DataError(f"{path} is not JSON; make it with {command}") from None
        if not isinstance(found, dict):
            raise DataError(f"{path} is no result of {command}")
        return found

    def sample(self, digits: LabeledDigits, count: int) -> LabeledDigits:
        """Up to ``count`` digits drawn at random, in random order; the first ones of a larger sample."""
        return digits.rows(np.random.default_rng(self.seed).permutation(len(digits))[:count])

    def count(self, default: int, most: int) -> int:
        """How many digits, of ``most`` that there is room for."""
        if self.limit is not None and self.limit > most:
            raise ParameterError(f"-n {self.limit:,}: this plot has room for {most:,} at most")
        return self.limit or default

    def some(self, digits: LabeledDigits, default: int, most: int) -> LabeledDigits:
        """The digits picked out, else so many drawn at random."""
        count = self.count(default, most)
        if not self.index:
            return self.sample(digits, count)
        if len(self.index) > most:
            raise ParameterError(f"--index: this plot picks {most:,} at most, got {len(self.index):,}")
        return digits.rows(list(self.picked(digits, self.index)))

    def picked(self, digits: LabeledDigits, default: tuple[int, ...]) -> tuple[int, ...]:
        """The digits picked out, as many as in ``default``."""
        if len(self.index) > len(default):
            raise ParameterError(f"--index: this plot picks {len(default)} at most, got {len(self.index)}")
        for index in self.index:
            if not 0 <= index < len(digits):
                raise ParameterError(
                    f"--index {index}: {digits.name} has the digits 0 to {len(digits) - 1:,} here"
                )
        return self.index + default[len(self.index) :]

    def ks(self, default: tuple[int, ...], most: int) -> tuple[int, ...]:
        """The numbers of neighbors."""
        for k in self.k:
            if not 1 <= k <= most:
                raise ParameterError(
                    f"-k {k}: there are {most:,} digits to be neighbors here; take 1 to {most:,}"
                )
        return self.k or tuple(k for k in default if k <= most) or (1,)

    def choice(self, option: str, default: str, choices: Mapping[str, Any]) -> Any:
        """What the value of an option stands for."""
        value = getattr(self, option) or default
        if value not in choices:
            raise ParameterError(f"--{option} {value}: choose from {', '.join(choices)}")
        return choices[value]
