"""Finds personal data in a text until none is left."""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from metier.components import Industry
from metier.errors import DataError
from metier_redact import births, chinese_names, contacts, english_names, numbers, phones
from metier_redact.echoes import echoes
from metier_redact.recognizer import HIDDEN, Find, Place, Recognizer, by_pattern, value_of

FULL_WIDTH = {code: chr(code - 0xFEE0) for code in map(ord, "＠＋－．＿：")} | {
    0xFEE0 + code: chr(code) for code in range(0x21, 0x7F) if chr(code).isalnum()
}
"""Full-width letters, digits and what stands between them, as they are searched: １３８ is 138."""
BUILT_IN = (
    *numbers.RECOGNIZERS,
    *contacts.RECOGNIZERS,
    *births.RECOGNIZERS,
    *english_names.RECOGNIZERS,
    *chinese_names.RECOGNIZERS,
)
PHONE = "PHONE"
TYPES = tuple(dict.fromkeys([*(one.type for one in BUILT_IN), PHONE]))
"""What is found in any trade."""


class Entity(NamedTuple):
    """A value in a text: `text[start:end]`."""

    type: str
    start: int
    end: int


@dataclass(frozen=True)
class Finder:
    """Finds every type of personal data but those that are left."""

    own: tuple[Recognizer, ...]
    """The recipe's and the industry's patterns, which are matched against the text as it stands."""
    built_in: tuple[Recognizer, ...]
    placeholders: re.Pattern[str]

    @classmethod
    def of(
        cls,
        patterns: Mapping[str, str] | None = None,
        industry: Industry | None = None,
        *,
        regions: Sequence[str] = (),
        leave: Sequence[str] = (),
    ) -> Finder:
        """Return what finds the built-in types, an industry's and those of `patterns`, without the types of `leave`.

        Raises `DataError` for a type to leave that there is not, a pattern that is none, and an unknown region.
        """
        trade = industry.sensitive_patterns() if industry else {}
        types = list(dict.fromkeys([*(patterns or {}), *trade, *TYPES]))
        unknown = sorted(set(leave) - set(types))
        if unknown:
            raise DataError(
                f"'{unknown[0]}' is not found anyway", where="redact.leave", hint=f"there are {', '.join(types)}"
            )
        own = [
            one for source in (patterns or {}, trade) for name, pattern in source.items() for one in _own(name, pattern)
        ]
        built_in = (*BUILT_IN, phones.recognizer(regions)) if PHONE not in leave else BUILT_IN
        return cls(
            tuple(one for one in own if one.type not in leave),
            tuple(one for one in built_in if one.type not in leave),
            re.compile(rf"{HIDDEN}|\[(?:{'|'.join(map(re.escape, types))})\]"),
        )

    def find(self, text: str) -> list[Entity]:
        """Return the values in a text, in order; placeholders that it holds already are none.

        What was found is hidden and the rest searched again, until nothing more comes: so a text whose values are
        replaced by placeholders has none left.
        """
        rest, sizes = _hide(text, [one.span() for one in self.placeholders.finditer(text)], [])
        found: list[Entity] = []
        names: list[str] = []
        while fresh := self._once(rest, names):
            origin = _origin(rest, sizes)
            entities = [Entity(one.type, origin(one.start), origin(one.end)) for one in fresh]
            names += [text[one.start : one.end] for one in entities if one.type == "PERSON"]
            found += entities
            rest, sizes = _hide(rest, [(one.start, one.end) for one in fresh], sizes)
        return sorted(found, key=lambda one: one.start)

    def _once(self, text: str, names: Sequence[str]) -> list[Entity]:
        """Return what one search finds; of values that overlap, the longest, then the first recognizer's."""
        folded = text.translate(FULL_WIDTH)
        candidates = [Entity(one.type, *place) for one in self.own for place in _pieces(one.find, text)]
        candidates += [Entity(one.type, *place) for one in self.built_in for place in one.find(folded)]
        candidates += [Entity("PERSON", *place) for place in echoes(names, text)]
        kept: list[Entity] = []
        taken = bytearray(len(text))
        for one in sorted(candidates, key=lambda one: one.start - one.end):
            if not any(taken[one.start : one.end]):
                taken[one.start : one.end] = b"\1" * (one.end - one.start)
                kept.append(one)
        return sorted(kept, key=lambda one: one.start)


def _own(name: str, pattern: str) -> Iterator[Recognizer]:
    """Yield what finds the matches of a pattern of others; a checksum that belongs to its name decides over them.

    It is matched twice, for Python's `\\b` sees no border between a Chinese character and a letter or digit: as it is,
    and with `re.ASCII`.
    """
    check = numbers.CHECKS.get(name)
    try:
        for flags in (re.NOFLAG, re.ASCII):
            yield Recognizer(
                name, by_pattern(pattern, (lambda match: check(value_of(match))) if check else None, flags=flags)
            )
    except (re.error, ValueError) as error:
        hint = "write it as Python's `re` reads it, without the flag (?u)"
        raise DataError(f"the pattern {pattern!r} is none: {error}", where=f"redact, {name}", hint=hint) from error


def _pieces(find: Find, text: str) -> Iterator[Place]:
    """Yield where values lie, cut where something is hidden already."""
    for start, end in find(text):
        for piece in re.finditer(rf"[^{HIDDEN}]*[^{HIDDEN}\s][^{HIDDEN}]*", text[start:end]):
            yield start + piece.start(), start + piece.end()


def _hide(text: str, spans: Sequence[Place], sizes: Sequence[int]) -> tuple[str, list[int]]:
    """Return the text with `HIDDEN` for each of `spans`, and how many characters each `HIDDEN` stands for.

    `sizes` says it of those that the text has before.
    """
    marks = [(one.start(), one.end(), size) for one, size in zip(re.finditer(HIDDEN, text), sizes, strict=False)]
    marks = sorted([*marks, *((start, end, end - start) for start, end in spans)])
    ends = [0, *(end for _, end, _ in marks)]
    starts = [*(start for start, _, _ in marks), len(text)]
    pieces = [text[end:start] for end, start in zip(ends, starts, strict=True)]
    return HIDDEN.join(pieces), [size for _, _, size in marks]


def _origin(text: str, sizes: Sequence[int]) -> Callable[[int], int]:
    """Return what tells where a place of the text with `HIDDEN` was before."""
    hidden = [one.start() for one in re.finditer(HIDDEN, text)]
    longer = list(itertools.accumulate((size - 1 for size in sizes), initial=0))
    return lambda place: place + longer[bisect.bisect_left(hidden, place)]
