"""Each format as the tools write it, and what is wrong in it with its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from metier.components import ReadContext
from metier.errors import DataError
from metier_annotations.annotations import Annotations


def read(path: Path, **options: Any) -> list[dict[str, Any]]:
    source = Annotations(Annotations.Config.model_validate({"path": str(path), **options}))
    return [dict(record.values) for record in source.read(ReadContext(offline=True))]


def parts(row: dict[str, Any]) -> list[tuple[str, str]]:
    return [(row["text"][span["start"] : span["end"]], span["label"]) for span in row["spans"]]


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_conll_2003_has_four_columns_and_marks_of_documents(tmp_path: Path) -> None:
    file = write(
        tmp_path / "eng.txt",
        "-DOCSTART- -X- O O\n\nEU NNP I-NP I-ORG\nrejects VBZ I-VP O\nGerman JJ I-NP I-MISC\n\nPeter NNP I-NP I-PER\n",
    )
    first, second = read(file)
    assert (first["text"], parts(first)) == ("EU rejects German", [("EU", "ORG"), ("German", "MISC")])
    assert parts(second) == [("Peter", "PER")]
    with pytest.raises(DataError, match="'NNP' is no tag"):
        read(file, column=1)


def test_doccano_label_studio_clue_and_named_spans(tmp_path: Path) -> None:
    text = "pump of line 2"
    region = {"value": {"start": 0, "end": 4, "text": "pump", "labels": ["PART"]}, "type": "labels"}
    objects = [
        {"id": 7, "text": text, "label": [[0, 4, "PART"]]},
        {"id": 8, "data": text, "label": [[0, 4, "PART"]]},
        {"text": text, "entities": [{"start_offset": 0, "end_offset": 4, "label": "PART"}], "relations": []},
        {"id": 1, "data": {"text": text}, "annotations": [{"was_cancelled": True, "result": []}, {"result": [region]}]},
        {"text": text, "label": {"PART": {"pump": [[0, 3]]}}},
        {"text": text, "spans": [{"start": 0, "end": 4, "type": "PART"}]},
    ]
    rows = read(write(tmp_path / "a.jsonl", "\n".join(json.dumps(one) for one in objects)))
    assert [parts(row) for row in rows] == [[("pump", "PART")]] * len(objects)
    assert [row["text"] for row in rows] == [text] * len(objects)


def test_files_of_one_name_in_two_folders_have_places_of_their_own(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder / "a.jsonl", '{"text": "pump", "label": []}')
    source = Annotations(Annotations.Config.model_validate({"path": str(tmp_path / "*" / "a.jsonl")}))
    found = [record.where for record in source.read(ReadContext(offline=True))]
    assert found == ["one/a.jsonl:1", "two/a.jsonl:1"]


def test_brat_counts_line_breaks_and_takes_stretches_as_one(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"the pump\r\nof line 2 leaks")
    file = write(tmp_path / "a.ann", "T1\tPART 4 8\tpump\nT2\tFAULT 10 12;20 25\tof leaks\nA1\tSure T1\n")
    source = Annotations(Annotations.Config.model_validate({"path": str(file)}))
    context = ReadContext(offline=True)
    (record,) = source.read(context)
    assert parts(dict(record.values)) == [("pump", "PART"), ("of line 2 leaks", "FAULT")]
    assert any("1 entities in several stretches" in note for note in context.notes)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.conll", "a O\nb\n", "columns where the sentence has"),
        ("a.conll", "a\nb\n", "1 columns where the sentence has 1"),
        ("a.jsonl", '{"label": []}', "has no text"),
        ("a.jsonl", '{"text": "a", "label": [[0, 1]]}', "is no span"),
        ("a.jsonl", '{"text": "a", "label": ["x"]}', "is no span"),
        ("a.jsonl", '{"data": {"a": "x", "b": "y"}}', "this task has 2 texts"),
        ("a.ann", "T1\tPART 0 4\tpump\n", "there is no a.txt beside it"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str, text: str, message: str) -> None:
    with pytest.raises(DataError, match=message) as error:
        read(write(tmp_path / name, text))
    assert all(problem.hint and name.split(".")[0] in str(problem.where) for problem in error.value.problems)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("T1\tPART 4 9\tpump", "the text at this place"),
        ("T1\tPART x y\tpump", "is no place"),
        ("T1 PART", "is no entity"),
    ],
)
def test_brat_entities_that_do_not_fit_are_said(tmp_path: Path, line: str, message: str) -> None:
    write(tmp_path / "a.txt", "the pumps")
    with pytest.raises(DataError, match=message) as error:
        read(write(tmp_path / "a.ann", line + "\n"))
    assert str(error.value.problems[0].where).endswith("a.ann:1")


def test_a_long_sentence_and_an_empty_file(tmp_path: Path) -> None:
    (row,) = read(write(tmp_path / "long.conll", "".join(f"w{i} O\n" for i in range(20_000)) + "end B-X\n"))
    assert parts(row) == [("end", "X")]
    write(tmp_path / "empty.conll", "")
    assert len(read(tmp_path / "*.conll")) == 1
