"""What `metier-legal` ships is what its READMEs say."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from metier_legal.labels import CLAUSES, DISPUTE_FOCI, ENTITIES
from metier_legal.legal import HERE, Legal

DATA = HERE / "data"


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def grams(text: str, size: int) -> set[str]:
    units = list(text) if re.search("[一-鿿]", text) else text.casefold().split()
    return {" ".join(units[place : place + size]) for place in range(len(units) - size + 1)}


@pytest.mark.parametrize(
    ("name", "size", "labels"),
    [("clause-classification.csv", 3, CLAUSES), ("dispute-focus-zh.csv", 6, DISPUTE_FOCI)],
)
def test_a_sample_is_large_and_varied(name: str, size: int, labels: tuple[str, ...]) -> None:
    found = rows(name)
    assert len({row["text"].casefold() for row in found}) == len(found) >= 320
    counts = Counter(row["label"] for row in found)
    assert set(counts) == set(labels)
    assert min(counts.values()) >= 20
    seen = Counter(gram for row in found for gram in grams(row["text"], size))
    shared = [sum(seen[gram] > 1 for gram in mine) / len(mine) for row in found if (mine := grams(row["text"], size))]
    assert max(shared) < 0.6, "a row is put together from others"


def test_the_clauses_are_of_many_contracts() -> None:
    found = rows("clause-classification.csv")
    assert len({row["contract"] for row in found}) >= 30
    pairs = Counter((row["contract"], row["label"]) for row in found)
    assert max(pairs.values()) == 1, "a contract has two clauses of one type"


def test_the_entities_are_words_of_their_sentences() -> None:
    found = [json.loads(line) for line in (DATA / "entities.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len({row["text"] for row in found}) == len(found) >= 360
    counts = Counter(span["label"] for row in found for span in row["entities"])
    assert set(counts) == set(ENTITIES)
    assert min(counts.values()) >= 40
    for row in found:
        for span in row["entities"]:
            surface = row["text"][span["start"] : span["end"]]
            assert surface == surface.strip(" ,;:"), surface
            assert not re.match(r"\w", row["text"][span["end"] : span["end"] + 1]), f"{surface} ends inside a word"
            assert not re.search(r"\w$", row["text"][: span["start"]]), f"{surface} begins inside a word"


def test_the_lexicon_is_as_large_as_the_readme_says() -> None:
    terms = Legal().lexicon()
    assert len(terms) >= 380
    assert len({term.category for term in terms}) >= 13
    assert sum(bool(term.synonyms) for term in terms) >= 150
    assert all(term.chinese for term in terms)


@pytest.mark.parametrize(
    ("placeholder", "text"),
    [
        ("DOCKET", "filed under 1:21-cv-04567-RJS in"),
        ("CASE", "in Case No. 2021-CV-0123 before"),
        ("CASE", "Index No. 650123/2020"),
        ("CASE_ZH", "见（2023）京01民初123号判决"),
        ("CASE_ZH", "(2016)粤03刑终4567号之一"),
        ("CASE_ZH", "依据（2010）海民初字第1900号"),
        ("CASE_ZH", "最高人民法院（2021）最高法民终1号"),
        ("ECLI", "ECLI:EU:C:2014:317 is"),
        ("BAR", "Jane Doe (SBN 123456)"),
        ("BAR", "State Bar No. 00123456"),
        ("LAWYER_LICENCE_ZH", "律师执业证号：11101201510123456"),
        ("IDENTITY_CARD", "身份证号11010519491231002X，住"),
        ("SOCIAL_CREDIT_ZH", "统一社会信用代码91110000600037341L"),
    ],
)
def test_sensitive_numbers_are_found(placeholder: str, text: str) -> None:
    assert re.search(Legal().sensitive_patterns()[placeholder], text)


@pytest.mark.parametrize(
    "text",
    [
        "in 1:30-2:45 pm the case was heard; no number is known",
        "the claim is no 5 on the list of bar snacks",
        "（2023年修订）第123条",
        "共计人民币123456789012345678901元",
        "Barclays 2008 case law",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    found = [name for name, pattern in Legal().sensitive_patterns().items() if re.search(pattern, text)]
    assert not found


def test_every_file_of_data_is_read_by_a_recipe() -> None:
    told = "".join(path.read_text(encoding="utf-8") for path in Legal().recipes().values())
    names = {path.name for path in Path(DATA).iterdir()} - {"README.md", "lexicon.csv"}
    assert names == {name for name in names if f"../data/{name}" in told}
