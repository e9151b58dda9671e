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
        ("T1\tPART 4 10", "is not in a text of 9 characters"),
        ("T1\tPART 4 4", "is not in a text of 9 characters"),
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


def test_an_empty_file_of_brat_is_a_text_without_entities(tmp_path: Path) -> None:
    for name, entities in (
        ("a", ""),
        ("b", "T1\tPART 4 8\tpump\nR1\tOf Arg1:T1 Arg2:T1\n#1\tAnnotatorNotes T1\tnew\n"),
    ):
        write(tmp_path / f"{name}.txt", "the pump")
        write(tmp_path / f"{name}.ann", entities)
    source = Annotations(Annotations.Config(path=str(tmp_path / "*.ann")))
    context = ReadContext(offline=True)
    assert [parts(dict(record.values)) for record in source.read(context)] == [[], [("pump", "PART")]]
    assert "2 relations, events, attributes and notes were passed over" in context.notes
    assert not any("left out" in note for note in context.notes)
    assert not list(Annotations(Annotations.Config(path=str(tmp_path / "a.ann"))).inspect()), "alone too"
    assert read(tmp_path / "a.ann") == [{"text": "the pump", "spans": []}]


def test_brat_among_other_files_and_texts_in_its_place_are_said(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "Tall pumps O\n")
    write(tmp_path / "a.ann", "T1\tPART 5 10\tpumps\n")
    with pytest.raises(DataError, match="brat's annotations among other files"):
        read(tmp_path / "a.*")
    with pytest.raises(DataError, match=r"this is no \.ann file"):
        read(tmp_path / "a.txt", format="brat")


TOKENS = {"tokens": ["The", "gate", "valve", "leaks"], "entities": [{"start": 1, "end": 3, "type": "Part/Valve/Gate"}]}


def test_offsets_of_tokens_become_those_of_characters(tmp_path: Path) -> None:
    objects = [
        {"text": "The gate  valve leaks", **TOKENS},
        TOKENS,
        {"text": "Teh gate valve leaks", **TOKENS},
        {"tokens": TOKENS["tokens"], "ner_tags": ["O", "B-Part", "I-Part", "O"]},
    ]
    file = write(tmp_path / "a.jsonl", "\n".join(map(json.dumps, objects)))
    context = ReadContext(offline=True)
    rows = [dict(record.values) for record in Annotations(Annotations.Config(path=str(file))).read(context)]
    joined = "The gate valve leaks"
    assert [row["text"] for row in rows] == ["The gate  valve leaks", joined, joined, joined]
    assert [parts(row)[0][0] for row in rows] == ["gate  valve", "gate valve", "gate valve", "gate valve"]
    assert [row["spans"][0]["label"] for row in rows] == ["Part/Valve/Gate"] * 3 + ["Part"]
    assert "1 texts differ from their tokens, which were joined" in context.notes
    assert read(file, label_depth=2)[0]["spans"][0]["label"] == "Part/Valve"
    assert read(file, label_depth=1)[1]["spans"][0]["label"] == "Part"


def test_tokens_of_other_tools_are_not_counted_by(tmp_path: Path) -> None:
    value = {"text": "the pump", "tokens": [{"text": "the", "start": 0, "end": 3}], "spans": [[4, 8, "PART"]]}
    assert parts(read(write(tmp_path / "a.jsonl", json.dumps(value)))[0]) == [("pump", "PART")]
    value = {"text": "the pump", "tokens": ["the", "pump"], "spans": [[4, 8, "PART"]]}
    file = write(tmp_path / "a.jsonl", json.dumps(value))
    assert parts(read(file, offsets="characters")[0]) == [("pump", "PART")]
    with pytest.raises(DataError, match="no span from 4 to 8 is in 2 tokens") as error:
        read(file)
    assert "offsets: characters" in error.value.problems[0].hint


def task(*answers: dict[str, Any], **others: Any) -> dict[str, Any]:
    return {"data": {"text": "a 😀 pump"}, "annotations": list(answers), **others}


def region(start: int, end: int, text: str) -> dict[str, Any]:
    return {"type": "labels", "value": {"start": start, "end": end, "text": text, "labels": ["PART"]}}


def test_label_studio_tasks_that_nobody_answered_are_left_out(tmp_path: Path) -> None:
    proposal = {"model_version": "m", "result": [region(4, 8, "pump")]}
    tasks = [
        task(predictions=[proposal]),
        task({"result": []}, predictions=[proposal]),
        task({"result": [region(4, 8, "pump")]}, {"result": []}),
        task({"was_cancelled": True, "result": [region(4, 8, "pump")]}),
        task({"result": [{"type": "choices", "value": {"choices": ["yes"]}}, region(5, 9, "pump")]}),
    ]
    file = write(tmp_path / "a.json", json.dumps(tasks))
    context = ReadContext(offline=True)
    rows = [dict(one.values) for one in Annotations(Annotations.Config(path=str(file))).read(context)]
    pump = [("pump", "PART")]
    assert [parts(row) for row in rows] == [[], pump, pump], "the last one counts an emoji as two"
    assert "2 tasks without an answer were left out" in context.notes
    assert "1 tasks have several answers, of which the first was taken" in context.notes
    assert [parts(row) for row in read(file, proposals=True)] == [pump, [], pump, pump]


def test_the_smaller_export_of_label_studio(tmp_path: Path) -> None:
    value = {"text": "the pump", "label": [{"start": 4, "end": 8, "text": "pump", "labels": ["PART", "NEW"]}]}
    assert parts(read(write(tmp_path / "a.json", json.dumps([value])))[0]) == [("pump", "PART"), ("pump", "NEW")]


def test_columns_keep_the_text_of_a_comment(tmp_path: Path) -> None:
    first = "# sent_id = 1\n# text =  The pump  leaks.\nThe\tO\npump\tB-PART\nleaks\tO\n.\tO\n"
    file = write(tmp_path / "a.conll", f"{first}\n# newdoc\n# text = oil\npump\tO\n")
    context = ReadContext(offline=True)
    row, second = [dict(one.values) for one in Annotations(Annotations.Config(path=str(file))).read(context)]
    assert (row["text"], parts(row)) == (" The pump  leaks.", [("pump", "PART")])
    assert second["text"] == "pump"
    assert "1 sentences differ from their `# text`; their tokens were joined" in context.notes


def test_a_sign_that_begins_comments_can_be_a_token(tmp_path: Path) -> None:
    file = write(tmp_path / "a.conll", "# O\n1 B-NUM\n\n#\tO\n#x\tB-TAG\n")
    assert [row["text"] for row in read(file)] == ["# 1", "# #x"]
    assert read(write(tmp_path / "b.conll", "1\tThe\tO\n2\tpump\tB-PART\n"), token_column=1)[0]["text"] == "The pump"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a B-X\nb I-X\n\nc I-X\n", 4, "here an entity begins with an inside"),
        ("a I-X\n\nb O\nc B-X\n", 4, "here an entity begins with a tag of its own"),
        ("a B-X\nb E-X\n\nc B-X\n", 4, "here an entity ends with an inside"),
        ("a B-X\nb L-X\n\nc S-X\n", 4, "'S-X' is of another scheme than B, L"),
        ("a B-X\nb M-X\nc I-X\n", 3, "'I-X' is of another scheme"),
        ("a B-X\nb B\n", 2, "'B' is no tag"),
    ],
)
def test_two_schemes_in_one_file_are_said_with_the_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    file = write(tmp_path / "a.conll", text)
    with pytest.raises(DataError, match=message) as error:
        read(file)
    assert error.value.problems[0].where == f"{file}:{line}"
    if "no tag" not in message:
        assert read(file, scheme="any")


@pytest.mark.parametrize(
    ("name", "text", "message", "place"),
    [
        ("a.conll", "a\tO\n\tO\n", "a tag without a token", "a.conll:2"),
        ("a.conll", "a O\n", "there is no column 5", "a.conll:1"),
        ("a.jsonl", '{"text": "a"}\n{"text": "a", "label": [[0, 1,', "this line is not JSON", "a.jsonl:2"),
        ("a.json", '[{"text": "a"},\n{"text": "a", "lab', "not a JSON list", "a.json:2"),
        ("a.jsonl", '{"text": "ab", "label": {"X": {"b": [[0, 0]]}}}', r"'b' does not stand at \[0, 0\]", "a.jsonl:1"),
        ("a.jsonl", '{"text": "ab", "label": {"X": [[0, 0]]}}', "is no span", "a.jsonl:1"),
        ("a.jsonl", '{"text": "ab", "label": {"X": {"b": [1]}}}', "'b' does not stand at 1", "a.jsonl:1"),
        ("a.jsonl", '{"text": "ab", "label": "positive"}', "'positive' is no span", "a.jsonl:1"),
        ("a.jsonl", '{"tokens": ["a"], "tags": ["O", "O"]}', "the tags are not 1 names", "a.jsonl:1"),
        ("a.jsonl", '{"tokens": ["a"], "tags": ["X"]}', "'X' is no tag", "a.jsonl:1"),
        ("a.json", json.dumps([task({"result": [region(0, 4, "pump")]})]), "the text at 0 to 4 is 'a 😀 '", "item 1"),
        (
            "a.json",
            json.dumps([task({"result": [{"value": {"start": "/p[1]", "labels": ["X"]}}]})]),
            "has no places of characters",
            "item 1",
        ),
    ],
)
def test_bad_input_is_said_with_its_place(tmp_path: Path, name: str, text: str, message: str, place: str) -> None:
    options = {"column": 5} if "column 5" in message else {}
    with pytest.raises(DataError, match=message) as error:
        read(write(tmp_path / name, text), **options)
    (problem,) = error.value.problems
    assert problem.where.endswith(place)
    assert problem.hint
