"""Prompts with their answers as tokens; what is too long is said, and an answer that is cut has no end."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from metier.errors import DataError, StageError
from metier_text_generation.answering import AnswerTokens
from metier_text_generation.options import Options
from metier_text_generation.prompts import Prompt, is_chat, prompt_of
from metier_text_generation.turns import Turn, read

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

logger = logging.getLogger("metier")
NAMED = 3
"""Rows that a note names."""
HINT = "raise `training.max_length`, or lower `task.max_new_tokens`"


class Example(NamedTuple):
    """A prompt with its answer, where that is known, and where the parts begin."""

    input_ids: list[int]
    source: int
    """Tokens of the prompt: all that an encoder reads."""
    start: int
    """Where the answer goes on: before it are the prompt, its mark, and what every answer begins with."""
    given: int
    """Tokens of what every answer begins with."""
    room: int
    """Tokens that there may be from `start` on."""


@dataclass(frozen=True)
class Writer:
    """Makes examples for one tokenizer and one length."""

    options: Options
    tokenizer: PreTrainedTokenizerFast
    max_length: int
    cut: list[str] = field(default_factory=list)
    """Rows whose prompt lost some of its text."""
    too_long: list[str] = field(default_factory=list)
    """Rows whose answer has more tokens than there is room for."""

    @cached_property
    def answers(self) -> AnswerTokens:
        """What makes tokens of answers."""
        return AnswerTokens(self.options, self.tokenizer)

    @property
    def room(self) -> int:
        """Tokens of an answer, its end included."""
        return self.options.max_new_tokens or self.max_length // 2

    @cached_property
    def first(self) -> list[int]:
        """What the tokenizer puts before a text: its beginning, with most decoders; a chat template has it already."""
        if is_chat(self.tokenizer, self.options):
            return []
        found = self.tokenizer("a", return_special_tokens_mask=True)
        return list(found["input_ids"][: found["special_tokens_mask"].index(0)])

    def example(self, text: str, answer: str | None, *, where: str) -> Example:
        """Return a row's example; of an answer that is too long the beginning, without the end, is to be learnt."""
        prompt, mark = self._prompt(read(text), where=where)
        given = self.answers.given
        room = self.room - len(given)
        said = [] if answer is None else self.answers.of(answer.strip(), where=where)
        if len(said) > room:
            self.too_long.append(where)
            said = said[:room]
        start = len(prompt) + len(mark) + len(given)
        return Example([*prompt, *mark, *given, *said], len(prompt), start, len(given), room)

    def _prompt(self, turns: Sequence[Turn], *, where: str) -> tuple[list[int], list[int]]:
        """Return the tokens of a prompt and its mark, no more than there is room for.

        Of a conversation the oldest questions go first, with their replies, then some of the last one's text.
        """
        left = turns
        while True:
            prompt = prompt_of(left, self.options, self.tokenizer, where=where)
            whole = prompt.before + prompt.text + prompt.after
            found = self.tokenizer(whole, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
            tokens, mark = list(found["input_ids"]), self.answers.ids(prompt.mark)
            excess = len(self.first) + len(tokens) + len(mark) - (self.max_length - self.room)
            shorter = without_oldest(left) if excess > 0 else left
            if len(shorter) == len(left):
                break
            left = shorter
        if excess > 0:
            tokens = self._shortened(tokens, found["offset_mapping"], prompt, excess, where=where)
        if excess > 0 or len(left) < len(turns):
            self.cut.append(where)
        return [*self.first, *tokens], mark

    def _shortened(
        self, tokens: list[int], places: Sequence[tuple[int, int]], prompt: Prompt, excess: int, *, where: str
    ) -> list[int]:
        """Return tokens without `excess` of those of the text, or some more, so that no character is cut in two."""
        first, last = len(prompt.before), len(prompt.before) + len(prompt.text)
        inside = [at for at, (start, end) in enumerate(places) if first <= start < end <= last]
        if len(inside) <= excess:
            around = len(tokens) - len(inside)
            message = f"{around} tokens stand around the text, and there is room for {len(tokens) - excess}"
            raise DataError(message, where=where, hint=HINT)
        if self.options.cut == "end":
            inside = inside[::-1]
        while excess < len(inside) and _meet(places[inside[excess]], places[inside[excess - 1]]):
            excess += 1
        gone = set(inside[:excess])
        return [token for at, token in enumerate(tokens) if at not in gone]


def encoded(
    rows: Mapping[str, Sequence[Any]], options: Options, tokenizer: PreTrainedTokenizerFast, max_length: int
) -> dict[str, list[Any]]:
    """Return the examples of rows as columns, and log what was cut or left out.

    Raises `StageError` where the options leave no room for a prompt or a choice.
    """
    writer = Writer(options, tokenizer, max_length)
    longest = max(map(len, writer.answers.choices()), default=1)
    if writer.room >= max_length or len(writer.answers.given) + longest > writer.room:
        message = f"of a max_length of {max_length}, {writer.room} tokens are for the answer: that does not fit"
        raise StageError(message, where="task.max_new_tokens", hint=HINT)
    count = len(rows["text"])
    names = rows.get("id", [f"row {number}" for number in range(1, count + 1)])
    answers = rows.get("answer", [None] * count)
    examples = [
        writer.example(text, answer, where=str(name))
        for text, answer, name in zip(rows["text"], answers, names, strict=True)
    ]
    _say(writer, count)
    return {name: [getattr(one, name) for one in examples] for name in Example._fields}


def without_oldest(turns: Sequence[Turn]) -> Sequence[Turn]:
    """Return a conversation without its oldest question and reply; as it is where one question is left."""
    told = [turn for turn in turns if turn.role == "system"]
    others = [turn for turn in turns if turn.role != "system"]
    return [*told, *others[2:]] if len(others) > 2 else [*told, *others[-1:]]


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _say(writer: Writer, count: int) -> None:
    if writer.cut:
        message = "text-generation: %d of %d prompts were cut at their %s to leave %d tokens for the answer (%s)"
        logger.info(message, len(writer.cut), count, writer.options.cut, writer.room, _named(writer.cut))
    if writer.too_long:
        message = "text-generation: %d of %d answers are longer than %d tokens: their ends are not learnt (%s)"
        logger.warning(message, len(writer.too_long), count, writer.room, _named(writer.too_long))


def _named(rows: Sequence[str]) -> str:
    return ", ".join(rows[:NAMED]) + (f" and {len(rows) - NAMED} more" if len(rows) > NAMED else "")
