"""Word lists that come with the package."""

from __future__ import annotations

from pathlib import Path

DATA = Path(__file__).parent / "data"


def words(name: str) -> list[str]:
    """Return the words of a list, in its order."""
    return DATA.joinpath(f"{name}.txt").read_text(encoding="utf-8").split()
