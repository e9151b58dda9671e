"""Windows over a question and its text, where their tokens lie in the text, and where the answer is in each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from metier.data.spans import without_spaces
from metier.errors import DataError
from metier.training.padding import KINDS
from metier_question_answering.answers import BEGINS, ENDS
from metier_question_answering.matching import UNSPACED

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

ROWS = 32
"""Rows tokenised at a time: what a tokenizer returns of long texts is many times larger than what is kept of it."""
Tokens = np.ndarray[Any, np.dtype[np.int32]]


class Window(NamedTuple):
    """A question, and as much of its text as the model reads at a time."""

    row: int
    input_ids: Tokens
    kinds: Tokens | None
    """0 or 1: of which of both texts each token is; None where the model is not told."""
    starts: Tokens
    ends: Tokens
    """(tokens,): where each lies in the text; from 0 to 0 for one that is no part of it."""
    borders: Tokens
    """(tokens,): `BEGINS` and `ENDS` where an answer may begin and end, which is not inside a word."""
    null: int
    """The token that stands for "no answer": the one for the whole sequence, or the first."""


def windows(
    questions: Sequence[str], texts: Sequence[str], tokenizer: PreTrainedTokenizerFast, *, max_length: int, stride: int
) -> Iterator[Window]:
    """Yield the windows of each row, in order; those of one text share `stride` tokens of it.

    Raises `DataError` for a question that leaves no room for the text.
    """
    between = "" if tokenizer.sep_token else "\n"  # a decoder has nothing of its own that parts two texts
    kinds = KINDS in tokenizer.model_input_names
    for first in range(0, len(questions), ROWS):
        asked = [question + between for question in questions[first : first + ROWS]]
        given = list(texts[first : first + ROWS])
        _hold(asked, tokenizer, max_length=max_length, stride=stride)
        encoded = tokenizer(
            asked,
            given,
            truncation="only_second",
            max_length=max_length,
            stride=stride,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            return_attention_mask=False,
            return_token_type_ids=kinds,
        )
        for number, row in enumerate(encoded["overflow_to_sample_mapping"]):
            places = [
                _within(given[row], *place) if of == 1 else (0, 0)
                for of, place in zip(encoded.sequence_ids(number), encoded["offset_mapping"][number], strict=True)
            ]
            ids = np.array(encoded["input_ids"][number], dtype=np.int32)
            starts, ends = np.array(places, dtype=np.int32).T
            borders = np.array([_borders(given[row], *place) for place in places], dtype=np.int32)
            of_both = np.array(encoded[KINDS][number], dtype=np.int32) if kinds else None
            yield Window(first + int(row), ids, of_both, starts, ends, borders, _null(ids, tokenizer))


def targets(found: Sequence[Window], answers: Sequence[Mapping[str, Any]], *, where: str = "") -> list[tuple[int, int]]:
    """Return for each window of a row the first and last token of the answer there; its null token twice for none.

    An answer is in the windows that hold most of it: all of it, or as much as any does where it is longer than what
    two windows share. Of several answers the first one in the window counts. Raises `DataError` for an answer that no
    token stands for.
    """
    chosen = [(window.null, window.null) for window in found]
    for answer in reversed(answers):
        held = [np.flatnonzero((one.ends > answer["start"]) & (one.starts < answer["end"])) for one in found]
        most = max(len(tokens) for tokens in held)
        if not most:
            said = f"no token of this model's stands for the answer from {answer['start']} to {answer['end']}"
            hint = "look at the characters there; `prepare: [normalize]` takes odd ones out"
            raise DataError(said, where=where, hint=hint)
        for number, tokens in enumerate(held):
            if len(tokens) == most:
                chosen[number] = (int(tokens[0]), int(tokens[-1]))
    return chosen


def shared(stride: int, max_length: int) -> int:
    """Return the tokens that windows share: `stride`, but a third of a window at most, so that each goes on."""
    return min(stride, max_length // 3)


def _hold(questions: Sequence[str], tokenizer: PreTrainedTokenizerFast, *, max_length: int, stride: int) -> None:
    """Raise `DataError` where a question leaves a window no more of its text than the one before had."""
    lengths = map(len, tokenizer(list(questions), add_special_tokens=False)["input_ids"])
    special = tokenizer.num_special_tokens_to_add(pair=True)
    for question, length in zip(questions, lengths, strict=True):
        room = max_length - length - special
        if room <= stride:
            said = f"the question '{question[:60].strip()}' has {length} tokens"
            message = f"{said}, which leaves {max(room, 0)} for the text, and windows share {stride}"
            hint = f"raise `training.max_length`, which is {max_length}, or shorten the question"
            raise DataError(message, hint=hint)


def _null(ids: Tokens, tokenizer: PreTrainedTokenizerFast) -> int:
    """Return the place of the token that an encoder has for the whole sequence, else the first."""
    return int(np.argmax(ids == tokenizer.cls_token_id)) if isinstance(tokenizer.cls_token_id, int) else 0


def _borders(text: str, start: int, end: int) -> int:
    """Return whether an answer may begin at a token, and end at it; neither for one that is no part of the text."""
    return BEGINS * (not _parts_word(text, start)) + ENDS * (not _parts_word(text, end)) if start < end else 0


def _parts_word(text: str, place: int) -> bool:
    """Return whether letters or digits of one word stand on both sides of a place."""
    if not 0 < place < len(text):
        return False
    return all(one.isalnum() and not UNSPACED.match(one) for one in text[place - 1 : place + 1])


def _within(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where a token's characters lie without the space that some tokenizers count to it; 0, 0 for spaces."""
    start, end = without_spaces(text, start, end)
    return (start, end) if start < end else (0, 0)
