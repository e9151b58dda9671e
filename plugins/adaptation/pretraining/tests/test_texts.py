"""Texts become examples, and no token is lost on the way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from metier.testing.models import build_tokenizer
from metier_pretraining._texts import Frame, blocks, decoder_frame, encoder_frame, lines

texts = st.lists(st.lists(st.integers(10, 99), max_size=30), max_size=12)
ENCODER = Frame((1,), (2,), (2,))
DECODER = Frame((), (), (3,))


@given(texts=texts, size=st.integers(8, 20))
def test_lines_keep_every_token_in_order(texts: list[list[int]], size: int) -> None:
    examples = lines(texts, ENCODER, size=size)
    assert [token for one in examples for token in one[1:-1]] == [token for text in texts for token in text]
    assert all(one[0] == 1 and one[-1] == 2 and 3 <= len(one) <= size for one in examples)


@given(texts=texts, size=st.integers(8, 20))
def test_encoder_blocks_are_full_and_keep_every_token(texts: list[list[int]], size: int) -> None:
    examples = blocks(texts, ENCODER, size=size)
    assert [t for one in examples for t in one if t > 9] == [t for text in texts for t in text]
    assert all(len(one) == size for one in examples[:-1])
    inside = [token for one in examples for token in one[1:-1]]
    assert inside.count(2) == max(0, len([text for text in texts if text]) - 1), "one separator between two texts"


@given(texts=texts, size=st.integers(8, 20))
def test_decoder_blocks_end_each_text(texts: list[list[int]], size: int) -> None:
    examples = blocks(texts, DECODER, size=size)
    expected = [token for text in texts if text for token in [*text, 3]]
    assert [token for one in examples for token in one] == expected


def test_frames_come_from_the_tokenizer() -> None:
    tokenizer = build_tokenizer()
    start, end = tokenizer.cls_token_id, tokenizer.sep_token_id
    assert encoder_frame(tokenizer) == Frame((start,), (end,), (end,))
    assert decoder_frame(tokenizer) == Frame((), (), (end,))
    tokenizer.eos_token = None
    assert decoder_frame(tokenizer) == Frame((), (), ())
