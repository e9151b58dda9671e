"""The Hub source on a local folder, and SQL on SQLite."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from datasets import ClassLabel, Dataset, Features, Value

from metier.builtin.sources.hub import Hub
from metier.builtin.sources.parquet import Parquet
from metier.builtin.sources.sql import Sql
from metier.components import ReadContext
from metier.errors import DataError


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    features = Features({"text": Value("string"), "label": ClassLabel(names=["bad", "good"])})
    rows = Dataset.from_dict({"text": ["a", "b", "c"], "label": [1, 0, -1]}, features=features)
    (tmp_path / "reviews").mkdir()
    rows.to_parquet(tmp_path / "reviews" / "train.parquet")
    return tmp_path / "reviews"


@pytest.mark.parametrize("streaming", [False, True])
def test_class_labels_come_by_name(streaming: bool, dataset: Path) -> None:
    made = Hub(Hub.Config(dataset=str(dataset), streaming=streaming))
    values = [record.values for record in made.read(ReadContext(offline=True))]
    assert [row["label"] for row in values] == ["good", "bad", None]


@pytest.mark.parametrize(
    ("options", "offline", "message"),
    [
        ({"dataset": "nobody/nothing"}, True, "cannot be had offline"),
        ({"split": "no_such"}, True, "cannot be had offline"),
        ({"split": "no_such"}, False, "cannot be had: "),
    ],
)
def test_what_cannot_be_had_is_an_error(options: dict[str, Any], offline: bool, message: str, dataset: Path) -> None:
    made = Hub(Hub.Config.model_validate({"dataset": str(dataset), **options}))
    with pytest.raises(DataError, match=message) as raised:
        list(made.read(ReadContext(offline=offline)))
    assert raised.value.problems[0].hint


def test_parquet_says_when_a_file_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"text,label\n")
    made = Parquet(Parquet.Config(path=str(tmp_path / "a.parquet")))
    assert [problem.message for problem in made.inspect()] == ["this is not a Parquet file"]
    with pytest.raises(DataError, match="not a readable Parquet file"):
        list(made.read(ReadContext()))


def test_parquet_reads_typed_values(tmp_path: Path) -> None:
    Dataset.from_dict({"text": ["a", "b"], "n": [1.5, None]}).to_parquet(tmp_path / "a.parquet")
    made = Parquet(Parquet.Config(path=str(tmp_path / "a.parquet")))
    assert [(one.where, one.values) for one in made.read(ReadContext())] == [
        ("a.parquet:1", {"text": "a", "n": 1.5}),
        ("a.parquet:2", {"text": "b", "n": None}),
    ]


@pytest.fixture
def database(tmp_path: Path) -> str:
    path = tmp_path / "reports.db"
    connection = sqlite3.connect(path)
    connection.execute("create table reports (id integer, text text)")
    connection.executemany("insert into reports values (?, ?)", [(number, f"text {number}") for number in range(2500)])
    connection.commit()
    connection.close()
    return f"sqlite:///{path}"


def sql(url: str, query: str) -> Sql:
    return Sql(Sql.Config(url=url, query=query))


def test_sql_reads_the_rows_of_a_query(database: str) -> None:
    context = ReadContext()
    records = list(sql(database, "select text from reports order by id").read(context))
    assert (len(records), records[2499]) == (2500, ("row:2500", {"text": "text 2499"}))
    assert context.notes == []
    list(sql(database, "select text from reports").read(context))
    assert "no ORDER BY" in context.notes[0]


@pytest.mark.parametrize("query", ["select nothing from reports", "selekt", "delete from reports where id = :id"])
def test_sql_that_fails_is_an_error(query: str, database: str) -> None:
    with pytest.raises(DataError, match="the query failed"):
        list(sql(database, query).read(ReadContext()))


def test_sql_commits_nothing(database: str) -> None:
    with pytest.raises(DataError):
        list(sql(database, "delete from reports").read(ReadContext()))
    assert len(list(sql(database, "select id from reports").read(ReadContext()))) == 2500


def test_sql_takes_variables_from_the_environment(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = sql("${REPORTS_URL}", "select 1 as one")
    assert [problem.message for problem in made.inspect()] == ["the environment variable REPORTS_URL is not set"]
    monkeypatch.setenv("REPORTS_URL", database)
    assert [record.values for record in made.read(ReadContext())] == [{"one": 1}]


def test_sql_never_shows_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "hunter2")
    shown: list[str] = []
    for url in ("postgresql://me:hunter2@host/db", "nosuch://me:${SECRET}@host/db", "mysql+nosuch://me:${SECRET}@h/d"):
        context = ReadContext()
        with pytest.raises(DataError) as raised:
            list(sql(url, "select 1").read(context))
        shown += [str(raised.value), json.dumps(context.notes)]
        shown += [str(problem) for problem in sql(url, "select 1").inspect()]
    assert "would be kept with the run" in shown[0]
    assert not any("hunter2" in text for text in shown)
    assert any("me:***@host" in text for text in shown)
