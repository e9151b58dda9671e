"""What `train` may say, read into one value."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal[
    "top", "bottom", "every", "auto", "head", "embeddings", "biases", "layer-norms", "names"
]  # fmt: skip

COUNTED = re.compile(r"(top|bottom|every|auto)-([1-9]\d*)")
WORDS = ("head", "embeddings", "biases", "layer-norms")
AUTO = 2
"""Layers that `auto` without a number chooses."""


class Choice(NamedTuple):
    """Which parameters train besides the head."""

    kind: Kind
    number: int = 0
    """Layers; with `every`, the distance between two."""
    globs: tuple[str, ...] = ()
    """With `names`: over parameter names."""

    @property
    def counts_layers(self) -> bool:
        """Whether it trains whole layers."""
        return self.kind in ("top", "bottom", "every", "auto")


def read(train: str | tuple[str, ...]) -> Choice:
    """Return what `train` says; raises `ValueError` where it says nothing known."""
    if not isinstance(train, str):
        if not train:
            raise ValueError("an empty list trains nothing; `head` trains the head alone")
        return Choice("names", globs=tuple(train))
    if train == "auto":
        return Choice("auto", AUTO)
    if train in WORDS:
        return Choice(train)  # type: ignore[arg-type]  # WORDS are kinds
    if match := COUNTED.fullmatch(train):
        return Choice(match[1], int(match[2]))  # type: ignore[arg-type]  # so are the pattern's words
    known = "top-N, bottom-N, every-N, auto, auto-N (N from 1), head, embeddings, biases or layer-norms"
    raise ValueError(f"{train!r} is none of {known}; give globs over parameter names as a list")


def indices(choice: Choice, size: int) -> set[int]:
    """Return which layers of a stack of `size` a counted choice trains; 0 is the lowest."""
    if choice.kind == "top":
        return set(range(max(size - choice.number, 0), size))
    if choice.kind == "bottom":
        return set(range(min(choice.number, size)))
    assert choice.kind == "every", "the other choices do not follow from a number alone"
    return set(range(size - 1, -1, -choice.number))
