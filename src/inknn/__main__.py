"""``python -m inknn`` is the ``inknn`` command."""

from __future__ import annotations

from .cli import main

if __name__ == "__main__":
    main()
