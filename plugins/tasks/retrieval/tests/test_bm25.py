"""Words, and what BM25 makes of them."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.data.keys import folded
from metier.errors import DataError
from metier_retrieval import _bm25
from metier_retrieval.words import words

TEXTS = [
    "The pump feeds line two; the pump whistles.",
    "Oil is changed every 2000 hours.",
    "Line two stands still while oil is changed.",
    "Guards stay closed.",
]


def test_words_are_folded_and_chinese_is_cut_as_a_search_engine_does() -> None:
    assert words("Ｐump, 9.5 bar: Überdruck!") == ["pump", "9", "5", "bar", "überdruck"]
    found = words("液压泵每2000小时更换机油")
    assert "更换" in found
    assert "2000" in found
    assert "小时" in found
    assert {"中国", "科学", "学院", "科学院", "中国科学院"} <= set(words("中国科学院"))


@given(st.text(max_size=60))
def test_words_are_those_of_the_folded_text(text: str) -> None:
    found = words(text)
    assert found == words(folded(text))
    assert all(word in folded(text) for word in found)


def test_scores_follow_the_equation_of_lucene(tmp_path: Path) -> None:
    """Kamphuis et al. 2020, table 1: idf = ln(1 + (N - n + 0.5) / (n + 0.5)), k1 = 1.2, b = 0.75."""
    _bm25.write(TEXTS, tmp_path)
    index, cut = _bm25.Bm25(tmp_path), [words(text) for text in TEXTS]
    mean = sum(map(len, cut)) / len(cut)
    for question in ("Which line has the pump?", "When is oil changed, and the guards?"):
        for number, score in enumerate(index.scores(question)):
            expected = 0.0
            for word in words(question):
                holding = sum(word in some for some in cut)
                often = cut[number].count(word)
                idf = math.log(1 + (len(cut) - holding + 0.5) / (holding + 0.5))
                expected += idf * often / (often + 1.2 * (1 - 0.75 + 0.75 * len(cut[number]) / mean))
            assert score == pytest.approx(expected, rel=1e-5)


def test_what_shares_no_word_is_not_found(tmp_path: Path) -> None:
    _bm25.write(TEXTS, tmp_path)
    guards, unknown, empty = _bm25.Bm25(tmp_path).rankings(["guards?", "salary", ""], 10)
    assert guards.numbers.tolist() == [3]
    assert unknown.numbers.tolist() == empty.numbers.tolist() == []


def test_a_corpus_without_words_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no passage has a word"):
        _bm25.write(["…", "—"], tmp_path)
