"""A text with its spans, as every format is read into and written from; and where tokens lie in a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Annotated:
    """A text and its spans."""

    text: str
    spans: Sequence[dict[str, Any]] | None
    """`start`, `end` (characters, the end not included) and `label` each; None where nobody annotated the text yet."""
    remark: str = ""
    """What was done with it that a person should know, in words that follow a number: `objects have no annotations`."""


def aligned(text: str, tokens: Sequence[str]) -> list[tuple[int, int]] | None:
    """Return where each token lies in the text; None where there is more between them than spaces."""
    places, at = [], 0
    for token in tokens:
        at = _behind_spaces(text, at)
        if not text.startswith(token, at):
            return None
        places.append((at, at + len(token)))
        at += len(token)
    return places if _behind_spaces(text, at) == len(text) else None


def _behind_spaces(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at
