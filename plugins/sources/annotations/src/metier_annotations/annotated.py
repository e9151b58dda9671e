"""A text with its spans or its labels, as every format is read into and written from; and where tokens lie in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Annotation = Literal["spans", "label", "labels"]
"""What people gave: spans of a text, one label of the whole, or several."""


@dataclass(frozen=True, slots=True)
class Annotated:
    """A text and its spans."""

    text: str
    spans: Sequence[dict[str, Any]] | None
    """`start`, `end` (characters, the end not included) and `label` each; None where nobody annotated the text yet."""
    remark: str = ""
    """What was done with it that a person should know, in words that follow a number: `objects have no annotations`."""


@dataclass(frozen=True, slots=True)
class Classified:
    """A text and the labels of the whole."""

    text: str
    labels: Sequence[dict[str, Any]] | None
    """`label` each, and `score` where a model proposed it; None where nobody labelled the text yet."""
    remark: str = ""
    """As of `Annotated`."""


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
