"""Without a path the readers give of the Hub's copy what they give of the files; the copy is a local folder here."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from datasets import Features, List, Value

from metier.builtin.sources.published import Published
from metier.errors import DataError
from metier.testing import authored
from metier.testing.copies import put_copy, values_of
from metier_legal.cuad_questions import CuadQuestions

TEXT = Value("string")
FEATURES = Features(
    dict.fromkeys(("id", "title", "context", "question"), TEXT)
    | {"answers": {"text": List(TEXT), "answer_start": List(Value("int32"))}}
)
CONTEXT = "EXHIBIT 1\n\n   SUPPLY AGREEMENT\n\nThe laws of Iowa govern."

Put = Callable[..., None]


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Put:
    """Return what points a reader at rows of splits in the Hub's columns."""
    return functools.partial(put_copy, tmp_path, monkeypatch)


def row(category: str, text: str | None, start: int) -> dict[str, Any]:
    answers = {"text": [] if text is None else [text], "answer_start": [] if text is None else [start]}
    return {"id": f"A__{category}", "title": "A", "context": CONTEXT, "question": "Which?", "answers": answers}


def file(folder: Path, rows: Sequence[dict[str, Any]]) -> str:
    asked = []
    for one in rows:
        said = zip(one["answers"]["text"], one["answers"]["answer_start"], strict=True)
        asked.append({**one, "answers": [{"text": text, "answer_start": start} for text, start in said]})
    path = folder / "CUAD_v1.json"
    path.write_text(json.dumps({"data": [{"title": "A", "paragraphs": [{"context": CONTEXT, "qas": asked}]}]}), "utf-8")
    return str(path)


def test_questions_are_those_of_the_files(tmp_path: Path, put: Put) -> None:
    rows = [row("Governing Law_0", "The laws of Iowa govern.", 32), row("Audit Rights", None, 0)]
    path = file(tmp_path, rows)
    put(CuadQuestions, FEATURES, train=rows, test=rows[1:])
    for categories in (None, ["Audit Rights"]):
        found = values_of(CuadQuestions, categories=categories)
        assert found == values_of(CuadQuestions, path=path, categories=categories)
        assert len(found) == (2 if categories is None else 1)
    assert [one["category"] for one in values_of(CuadQuestions)] == ["governing-law", "audit-rights"]
    assert [one["answers"] for one in values_of(CuadQuestions, split="test")] == [[]]


@pytest.mark.parametrize("start", [9, 11, 12, 14, 16])
def test_an_answer_is_found_beside_white_space_that_the_copy_took_away(start: int, put: Put) -> None:
    put(CuadQuestions, FEATURES, train=[row("Document Name", "SUPPLY AGREEMENT", start)])
    (found,) = values_of(CuadQuestions)
    (said,) = found["answers"]
    assert (said["text"], said["answer_start"]) == ("SUPPLY AGREEMENT", CONTEXT.index("SUPPLY"))


def test_a_recipe_reads_the_copy_by_the_readers_name(tmp_path: Path, put: Put) -> None:
    rows = []
    for number in range(20):
        law = f"The laws of state {number} govern."
        one = {"title": f"contract {number}", "context": f"LEASE {number}\n\n{law} It ends in {2000 + number}."}
        rows += [
            {**row("Governing Law_0", law, one["context"].index(law)), **one},
            {**row("Insurance", None, 0), **one},
        ]
    put(CuadQuestions, FEATURES, train=rows)
    recipe = tmp_path / "recipe.yaml"
    data = "{train: cuad-questions, split: {group: contract}}"
    recipe.write_text(f"recipe: 1\nextends: legal/question-answering\ndata: {data}\n", encoding="utf-8")
    made = authored.prepared(recipe, tmp_path / "prepared")
    assert sum(ref.rows for ref in made.datasets.values()) == 40
    authored.check_apart(made, "contract", values=20)
    assert {len(spans) for spans in authored.column(made, "train", "spans")} == {0, 1}


def test_an_answer_that_stands_nowhere_is_an_error(put: Put) -> None:
    put(CuadQuestions, FEATURES, train=[row("Document Name", "LEASE", 14)])
    with pytest.raises(DataError, match="not 'LEASE'"):
        values_of(CuadQuestions)


def test_a_question_of_no_category_is_an_error(put: Put) -> None:
    put(CuadQuestions, FEATURES, train=[row("Weather", None, 0)])
    with pytest.raises(DataError, match="ends in no category"):
        values_of(CuadQuestions)


@pytest.mark.parametrize("component", [CuadQuestions])
def test_a_copy_that_is_not_kept_is_an_error_offline(component: type[Published]) -> None:
    with pytest.raises(DataError, match=f"hub data set '{component.copy.dataset}'.*cannot be had offline") as raised:
        values_of(component)
    assert "give the files as `path`" in raised.value.problems[0].hint
