"""The readers give what stands in the files, and say what they leave out and what is wrong."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from metier.components import DataSource, ReadContext
from metier.errors import DataError
from metier_legal.categories import short
from metier_legal.cuad import Cuad
from metier_legal.cuad_questions import CuadQuestions
from metier_legal.labels import CLAUSES, CUAD, DISPUTE_FOCI
from metier_legal.lawbench import LawBench

SHARED = Path(__file__).parents[5] / "shared" / "data" / "legal"
MASTER = SHARED / "cuad" / "master_clauses.csv"
TASKS = SHARED / "lawbench_zh"


def read(component: type[DataSource], context: ReadContext | None = None, **options: Any) -> list[dict[str, Any]]:
    made = component(component.Config.model_validate(options))
    assert list(made.inspect()) == []
    return [record.values for record in made.read(context or ReadContext())]


def table(folder: Path, cell: str) -> Path:
    path = folder / "master_clauses.csv"
    path.write_text(f'Filename,Audit Rights,Audit Rights- Answer\na.pdf,"{cell}",Yes\n', encoding="utf-8")
    return path


def test_a_clause_is_a_record(tmp_path: Path) -> None:
    rows = read(Cuad, path=str(table(tmp_path, "['Books are\\nopen.', 'It may look.']")))
    assert rows == [
        {"text": "Books are\nopen.", "label": "audit-rights", "contract": "a.pdf"},
        {"text": "It may look.", "label": "audit-rights", "contract": "a.pdf"},
    ]


@given(clauses=st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), max_size=4))
def test_any_list_that_python_writes_is_read(tmp_path_factory: pytest.TempPathFactory, clauses: list[str]) -> None:
    path = table(tmp_path_factory.mktemp("cuad"), repr(clauses).replace('"', '""'))
    assert [row["text"] for row in read(Cuad, path=str(path))] == clauses


@pytest.mark.parametrize("cell", ["[Books", "{'a': 1}", "[1, 2]", "open('x')"])
def test_what_is_no_list_of_clauses_is_an_error_with_its_place(tmp_path: Path, cell: str) -> None:
    with pytest.raises(DataError, match=r"master_clauses\.csv:2: 'Audit Rights' is no list of clauses"):
        read(Cuad, path=str(table(tmp_path, cell)))


def test_other_categories_are_counted(tmp_path: Path) -> None:
    context = ReadContext()
    path = table(tmp_path, "['One.', 'Two.']")
    assert read(Cuad, context, path=str(path), categories=["Governing Law"]) == []
    assert any("2 clauses of 1 other categories are left out" in note for note in context.notes)


def test_a_table_that_is_not_cuad_is_told_while_planning(tmp_path: Path) -> None:
    path = tmp_path / "master_clauses.csv"
    path.write_text("text,label\nOne.,two\n", encoding="utf-8")
    (problem,) = Cuad(Cuad.Config(path=str(path))).inspect()
    assert "not the columns of CUAD" in problem.message


def test_categories_go_by_either_name_and_no_other() -> None:
    assert Cuad.Config(path="x", categories=("Rofr/Rofo/Rofn", "audit-rights")).categories == (
        "rofr-rofo-rofn",
        "audit-rights",
    )
    with pytest.raises(ValidationError, match="audit-right is none of CUAD's categories"):
        Cuad.Config(path="x", categories=("audit-right",))


def questions(folder: Path, start: int) -> str:
    asked = {"id": "A__Audit Rights", "question": "Audit?", "answers": [{"text": "look", "answer_start": start}]}
    whole = {"data": [{"title": "A", "paragraphs": [{"context": "It may look.", "qas": [asked]}]}]}
    path = folder / "CUAD_v1.json"
    path.write_text(json.dumps(whole), encoding="utf-8")
    return str(path)


def test_a_question_has_its_contract_and_answers(tmp_path: Path) -> None:
    (row,) = read(CuadQuestions, path=questions(tmp_path, 7))
    assert (row["contract"], row["category"], row["context"]) == ("A", "audit-rights", "It may look.")
    assert row["answers"] == [{"text": "look", "answer_start": 7, "start": 7, "end": 11, "label": "answer"}]


def test_an_answer_that_stands_elsewhere_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the text at this place is ' may', not 'look'"):
        read(CuadQuestions, path=questions(tmp_path, 2))


@pytest.mark.parametrize("text", ["[]", "{}", '{"data": [{"title": "A"}]}', "{"])
def test_another_form_is_an_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "CUAD_v1.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match="not in the form of CUAD"):
        read(CuadQuestions, path=str(path))


def test_an_item_without_an_answer_is_an_error_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "3-3.json"
    path.write_text('[{"instruction": "i", "question": "事实:甲盗窃。"}]', encoding="utf-8")
    with pytest.raises(DataError, match=r"3-3\.json:item 1: this item has no answer"):
        read(LawBench, path=str(path))


@pytest.mark.skipif(not MASTER.is_file(), reason="CUAD is not beside this checkout")
def test_cuad_reads_as_published() -> None:
    rows = read(Cuad, path=str(MASTER), categories=None)
    counts = Counter(row["label"] for row in rows)
    assert (len(rows), len(counts), len({row["contract"] for row in rows})) == (13101, 41, 510)
    assert set(counts) == set(CUAD)
    assert (counts["governing-law"], counts["license-grant"], counts["change-of-control"]) == (457, 716, 213)
    context = ReadContext()
    assert {row["label"] for row in read(Cuad, context, path=str(MASTER))} == set(CLAUSES)
    assert any("of 29 other categories are left out" in note for note in context.notes)


@pytest.mark.skipif(not TASKS.is_dir(), reason="LawBench is not beside this checkout")
def test_lawbench_reads_as_published() -> None:
    foci = read(LawBench, path=str(TASKS / "2-2.json"))
    assert (len(foci), {row["label"] for row in foci}) == (500, set(DISPUTE_FOCI))
    assert not any(row["text"].startswith("句子") for row in foci)
    charges = read(LawBench, path=str(TASKS / "3-3.json"))
    assert charges[0]["label"] == "盗窃"
    assert not any(":" in row["label"] or "：" in row["label"] for row in charges)
    assert {row["label"] for row in read(LawBench, path=str(TASKS / "1-2.json"))} == set("ABCD")


def test_a_category_is_a_label_in_kebab_case() -> None:
    assert short("Unlimited/All-You-Can-Eat-License") == "unlimited-all-you-can-eat-license"
    assert all(short(label) == label for label in CUAD)
