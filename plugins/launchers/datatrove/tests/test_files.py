"""Files are divided among tasks so that nothing is lost, and every file keeps its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.components import DataSource
from metier.discovery import discover
from metier.errors import DataError
from metier.values import Use
from metier_datatrove.files import divide, files_of


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=60), st.integers(1, 80))
def test_each_file_is_in_one_task_and_no_task_has_none(sizes: list[int], tasks: int) -> None:
    parts = divide(sizes, tasks)
    assert [number for part in parts for number in part] == list(range(len(sizes)))
    assert len(parts) == min(tasks, len(sizes))
    assert all(len(part) for part in parts)


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=40), st.integers(1, 10))
def test_no_task_has_much_more_than_its_share(sizes: list[int], tasks: int) -> None:
    loads = [sum(sizes[number] for number in part) for part in divide(sizes, tasks)]
    assert max(loads) <= sum(sizes) / len(loads) + 2 * max(sizes)


def test_files_of_one_size_are_divided_evenly() -> None:
    assert [len(part) for part in divide([5] * 12, 4)] == [3, 3, 3, 3]
    assert divide([100, 1, 1, 1], 2) == [range(1), range(1, 4)]


def test_files_of_one_name_have_places_of_their_own(tmp_path: Path) -> None:
    for folder in ("b", "a"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "notes.txt").write_text("A note.", encoding="utf-8")
    source = discover().find(DataSource, "text").component
    found = files_of(source, Use("data source", "text", {"path": f"{tmp_path}/*/notes.txt"}))  # type: ignore[arg-type]
    assert [file.place for file in found] == ["a/notes.txt", "b/notes.txt"]


def test_what_reads_no_files_cannot_be_divided(tmp_path: Path) -> None:
    source = discover().find(DataSource, "sql").component
    with pytest.raises(DataError, match="'sql' reads no files") as error:
        files_of(source, Use("data source", "sql", {"url": "sqlite://", "query": "select 1"}))  # type: ignore[arg-type]
    assert "jsonl" in error.value.problems[0].hint
    source = discover().find(DataSource, "folder-per-class").component
    with pytest.raises(DataError, match="a folder, not a file"):
        files_of(source, Use("data source", "folder-per-class", {"path": str(tmp_path)}))  # type: ignore[arg-type]
