"""What a quick look finds wrong with the files that a recipe names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from metier.builtin.sources import paths
from metier.builtin.sources.csv import Csv
from metier.errors import DataError, Problem


def look(path: Path | str) -> Problem:
    (problem,) = paths.look(str(path))
    return problem


def test_a_missing_file_has_its_near_match_as_hint(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("a\n1\n", encoding="utf-8")
    problem = look(tmp_path / "tarin.csv")
    assert (problem.message, problem.hint) == ("there is no such file", "did you mean 'train.csv'?")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert look(tmp_path / "no" / "deep" / "x.csv").hint == f"there is no folder '{tmp_path / 'no'}'"


def test_a_glob_that_matches_nothing_says_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    problem = look(tmp_path / "*.csv")
    assert (problem.message, problem.where) == ("no file matches", str(tmp_path / "*.csv"))
    assert "a.txt" in problem.hint
    with pytest.raises(DataError, match="no file matches"):
        paths.expand(str(tmp_path / "*.csv"))


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    problem = look(tmp_path)
    assert problem.message == "this is a folder, not a file"
    assert f"{tmp_path}/*.txt" in problem.hint


def test_an_empty_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").touch()
    assert look(tmp_path / "a.csv").message == "the file is empty"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04rest", "this is a zip archive or Office document, not text"),
        (b"%PDF-1.7", "this is a PDF, not text"),
        (b"text\0more\0", "this is a binary file, not text"),
        (b"SQLite format 3\0", "this is a SQLite database, not text"),
    ],
)
def test_a_binary_file_is_told_with_the_way_out(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    problem = look(tmp_path / "a.csv")
    assert problem.message == message
    assert problem.hint


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n", encoding="utf-8")
    monkeypatch.setattr(os, "access", lambda *_: False)  # the one who runs the tests may be allowed everything
    assert look(path).message == "you may not read this file"


def test_a_file_that_went_after_planning_is_an_error(tmp_path: Path) -> None:
    made = Csv(Csv.Config(path=str(tmp_path / "a.csv")))
    with pytest.raises(DataError, match="there is no such file"):
        made.digest()


def test_a_digest_is_of_content_not_of_folders(tmp_path: Path) -> None:
    for folder in ("one", "two", "three"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.csv").write_text("a\n1\n" if folder != "three" else "a\n2\n", encoding="utf-8")
    one, two, three = (paths.digest(str(tmp_path / folder / "a.csv")) for folder in ("one", "two", "three"))
    assert one == two != three


def test_a_name_with_brackets_is_a_file_where_it_exists(tmp_path: Path) -> None:
    (tmp_path / "a[1].csv").write_text("a\n1\n", encoding="utf-8")
    assert paths.expand(str(tmp_path / "a[1].csv")) == [tmp_path / "a[1].csv"]
