"""Texts become examples, and no token is lost on the way."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from tokenizers import processors

from metier.testing.models import build_tokenizer
from metier_pretraining._texts import Frame, blocks, decoder_ends, encoder_frame, lines, packed

texts = st.lists(st.lists(st.integers(10, 99), max_size=30), max_size=12)
ENCODER = Frame((1,), (2,), (2,))


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
def test_a_column_beside_the_tokens_is_cut_as_they_are(texts: list[list[int]], size: int) -> None:
    for cut in (blocks, lines):
        tokens = cut(texts, ENCODER, size=size)
        beside = cut([[-token for token in text] for text in texts], ENCODER.filled(-1), size=size)
        assert [[-1 if token < 10 else -token for token in one] for one in tokens] == beside


@given(documents=texts, size=st.integers(8, 20))
def test_each_token_of_a_document_is_guessed_once_from_the_one_before(documents: list[list[int]], size: int) -> None:
    asked = []
    for block in packed(documents, size=size):
        assert sum(block.lengths) == len(block.tokens)
        start = 0
        for length in block.lengths:
            asked += pairwise(block.tokens[start : start + length])
            start += length
    assert asked == [pair for document in documents for pair in pairwise(document)]


@given(documents=texts, size=st.integers(8, 20))
def test_packed_blocks_are_full_but_for_a_place_that_nothing_can_be_guessed_in(
    documents: list[list[int]], size: int
) -> None:
    found = packed(documents, size=size)
    assert all(len(block.tokens) in {size - 1, size} for block in found[:-1])
    assert all(length >= 2 for block in found for length in block.lengths)


def test_a_corpus_shorter_than_a_block_is_one_shorter_block() -> None:
    assert blocks([[10, 11], [12]], ENCODER, size=100) == [[1, 10, 11, 2, 12, 2]]
    assert packed([[10, 11], [12, 13, 14]], size=100) == [([10, 11, 12, 13, 14], [2, 3])]


def test_frames_come_from_the_tokenizer() -> None:
    tokenizer = build_tokenizer()
    start, end = tokenizer.cls_token_id, tokenizer.sep_token_id
    assert encoder_frame(tokenizer) == Frame((start,), (end,), (end,))
    assert decoder_ends(tokenizer) == ((start,), (end,)), "it puts its first token before a text, as Llama's does"
    tokenizer.backend_tokenizer.post_processor = processors.ByteLevel()
    assert decoder_ends(tokenizer) == ((), (end,)), "it puts none, as GPT-2's does not"
    tokenizer.eos_token = None
    assert decoder_ends(tokenizer) == ((), ())
