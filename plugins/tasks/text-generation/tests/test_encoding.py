"""Whatever the length: a prompt loses text where it may, an answer that is cut has no end, and both are said."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from metier.errors import DataError, StageError
from metier_text_generation.encoding import Example, Writer, encoded
from metier_text_generation.options import Options
from metier_text_generation.turns import Turn, written

END = "<end>"
CHAT = (
    "{% for message in messages %}<{{ message['role'] }}>{{ message['content'] }}<end>{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)
TEXT = st.text("ab 泵é😀\n", min_size=1, max_size=40).filter(lambda text: bool(text.strip()))


def tokenizer(chat: str | None = None) -> PreTrainedTokenizerFast:
    """Return a tokenizer of bytes: a Chinese character is three tokens."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Tokenizer(models.BPE(vocab={sign: i for i, sign in enumerate(alphabet)}, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=made, eos_token=END, chat_template=chat)


BYTES, CHATTING = tokenizer(), tokenizer(CHAT)


def parts(example: Example, by: PreTrainedTokenizerFast) -> tuple[str, str]:
    """Return prompt and answer as text."""
    ids = example.input_ids
    return by.decode(ids[: example.source]), by.decode(ids[example.start :])


@given(TEXT, st.integers(1, 60), st.sampled_from(["start", "end"]))
@settings(deadline=None)
def test_only_text_is_cut_and_no_character_is_halved(text: str, space: int, cut: Any) -> None:
    options = Options(template="«{text}»", cut=cut, max_new_tokens=8)
    writer = Writer(options, BYTES, max_length=8 + 4 + space)  # the quotes are two bytes each
    whole = text.strip()
    prompt, answer = parts(writer.example(text, "yes", where="r"), BYTES)
    kept = prompt[1:-1]
    assert (prompt[0], prompt[-1], answer) == ("«", "»", f"yes{END}")
    assert whole.endswith(kept) if cut == "start" else whole.startswith(kept)
    assert space - 4 < len(kept.encode()) <= space or kept == whole
    assert writer.cut == (["r"] if kept != whole else [])


@given(TEXT, st.sampled_from(["", "So: ", "诊断："]), st.sampled_from(["{text}:", "{text} = ", "{text}\n"]))
@settings(deadline=None)
def test_an_answer_comes_back_from_its_tokens(text: str, prefix: str, template: str) -> None:
    options = Options(prefix=prefix, template=template, max_new_tokens=400)
    example = Writer(options, BYTES, max_length=800).example("?", prefix + text.strip(), where="r")
    said = BYTES.decode(example.input_ids[example.start :], skip_special_tokens=True)
    assert prefix + said.strip() == prefix + text.strip()
    given = BYTES.decode(example.input_ids[example.source : example.start])
    assert given == (" " + prefix if template.endswith(" ") and prefix else prefix).rstrip(" ")
    assert len(example.input_ids) - example.start <= example.room == 400 - example.given


def test_the_prompt_is_the_same_whether_its_answer_is_known() -> None:
    writer = Writer(Options(), BYTES, max_length=48)
    known, asked = (writer.example("leaks " * 9, answer, where="r") for answer in ("yes", None))
    assert known.input_ids[: known.start] == asked.input_ids
    assert known[1:] == asked[1:]


def test_of_a_conversation_the_oldest_turns_go_first() -> None:
    pair = [Turn("user", "Dry?"), Turn("assistant", "No.")]
    talk = written([Turn("system", "Be brief."), *pair * 3, Turn("user", "Why so?")])

    def shown(room: int) -> tuple[str, bool]:
        writer = Writer(Options(max_new_tokens=20), CHATTING, max_length=room + 20)
        return parts(writer.example(talk, None, where="r"), CHATTING)[0], bool(writer.cut)

    first, between, last = "<system>Be brief.<end>", "<user>Dry?<end><assistant>No.<end>", "<end><assistant>"
    assert shown(121) == (f"{first}{between * 3}<user>Why so?{last}", False)
    assert shown(120) == (f"{first}{between * 2}<user>Why so?{last}", True)
    assert shown(43) == (f"{first}<user>Why so?{last}", True)
    assert shown(40) == (f"{first}<user> so?{last}", True)


def test_what_is_too_long_is_said(caplog: pytest.LogCaptureFixture) -> None:
    rows = {"id": ["a", "b", "c"], "text": ["long " * 20, "short", "?"], "answer": ["yes", "no " * 20, "no"]}
    with caplog.at_level(logging.INFO, logger="metier"):
        columns = encoded(rows, Options(max_new_tokens=8), BYTES, 40)
    assert "1 of 3 prompts were cut at their start to leave 8 tokens for the answer (a)" in caplog.text
    assert "1 of 3 answers are longer than 8 tokens: their ends are not learnt (b)" in caplog.text
    learnt = [BYTES.decode(ids[start:]) for ids, start in zip(columns["input_ids"], columns["start"], strict=True)]
    assert learnt == ["yes<end>", "no no no", "no<end>"]
    assert all(len(ids) <= 40 for ids in columns["input_ids"])


def test_what_cannot_be_encoded_is_an_error() -> None:
    with pytest.raises(StageError, match="of a max_length of 16, 16 tokens are for the answer"):
        encoded({"text": ["?"]}, Options(max_new_tokens=16), BYTES, 16)
    with pytest.raises(StageError, match="does not fit"):
        encoded({"text": ["?"]}, Options(choices=("yes", "a long answer"), max_new_tokens=8), BYTES, 64)
    with pytest.raises(DataError, match="tokens stand around the text, and there is room for 4") as error:
        encoded({"id": ["a"], "text": ["?"]}, Options(template="what is said is {text}", max_new_tokens=12), BYTES, 16)
    assert error.value.problems[0].where == "a"
    with pytest.raises(DataError, match="the answer holds <end>, which is to end it"):
        encoded({"id": ["a"], "text": ["?"], "answer": ["yes<end> no"]}, Options(), BYTES, 64)
    folding = tokenizer()
    folding.backend_tokenizer.normalizer = normalizers.Lowercase()
    with pytest.raises(DataError, match="cannot tell 'Yes' from 'yes'"):
        encoded({"text": ["?"]}, Options(choices=("yes", "Yes")), folding, 64)
