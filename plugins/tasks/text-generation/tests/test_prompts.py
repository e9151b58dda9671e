"""What a model is shown of a prompt, with a chat template and without."""

from __future__ import annotations

import pytest
from transformers import PreTrainedTokenizerFast

from metier.errors import DataError, RunError
from metier.testing.models import build_tokenizer
from metier_text_generation.options import Options
from metier_text_generation.prompts import MARK, Prompt, end_token, prompt_of
from metier_text_generation.turns import Turn

CHAT = (
    "{% for message in messages %}<{{ message['role'] }}>{{ message['content'] | trim }}[MASK]{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)
"""A chat template in which a turn ends with another token than a text."""
TALK = [Turn("user", "Is it dry?"), Turn("assistant", "It leaks."), Turn("user", "Where?")]


def tokenizer(chat: str | None = None) -> PreTrainedTokenizerFast:
    made = build_tokenizer()
    made.chat_template = chat
    return made


def shown(prompt: Prompt) -> str:
    return prompt.before + prompt.text + prompt.after + prompt.mark


def test_a_plain_prompt_ends_with_a_mark_or_with_its_template() -> None:
    one = [Turn("user", "Is it dry?")]
    plain = tokenizer()
    assert shown(prompt_of(one, Options(), plain, where="r")) == f"Is it dry?{MARK}"
    assert shown(prompt_of(one, Options(system="Be brief."), plain, where="r")) == f"Be brief.\n\nIs it dry?{MARK}"
    asked = prompt_of(one, Options(template="Q: {text}\nA:  "), plain, where="r")
    assert (shown(asked), asked.text, asked.gap) == ("Q: Is it dry?\nA:", "Is it dry?", "  ")
    talk = shown(prompt_of(TALK, Options(), plain, where="r"))
    assert talk == f"Is it dry?{MARK}It leaks.\n\nWhere?{MARK}"


def test_a_chat_template_is_used_where_there_is_one() -> None:
    chat = tokenizer(CHAT)
    asked = prompt_of(TALK, Options(system="Be brief.", template="Say: {text} "), chat, where="r")
    before = "<system>Be brief.[MASK]<user>Is it dry?[MASK]<assistant>It leaks.[MASK]<user>Say: "
    assert asked == Prompt(before, "Where?", "[MASK]<assistant>")
    assert prompt_of(TALK, Options(chat=False), chat, where="r").mark == MARK


def test_a_conversation_may_bring_its_own_system_turn() -> None:
    own = [Turn("system", "Be long."), TALK[0]]
    assert shown(prompt_of(own, Options(system="Be brief."), tokenizer(CHAT), where="r")).startswith(
        "<system>Be long.[MASK]<user>"
    )


def test_an_answer_ends_as_the_chat_template_ends_a_turn() -> None:
    chat = tokenizer(CHAT)
    assert end_token(chat, Options()) == chat.mask_token_id
    assert end_token(chat, Options(chat=False)) == chat.eos_token_id
    bare = tokenizer("{% for message in messages %}{{ message['content'] }} {% endfor %}")
    assert end_token(bare, Options()) == bare.eos_token_id
    without = tokenizer()
    without.eos_token = None
    with pytest.raises(RunError, match="no end of text"):
        end_token(without, Options())


def test_what_cannot_be_asked_is_said() -> None:
    with pytest.raises(DataError, match="ends with a turn of 'assistant'"):
        prompt_of(TALK[:2], Options(), tokenizer(), where="r")
    strict = tokenizer("{{ raise_exception('no system turns') }}")
    with pytest.raises(RunError, match="refuses turns of user: no system turns"):
        prompt_of(TALK[:1], Options(), strict, where="r")
    with pytest.raises(RunError, match="does not show what the user says"):
        prompt_of(TALK[:1], Options(), tokenizer("hello"), where="r")
