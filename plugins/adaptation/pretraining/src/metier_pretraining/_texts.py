"""Texts become examples: blocks of one size, or lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


@dataclass(frozen=True)
class Frame:
    """The special tokens of an example."""

    before: tuple[int, ...]
    after: tuple[int, ...]
    between: tuple[int, ...]
    """What stands between two texts of a block."""

    def room(self, size: int) -> int:
        """Return how many tokens of text an example of `size` tokens holds."""
        return size - len(self.before) - len(self.after)


def encoder_frame(tokenizer: PreTrainedTokenizerFast) -> Frame:
    """Return the frame that the tokenizer puts around a text (`[CLS]`, `[SEP]`); its end also parts two texts."""
    mask = tokenizer("a", return_special_tokens_mask=True)
    ids, special = list(mask["input_ids"]), list(mask["special_tokens_mask"])
    first = special.index(0)
    last = len(special) - special[::-1].index(0)
    return Frame(tuple(ids[:first]), tuple(ids[last:]), tuple(ids[last:]))


def decoder_frame(tokenizer: PreTrainedTokenizerFast) -> Frame:
    """Return the frame of a decoder: each text ends with the end token, where there is one."""
    end = () if tokenizer.eos_token_id is None else (int(tokenizer.eos_token_id),)
    return Frame((), (), end)


def lines(texts: Sequence[Sequence[int]], frame: Frame, *, size: int) -> list[list[int]]:
    """Return each text as an example of its own; one that is too long becomes several."""
    room = frame.room(size)
    pieces = [text[start : start + room] for text in texts for start in range(0, len(text), room)]
    return [[*frame.before, *piece, *frame.after] for piece in pieces]


def blocks(texts: Sequence[Sequence[int]], frame: Frame, *, size: int) -> list[list[int]]:
    """Return texts joined and cut into examples of `size` tokens; the last is shorter."""
    joined: list[int] = []
    for text in texts:
        if text:
            joined += [*text, *frame.between]
    if frame.between and frame.between == frame.after:
        del joined[-len(frame.between) :]  # the last example ends with the same
    return lines([joined], frame, size=size)
