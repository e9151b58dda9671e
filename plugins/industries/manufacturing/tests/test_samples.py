"""The authored samples are balanced, varied, marked at the borders of words, and say what their prompts say."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from metier.discovery import discover
from metier.recipe import load_recipe
from metier.testing import authored
from metier_manufacturing.manufacturing import HERE, Manufacturing
from metier_text_generation.fields import filled

DATA = HERE / "data"


def written(name: str) -> list[tuple[str, str]]:
    return [(row["text"], row["answer"]) for row in authored.read(DATA / f"{name}.jsonl")]


@pytest.mark.parametrize(("name", "each"), [("work-order-triage", 40), ("work-order-triage-zh", 36)])
def test_labels_are_balanced_and_known(name: str, each: int) -> None:
    rows = authored.read(DATA / f"{name}.csv")
    assert Counter(row["label"] for row in rows) == dict.fromkeys(Manufacturing().label_sets()[name], each)
    assert len({row["text"].casefold() for row in rows}) == len(rows)


def test_no_two_texts_share_most_of_their_words() -> None:
    texts = [row["text"] for row in authored.read(DATA / "work-order-triage.csv")]
    sets = [set(text.casefold().split()) for text in texts]
    near = [
        (texts[one], texts[two])
        for one in range(len(sets))
        for two in range(one)
        if len(sets[one] & sets[two]) > 0.6 * min(len(sets[one]), len(sets[two])) and len(sets[one]) > 3
    ]
    assert not near


def test_spans_are_words_of_known_labels() -> None:
    rows = authored.read(DATA / "entities.jsonl")
    assert len(rows) >= 290
    authored.check_spans(rows, labels=Manufacturing().label_sets()["entities"], least=100)


@pytest.mark.parametrize(
    ("name", "rows", "size"),
    [("fault-to-action", 80, 4), ("fault-to-action-zh", 60, 8), ("product-description", 60, 4)],
)
def test_what_is_written_is_varied(name: str, rows: int, size: int) -> None:
    found = written(name)
    assert len(found) == rows
    assert len({text.casefold() for text, _ in found}) == rows
    authored.check_varied([answer for _, answer in found], size=size)


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
            assert len(authored.CHINESE.findall(text)) >= 0.8 * len(text), text


def test_the_lexicon_is_as_large_as_the_readme_says() -> None:
    terms = Manufacturing().lexicon()
    assert len(terms) >= 400
    assert len({term.category for term in terms}) == 10
    assert sum(bool(term.synonyms) for term in terms) >= 200
    assert all(term.chinese for term in terms)
    forms = Counter(form.casefold() for term in terms for form in (term.term, *term.synonyms))
    assert not [form for form, count in forms.items() if count > 1], "a synonym stands for two terms"
