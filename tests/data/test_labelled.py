"""What a trained model predicts from: a text, or all that its task reads."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest

from metier.components import TaskHead
from metier.data.labelled import asked, input_of, read_inputs
from metier.discovery import discover
from metier.errors import DataError
from metier.values import Column


class Alone(TaskHead):
    """Reads a text."""

    name: ClassVar[str] = "alone"
    columns: ClassVar[tuple[Column, ...]] = (Column("text"), Column("label", "label"))


class Two(TaskHead):
    """Reads two texts."""

    name: ClassVar[str] = "two"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("text", aliases=("question",)),
        Column("second", aliases=("answer",)),
        Column("note", required=False),
        Column("reply", answer=True),
        Column("label", "label"),
    )


def test_answers_are_not_asked_for() -> None:
    assert [column.name for column in asked(Two())] == ["text", "second"]


def test_a_text_stands_for_a_row_where_it_is_all_that_is_read() -> None:
    assert input_of("a", Alone()) == {"text": "a"}
    assert input_of({"text": "a", "second": "b", "label": "x"}, Two()) == {"text": "a", "second": "b"}
    with pytest.raises(DataError, match="two predicts from 'second' too") as error:
        input_of("a", Two())
    assert error.value.problems[0].hint == "give text, second"


def test_a_text_is_what_a_task_asks_that_asks_one_thing() -> None:
    class Question(TaskHead):
        """Reads a question."""

        name: ClassVar[str] = "question"
        columns: ClassVar[tuple[Column, ...]] = (Column("question"), Column("answers", "any", answer=True))

    assert input_of("Who?", Question()) == {"question": "Who?"}


def test_a_file_gives_what_the_task_reads(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("question,answer,label\na,b,x\nc,d,y\n", encoding="utf-8")
    found = list(read_inputs(file, Two(), discover(), tmp_path))
    assert found == [
        {"text": "a", "second": "b", "from": {"label": "x"}},
        {"text": "c", "second": "d", "from": {"label": "y"}},
    ]
    lines = tmp_path / "lines.txt"
    lines.write_text("one\ntwo\n", encoding="utf-8")
    assert list(read_inputs(lines, Alone(), discover(), tmp_path)) == [
        {"text": line, "from": {"file": "lines.txt"}} for line in ("one", "two")
    ]
    with pytest.raises(DataError, match="there is no column for 'second'"):
        list(read_inputs(lines, Two(), discover(), tmp_path))


def test_what_else_a_record_holds_is_kept_whatever_it_is(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"text": "a", "page": 1}\n{"text": "b", "page": "two", "tags": ["x"]}\n', encoding="utf-8")
    assert [one["from"] for one in read_inputs(file, Alone(), discover(), tmp_path)] == [
        {"page": 1},
        {"page": "two", "tags": ["x"]},
    ]


def test_options_are_those_of_what_reads_the_file(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("text;note\na,b;c\n", encoding="utf-8")
    found = list(read_inputs(file, Alone(), discover(), tmp_path, options={"separator": ";"}))
    assert found == [{"text": "a,b", "from": {"note": "c"}}]
    with pytest.raises(DataError, match="'csv' does not take this: separators: ") as error:
        list(read_inputs(file, Alone(), discover(), tmp_path, options={"separators": ";"}))
    assert error.value.problems[0].hint == "`metier plugins info csv` lists its options"


def test_what_has_units_of_its_own_is_read_in_these(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text("<h1>Fees</h1><p>Due at once.</p><p>By card.</p>", encoding="utf-8")
    (whole,) = read_inputs(file, Alone(), discover(), tmp_path)
    assert whole["from"]["section"] == "Fees"
    found = [one["text"] for one in read_inputs(file, Alone(), discover(), tmp_path, options={"unit": "paragraph"})]
    assert found == ["# Fees\n\nDue at once.", "By card."]
