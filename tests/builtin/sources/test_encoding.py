"""Encodings are told from the bytes, said, and strict."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from metier.builtin.sources.csv import Csv
from metier.builtin.sources.text import Text
from metier.components import ReadContext
from metier.errors import DataError

DATA = Path(__file__).parents[3] / "../shared/data"
DIALOGUE = DATA / "medical/chinese_medical_dialogue_zh/sample_internal_medicine_gb18030.csv"
CHINESE = "该公司第三季度营业收入同比增长百分之二十，净利润创历史新高。董事会建议不派发股息。\n"
RUSSIAN = "Выручка компании выросла на двадцать процентов, чистая прибыль достигла рекордного уровня.\n"


def read(path: Path, encoding: str = "auto") -> tuple[str, str]:
    context = ReadContext()
    made = Text(Text.Config(path=str(path), unit="file", encoding=encoding))
    return next(iter([record.values["text"] for record in made.read(context)])), context.notes[0]


@pytest.mark.parametrize(
    ("text", "encoding", "said"),
    [
        ("plain", "ascii", "UTF-8"),
        ("café, naïve", "utf-8", "UTF-8"),
        ("café", "utf-8-sig", "UTF-8 with BOM"),
        ("café 该公司", "utf-16", "UTF-16"),
        ("café", "utf-32", "UTF-32"),
        ("Sampo's café in Järvenpää made a loss", "latin-1", "latin-1"),
        ("a “quoted” word – and a dash, €5", "cp1252", "cp1252"),
        (CHINESE, "gb18030", "GB18030"),
        (CHINESE * 40, "gb18030", "GB18030"),
        (RUSSIAN * 10, "cp1251", "cp1251"),
    ],
)
def test_the_encoding_is_told_and_said(text: str, encoding: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "some.txt"
    path.write_bytes(text.encode(encoding))
    got, note = read(path)
    assert got == text.strip()
    assert note.startswith(f"some.txt: read as {said}, detected")


def test_a_given_encoding_is_taken_and_said(tmp_path: Path) -> None:
    path = tmp_path / "some.txt"
    path.write_bytes("Ćma".encode("cp1250"))
    assert read(path, "cp1250") == ("Ćma", "some.txt: read as cp1250, as the recipe says")


def test_a_byte_order_mark_is_no_text_though_utf_8_is_given(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    path.write_bytes("text\nword\n".encode("utf-8-sig"))
    made = Csv(Csv.Config(path=str(path), encoding="utf-8"))
    assert made.columns() == ["text"]


@pytest.mark.parametrize(
    ("content", "encoding", "line"),
    [
        ("één\nçå\nné".encode() + b"\xe9 end\nmore\n", "auto", 3),
        (b"one\ntwo \xff three\n", "utf-8", 2),
        (CHINESE.encode("gb18030") * 3 + b"\xff\xff\n", "gb18030", 4),
        ("one\ntwo\n".encode("utf-16") + b"\x00\xd8\x00\x00", "auto", 3),
        (b"caf\x81\n", "cp1252", 1),
        (b"whole" + "é".encode()[:1], "utf-8", 1),
    ],
)
def test_a_byte_that_does_not_fit_is_an_error_with_its_line(
    content: bytes, encoding: str, line: int, tmp_path: Path
) -> None:
    path = tmp_path / "some.txt"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"byte .* is not") as raised:
        read(path, encoding)
    assert raised.value.problems[0].where == f"{path}:{line}"
    assert "encoding" in raised.value.problems[0].hint


def test_a_byte_that_does_not_fit_is_found_beyond_the_first_block(tmp_path: Path) -> None:
    path = tmp_path / "some.txt"
    path.write_bytes("é line\n".encode() * 200_000 + b"\xe9\n")
    with pytest.raises(DataError) as raised:
        read(path)
    assert raised.value.problems[0].where == f"{path}:200001"


def test_an_unknown_encoding_is_refused() -> None:
    with pytest.raises(ValidationError, match="no encoding is named 'utf-9'"):
        Text.Config(path="x", encoding="utf-9")


@pytest.mark.skipif(not DIALOGUE.is_file(), reason="the Chinese dialogues are not on this machine")
def test_reads_the_chinese_dialogues() -> None:
    context = ReadContext()
    made = Csv(Csv.Config(path=str(DIALOGUE)))
    rows = [record.values for record in made.read(context)]
    assert len(rows) == 7644
    assert context.notes == [f"{DIALOGUE.name}: read as GB18030, detected"]
    assert made.columns() == ["department", "title", "ask", "answer"]
    assert sum(row["department"] == "肝病科" for row in rows) == 3121
