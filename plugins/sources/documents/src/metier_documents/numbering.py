"""The numbers that Word counts itself (`1.`, `2.3`, `(a)`): they stand nowhere in a document's text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
NUMBER_PROPERTIES = f"{WORD}pPr/{WORD}numPr"
PLACE = re.compile(r"%([1-9])")
ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"))
SMALL_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


@dataclass(frozen=True, slots=True)
class _Level:
    form: str
    text: str
    """`%1.%2`: the numbers of which levels stand where."""
    start: int


class Numbering:
    """Counts the numbered paragraphs of a document, which come in order (ECMA-376, part 1, 17.9)."""

    def __init__(self, root: Any) -> None:
        self._lists: dict[str, str] = {}
        self._levels: dict[str, dict[int, _Level]] = {}
        self._counts: dict[str, dict[int, int]] = {}
        for abstract in () if root is None else root.iter(f"{WORD}abstractNum"):
            levels = {int(one.get(f"{WORD}ilvl")): _level(one) for one in abstract.iter(f"{WORD}lvl")}
            self._levels[abstract.get(f"{WORD}abstractNumId")] = levels
        for number in () if root is None else root.iter(f"{WORD}num"):
            self._lists[number.get(f"{WORD}numId")] = value(number, "abstractNumId") or ""

    def next(self, properties: Any) -> str | None:
        """Return the number of a paragraph with these `numPr`, empty for a bullet; None where it has none after all."""
        abstract = self._lists.get(value(properties, "numId") or "")
        depth = int(value(properties, "ilvl") or 0)
        levels = self._levels.get(abstract or "", {})
        level = levels.get(depth)
        if abstract is None or level is None or level.form == "none":
            return None
        counts = self._counts.setdefault(abstract, {})
        counts[depth] = counts.get(depth, level.start - 1) + 1
        for deeper in [one for one in counts if one > depth]:
            del counts[deeper]
        if level.form == "bullet":
            return ""

        def number(place: re.Match[str]) -> str:
            at = int(place[1]) - 1
            of = levels.get(at, level)
            return _written(counts.get(at, of.start), of.form)

        return PLACE.sub(number, level.text)


def value(element: Any, *path: str) -> str | None:
    """Return the attribute `val` of the element at the end of a path of names; None where there is none."""
    found = element.find("/".join(f"{WORD}{name}" for name in path))
    return None if found is None else found.get(f"{WORD}val")


def _level(element: Any) -> _Level:
    return _Level(
        value(element, "numFmt") or "decimal", value(element, "lvlText") or "", int(value(element, "start") or 1)
    )


def _written(number: int, form: str) -> str:
    writers: dict[str, Callable[[int], str]] = {"lowerLetter": _letters, "lowerRoman": _roman}
    small = form.replace("upper", "lower")
    if small not in writers or number < 1:
        return f"{number:02d}" if form == "decimalZero" else str(number)
    written = writers[small](number)
    return written.upper() if form.startswith("upper") else written


def _letters(number: int) -> str:
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _roman(number: int) -> str:
    written = ""
    for size, letters in (*ROMAN, *SMALL_ROMAN):
        count, number = divmod(number, size)
        written += letters * count
    return written
