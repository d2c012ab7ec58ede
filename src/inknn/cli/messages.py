"""Messages to the person at the terminal: one line each, on stderr, and nothing in it moves the cursor."""

from __future__ import annotations

import sys
from contextlib import suppress


def complain(message: str) -> None:
    """Write ``inknn: message`` to stderr; a stderr that nobody reads is no reason to stop."""
    if sys.stderr is None:
        return
    with suppress(OSError, ValueError):
        sys.stderr.write(f"inknn: {printable(message)}\n")
        sys.stderr.flush()


def printable(text: str) -> str:
    """The text with control characters spelled out: a file name may hold newlines and escape codes."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )
