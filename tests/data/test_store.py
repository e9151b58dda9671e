"""Arrow files: what is written is read, and digests are of values alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from datasets import Dataset
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metier.data import store, tables
from metier.errors import DataError

RECORDS = st.lists(
    st.fixed_dictionaries(
        {"id": st.text(max_size=4), "n": st.integers(-5, 5), "labels": st.lists(st.text(max_size=2))}
    ),
    max_size=8,
)
TYPES = {"id": pa.string(), "n": pa.int64(), "labels": pa.list_(pa.string())}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=RECORDS)
def test_records_come_back(records: list[dict[str, Any]], tmp_path: Path) -> None:
    ref = store.write(records, tmp_path / "a.arrow", types=TYPES)
    rows = store.load(ref)
    assert list(store.records(rows)) == records
    assert ref.rows == len(rows) == len(records)
    assert store.write_rows(rows, tmp_path / "elsewhere" / "b.arrow").digest == ref.digest


def test_digest_follows_values_names_and_order(tmp_path: Path) -> None:
    def digest(*values: Any, name: str = "a") -> str:
        return store.write([{name: value} for value in values], tmp_path / "x.arrow").digest

    digests = [
        digest("x", "y"),
        digest("y", "x"),
        digest("x", "z"),
        digest("x"),
        digest("x", "y", name="b"),
        digest(1, 2),
    ]
    assert len(set(digests)) == len(digests)
    assert digest("x", "y") == digests[0]


def test_a_digest_does_not_depend_on_how_rows_were_cut(tmp_path: Path) -> None:
    records = [{"id": str(row), "text": "x" * (row % 50)} for row in range(5000)]
    whole = store.write(iter(records), tmp_path / "a.arrow")
    parts = Dataset.from_list(records).select(range(2500)), Dataset.from_list(records).select(range(2500, 5000))
    joined = store.write((row for part in parts for row in store.records(part)), tmp_path / "b.arrow")
    assert whole.digest == joined.digest


def test_writing_is_whole_or_not_at_all(tmp_path: Path) -> None:
    def broken() -> Any:
        yield {"a": 1}
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        store.write(broken(), tmp_path / "a.arrow")
    assert list(tmp_path.iterdir()) == []


def test_a_value_that_does_not_fit_is_an_error(tmp_path: Path) -> None:
    records = [{"a": row if row < 1500 else "text"} for row in range(2000)]
    with pytest.raises(DataError, match="a value does not fit its column"):
        store.write(records, tmp_path / "a.arrow")


def test_writing_holds_little_in_memory(tmp_path: Path) -> None:
    alive = 0
    most = 0

    class Counted(str):
        def __new__(cls, text: str) -> Counted:
            nonlocal alive, most
            alive += 1
            most = max(most, alive)
            return super().__new__(cls, text)

        def __del__(self) -> None:
            nonlocal alive
            alive -= 1

    store.write(({"text": Counted("some text")} for _ in range(20_000)), tmp_path / "a.arrow")
    assert most <= 3 * store.ROWS


@pytest.mark.parametrize("on_disk", [True, False])
def test_rewrite_replaces_columns_where_the_rows_lie(on_disk: bool, tmp_path: Path) -> None:
    records = [{"id": str(row), "text": f"text {row}"} for row in range(2500)]
    rows = store.load(store.write(records, tmp_path / "a.arrow")) if on_disk else Dataset.from_list(records)
    rows = rows.select(range(2499, -1, -1))
    made = tables.rewrite(rows, lambda batch: {"text": [text.upper() for text in batch["text"]]})
    assert list(store.records(made)) == [{"id": str(row), "text": f"TEXT {row}"} for row in range(2499, -1, -1)]
    assert bool(made.cache_files) == on_disk


def test_texts_join_columns_and_tokens() -> None:
    rows = Dataset.from_dict({"a": ["x", "y"], "b": ["1", "2"], "tokens": [["t", "u"], []]})
    assert [tables.shown(text) for text in tables.texts(rows, ("a", "b"))] == ["x | 1", "y | 2"]
    assert list(tables.texts(rows, ("tokens",))) == ["t u", ""]
