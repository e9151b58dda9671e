"""Chunks are rows with ids of their own; labels and spans go with them where that is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset
from pydantic import ValidationError

from metier.components import TransformContext
from metier.data import spans, store
from metier.data.steps import _following
from metier.errors import DataError
from metier_text.chunk import CUT, Chunk
from metier_text.pieces import WORD

REPORTS = Path(__file__).parents[5] / "shared" / "data" / "finance" / "sec_10k_text"


def apply(rows: dict[str, list[Any]], *, split: str = "corpus", **options: Any) -> tuple[list[dict[str, Any]], Any]:
    context = TransformContext(("text",), "label" if "label" in rows else None, split=split)
    made = Chunk(Chunk.Config.model_validate(options)).apply(Dataset.from_dict(rows), context)
    return list(store.records(made)), context


def test_a_long_text_becomes_rows_and_other_columns_stay() -> None:
    rows = {"id": ["a", "b"], "text": ["one two three four five", "six"], "page": [7, 8], "section": ["1", None]}
    made, context = apply(rows, size=3, overlap=1)
    assert made == [
        {"id": "a", "text": "one two three", "page": 7, "section": "1"},
        {"id": "a#2", "text": "three four five", "page": 7, "section": "1"},
        {"id": "b", "text": "six", "page": 8, "section": None},
    ]
    change = context.changed[CUT]
    assert change.count == 1
    assert change.examples[0]["after"] == "2 chunks, the first: one two three"


def test_chunking_again_changes_nothing_or_finds_new_ids() -> None:
    rows = {"id": ["a", "a#2"], "text": ["one two three four", "other"]}
    made, _ = apply(rows, size=2, overlap=0)
    assert [row["id"] for row in made] == ["a", "a#3", "a#2"]
    again, context = apply({name: [row[name] for row in made] for name in rows}, size=2, overlap=0)
    assert again == made
    assert not context.changed
    halved, _ = apply({name: [row[name] for row in made] for name in rows}, size=1, overlap=0)
    assert len({row["id"] for row in halved}) == len(halved) == 5


def test_chinese_is_counted_by_characters() -> None:
    made, _ = apply({"id": ["a"], "text": ["油泵漏油。请检修 PLC 模块。"]}, size=4, overlap=0)
    assert [row["text"] for row in made] == ["油泵漏油。", "请检修 PLC", "模块。"]


def test_rows_of_the_task_are_cut_only_where_that_is_said() -> None:
    rows = {"id": ["a", "b"], "text": ["short", "one two three four"], "label": ["x", "y"]}
    with pytest.raises(DataError, match="this row would become 2 chunks") as error:
        apply(rows, split="train", size=2, overlap=0)
    assert error.value.problems[0].where == "chunk, b"
    assert "labelled: keep" in str(error.value.problems[0].hint)
    assert apply(rows, split="train", size=9)[0] == apply(rows, split="train", size=2, overlap=0, labelled="keep")[0]
    made, _ = apply(rows, split="train", size=2, overlap=0, labelled="repeat")
    assert [(row["id"], row["label"]) for row in made] == [("a", "x"), ("b", "y"), ("b#2", "y")]


def test_a_row_of_several_texts_is_not_cut() -> None:
    rows = Dataset.from_dict({"id": ["a"], "text": ["one two three"], "text_pair": ["other"]})
    context = TransformContext(("text", "text_pair"), split="test")
    with pytest.raises(DataError, match="a row of several texts cannot be cut"):
        Chunk(Chunk.Config(size=2, overlap=0, labelled="repeat")).apply(rows, context)


def test_spans_go_with_their_chunks_through_the_preparation(tmp_path: Path) -> None:
    text = "  Pump seal 7 leaks near line 2, the new seal was fitted by Anna."
    found = [
        {"start": text.index(one), "end": text.index(one) + len(one), "label": "A"}
        for one in ("seal 7", "line 2", "Anna")
    ]
    made = [{"id": "a", "text": text, "spans": found}, {"id": "b", "text": "none", "spans": []}]
    before = store.load(store.write(made, tmp_path / "rows.arrow", types={"spans": spans.TYPE}))
    context = TransformContext(("text",), split="train")
    chunk = Chunk(Chunk.Config(size=6, overlap=0, labelled="repeat"))
    after = list(store.records(_following(before, chunk.apply(before, context), ["spans"], context)))
    parts = {row["id"]: [row["text"][one["start"] : one["end"]] for one in row["spans"]] for row in after}
    assert parts == {"a": ["seal 7"], "a#2": ["line 2"], "a#3": ["Anna"], "b": []}
    assert set(context.changed) == {CUT}
    assert "".join(row["text"] for row in after if row["id"] != "b") == text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 4, "overlap": 4}, "overlap must be less than size"),
        ({"size": 0}, "greater than or equal to 1"),
        ({"heading": "("}, "is no regular expression"),
        ({"heading": "#*"}, "matches the empty text"),
    ],
)
def test_options_are_checked_while_planning(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Chunk.Config.model_validate(options)


@pytest.mark.skipif(not REPORTS.is_dir(), reason="the annual reports are not beside this checkout")
@pytest.mark.parametrize("by", ["words", "paragraphs", "sections"])
def test_an_annual_report_is_cut_without_loss(by: str) -> None:
    text = min(REPORTS.glob("*.txt"), key=lambda path: path.stat().st_size).read_text(encoding="utf-8")
    made, _ = apply({"id": ["report"], "text": [text]}, by=by, size=200, overlap=0)
    assert [word for row in made for word in WORD.findall(row["text"])] == WORD.findall(text)
    assert max(len(WORD.findall(row["text"])) for row in made) <= 200
    assert len(made) > 50
    if by == "sections":
        assert any(row["text"].startswith("Item 1A") for row in made)
