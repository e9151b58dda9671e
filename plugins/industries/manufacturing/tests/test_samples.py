"""The authored samples are what the README says of them: balanced, varied, and marked at the borders of words."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from metier_manufacturing.manufacturing import HERE, Manufacturing

DATA = HERE / "data"


def labelled(path: Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["label"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize(("name", "each"), [("work-order-triage", 40), ("work-order-triage-zh", 36)])
def test_labels_are_balanced_and_known(name: str, each: int) -> None:
    rows = labelled(DATA / f"{name}.csv")
    counts = Counter(label for _, label in rows)
    assert set(counts.values()) == {each}
    assert set(counts) == set(Manufacturing().label_sets()[name])
    assert len({text.casefold() for text, _ in rows}) == len(rows)


def test_no_two_texts_share_most_of_their_words() -> None:
    texts = [text for text, _ in labelled(DATA / "work-order-triage.csv")]
    sets = [set(text.casefold().split()) for text in texts]
    near = [
        (texts[one], texts[two])
        for one in range(len(sets))
        for two in range(one)
        if len(sets[one] & sets[two]) > 0.6 * min(len(sets[one]), len(sets[two])) and len(sets[one]) > 3
    ]
    assert not near


def test_spans_are_words_of_known_labels() -> None:
    rows: list[dict[str, Any]] = [
        json.loads(line) for line in (DATA / "entities.jsonl").read_text("utf-8").splitlines()
    ]
    assert len(rows) >= 290
    labels = Manufacturing().label_sets()["entities"]
    counts = Counter(label for row in rows for _, _, label in row["spans"])
    assert set(counts) == set(labels)
    assert min(counts.values()) >= 100
    for row in rows:
        end = 0
        for start, stop, _ in row["spans"]:
            assert end <= start < stop <= len(row["text"]), row
            inside, around = row["text"][start:stop], f" {row['text']} "
            assert inside == inside.strip(), row
            assert not around[start].isalnum(), row
            assert not around[stop + 1].isalnum(), row
            end = stop


def test_the_lexicon_is_as_large_as_the_readme_says() -> None:
    terms = Manufacturing().lexicon()
    assert len(terms) >= 400
    assert len({term.category for term in terms}) == 10
    assert sum(bool(term.synonyms) for term in terms) >= 200
    assert all(term.chinese for term in terms)
    forms = Counter(form.casefold() for term in terms for form in (term.term, *term.synonyms))
    assert not [form for form, count in forms.items() if count > 1], "a synonym stands for two terms"
