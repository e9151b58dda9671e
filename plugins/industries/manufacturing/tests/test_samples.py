"""The authored samples are balanced, varied, marked at the borders of words, and say what their prompts say."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from metier.discovery import discover
from metier.recipe import load_recipe
from metier_manufacturing.manufacturing import HERE, Manufacturing
from metier_text_generation.fields import filled

DATA = HERE / "data"
CHINESE = re.compile("[\u4e00-\u9fff]")


def labelled(path: Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["label"]) for row in csv.DictReader(file)]


def written(name: str) -> list[tuple[str, str]]:
    lines = (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [(row["text"], row["answer"]) for row in map(json.loads, lines)]


def grams(text: str, size: int) -> set[str]:
    units = list(text) if CHINESE.search(text) else text.casefold().split()
    return {" ".join(units[place : place + size]) for place in range(len(units) - size + 1)}


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


@pytest.mark.parametrize(
    ("name", "rows", "size"),
    [("fault-to-action", 80, 4), ("fault-to-action-zh", 60, 8), ("product-description", 60, 4)],
)
def test_what_is_written_is_varied(name: str, rows: int, size: int) -> None:
    found = written(name)
    assert len(found) == rows
    assert len({text.casefold() for text, _ in found}) == len({answer.casefold() for _, answer in found}) == rows
    seen = Counter(gram for _, answer in found for gram in grams(answer, size))
    shared = [sum(seen[gram] > 1 for gram in mine) / len(mine) for _, answer in found if (mine := grams(answer, size))]
    assert max(shared) <= 0.5, "an answer is put together from others"


def test_each_catalogue_text_fills_the_fields_of_the_recipe() -> None:
    fields = load_recipe("manufacturing/product-description", registry=discover()).tree["task"]["fields"]
    for _, answer in written("product-description"):
        assert list(filled(answer, fields)) == fields, answer


def test_a_catalogue_text_has_no_figures_of_its_own() -> None:
    known = {"90"}  # degrees of a bevel gear
    for text, answer in written("product-description"):
        said, given = (re.findall(r"\d+(?:\.\d+)?", part.replace(",", "")) for part in (answer, text))
        assert not set(said) - set(given) - known, answer


def test_chinese_faults_and_actions_are_chinese() -> None:
    for row in written("fault-to-action-zh"):
        for text in row:
            assert not re.search("[A-Za-z]", text), text
            assert len(CHINESE.findall(text)) >= 0.8 * len(text), text


def test_the_lexicon_is_as_large_as_the_readme_says() -> None:
    terms = Manufacturing().lexicon()
    assert len(terms) >= 400
    assert len({term.category for term in terms}) == 10
    assert sum(bool(term.synonyms) for term in terms) >= 200
    assert all(term.chinese for term in terms)
    forms = Counter(form.casefold() for term in terms for form in (term.term, *term.synonyms))
    assert not [form for form, count in forms.items() if count > 1], "a synonym stands for two terms"
