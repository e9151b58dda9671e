"""Texts become examples: blocks of one size, or lines; nothing is cut off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


@dataclass(frozen=True)
class Frame:
    """The special tokens of an example that is read as a whole."""

    before: tuple[int, ...]
    after: tuple[int, ...]
    between: tuple[int, ...]
    """What stands between two texts of a block."""

    def room(self, size: int) -> int:
        """Return how many tokens of text an example of `size` tokens holds."""
        return size - len(self.before) - len(self.after)

    def filled(self, value: int) -> Frame:
        """Return a frame of the same shape, for a column that stands beside the tokens."""
        before, after, between = ((value,) * len(one) for one in (self.before, self.after, self.between))
        return Frame(before, after, between)


class Packed(NamedTuple):
    """A block of documents, or of parts of them, that do not see each other."""

    tokens: list[int]
    lengths: list[int]
    """Tokens of each."""


def encoder_frame(tokenizer: PreTrainedTokenizerFast) -> Frame:
    """Return the frame that the tokenizer puts around a text (`[CLS]`, `[SEP]`); its end also parts two texts."""
    before, after = _around(tokenizer)
    return Frame(before, after, after)


def decoder_ends(tokenizer: PreTrainedTokenizerFast) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return what a document begins and ends with: the first token, if the tokenizer puts it; the end token, if any."""
    before, _ = _around(tokenizer)
    first = () if tokenizer.bos_token_id is None or before != (tokenizer.bos_token_id,) else before
    return first, () if tokenizer.eos_token_id is None else (int(tokenizer.eos_token_id),)


def _around(tokenizer: PreTrainedTokenizerFast) -> tuple[tuple[int, ...], tuple[int, ...]]:
    mask = tokenizer("a", return_special_tokens_mask=True)
    ids, special = list(mask["input_ids"]), list(mask["special_tokens_mask"])
    first = special.index(0)
    last = len(special) - special[::-1].index(0)
    return tuple(ids[:first]), tuple(ids[last:])


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
            joined += [*frame.between, *text] if joined else text
    return lines([joined], frame, size=size)


def packed(documents: Sequence[Sequence[int]], *, size: int) -> list[Packed]:
    """Return documents one after the other in blocks of `size` tokens, or of one less; the last is shorter.

    A document that does not fit goes on in the next block, which begins with its last token once more: so each token
    but a document's first is guessed just once. A document of one token has nothing to guess and is left out.
    """
    found: list[Packed] = []
    block = Packed([], [])
    for document in documents:
        start = 0
        while start < len(document) - 1:
            if size - len(block.tokens) < 2:
                found.append(block)
                block = Packed([], [])
            piece = document[start : start + size - len(block.tokens)]
            block.tokens.extend(piece)
            block.lengths.append(len(piece))
            start += len(piece) - 1
    return [*found, block] if block.tokens else found
