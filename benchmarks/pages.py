"""Puts what a program measured into a page that people write the rest of."""

from __future__ import annotations

from pathlib import Path


def put(page: Path, section: str, *, heading: str = "") -> None:
    """Put a section in place of the former one, or at the end of the page; a new page begins with `heading`.

    The section's first and last lines are the marks that it is found by.
    """
    begin, *_, end = section.splitlines()
    whole = page.read_text(encoding="utf-8") if page.exists() else heading
    before, found, after = whole.partition(begin)
    made = f"{before}{section}{after.partition(end)[2]}" if found else f"{whole.rstrip()}\n\n{section}\n"
    page.write_text(made, encoding="utf-8")
