"""Turns of a conversation, out of a text with a speaker before each, or out of the lists that chats are kept in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from metier.errors import DataError

SPEAKERS = ("speaker", "role", "from", "author", "name", "sender", "user")
"""Names under which people keep who says something, the likeliest first."""
UTTERANCES = ("text", "content", "value", "utterance", "message", "sentence", "body")
"""Names under which people keep what is said."""
NAME = r"[^\W\d_][\w.'’-]*(?: [\w.'’-]+){0,3}(?: ?\([^()\n]{1,30}\))?"
PREFIX = re.compile(rf"[ \t\"“]*(?P<name>{NAME})[ \t]*(?::(?:[ \t]+|$)|：)")
"""A few words and a colon at the beginning of a line."""
UNREAD = "parts of turns left out that are no text: pictures, calls of tools"
HINT = "write a turn as `Doctor: …` on a line, or as an object with a speaker and a text"


class Turn(NamedTuple):
    """What one speaker says."""

    speaker: str
    text: str


def turns_of(value: Any, *, speakers: Sequence[str] | None, counts: Counter[str], where: str) -> list[Turn]:
    """Return the turns of a text or of a list of objects; those without text are left out and counted.

    Raises `DataError` where a turn has no speaker, or where `value` is neither.
    """
    if value is None:
        return []
    if isinstance(value, str):
        found = _of_text(value, speakers, where)
    elif isinstance(value, Sequence):
        found = [_of_object(one, counts, f"{where}: turn {number}") for number, one in enumerate(value, start=1)]
    else:
        raise DataError(f"a {type(value).__name__} is no conversation", where=where, hint=HINT)
    kept = [turn for turn in found if turn.text]
    counts["turns without text left out"] += len(found) - len(kept)
    return kept


def _of_text(text: str, speakers: Sequence[str] | None, where: str) -> list[Turn]:
    names = None if speakers is None else {name.casefold() for name in speakers}
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        start = PREFIX.match(line)
        if start and (names is None or start["name"].casefold() in names):
            found.append((start["name"], [line[start.end() :]]))
        elif found:
            found[-1][1].append(line)
        elif line.strip():
            raise DataError(f"no speaker stands before '{line.strip()[:40]}'", where=where, hint=HINT)
    return [Turn(speaker, "\n".join(line.strip() for line in lines).strip()) for speaker, lines in found]


def _of_object(one: Any, counts: Counter[str], where: str) -> Turn:
    if not isinstance(one, Mapping):
        raise DataError(f"a turn is a {type(one).__name__}, which names no speaker", where=where, hint=HINT)
    speaker = next((one[name] for name in SPEAKERS if isinstance(one.get(name), str)), None)
    if speaker is None:
        named = f"one of {', '.join(SPEAKERS)}" if one else "a speaker and a text"
        raise DataError(f"the turn has no speaker; there are {', '.join(one)}", where=where, hint=f"name {named}")
    said = next((one[name] for name in UTTERANCES if name in one), None)
    return Turn(speaker, _text(said, counts, where))


def _text(said: Any, counts: Counter[str], where: str) -> str:
    """Return the text of a turn, which chats with pictures keep as a list of parts."""
    if said is None:
        return ""
    if isinstance(said, str):
        return said.strip()
    if isinstance(said, Sequence):
        parts = [
            part if isinstance(part, str) else part.get("text") for part in said if isinstance(part, str | Mapping)
        ]
        texts = [part.strip() for part in parts if isinstance(part, str)]
        counts[UNREAD] += len(said) - len(texts)
        return "\n".join(texts)
    raise DataError(f"what is said is a {type(said).__name__}, not a text", where=where, hint=HINT)
