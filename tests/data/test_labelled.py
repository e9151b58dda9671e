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


def test_a_file_gives_what_the_task_reads(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("question,answer,label\na,b,x\nc,d,y\n", encoding="utf-8")
    found = list(read_inputs(file, Two(), discover(), tmp_path))
    assert found == [{"text": "a", "second": "b"}, {"text": "c", "second": "d"}]
    lines = tmp_path / "lines.txt"
    lines.write_text("one\ntwo\n", encoding="utf-8")
    assert list(read_inputs(lines, Alone(), discover(), tmp_path)) == [{"text": "one"}, {"text": "two"}]
    with pytest.raises(DataError, match="there is no column for 'second'"):
        list(read_inputs(lines, Two(), discover(), tmp_path))
