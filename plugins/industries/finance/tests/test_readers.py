"""Readers take the files of others as they are published."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.components import DataSource, ReadContext
from metier.errors import DataError
from metier_finance.fincuge import LABELS, FinCugeFinFe
from metier_finance.phrasebank import FinancialPhraseBank
from metier_finance.tatqa import TatQa

REAL = Path(__file__).parents[5] / "shared" / "data" / "finance"
real = pytest.mark.skipif(not REAL.is_dir(), reason="the real files are not beside this checkout")


def read(component: type[DataSource], path: Path, **options: str) -> list[dict[str, Any]]:
    source = component(component.Config.model_validate({"path": str(path), **options}))
    assert list(source.inspect()) == []
    return [record.values for record in source.read(ReadContext())]


def test_kaggles_file_has_the_label_in_front(tmp_path: Path) -> None:
    path = tmp_path / "all-data.csv"
    path.write_bytes('neutral,"According to Gran , the firm in Jyväskylä stays"\r\n'.encode("latin-1"))
    expected = {"sentiment": "neutral", "sentence": "According to Gran , the firm in Jyväskylä stays"}
    assert read(FinancialPhraseBank, path) == [expected]


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(min_size=1), st.sampled_from(sorted(LABELS))), min_size=1))
def test_any_post_comes_back_with_the_name_of_its_label(posts: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train_list.json"
        path.write_text(json.dumps(posts), encoding="utf-8")
        rows = read(FinCugeFinFe, path)
    assert rows == [{"text": text, "label": LABELS[number]} for text, number in posts]


@pytest.mark.parametrize("label", ["3", '"positive"', "true", "null"])
def test_a_label_that_is_none_is_an_error_with_its_place(tmp_path: Path, label: str) -> None:
    path = tmp_path / "train_list.json"
    path.write_text(f'[["涨", 2], ["跌", {label}]]', encoding="utf-8")
    with pytest.raises(DataError, match=r"train_list\.json:item 2"):
        read(FinCugeFinFe, path)


def test_a_question_has_its_context_and_its_answer_as_text(tmp_path: Path) -> None:
    question = {"order": 4, "question": "Which?", "derivation": "", "answer_type": "multi-span", "scale": ""}
    question |= {"answer": ["cash", "bonds"], "answer_from": "text"}
    paragraphs = [{"order": 10, "text": "Last."}, {"order": 9, "text": "First."}]
    entry = {"table": {"uid": "t", "table": [["a ", "b"], ["1", ""]]}, "paragraphs": paragraphs}
    path = tmp_path / "tatqa_dataset_dev.json"
    path.write_text(json.dumps([{**entry, "questions": [question]}]), encoding="utf-8")
    (row,) = read(TatQa, path)
    assert row["answer"] == "cash; bonds"
    assert row["context"] == "a | b\n1 | \n\nFirst.\n\nLast."
    assert read(TatQa, path, part="contexts") == [{"text": row["context"], "table": "t"}]


def test_a_span_of_a_related_paragraph_is_where_the_answer_stands(tmp_path: Path) -> None:
    def asked(order: int, answer: list[str], related: list[str], kind: str = "span") -> dict[str, Any]:
        more = {"answer_from": "text", "derivation": "", "scale": "", "rel_paragraphs": related}
        return {"order": order, "question": f"Which {order}?", "answer": answer, "answer_type": kind, **more}

    paragraphs = [{"order": 1, "text": "Cash fell."}, {"order": 2, "text": "We hold Cash and bonds."}]
    entry = {"table": {"uid": "t", "table": [["cash", "1"]]}, "paragraphs": paragraphs}
    questions = [
        asked(1, ["cash and bonds"], ["2"]),
        asked(2, ["cash fell"], ["2"]),
        asked(3, ["cash", "bonds"], ["2"], "multi-span"),
        asked(4, ["gold"], ["1", "2"]),
        asked(5, ["1"], [], "count"),
        asked(6, [" "], ["1"]),
    ]
    path = tmp_path / "tatqa_dataset_dev.json"
    path.write_text(json.dumps([{**entry, "questions": questions}]), encoding="utf-8")
    source, context = TatQa(TatQa.Config(path=str(path), part="spans")), ReadContext()
    (row,) = [record.values for record in source.read(context)]
    assert set(row) == set(source.columns() or ())
    (span,) = row["spans"]
    assert (row["question"], row["context"][span["start"] : span["end"]]) == ("Which 1?", "Cash and bonds")
    assert context.notes[-1] == "tat-qa: 5 questions without a span of a paragraph were left out"


def test_another_list_is_an_error_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "tatqa_dataset_dev.json"
    path.write_text('[{"text": "no table here"}]', encoding="utf-8")
    with pytest.raises(DataError, match="item 1: this is no context of TAT-QA"):
        read(TatQa, path)


@real
def test_the_real_posts_read_as_published() -> None:
    rows = read(FinCugeFinFe, REAL / "fincuge_finfe_zh" / "train_list.json")
    assert len(rows) == 16157
    assert set(Counter(row["label"] for row in rows)) == {"negative", "neutral", "positive"}


@real
def test_the_real_questions_read_as_published() -> None:
    path = REAL / "tatqa" / "tatqa_dataset_dev.json"
    rows = read(TatQa, path)
    assert len(rows) == 1668
    assert Counter(row["answer_type"] for row in rows)["arithmetic"] == 718
    assert all(row["answer"] and row["context"] for row in rows)
    assert len(read(TatQa, path, part="contexts")) == 278
    assert len(read(TatQa, path, part="spans")) == 404
