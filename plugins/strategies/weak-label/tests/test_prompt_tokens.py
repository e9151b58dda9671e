"""Prompts as tokens of a tokenizer of bytes, as GPT-2's is: no character is cut in two, nothing of what is asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from metier.errors import StageError
from metier_weak_label._prompt_tokens import PromptTokens


def of_bytes(*merges: tuple[str, str]) -> PreTrainedTokenizerFast:
    """Return a tokenizer with a token a byte, and those that `merges` make; `Ġ` is a space."""
    tokens = [*sorted(pre_tokenizers.ByteLevel.alphabet()), *("".join(pair) for pair in merges)]
    tokenizer = Tokenizer(models.BPE({token: number for number, token in enumerate(tokens)}, list(merges)))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer)


BYTES = of_bytes()
ENGLISH = PromptTokens("News: {text}\nGood or bad? Answer: ", BYTES, ends=False, where="prompt")
CHINESE = PromptTokens("新闻：{text}\n是好是坏？", BYTES, ends=False, where="prompt")


@given(text=st.text(max_size=40), room=st.integers(27, 120), chinese=st.booleans())
def test_what_is_read_is_the_prompt_with_the_beginning_of_the_text(text: str, room: int, chinese: bool) -> None:
    made = CHINESE if chinese else ENGLISH
    tokens, cut = made.prompt(text, room)
    assert len(tokens) <= room
    read = BYTES.decode(tokens)
    assert read.startswith(made.before)
    assert read.endswith(made.after)
    kept = read[len(made.before) : len(read) - len(made.after)]
    assert text.startswith(kept)
    whole = len(f"{made.before}{text}{made.after}".encode())
    assert cut is (whole > room)
    if cut:
        more = next((more for more in range(len(kept) + 1, len(text) + 1) if text[:more] == text[:more].rstrip()), None)
        assert more is None or len(f"{made.before}{text[:more]}{made.after}".encode()) > room, "no more than must be"
    else:
        assert kept == text


def test_a_prompt_without_room_is_said() -> None:
    with pytest.raises(StageError, match="27 tokens without a text, and there is room for 26") as error:
        ENGLISH.prompt("profit", 26)
    assert error.value.problems[0].hint


@pytest.mark.parametrize(
    ("prompt", "answer", "said"),
    [
        ("{text} Answer:", "good", " good"),
        ("{text} Answer: ", "good", " good"),
        ("{text} Answer:  ", "good", "  good"),
        ("{text}\nAnswer:\n", "good", "good"),
        ("News: {text}", "good", " good"),
        ("{text}是", "好消息", "好消息"),
        ("{text}\n答案：", "good", "good"),
        ("{text}\nAnswer: ", "好消息", " 好消息"),
    ],
)
def test_an_answer_follows_as_it_would_be_written(prompt: str, answer: str, said: str) -> None:
    made = PromptTokens(prompt, BYTES, ends=False, where="prompt")
    assert BYTES.decode(made.answer(answer)) == said
    tokens, _ = made.prompt("a", 99)
    assert f"{BYTES.decode(tokens)}{said}" == f"{prompt.replace('{text}', 'a').rstrip(' ')}{said}"


def test_an_answer_is_of_whole_tokens_even_where_they_would_reach_into_the_prompt() -> None:
    tokenizer = of_bytes(("s", "g"))
    made = PromptTokens("{text} is", tokenizer, ends=False, where="prompt")
    assert tokenizer.decode(made.answer("good")) == " good"
    joined = PromptTokens("{text}\nthis", of_bytes(("s", "å"), ("så", "¥")), ends=False, where="prompt")
    assert joined.tokenizer.decode(joined.answer("好")) == "好"
