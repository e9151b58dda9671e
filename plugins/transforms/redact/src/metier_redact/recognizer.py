"""What finds one type of personal data: a match of a pattern is a candidate, and a check decides."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

HIDDEN = "\ue000"
"""Stands in a text for each value that was found already; a character that Unicode leaves to private use."""
VALUE = "value"
"""The group of a pattern that is to be replaced, where it is not the whole match."""

Place = tuple[int, int]
Find = Callable[[str], Iterator[Place]]
Accept = Callable[[re.Match[str]], bool]

NUMBERED = re.compile(
    r"(?:\b(?:order|invoice|lot|batch|serial|part|ticket|tracking|reference|ref|docket|case|bates|model|sku|item|accession"
    r"|version|file|contract|policy|range|id|exhibit|drawing|badge|claim|permit|licen[cs]e|certificate|asset|tag|code|po)\b|(?<![机话系线])号|订单|流水|批|物料|合同|型|编|案|凭证|发票|货|单)"
    r"[\s.:#]*(?:no|nos|number|num|numbers|号码?|码)?[\s.:#]*(?:is|was|为|是)?[\s.:#]*$",
    re.IGNORECASE | re.ASCII,
)
"""What says, directly before a number, that it numbers a thing and no person."""


class Recognizer(NamedTuple):
    """Finds one type of personal data."""

    type: str
    """The placeholder's word: `EMAIL` becomes `[EMAIL]`."""
    find: Find
    """Yields where values lie in a text; no place may hold `HIDDEN`."""


def by_pattern(pattern: str, accept: Accept | None = None, *, flags: int = 0, hint: str = "") -> Find:
    """Return what finds the matches of `pattern` that `accept` does; behind one that it refuses the search goes on.

    A text without `hint`, which is part of every match, is not searched.
    """
    compiled = re.compile(pattern, flags)
    group: str | int = VALUE if VALUE in compiled.groupindex else 0

    def find(text: str) -> Iterator[Place]:
        at = 0 if hint in text else len(text)
        while match := compiled.search(text, at):
            accepted = match.end() > match.start() and (accept is None or accept(match))
            if accepted:
                yield match.span(group)
            at = match.end() if accepted else match.start() + 1

    return find


def value_of(match: re.Match[str]) -> str:
    """Return what of a match is to be replaced."""
    return match[VALUE] if VALUE in match.re.groupindex else match[0]


def before(match: re.Match[str], characters: int) -> str:
    """Return the text directly before a match, on its own line, so many characters at most."""
    start = match.start(VALUE) if VALUE in match.re.groupindex else match.start()
    return match.string[max(0, start - characters) : start].rpartition("\n")[2]


def numbers_a_thing(match: re.Match[str]) -> bool:
    """Return whether the words before say that the match is an order's, a part's or another thing's number."""
    return NUMBERED.search(before(match, 30)) is not None
