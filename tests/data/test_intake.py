"""From a source's records to checked rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from metier.components import DataSource, ReadContext
from metier.data import store
from metier.data.intake import Intake, take_in
from metier.errors import DataError
from metier.values import Column, Record


class Listed(DataSource):
    """Gives the records that it is made with."""

    name = "listed"

    def __init__(self, *values: dict[str, Any], place: str = "r{}") -> None:
        super().__init__()
        self.values, self.place = values, place

    def read(self, context: ReadContext) -> Iterator[Record]:
        for number, values in enumerate(self.values):
            yield Record(self.place.format(number), values)
        context.notes.append("read to the end")


def take(folder: Path, *values: dict[str, Any], kind: Any = "label", place: str = "r{}") -> Intake:
    columns = (Column("text"), Column("label", kind=kind))
    source = Listed(*values, place=place)
    return take_in(source, folder / "rows.arrow", columns=columns, mapping={}, where="data.train", offline=True)


def test_rows_have_id_and_the_tasks_columns(tmp_path: Path) -> None:
    taken = take(tmp_path, {"text": "a", "label": 1, "more": 0}, {"text": 2.5, "label": " x ", "more": 0})
    assert list(store.records(taken.rows)) == [
        {"id": "r0", "text": "a", "label": "1"},
        {"id": "r1", "text": "2.5", "label": "x"},
    ]
    assert (taken.read, taken.available, taken.notes) == (2, ("text", "label", "more"), ("read to the end",))


def test_spans_are_read_and_held_to_their_text(tmp_path: Path) -> None:
    columns = (Column("text"), Column("spans", "spans", aliases=("entities",)))

    def take_spans(*values: dict[str, Any]) -> Intake:
        path = tmp_path / "rows.arrow"
        return take_in(Listed(*values), path, columns=columns, mapping={}, where="data.train", offline=True)

    taken = take_spans({"entities": [[0, 4, "PART"]], "text": "pump"}, {"text": "seal", "entities": None})
    assert [row["spans"] for row in store.records(taken.rows)] == [[{"start": 0, "end": 4, "label": "PART"}], []]
    with pytest.raises(DataError, match="from 0 to 5 in a text of 4 characters") as error:
        take_spans({"text": "pump", "entities": [[0, 5, "PART"]]})
    assert error.value.problems[0].where == "r0"


def test_rows_without_text_or_label_are_left_out_and_said(tmp_path: Path) -> None:
    taken = take(tmp_path, {"text": " ", "label": "a"}, {"text": "b", "label": None}, {"text": "c", "label": "a"})
    assert list(taken.rows["id"]) == ["r2"]
    assert {reason: change.count for reason, change in taken.dropped.items()} == {"no text": 1, "no label": 1}
    with pytest.raises(DataError, match="no row can be used: 1 with no label"):
        take(tmp_path, {"text": "a", "label": ""})


def test_rows_without_the_answer_are_left_out_and_said(tmp_path: Path) -> None:
    columns = (Column("text"), Column("reply", answer=True))
    source = Listed({"text": "a", "reply": "b"}, {"text": "c", "reply": " "}, {"text": "", "reply": "d"})
    taken = take_in(source, tmp_path / "rows.arrow", columns=columns, mapping={}, where="data.train", offline=True)
    assert list(taken.rows["id"]) == ["r0"]
    assert {reason: change.count for reason, change in taken.dropped.items()} == {"no reply": 1, "no text": 1}


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("labels", ["b", "a", "a"], ["a", "b"]),
        ("labels", "b; a", ["a", "b"]),
        ("labels", '["b", "a"]', ["a", "b"]),
        ("labels", None, []),
        ("number", "2.5", 2.5),
        ("any", [1, 2], [1, 2]),
    ],
)
def test_kinds_of_columns(kind: str, value: Any, expected: Any, tmp_path: Path) -> None:
    assert take(tmp_path, {"text": "a", "label": value}, kind=kind).rows[0]["label"] == expected


@pytest.mark.parametrize(
    ("kind", "values", "message"),
    [
        ("number", [{"text": "a", "label": "high"}], "'label' is 'high', not a number"),
        ("labels", [{"text": "a", "label": 3}], "'label' holds int, not labels"),
        ("label", [{"text": ["a"], "label": "x"}], "'text' holds list, not a text"),
        ("label", [{"text": "a", "label": "x"}, {"text": "b"}], "this record has no 'label'"),
        ("label", [{"words": "a", "label": "x"}], "there is no column for 'text'; there are words, label"),
        ("label", [], "there are no records"),
    ],
)
def test_values_that_do_not_fit_are_errors_with_their_place(
    kind: str, values: list[dict[str, Any]], message: str, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=message) as raised:
        take(tmp_path, *values, kind=kind)
    assert all(problem.where and problem.hint for problem in raised.value.problems)


def test_two_records_of_one_place_are_an_error(tmp_path: Path) -> None:
    row = {"text": "a", "label": "x"}
    with pytest.raises(DataError, match="two records have the place 'same'"):
        take(tmp_path, row, row, place="same")
