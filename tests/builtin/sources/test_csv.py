"""The csv source: separators, headers, quotes, surplus fields, and messages with rows."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from metier.builtin.sources.csv import Csv
from metier.components import ReadContext
from metier.errors import DataError

PHRASEBANK = Path(__file__).parents[3] / "../shared/data/finance/financial_phrasebank/Sentences_50Agree.txt"


def make(path: Path, **options: Any) -> Csv:
    return Csv(Csv.Config.model_validate({"path": str(path), **options}))


def values(path: Path, **options: Any) -> list[list[Any]]:
    return [list(record.values.values()) for record in make(path, **options).read(ReadContext())]


def write(folder: Path, text: str, name: str = "rows.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode("utf-8"))
    return path


FIELDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), max_size=12)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.lists(FIELDS, min_size=2, max_size=2), min_size=1, max_size=6),
    separator=st.sampled_from(",;\t|@"),
    ending=st.sampled_from(["\r\n", "\n"]),
)
def test_what_a_csv_writer_wrote_reads_back(rows: list[list[str]], separator: str, ending: str, tmp_path: Path) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, lineterminator=ending, quoting=csv.QUOTE_ALL).writerows([["a", "b"], *rows])
    path = tmp_path / "rows.csv"
    path.write_bytes(text.getvalue().encode("utf-8"))
    assert values(path, separator=separator, encoding="utf-8") == rows
    assert make(path, separator=separator).columns() == ["a", "b"]


def test_places_are_the_lines_where_rows_begin(tmp_path: Path) -> None:
    path = write(tmp_path, 'text,label\n"one\nmore",a\n\nthree,b\n')
    assert [record.where for record in make(path).read(ReadContext())] == ["rows.csv:2", "rows.csv:5"]


@pytest.mark.parametrize(
    ("text", "name"),
    [("a;b\n1;2\n", "x.csv"), ("a\tb\n1\t2\n", "x.tsv"), ("a|b\n1|2\n", "x.csv"), ('"x, y";b\n1;2\n', "x.csv")],
)
def test_separator_is_told_from_the_first_line(text: str, name: str, tmp_path: Path) -> None:
    assert values(write(tmp_path, text, name)) == [["1", "2"]]


def test_names_stand_in_for_a_header(tmp_path: Path) -> None:
    path = write(tmp_path, "good, really;positive\nbad;negative\n")
    made = make(path, names=["text", "label"])
    assert made.columns() == ("text", "label")
    assert values(path, names=["text", "label"]) == [["good, really", "positive"], ["bad", "negative"]]


@pytest.mark.parametrize(("extra", "expected"), [("first", ["a@b@c", "pos"]), ("last", ["a", "b@c@pos"])])
def test_extra_separators_belong_where_the_recipe_says(extra: str, expected: list[str], tmp_path: Path) -> None:
    path = write(tmp_path, 'a@b@c@pos\nsays "no@neg\n')
    read = values(path, separator="@", names=["sentence", "label"], quoting=False, extra=extra)
    assert read == [expected, ['says "no', "neg"]]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a,b\n1,2\n1,2,3\n", 3, "3 fields where 2 columns are"),
        ("a,b\n1,2\n\n1\n", 4, "1 fields where 2 columns are"),
        ('a,b\n1,2\n"never closed,2\n3,4\n', 3, "not well-formed CSV"),
        ('a,b\n"1"x,2\n', 2, "not well-formed CSV"),
    ],
)
def test_a_broken_row_is_an_error_with_its_line(text: str, line: int, message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=message) as raised:
        values(write(tmp_path, text))
    assert raised.value.problems[0].where.endswith(f"rows.csv:{line}")
    assert raised.value.problems[0].hint


def test_a_header_that_names_a_column_twice_is_told_while_planning(tmp_path: Path) -> None:
    problems = list(make(write(tmp_path, "text,label,text\n1,2,3\n")).inspect())
    assert [problem.message for problem in problems] == ["two columns are named 'text'"]


def test_a_column_without_a_name_gets_one(tmp_path: Path) -> None:
    assert make(write(tmp_path, ",text\n1,2\n")).columns() == ["column_1", "text"]


@pytest.mark.parametrize("options", [{"separator": "||"}, {"separator": '"'}, {"names": ["a", "a"]}, {"names": []}])
def test_options_that_cannot_be_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Csv.Config.model_validate({"path": "x.csv", **options})


def test_several_files_read_as_one_and_must_agree(tmp_path: Path) -> None:
    write(tmp_path, "text,label\na,1\n", "a.csv")
    (tmp_path / "deep").mkdir()
    write(tmp_path / "deep", "text,label\nb,2\n", "b.csv")
    records = list(make(tmp_path / "**" / "*.csv").read(ReadContext()))
    assert [record.where for record in records] == ["a.csv:2", "deep/b.csv:2"]
    write(tmp_path, "other\nc\n", "c.csv")
    with pytest.raises(DataError, match="has the columns other, not text, label"):
        values(tmp_path / "*.csv")


def test_gzip_is_unpacked_on_the_way(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv.gz"
    path.write_bytes(gzip.compress(b"text,label\na,1\n"))
    assert list(make(path).inspect()) == []
    assert values(path) == [["a", "1"]]


def test_gzip_cut_short_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv.gz"
    path.write_bytes(gzip.compress(b"text,label\n" + b"a,1\n" * 10000)[:40])
    with pytest.raises(DataError, match="cannot be read"):
        values(path)


def test_a_long_field_is_read_whole(tmp_path: Path) -> None:
    path = write(tmp_path, f"text,label\n{'x' * 300_000},1\n")
    assert len(values(path)[0][0]) == 300_000


@pytest.mark.skipif(not PHRASEBANK.is_file(), reason="the Financial PhraseBank is not on this machine")
def test_reads_the_financial_phrasebank() -> None:
    context = ReadContext()
    made = make(PHRASEBANK, separator="@", names=["sentence", "label"], quoting=False, extra="first")
    rows = [record.values for record in made.read(context)]
    labels = [row["label"] for row in rows]
    assert {label: labels.count(label) for label in set(labels)} == {"neutral": 2879, "positive": 1363, "negative": 604}
    assert context.notes[0].startswith("Sentences_50Agree.txt: read as latin-1, detected")
