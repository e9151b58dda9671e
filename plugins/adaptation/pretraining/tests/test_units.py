"""Words are whole with each kind of tokenizer, and terms are one unit."""

from __future__ import annotations

import pytest
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from metier_pretraining._lexicon import find_terms
from metier_pretraining._units import Pieces, terms_of, word_units

LETTERS = [*"abcdefghijklmnopqrstuvwxyz.,'"]
TEXT = "Profitability, unbelievable profitability"


def word_piece() -> PreTrainedTokenizerFast:
    tokens = ["[UNK]", *LETTERS, *(f"##{one}" for one in LETTERS), "profit", "##ability", "债", "券", "##券"]
    tokenizer = Tokenizer(models.WordPiece({token: i for i, token in enumerate(tokens)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]")


def byte_level(trim: bool = True) -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=trim)
    trainer = trainers.BpeTrainer(
        vocab_size=270, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator([TEXT], trainer)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer)


def sentence_piece(split: bool = True) -> PreTrainedTokenizerFast:
    letters, words = ((one, -5.0) for one in LETTERS), ((one, -2.0) for one in ("▁profit", "ability", "债券"))
    tokens = [("<unk>", 0.0), ("▁", -3.0), *letters, *words]
    tokenizer = Tokenizer(models.Unigram(tokens, unk_id=0))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(split=split)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>")


def like_llama() -> PreTrainedTokenizerFast:
    vocabulary = {token: i for i, token in enumerate(["<unk>", "▁", *LETTERS])}
    tokenizer = Tokenizer(models.BPE(vocabulary, [], unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Lowercase(), normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
    )
    tokenizer.decoder = decoders.Replace("▁", " ")
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>")


def grouped(tokenizer: PreTrainedTokenizerFast, text: str, *forms: str) -> list[list[str]]:
    encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    pieces = Pieces(encoded.word_ids(), encoded["offset_mapping"])
    units = word_units(text, pieces, terms=terms_of(text, pieces.offsets, find_terms(text, forms)))
    tokens = tokenizer.convert_ids_to_tokens(encoded["input_ids"])
    assert units == sorted(units), "units follow the text"
    assert set(units) == set(range(len(set(units)))), "and are numbered from 0"
    return [[token for token, unit in zip(tokens, units, strict=True) if unit == one] for one in sorted(set(units))]


def words(tokenizer: PreTrainedTokenizerFast, text: str, *forms: str) -> list[str]:
    joined = ("".join(unit) for unit in grouped(tokenizer, text, *forms))
    return [one.replace("##", "").replace("Ġ", "").replace("▁", "").lower() for one in joined]


def test_pieces_of_a_word_are_one_unit() -> None:
    assert grouped(word_piece(), "profitability, ab")[:2] == [["profit", "##ability"], [","]]
    expected = ["profitability", ",", "unbelievable", "profitability"]
    assert words(word_piece(), TEXT) == words(byte_level(), TEXT) == words(byte_level(trim=False), TEXT) == expected
    glued = ["profitability,", "unbelievable", "profitability"]
    assert words(sentence_piece(), TEXT) == glued
    assert words(sentence_piece(split=False), TEXT) == glued, "the tokenizer takes the text for one word"
    assert words(like_llama(), TEXT) == glued


@pytest.mark.parametrize("make", [word_piece, byte_level, sentence_piece, like_llama])
def test_a_term_is_one_unit_and_the_rest_of_a_word_another(make: object) -> None:
    assert callable(make)
    tokenizer = make()
    assert words(tokenizer, "a profit margin, b", "profit margin") == ["a", "profitmargin", ",", "b"]
    assert words(tokenizer, "profit margin profit", "profit margin", "profit") == ["profitmargin", "profit"]


def test_a_chinese_character_is_a_word_and_a_chinese_term_one_unit() -> None:
    assert words(word_piece(), "债券券") == ["债", "券", "券"]
    assert words(word_piece(), "债券券", "债券") == ["债券", "券"]
    assert grouped(sentence_piece(), "ab债券cd") == [["▁", "a", "b"], ["债券"], ["c", "d"]]
    assert [len(unit) for unit in grouped(byte_level(), "债券")] == [3, 3], "three bytes each, which are tokens"
    assert [len(unit) for unit in grouped(byte_level(), "债券", "债券")] == [6]
