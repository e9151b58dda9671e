"""Spans of characters in a text: read from a record, held to the text, and moved with it where a step changes it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pyarrow as pa

from metier.errors import DataError

TYPE = pa.list_(pa.struct([("start", pa.int32()), ("end", pa.int32()), ("label", pa.string())]))
"""How a column of spans is kept."""
WINDOW = 20_000
"""Characters compared at a time: the comparison takes memory by their square, 50 MB."""

Span = Mapping[str, Any]
"""`start` and `end` (characters, the end not included), `label`."""


class Kept(NamedTuple):
    """A stretch of the old text that is in the new one."""

    start: int
    end: int
    new_start: int

    @property
    def new_end(self) -> int:
        """Where it ends in the new text."""
        return self.new_start + self.end - self.start


def read(value: Any, source: str, where: str) -> list[Span]:
    """Return a record's spans in the order of the text: `{start, end, label}` or `[start, end, label]` each, or JSON.

    Raises `DataError` for anything else.
    """
    if value is None or value == "":
        return []
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise _no_spans(f"'{source}' is text that is no JSON", where) from error
    if not isinstance(value, list | tuple):
        raise _no_spans(f"'{source}' holds {type(value).__name__}, not spans", where)
    return sorted(
        (_span(one, source, where) for one in value), key=lambda one: (one["start"], one["end"], one["label"])
    )


def check(spans: Sequence[Span], text: str, source: str, where: str) -> None:
    """Raise `DataError` for a span that is empty or not in the text."""
    for span in spans:
        if not 0 <= span["start"] < span["end"] <= len(text):
            said = f"'{source}' has a span from {span['start']} to {span['end']} in a text of {len(text)} characters"
            hint = "offsets count characters (not bytes) from 0, and the end is the first character behind the span"
            raise DataError(said, where=where, hint=hint)


def moved(spans: Sequence[Span], before: str, after: str) -> list[Span]:
    """Return `spans` of the text `before` where their characters are in `after`; those that are gone are left out.

    A character that was replaced is where its replacement is: a span reaches from the last character before it that
    stayed to the first one after it, spaces at the edges not taken in.
    """
    if before == after or not spans:
        return list(spans)
    kept = list(_kept(before, after))
    found: list[Span] = []
    for span in spans:
        start = max((_behind(one, span["start"]) for one in kept if one.start < span["start"]), default=0)
        end = min((_from(one, span["end"]) for one in kept if one.end > span["end"]), default=len(after))
        start, end = without_spaces(after, start, end)
        if start < end:
            found.append({**span, "start": start, "end": end})
    return found


def without_spaces(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a place in a text without the spaces at its edges; one of spaces alone ends where it begins."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _behind(one: Kept, place: int) -> int:
    """Return where in the new text the last kept character before `place` ends."""
    return one.new_start + min(place, one.end) - one.start


def _from(one: Kept, place: int) -> int:
    """Return where in the new text the first kept character from `place` on begins."""
    return one.new_start + max(place, one.start) - one.start


def _span(value: Any, source: str, where: str) -> Span:
    if isinstance(value, Mapping):
        value = [value.get(name) for name in ("start", "end", "label")]
    whole = isinstance(value, list | tuple) and len(value) == 3
    if not whole or any(isinstance(one, bool) or not isinstance(one, int) for one in value[:2]) or not value[2]:
        raise _no_spans(f"'{source}' holds {value!r}, not a span", where)
    return {"start": value[0], "end": value[1], "label": str(value[2]).strip()}


def _no_spans(message: str, where: str) -> DataError:
    return DataError(message, where=where, hint='give a list of {"start": 0, "end": 5, "label": "ORG"}')


def _kept(before: str, after: str) -> Iterator[Kept]:
    """Yield what stayed of a text, from front to back: the least that had to go and come explains the rest.

    Of a window only the first half counts, as what belongs to its end may stand behind it.
    """
    from rapidfuzz.distance import Indel

    at, new = 0, 0
    while at < len(before) and new < len(after):
        last = at + WINDOW >= len(before) and new + WINDOW >= len(after)
        codes = Indel.opcodes(before[at : at + WINDOW], after[new : new + WINDOW])
        sure = [one for one in codes if one.tag == "equal" and (last or one.src_start < WINDOW // 2)]
        kept = [Kept(at + one.src_start, at + one.src_end, new + one.dest_start) for one in sure]
        yield from kept
        if last:
            return
        at, new = (kept[-1].end, kept[-1].new_end) if kept else (at + WINDOW // 2, new + WINDOW // 2)
