"""The authored samples are balanced, varied, and marked at the borders of words."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from metier_finance.finance import HERE, Finance

DATA = HERE / "data"


def labelled(path: Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["label"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize(
    ("file", "labels", "each"),
    [
        ("customer-intent", "customer-intent", 20),
        ("loan-risk", "loan-risk", 100),
        ("sentiment-zh", "sentiment", 90),
    ],
)
def test_labels_are_balanced_and_known(file: str, labels: str, each: int) -> None:
    rows = labelled(DATA / f"{file}.csv")
    counts = Counter(label for _, label in rows)
    assert set(counts.values()) == {each}
    assert set(counts) == set(Finance().label_sets()[labels])
    assert len({text.casefold() for text, _ in rows}) == len(rows)


@pytest.mark.parametrize("file", ["customer-intent", "loan-risk"])
def test_texts_do_not_share_their_phrases(file: str) -> None:
    texts = [text.casefold().split() for text, _ in labelled(DATA / f"{file}.csv")]
    runs = [set(zip(text, text[1:], text[2:], text[3:], strict=False)) for text in texts]
    counts = Counter(run for some in runs for run in some)
    shared = [sum(counts[run] > 1 for run in some) / len(some) for some in runs if some]
    assert sum(shared) / len(shared) < 0.1, "the texts look as if made from templates"


def test_scores_lie_in_the_band_of_their_grade() -> None:
    bands = {"low": range(0, 31, 5), "medium": range(35, 66, 5), "high": range(70, 101, 5)}
    with (DATA / "loan-risk.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert not [row for row in rows if int(row["score"]) not in bands[row["label"]]]
    assert all(len({row["score"] for row in rows if row["label"] == grade}) >= 4 for grade in bands)


def test_spans_are_words_of_known_labels() -> None:
    lines = (DATA / "entities.jsonl").read_text(encoding="utf-8").splitlines()
    rows: list[dict[str, Any]] = [json.loads(line) for line in lines]
    assert len(rows) >= 260
    counts = Counter(label for row in rows for _, _, label in row["spans"])
    assert set(counts) == set(Finance().label_sets()["entities"])
    assert min(counts.values()) >= 90
    assert sum(not row["spans"] for row in rows) >= 10
    for row in rows:
        end = 0
        for start, stop, _ in row["spans"]:
            assert end <= start < stop <= len(row["text"]), row
            inside, around = row["text"][start:stop], f" {row['text']} "
            assert inside == inside.strip(), row
            assert not around[start].isalnum(), row
            assert not around[stop + 1].isalnum(), row
            end = stop
