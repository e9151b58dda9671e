"""What a model is shown of a prompt: in its own chat format where the tokenizer has one, else in a plain one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from jinja2 import TemplateError

from metier.errors import DataError, RunError
from metier_text_generation.options import HOLE, Options
from metier_text_generation.turns import Turn

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

MARK = "\n\n###\n\n"
"""Stands between a plain prompt and its answer for a decoder, which could not tell where the one ends."""
BETWEEN = "\n\n"


class Prompt(NamedTuple):
    """A prompt in its parts, of which only `text` may be cut."""

    before: str
    text: str
    after: str
    mark: str = ""
    """What only a decoder sees, between prompt and answer."""
    gap: str = ""
    """Spaces with which the answer begins: tokenizers count a space to the word that follows."""


def is_chat(tokenizer: PreTrainedTokenizerFast, options: Options) -> bool:
    """Return whether prompts have the tokenizer's chat format."""
    return options.chat and bool(tokenizer.chat_template)


def prompt_of(turns: Sequence[Turn], options: Options, tokenizer: PreTrainedTokenizerFast, *, where: str) -> Prompt:
    """Return the prompt that asks for the turn after `turns`, which end with the user's.

    Raises `DataError` where they do not, `RunError` where the chat template cannot have such turns.
    """
    *earlier, last = turns
    if last.role != "user":
        hint = "end the prompt with a turn of the user"
        raise DataError(f"the conversation ends with a turn of '{last.role}'", where=where, hint=hint)
    if options.system and (not earlier or earlier[0].role != "system"):
        earlier = [Turn("system", options.system), *earlier]
    if is_chat(tokenizer, options):
        return _chat(earlier, last.content, options, tokenizer, where=where)
    return _plain(earlier, last.content, options)


def end_token(tokenizer: PreTrainedTokenizerFast, options: Options) -> int:
    """Return the token that ends an answer: the one with which the chat format ends a turn, else the end of text.

    Raises `RunError` where the tokenizer has none.
    """
    if is_chat(tokenizer, options):
        turns = [Turn("user", "?"), Turn("assistant", HOLE)]
        closing = _rendered(turns, tokenizer, where=tokenizer.name_or_path, asks=False).rpartition(HOLE)[2]
        first = tokenizer(closing, add_special_tokens=False)["input_ids"][:1]
        if first and tokenizer.added_tokens_decoder.get(first[0]) is not None:
            return int(first[0])
    if tokenizer.eos_token_id is None:
        hint = "set `eos_token` in its tokenizer_config.json: without it a model cannot learn to stop"
        raise RunError("the tokenizer has no end of text", where=tokenizer.name_or_path, hint=hint)
    return int(tokenizer.eos_token_id)


def _chat(
    earlier: Sequence[Turn], text: str, options: Options, tokenizer: PreTrainedTokenizerFast, *, where: str
) -> Prompt:
    turns = [*earlier, Turn("user", options.template or HOLE)]
    before, hole, after = _rendered(turns, tokenizer, where=where).rpartition(HOLE)
    if not hole:
        hint = "set `task: {chat: false}`"
        raise RunError("the tokenizer's chat template does not show what the user says", where=where, hint=hint)
    return _parted(before, text, after, "")


def _plain(earlier: Sequence[Turn], text: str, options: Options) -> Prompt:
    told = [turn.content + (MARK if turn.role == "user" else BETWEEN) for turn in earlier]
    before, _, after = (options.template or HOLE).partition(HOLE)
    return _parted("".join(told) + before, text, after, "" if options.template else MARK)


def _parted(before: str, text: str, after: str, mark: str) -> Prompt:
    kept = after if mark else after.rstrip(" ")
    return Prompt(before, text, kept, mark, after[len(kept) :])


def _rendered(turns: Sequence[Turn], tokenizer: PreTrainedTokenizerFast, *, where: str, asks: bool = True) -> str:
    messages = [turn._asdict() for turn in turns]
    try:
        return str(tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=asks))
    except TemplateError as error:
        roles = ", ".join(turn.role for turn in turns)
        hint = "change the conversation, move `system` into `template`, or set `task: {chat: false}`"
        raise RunError(f"the chat template refuses turns of {roles}: {error}", where=where, hint=hint) from error
