"""The authored samples are varied, marked at the borders of words, and answered out of the texts they are about."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from metier.discovery import discover
from metier.recipe import load_recipe
from metier_legal.labels import CLAUSES, DISPUTE_FOCI, ENTITIES, OTHER
from metier_legal.legal import HERE, Legal
from metier_text_generation.fields import filled

DATA = HERE / "data"


def labelled(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def paragraphs() -> Iterator[tuple[str, dict[str, Any]]]:
    articles = json.loads((DATA / "question-answering.json").read_text(encoding="utf-8"))["data"]
    return ((article["title"], paragraph) for article in articles for paragraph in article["paragraphs"])


def shared(texts: list[str], size: int) -> list[float]:
    """Return how much of each text's n-grams others have too."""
    every = [grams(text, size) for text in texts]
    seen = Counter(gram for mine in every for gram in mine)
    return [sum(seen[gram] > 1 for gram in mine) / len(mine) for mine in every if mine]


def grams(text: str, size: int) -> set[str]:
    units = list(text) if re.search("[\u4e00-\u9fff]", text) else text.casefold().split()
    return {" ".join(units[place : place + size]) for place in range(len(units) - size + 1)}


@pytest.mark.parametrize(
    ("name", "size", "labels"), [("clause-classification", 3, (*CLAUSES, OTHER)), ("dispute-focus-zh", 6, DISPUTE_FOCI)]
)
def test_labelled_texts_are_many_and_varied(name: str, size: int, labels: tuple[str, ...]) -> None:
    found = labelled(name)
    assert len({row["text"].casefold() for row in found}) == len(found) >= 320
    counts = Counter(row["label"] for row in found)
    assert set(counts) == set(labels)
    assert min(counts.values()) >= 20
    assert max(shared([row["text"] for row in found], size)) < 0.6, "a row is put together from others"


def test_the_clauses_are_of_many_contracts() -> None:
    found = labelled("clause-classification")
    assert len({row["contract"] for row in found}) >= 30
    pairs = Counter((row["contract"], row["label"]) for row in found)
    assert max(pairs.values()) == 1, "a contract has two clauses of one type"


def test_spans_are_words_of_known_labels() -> None:
    found = lines("entities")
    assert len({row["text"] for row in found}) == len(found) >= 360
    counts = Counter(label for row in found for _, _, label in row["spans"])
    assert set(counts) == set(ENTITIES)
    assert min(counts.values()) >= 40
    for row in found:
        for start, end, _ in row["spans"]:
            surface = row["text"][start:end]
            assert surface == surface.strip(" ,;:"), surface
            assert not re.match(r"\w", row["text"][end : end + 1]), f"{surface} ends inside a word"
            assert not re.search(r"\w$", row["text"][:start]), f"{surface} begins inside a word"


def test_drafts_are_varied_and_fill_the_fields_of_the_recipe() -> None:
    found = lines("document-drafting")
    assert len({row["text"].casefold() for row in found}) == len({row["answer"] for row in found}) == len(found) == 60
    assert max(shared([row["answer"] for row in found], 4)) <= 0.5, "a clause is put together from others"
    fields = load_recipe("legal/document-drafting", registry=discover()).tree["task"]["fields"]
    for row in found:
        assert list(filled(row["answer"], fields)) == fields, row["answer"]


def test_answers_stand_in_their_sections() -> None:
    asked = [(paragraph["context"], one) for _, paragraph in paragraphs() for one in paragraph["qas"]]
    assert len({one["id"] for _, one in asked}) == len({one["question"] for _, one in asked}) == len(asked) >= 210
    assert 0.15 <= sum(one["is_impossible"] for _, one in asked) / len(asked) <= 0.25
    for context, one in asked:
        assert one["is_impossible"] == (not one["answers"]), one["id"]
        for answer in one["answers"]:
            start, end = answer["answer_start"], answer["answer_start"] + len(answer["text"])
            assert context[start:end] == answer["text"], one["id"]
            assert not re.search(r"\w$", context[:start]), one["id"]
            assert not re.match(r"\w", context[end:]), one["id"]


def test_questions_name_the_file_and_the_section_that_they_are_about() -> None:
    files = {path.stem: path.read_text(encoding="utf-8") for path in (DATA / "contracts").glob("*.md")}
    assert set(files) == {title for title, _ in paragraphs()}
    for title, paragraph in paragraphs():
        (section,) = {one["section"] for one in paragraph["qas"]}
        assert f"\n## {section}\n\n{paragraph['context']}\n" in files[title], section
    for title, text in files.items():
        assert text.count("\n## ") == sum(title == one for one, _ in paragraphs()), "a section without questions"


def test_every_file_of_data_is_read_by_a_recipe() -> None:
    told = "".join(path.read_text(encoding="utf-8") for path in Legal().recipes().values())
    names = {path.name for path in DATA.iterdir()} - {"README.md", "lexicon.csv"}
    assert names == {name for name in names if f"../data/{name}" in told}
