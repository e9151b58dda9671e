"""JSON lines and JSON lists."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.builtin.sources import _json_list
from metier.builtin.sources.jsonl import Jsonl
from metier.components import ReadContext
from metier.errors import DataError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


class Slow:
    """A text stream that gives few characters at a time."""

    def __init__(self, text: str, size: int) -> None:
        self.text, self.size, self.at = text, size, 0

    def read(self, wanted: int) -> str:
        block = self.text[self.at : self.at + min(self.size, wanted)]
        self.at += len(block)
        return block


@settings(max_examples=200, deadline=None)
@given(items=st.lists(JSON, max_size=5), size=st.integers(1, 40), indent=st.sampled_from([None, 2]))
def test_a_list_is_read_item_by_item_whatever_the_blocks(items: list[Any], size: int, indent: int | None) -> None:
    reader = _json_list.ListReader(Slow(json.dumps(items, indent=indent), size))  # type: ignore[arg-type]
    assert list(reader) == items


def read(path: Path, **options: Any) -> list[tuple[str, dict[str, Any]]]:
    made = Jsonl(Jsonl.Config.model_validate({"path": str(path), **options}))
    return [(record.where, record.values) for record in made.read(ReadContext())]


def write(folder: Path, text: str, name: str = "rows.jsonl") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_lines_and_lists_read_alike(tmp_path: Path) -> None:
    rows = [{"text": "a", "label": 1}, {"text": "b", "label": 2}]
    lines = read(write(tmp_path, "\n".join(map(json.dumps, rows)) + "\n\n"))
    listed = read(write(tmp_path, json.dumps(rows, indent=1), "rows.json"))
    assert [values for _, values in lines] == [values for _, values in listed] == rows
    assert [where for where, _ in lines] == ["rows.jsonl:1", "rows.jsonl:2"]


@pytest.mark.parametrize("text", ['["a", 1]\n["b", 2]\n', '[["a", 1], ["b", 2]]', '[\n["a", 1],\n["b", 2]]'])
def test_lists_of_values_take_names(text: str, tmp_path: Path) -> None:
    rows = read(write(tmp_path, text), names=["text", "label"])
    assert [values for _, values in rows] == [{"text": "a", "label": 1}, {"text": "b", "label": 2}]


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ('{"a": 1}\n{"a": \n', ":2", "this line is not JSON"),
        ('[{"a": 1},\n{"a": }]', ":2", "not a JSON list"),
        ('[{"a": 1}] more', ":1", "more after the end"),
        ('[{"a": 1}', ":1", "'the end'|not the end"),
        ('"only text"\n', ":1", "a JSON object is expected, not str"),
        ("[[1, 2]]", ":item 1", "a JSON object is expected, not list"),
    ],
)
def test_what_is_no_record_is_an_error_with_its_place(text: str, where: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=message) as raised:
        read(write(tmp_path, text))
    assert raised.value.problems[0].where.endswith(f"rows.jsonl{where}")


def test_a_list_of_other_length_than_its_names_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="3 values where 2 are named"):
        read(write(tmp_path, "[[1, 2, 3]]"), names=["a", "b"])
