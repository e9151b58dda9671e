"""A conversation in one text: a line such as `<|user|>` before each turn. A text without such lines is a user's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

ROLES = ("system", "user", "assistant")
MARK = re.compile(rf"<\|({'|'.join(ROLES)})\|>")


class Turn(NamedTuple):
    """What one side says."""

    role: str
    content: str


def written(turns: Sequence[Turn]) -> str:
    """Return turns as one text; `read` gives them back, but for space around them."""
    if len(turns) == 1 and turns[0].role == "user" and not MARK.match(turns[0].content.lstrip()):
        return turns[0].content
    return "\n".join(f"<|{turn.role}|>\n{turn.content}" for turn in turns)


def read(text: str) -> list[Turn]:
    """Return the turns of a text."""
    if not MARK.match(text.lstrip()):
        return [Turn("user", text.strip())]
    _, *parts = MARK.split(text)
    return [Turn(role, content.strip()) for role, content in zip(parts[::2], parts[1::2], strict=True)]
