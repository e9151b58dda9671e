"""Prompts and answers as tokens, no more than a model has positions for."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from metier.errors import StageError
from metier_weak_label.options import TEXT

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


class PromptTokens:
    """Makes tokens of one prompt with many texts, and of its answers."""

    def __init__(self, prompt: str, tokenizer: PreTrainedTokenizerFast, *, ends: bool, where: str) -> None:
        """`ends` says whether the tokenizer's end of text stands behind the prompt: an encoder reads one."""
        self.before, self.after = prompt.split(TEXT)
        bare = self.after.rstrip(" ")
        self.space, self.after = self.after[len(bare) :], bare
        self.tokenizer = tokenizer
        self.where = where
        found = tokenizer("a", return_special_tokens_mask=True)
        ids, special = found["input_ids"], found["special_tokens_mask"]
        self.first = list(ids[: special.index(0)])
        self.last = list(ids[len(special) - special[::-1].index(0) :]) if ends else []

    def prompt(self, text: str, room: int) -> tuple[list[int], bool]:
        """Return the prompt's tokens, at most `room`, and whether the text's end was left out for that.

        Raises `StageError` where there is no room even without the text.
        """
        kept = text
        while True:
            whole = f"{self.before}{kept}{self.after}"
            found = self.tokenizer(whole, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
            tokens = [*self.first, *found["input_ids"], *self.last]
            if len(tokens) <= room:
                return tokens, kept != text
            if not kept:
                message = f"the prompt has {len(tokens)} tokens without a text, and there is room for {room}"
                raise StageError(message, where=self.where, hint="shorten the prompt or its answers")
            low, high = len(self.before), len(self.before) + len(kept)
            starts = [start for start, _ in found["offset_mapping"] if low <= start < high]
            excess = len(tokens) - room
            kept = kept[: starts[-excess] - low].rstrip() if excess <= len(starts) else ""

    def answer(self, answer: str) -> list[int]:
        """Return an answer's tokens behind the prompt, after a space; Chinese and Japanese have none."""
        before = self.after or "a"
        joined = before[-1].isspace() or any(map(_is_wide, (before[-1], answer[0])))
        space = self.space or ("" if joined else " ")
        start, whole = (self._ids(text) for text in (before, f"{before}{space}{answer}"))
        return whole[len(start) :] if whole[: len(start)] == start else self._ids(f"{space}{answer}")

    def alone(self, answer: str) -> list[int]:
        """Return the tokens of an answer that nothing stands before: a decoder of its own says it."""
        return self._ids(answer)

    def _ids(self, text: str) -> list[int]:
        return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in {"W", "F"}
