"""Plain text by paragraph, line and file; a folder for each label."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from metier.builtin.sources.folder_per_class import FolderPerClass
from metier.builtin.sources.text import Text
from metier.components import ReadContext

TEXT = "\nFirst line,\nsecond line.\n \n\nAnother paragraph.\n"
ONESTOP = Path(__file__).parents[3] / "../shared/data/education/onestop_english"


def read(path: Path, context: ReadContext | None = None, **options: Any) -> list[tuple[str, str]]:
    made = Text(Text.Config.model_validate({"path": str(path), **options}))
    return [(record.where, record.values["text"]) for record in made.read(context or ReadContext())]


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("paragraph", [("a.txt:2", "First line,\nsecond line."), ("a.txt:6", "Another paragraph.")]),
        ("line", [("a.txt:2", "First line,"), ("a.txt:3", "second line."), ("a.txt:6", "Another paragraph.")]),
        ("file", [("a.txt", TEXT.strip())]),
    ],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_units(unit: str, expected: list[tuple[str, str]], ending: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(TEXT.replace("\n", ending).encode())
    assert read(tmp_path / "a.txt", unit=unit) == expected


def test_a_glob_goes_down_and_notes_say_what_was_empty(tmp_path: Path) -> None:
    (tmp_path / "b" / "c").mkdir(parents=True)
    (tmp_path / "a.txt").write_text("one", encoding="utf-8")
    (tmp_path / "b" / "c" / "d.txt").write_text("two", encoding="utf-8")
    (tmp_path / "b" / "e.txt").touch()
    context = ReadContext()
    assert read(tmp_path / "**" / "*.txt", context) == [("a.txt:1", "one"), ("b/c/d.txt:1", "two")]
    assert context.notes == ["b/e.txt: empty, left out", "2 files (a.txt, …): read as UTF-8, detected"]


def folders(root: Path) -> FolderPerClass:
    return FolderPerClass(FolderPerClass.Config(path=str(root)))


def test_a_folder_names_the_label(tmp_path: Path) -> None:
    for place, text in {"neg/1.txt": "bad", "pos/deep/2.txt": "good", "pos/3.txt": "fine", "README.md": "no"}.items():
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text(text, encoding="utf-8")
    records = list(folders(tmp_path).read(ReadContext()))
    assert [(record.where, record.values["label"], record.values["text"]) for record in records] == [
        ("neg/1.txt", "neg", "bad"),
        ("pos/3.txt", "pos", "fine"),
        ("pos/deep/2.txt", "pos", "good"),
    ]


def test_what_is_wrong_with_a_folder_of_folders_is_told(tmp_path: Path) -> None:
    assert [problem.message for problem in folders(tmp_path / "none").inspect()] == ["there is no such folder"]
    (tmp_path / "only").mkdir()
    assert [problem.message for problem in folders(tmp_path).inspect()] == ["1 folders where a label each is expected"]
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.txt").write_text("x", encoding="utf-8")
    assert [problem.message for problem in folders(tmp_path).inspect()] == ["no file matches '**/*.txt'"]


@pytest.mark.skipif(not ONESTOP.is_dir(), reason="OneStopEnglish is not on this machine")
def test_reads_onestop_english() -> None:
    labels = [record.values["label"] for record in folders(ONESTOP).read(ReadContext())]
    assert {label: labels.count(label) for label in set(labels)} == {"Adv-Txt": 189, "Ele-Txt": 189, "Int-Txt": 189}
