"""Tags of tokens and spans of tokens: IOB1, IOB2 and BIOES, one into the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

Scheme = Literal["iob1", "iob2", "bioes"]
BEGIN, INSIDE, END, SINGLE = "B", "I", "E", "S"
PARTS = {"B": BEGIN, "I": INSIDE, "E": END, "L": END, "S": SINGLE, "U": SINGLE, "W": SINGLE, "M": INSIDE}
"""What the letters in front of labels mean; BILOU, BMEWO and BMES write the same with others."""
OUTSIDE = frozenset({"O", "", "-", "_"})


class TokenSpan(NamedTuple):
    """A run of tokens with a label; the end is not included."""

    start: int
    end: int
    label: str


class TagError(ValueError):
    """A tag that is none; `place` is the token's number."""

    def __init__(self, message: str, place: int) -> None:
        super().__init__(message)
        self.place = place


def spans_of(tags: Sequence[str]) -> list[TokenSpan]:
    """Return the spans that tags of any of the schemes mean, in order.

    A label goes on while its tags are insides or ends; B and S begin, E and S end. So an I behind nothing begins a span
    (IOB1), and one behind another label does. Raises `TagError` for a tag without a part in front (`PER`).
    """
    found: list[TokenSpan] = []
    start: int | None = None
    label = ""
    for place, tag in enumerate([*tags, "O"]):
        part, name = parts(tag, place)
        goes_on = start is not None and part in (INSIDE, END) and name == label
        if start is not None and not goes_on:
            found.append(TokenSpan(start, place, label))
            start = None
        if part and start is None:
            start, label = place, name
        if part in (END, SINGLE) and start is not None:
            found.append(TokenSpan(start, place + 1, label))
            start = None
    return found


def tags_of(spans: Iterable[TokenSpan], tokens: int, scheme: Scheme) -> list[str]:
    """Return the tags of so many `tokens` with `spans` that do not overlap."""
    tags, before = ["O"] * tokens, (-1, "")
    for span in sorted(spans):
        for place in range(span.start, span.end):
            tags[place] = f"{INSIDE}-{span.label}"
        touches = before == (span.start, span.label)
        if scheme != "iob1" or touches:
            tags[span.start] = f"{BEGIN}-{span.label}"
        if scheme == "bioes":
            tags[span.end - 1] = f"{END if span.end - span.start > 1 else SINGLE}-{span.label}"
        before = (span.end, span.label)
    return tags


def parts(tag: str, place: int) -> tuple[str, str]:
    """Return what a tag says of its token, and the label; two empty ones for a token outside.

    Raises `TagError` for a tag without a part in front.
    """
    if tag in OUTSIDE:
        return "", ""
    letter, dash, name = tag.partition("-")
    if not dash:
        letter, dash, name = tag.partition("_")
    if letter not in PARTS or not name:
        letters = ", ".join(sorted(PARTS))
        raise TagError(f"'{tag}' is no tag: O, or a letter of {letters} and a label, like B-PER", place)
    return PARTS[letter], name
