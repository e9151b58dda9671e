"""Rows of one split in another, and texts inside a corpus."""

from __future__ import annotations

from collections.abc import Sequence

from datasets import Dataset

from metier.data.leakage import Leak, between, inside, prints
from metier.data.near import THRESHOLD

LONG = "net sales of the third quarter rose to a record level on strong demand in asia and europe"


def rows(texts: Sequence[str]) -> Dataset:
    return Dataset.from_dict({"id": [str(row) for row in range(len(texts))], "text": list(texts)})


def test_equal_texts_come_first_and_near_ones_with_their_likeness() -> None:
    one = prints(rows(["other", LONG + " too", "Short  text", "short text"]), ("text",))
    other = prints(rows(["nothing of it", "SHORT TEXT", LONG, "short text"]), ("text",))
    exact, near = Leak(2, 1, 1.0, exact=True), between(one, other)[0]
    assert between(one, other) == [near, exact, Leak(3, 1, 1.0, exact=True)]
    assert (near.row, near.other, near.exact) == (1, 2, False)
    assert THRESHOLD <= near.similarity < 1


def test_same_words_in_other_punctuation_are_near_not_exact() -> None:
    (leak,) = between(prints(rows(["a b c d."]), ("text",)), prints(rows(["a b c d"]), ("text",)))
    assert (leak.similarity, leak.exact) == (1.0, False)


def test_pairs_of_texts_leak_only_as_pairs() -> None:
    one = Dataset.from_dict({"a": ["x y z", "x y z"], "b": ["p q r", "k l m"]})
    other = Dataset.from_dict({"a": ["x y z"], "b": ["k l m"]})
    assert [leak.row for leak in between(prints(one, ("a", "b")), prints(other, ("a", "b")))] == [1]


def test_texts_inside_longer_ones_and_short_ones_whole() -> None:
    held = rows([LONG, "in Asia", "in Europe", "nothing of this sentence stands anywhere in that corpus", "", "。"])
    corpus = rows(["Before. " + LONG.upper() + ". After.", "IN  europe", "we grew in Asia"])
    assert inside(held, ("text",), corpus) == [0, 2]


def test_a_text_with_most_of_its_words_in_the_corpus_is_held_by_it() -> None:
    words = LONG.split()
    assert inside(rows([LONG]), ("text",), rows([" ".join(words[:-1])])) == [0]
    assert inside(rows([LONG]), ("text",), rows([" ".join(words[:10])])) == []
