"""SQuAD's JSON in each of its forms, and what is wrong in it with its place."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.components import ReadContext
from metier.errors import DataError
from metier_question_answering.squad import Squad
from metier_question_answering.squad_json import Places, questions

TEXT = "The pump feeds line two. The pump is blue."
FIRST = {"text": "The pump", "answer_start": 0}


def read(path: Path, context: ReadContext | None = None) -> list[tuple[str, dict[str, Any]]]:
    source = Squad(Squad.Config(path=str(path)))
    return [(record.where, record.values) for record in source.read(context or ReadContext(offline=True))]


def write(path: Path, value: Any, **layout: Any) -> Path:
    path.write_text(json.dumps(value, ensure_ascii=False, **layout), encoding="utf-8")
    return path


def article(*asked: dict[str, Any], text: str = TEXT) -> dict[str, Any]:
    return {"version": "v2.0", "data": [{"title": "Pump", "paragraphs": [{"context": text, "qas": list(asked)}]}]}


@pytest.mark.parametrize("layout", [{}, {"indent": 2}])
def test_squad_on_one_line_or_many(layout: dict[str, Any], tmp_path: Path) -> None:
    asked = [
        {"id": "q1", "question": "What feeds line two?", "answers": [FIRST, FIRST]},
        {"id": "q2", "question": "Who?", "is_impossible": True, "answers": [], "plausible_answers": [FIRST]},
        {"id": "q3", "question": "What colour?", "answers": []},
    ]
    rows = read(write(tmp_path / "a.json", article(*asked), **layout))
    assert [where for where, _ in rows] == ["a.json:q1", "a.json:q2", "a.json:q3"]
    first, *others = [values for _, values in rows]
    assert first == {
        "title": "Pump", "id": "q1", "question": "What feeds line two?", "text": TEXT,
        "spans": [{"start": 0, "end": 8, "label": "answer"}],
    }  # fmt: skip
    assert [one["spans"] for one in others] == [[], []]


def test_packed_files_and_files_without_ids(tmp_path: Path) -> None:
    path = tmp_path / "a.json.gz"
    bare = article({"question": "What?", "answers": [FIRST]}, {"question": "Who?", "answers": []})
    path.write_bytes(gzip.compress(json.dumps(bare, indent=1).encode()))
    assert [where for where, _ in read(path)] == ["a.json.gz.0.0.0", "a.json.gz.0.0.1"]


def test_flat_rows_in_each_form_that_people_have(tmp_path: Path) -> None:
    forms = [
        {"answers": {"text": ["The pump", "pump"], "answer_start": [25, 4]}},
        {"answers": [{"text": "The pump", "answer_start": 25}, {"text": "pump", "answer_start": 4}]},
        {"spans": [[25, 33], {"start": 4, "end": 8, "label": "X"}]},
    ]
    rows = read(write(tmp_path / "a.json", [{"context": TEXT, "question": "What?", **form} for form in forms]))
    assert [where for where, _ in rows] == ["a.json:item 1", "a.json:item 2", "a.json:item 3"]
    for _, values in rows[:2]:
        assert [(one["start"], one["end"]) for one in values["spans"]] == [(25, 33), (4, 8)]
    assert rows[2][1]["spans"] == [[25, 33, "answer"], {"start": 4, "end": 8, "label": "X"}]
    alone = [
        {"passage": TEXT, "query": "What?", "answer": "blue", "kind": "colour"},
        {"text": TEXT, "question": "Who?", "answers": ""},
        {"text": TEXT, "question": "Who?", "answers": {"text": [], "answer_start": []}},
        {"text": TEXT, "question": "Who?", "answers": [{"text": "", "answer_start": -1}]},
        {"text": TEXT, "question": "Which one?"},
    ]
    context = ReadContext(offline=True)
    (tmp_path / "b.jsonl").write_text("\n".join(map(json.dumps, alone)), encoding="utf-8")
    one, *none, unsaid = [values for _, values in read(tmp_path / "b.jsonl", context)]
    assert (one["spans"], one["kind"]) == ([{"start": 37, "end": 41, "label": "answer"}], "colour")
    assert [values["spans"] for values in none] == [[], [], []]
    assert "spans" not in unsaid, "a question to be answered says nothing of answers"
    assert "b.jsonl: 1 answers have no place; the first one with their text is taken" in context.notes


def test_an_answer_that_stands_elsewhere_is_found_and_said(tmp_path: Path) -> None:
    context = ReadContext(offline=True)
    asked = {"id": "q", "question": "What?", "answers": [{"text": "The pump", "answer_start": 22}]}
    ((_, values),) = read(write(tmp_path / "a.json", article(asked)), context)
    assert values["spans"] == [{"start": 25, "end": 33, "label": "answer"}]
    assert any("1 answers do not stand where it is said" in note for note in context.notes)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            [{"id": "q", "question": "What?", "answers": [{"text": "the valve", "answer_start": 0}]}],
            "is not in the text",
        ),
        ([{"id": "q", "question": "What?", "answers": [7]}], "7 is no answer"),
        ([{"id": "q", "answers": [FIRST]}], "this object has no question"),
        ([{"id": "q", "question": "What?", "answers": []}] * 2, "two questions have the id 'q'"),
        (["What?"], "an object is expected, not str"),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_a_way_out(asked: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=said) as error:
        read(write(tmp_path / "a.json", article(*asked)))
    (problem,) = error.value.problems
    assert problem.where.startswith("a.json")
    assert problem.hint


def test_a_file_that_is_no_json_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"data": [\n', encoding="utf-8")
    with pytest.raises(DataError, match="this is not JSON"):
        read(tmp_path / "a.json")


@given(st.text("ab 油\n", min_size=1, max_size=30), st.data())
@settings(max_examples=200, deadline=None)
def test_every_answer_that_is_in_the_text_gets_a_place_with_its_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    said = data.draw(st.one_of(st.none(), st.integers(-2, len(text) + 2)))
    flat = {"text": text, "question": "?", "answers": [{"text": text[start:end], "answer_start": said}]}
    ((_, row),) = questions(flat, "a:1", Places())
    (span,) = row["spans"]
    assert text[span["start"] : span["end"]] == text[start:end]
    if said is not None and text.startswith(text[start:end], said) and said >= 0:
        assert span["start"] == said
