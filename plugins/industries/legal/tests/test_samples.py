"""The authored samples are varied, marked at the borders of words, and answered out of the texts they are about."""

from __future__ import annotations

from collections import Counter

import pytest

from metier.discovery import discover
from metier.recipe import load_recipe
from metier.testing import authored
from metier_legal.labels import CLAUSES, DISPUTE_FOCI, ENTITIES, OTHER
from metier_legal.legal import HERE, Legal
from metier_text_generation.fields import filled

DATA = HERE / "data"


@pytest.mark.parametrize(
    ("name", "size", "labels"), [("clause-classification", 3, (*CLAUSES, OTHER)), ("dispute-focus-zh", 6, DISPUTE_FOCI)]
)
def test_labelled_texts_are_many_and_varied(name: str, size: int, labels: tuple[str, ...]) -> None:
    found = authored.read(DATA / f"{name}.csv")
    assert len(found) >= 320
    authored.check_labels([row["label"] for row in found], known=labels, least=20)
    authored.check_varied([row["text"] for row in found], size=size, most=0.58)


def test_the_clauses_are_of_many_contracts() -> None:
    found = authored.read(DATA / "clause-classification.csv")
    assert len({row["contract"] for row in found}) >= 30
    pairs = Counter((row["contract"], row["label"]) for row in found)
    assert max(pairs.values()) == 1, "a contract has two clauses of one type"


def test_spans_are_words_of_known_labels() -> None:
    found = authored.read(DATA / "entities.jsonl")
    assert len({row["text"] for row in found}) == len(found) >= 360
    authored.check_spans(found, labels=ENTITIES, least=40)
    for row in found:
        for start, end, _ in row["spans"]:
            surface = row["text"][start:end]
            assert surface == surface.strip(" ,;:"), surface


def test_drafts_are_varied_and_fill_the_fields_of_the_recipe() -> None:
    found = authored.read(DATA / "document-drafting.jsonl")
    assert len({row["text"].casefold() for row in found}) == len(found) == 60
    authored.check_varied([row["answer"] for row in found], size=4)
    fields = load_recipe("legal/document-drafting", registry=discover()).tree["task"]["fields"]
    for row in found:
        assert list(filled(row["answer"], fields)) == fields, row["answer"]


def test_answers_stand_in_their_sections() -> None:
    asked = authored.questions(authored.read(DATA / "question-answering.json"))
    assert len({one["question"] for one in asked}) == len(asked) >= 210
    authored.check_answers(asked, unanswered=(0.15, 0.25))


def test_questions_name_the_file_and_the_section_that_they_are_about() -> None:
    found = authored.read(DATA / "question-answering.json")
    files = {path.stem: path.read_text(encoding="utf-8") for path in (DATA / "contracts").glob("*.md")}
    assert set(files) == {paragraph["title"] for paragraph in found}
    for paragraph in found:
        (section,) = {one["section"] for one in paragraph["qas"]}
        assert f"\n## {section}\n\n{paragraph['context']}\n" in files[paragraph["title"]], section
    for title, text in files.items():
        assert text.count("\n## ") == sum(title == one["title"] for one in found), "a section without questions"


def test_every_file_of_data_is_read_by_a_recipe() -> None:
    told = "".join(path.read_text(encoding="utf-8") for path in Legal().recipes().values())
    names = {path.name for path in DATA.iterdir()} - {"README.md", "lexicon.csv"}
    assert names == {name for name in names if f"../data/{name}" in told}
