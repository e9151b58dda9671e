"""Terms are found in token ids: at word borders, in any tokenizer, the longest first."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from metier.errors import StageError
from metier_adversarial._matching import Matcher
from metier_adversarial._pieces import Pieces
from metier_adversarial._trie import Trie

TEXTS = (
    "the profit and the loss of a profitable plant",
    "Profit fell, the gross profit (profit before tax) did not",
    "a non-profit company aids all who ask",
    "EBITDA rose, net income rose",
)
FOUND = {
    "profit": ("income",),
    "gross profit": ("gross income",),
    "ALL": ("leukaemia",),
    "EBITDA": ("operating income",),
    "Crohn's disease": ("bowel disease",),
}
PIECES = (
    "[PAD] [UNK] [CLS] [SEP] the profit ##able and loss of a plant fell , gross ( before tax ) did not non - company "
    "aids all who ask e ##bit ##da rose net income leuk ##aemia operating bowel disease crohn ' s"
)


def word_pieces() -> PreTrainedTokenizerFast:
    """A lower-case tokenizer as BERT has it."""
    made = Tokenizer(models.WordPiece({piece: i for i, piece in enumerate(PIECES.split())}, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return PreTrainedTokenizerFast(tokenizer_object=made, unk_token="[UNK]", pad_token="[PAD]")


def byte_level() -> PreTrainedTokenizerFast:
    """A tokenizer with upper and lower case, and white space in its pieces, as GPT-2 has it."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=400, initial_alphabet=alphabet, show_progress=False, special_tokens=["<s>"]
    )
    made.train_from_iterator([*TEXTS] * 5, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=made, eos_token="<s>")


def sentence_piece() -> PreTrainedTokenizerFast:
    """A tokenizer as T5 has it."""
    pieces = [
        "▁the",
        "▁profit",
        "▁profitable",
        "able",
        "▁income",
        "▁gross",
        "▁(",
        "profit",
        ")",
        "▁and",
        "▁",
        "-",
        "▁a",
    ]
    made = Tokenizer(models.Unigram([("<unk>", -20.0), *((piece, -1.0) for piece in pieces)], unk_id=0))
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.decoder = decoders.Metaspace()
    return PreTrainedTokenizerFast(tokenizer_object=made, unk_token="<unk>")


def found(tokenizer: PreTrainedTokenizerFast, text: str) -> list[tuple[str, list[str]]]:
    matcher = Matcher(tokenizer, FOUND)
    tokens = tuple(tokenizer(text, add_special_tokens=False)["input_ids"])
    return [
        (
            read(tokenizer, tokens[place.start : place.end]),
            [read(tokenizer, matcher.forms[one]) for one in place.candidates],
        )
        for place in matcher.find(tokens)
    ]


def read(tokenizer: PreTrainedTokenizerFast, tokens: Sequence[int]) -> str:
    return "".join(tokenizer.convert_ids_to_tokens(list(tokens)))


def test_whole_words_of_word_pieces() -> None:
    tokenizer = word_pieces()
    assert found(tokenizer, TEXTS[0]) == [("profit", ["income"])]
    assert found(tokenizer, "Profit fell, the gross profit (profit)") == [
        ("profit", ["income"]),
        ("grossprofit", ["grossincome"]),
        ("profit", ["income"]),
    ]
    assert found(tokenizer, TEXTS[2]) == [], "a part of non-profit, or the ordinary words aids and all, were replaced"
    assert found(tokenizer, "ebitda rose") == [("e##bit##da", ["operatingincome"])]
    assert found(tokenizer, "crohn's disease") == [("crohn'sdisease", ["boweldisease"])]


def test_whole_words_of_byte_level_pieces() -> None:
    tokenizer = byte_level()
    assert found(tokenizer, "the profit of a profitable plant") == [("Ġprofit", ["Ġincome"])]
    assert found(tokenizer, TEXTS[1]) == [
        ("Profit", ["Income"]),
        ("ĠgrossĠprofit", ["ĠgrossĠincome"]),
        ("profit", ["income"]),
    ]
    assert found(tokenizer, "a non-profit plant") == []
    assert found(tokenizer, "EBITDA rose, all rose") == [("EBITDA", ["operatingĠincome"])]
    assert found(tokenizer, "ebitda rose") == []


def test_whole_words_of_sentence_pieces() -> None:
    tokenizer = sentence_piece()
    assert found(tokenizer, "the profit and the profitable profit") == [("▁profit", ["▁income"])] * 2
    assert found(tokenizer, "a profit-able") == []


def test_a_word_begins_where_pieces_do_not_join() -> None:
    tokenizer = word_pieces()
    tokens = tokenizer("the profitable non-profit EBITDA", add_special_tokens=False)["input_ids"]
    starts = Pieces(tokenizer).word_starts(tokens)
    assert tokenizer.convert_ids_to_tokens([one for one, begins in zip(tokens, starts, strict=True) if begins]) == [
        "the",
        "profit",
        "non",
        "e",
    ]


def test_case_is_told_apart_as_the_tokenizer_does() -> None:
    assert [Pieces(one).cased for one in (word_pieces(), byte_level(), sentence_piece())] == [False, True, True]
    assert [Pieces(one).spaced for one in (word_pieces(), byte_level(), sentence_piece())] == [False, True, False]


def test_places_of_a_text_are_looked_for_once() -> None:
    tokenizer = word_pieces()
    matcher = Matcher(tokenizer, FOUND)
    tokens = tuple(tokenizer(TEXTS[0])["input_ids"])
    assert matcher.find(tokens) is matcher.find(tuple(tokens))


def test_a_vocabulary_without_the_words_is_an_error() -> None:
    with pytest.raises(StageError, match="knows none of the words"):
        Matcher(word_pieces(), {"xylophone": ("marimba",)})


def test_the_longest_that_stands_alone_is_found() -> None:
    trie: Trie[str] = Trie()
    for words in ("a b", "a b c", "b", "c d"):
        trie.add(words.split(), words)
    text = ["a", "b", "c", "d", "b"]
    assert [value for _, _, value in trie.find(text, lambda *_: True)] == ["a b c", "b"]
    assert [value for *_, value in trie.find(text, lambda start, end, _: end - start < 3)] == ["a b", "c d", "b"]
