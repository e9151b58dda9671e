"""The authored samples are balanced, varied, and marked at the borders of words."""

from __future__ import annotations

from collections import Counter
from statistics import fmean

import pytest

from metier.testing import authored
from metier_finance.finance import HERE, Finance

DATA = HERE / "data"


@pytest.mark.parametrize(
    ("file", "labels", "each"),
    [
        ("customer-intent", "customer-intent", 20),
        ("loan-risk", "loan-risk", 100),
        ("sentiment-zh", "sentiment", 90),
    ],
)
def test_labels_are_balanced_and_known(file: str, labels: str, each: int) -> None:
    rows = authored.read(DATA / f"{file}.csv")
    assert Counter(row["label"] for row in rows) == dict.fromkeys(Finance().label_sets()[labels], each)
    assert len({row["text"].casefold() for row in rows}) == len(rows)


@pytest.mark.parametrize("file", ["customer-intent", "loan-risk"])
def test_texts_do_not_share_their_phrases(file: str) -> None:
    texts = [row["text"] for row in authored.read(DATA / f"{file}.csv")]
    assert fmean(authored.shared(texts, size=4).values()) < 0.1, "the texts look as if made from templates"


def test_scores_lie_in_the_band_of_their_grade() -> None:
    bands = {"low": range(0, 31, 5), "medium": range(35, 66, 5), "high": range(70, 101, 5)}
    rows = authored.read(DATA / "loan-risk.csv")
    assert not [row for row in rows if int(row["score"]) not in bands[row["label"]]]
    assert all(len({row["score"] for row in rows if row["label"] == grade}) >= 4 for grade in bands)


def test_spans_are_words_of_known_labels() -> None:
    rows = authored.read(DATA / "entities.jsonl")
    assert len(rows) >= 260
    assert sum(not row["spans"] for row in rows) >= 10
    authored.check_spans(rows, labels=Finance().label_sets()["entities"], least=90)
