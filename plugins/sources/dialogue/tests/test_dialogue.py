"""Conversations as people keep them: the same text and messages whatever the format; what is wrong is said."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.components import ReadContext
from metier.errors import DataError
from metier_dialogue.dialogue import Dialogue
from metier_dialogue.turns import Turn, turns_of

DATA = Path(__file__).parents[5] / "shared" / "data"
TEXT = "user: The pump leaks.\nassistant: Since when?"
MESSAGES = [{"role": "user", "content": "The pump leaks."}, {"role": "assistant", "content": "Since when?"}]


def read(path: Path, **options: Any) -> tuple[list[dict[str, Any]], list[str]]:
    context = ReadContext(offline=True)
    source = Dialogue(Dialogue.Config.model_validate({"path": str(path), **options}))
    return [dict(record.values) for record in source.read(context)], context.notes


def written(path: Path, *records: Any) -> Path:
    path.write_text("\n".join(map(json.dumps, records)), "utf-8")
    return path


@pytest.mark.parametrize(
    "record",
    [
        {"messages": MESSAGES},
        {"messages": [{**one, "content": [{"type": "text", "text": one["content"]}]} for one in MESSAGES]},
        {"conversations": [{"from": "human", "value": "The pump leaks."}, {"from": "gpt", "value": "Since when?"}]},
        {"turns": [{"speaker": "User", "text": "The pump leaks."}, {"speaker": "Bot", "text": "Since when?"}]},
        {"dialogue": "User: The pump leaks. \r\nBot:\nSince when?"},
        {"Dialogue": '"User: The pump leaks.\nBot： Since when?'},
    ],
)
def test_every_format_gives_the_same_messages(tmp_path: Path, record: dict[str, Any]) -> None:
    (row,), _ = read(written(tmp_path / "a.jsonl", {**record, "label": "fault", "id": 7}))
    assert row["messages"] == MESSAGES
    assert [line.partition(": ")[2] for line in row["text"].splitlines()] == ["The pump leaks.", "Since when?"]
    assert {name: row[name] for name in row if name not in ("text", "messages")} == {"label": "fault", "id": 7}


def test_roles_are_given_by_speaker_and_speakers_are_listed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        'dialogue,section\n"Doctor: Well?\nPatient: I cough:\nat night\nNurse (day shift): So.",GENHX\n', "utf-8"
    )
    (row,), notes = read(tmp_path / "a.csv", roles={"DOCTOR": "assistant", "Patient": "user"})
    assert row["messages"] == [
        {"role": "assistant", "content": "Well?"},
        {"role": "user", "content": "I cough:\nat night"},
        {"role": "Nurse (day shift)", "content": "So."},
    ]
    assert row["text"] == "Doctor: Well?\nPatient: I cough:\nat night\nNurse (day shift): So."
    assert row["section"] == "GENHX"
    assert "turns by speaker: Doctor 1, Patient 1, Nurse (day shift) 1" in notes


def test_named_speakers_alone_begin_a_turn() -> None:
    text = "A: take these:\nAspirin: twice\nB: yes"
    free = turns_of(text, speakers=None, counts=Counter(), where="a")
    assert [turn.speaker for turn in free] == ["A", "Aspirin", "B"]
    named = turns_of(text, speakers=("a", "b"), counts=Counter(), where="a")
    assert named == [Turn("A", "take these:\nAspirin: twice"), Turn("B", "yes")]


def test_rows_that_are_turns_come_together_by_conversation_or_file(tmp_path: Path) -> None:
    rows = "session_id,Speaker,Sentence,topic,tag\n1,T,Okay.,sums,a\n1,Ann,Three.,sums,b\n2,T,Now?,shapes,a\n"
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text(rows.replace("1,", f"{name}1,").replace("2,", f"{name}2,"), "utf-8")
    found, _ = read(tmp_path / "*.csv", per_turn=["tag"])
    assert [row["text"] for row in found] == ["T: Okay.\nAnn: Three.", "T: Now?"] * 2
    assert [(row["topic"], row["tag"]) for row in found[:2]] == [("sums", ["a", "b"]), ("shapes", ["a"])]
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text("Speaker,Sentence\nT,Okay.\nAnn,Three.\n", "utf-8")
    found, _ = read(tmp_path / "*.csv")
    assert [row["text"] for row in found] == ["T: Okay.\nAnn: Three."] * 2


def test_turns_in_a_json_list_are_one_conversation(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(MESSAGES, indent=1), "utf-8")
    (row,), _ = read(tmp_path / "a.json")
    assert (row["text"], row["messages"]) == (TEXT, MESSAGES)


def test_what_is_no_text_is_counted(tmp_path: Path) -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:,"}}
    messages = [
        {"role": "user", "content": ["What is that?", picture]},
        {"role": "assistant", "content": None, "tool_calls": [{}]},
    ]
    (row,), notes = read(written(tmp_path / "a.jsonl", {"messages": messages}, {"messages": []}, {"messages": None}))
    assert row["text"] == "user: What is that?"
    assert notes[-3:] == [
        "1 parts of turns left out that are no text: pictures, calls of tools",
        "1 turns without text left out",
        "2 conversations without turns left out",
    ]


def test_a_column_of_the_name_text_gives_way_and_that_is_said(tmp_path: Path) -> None:
    (row,), notes = read(written(tmp_path / "a.jsonl", {"text": "summary", "turns": MESSAGES}))
    assert row["text"] == TEXT
    assert "the conversation takes the place of the column 'text'" in notes


@pytest.mark.parametrize(
    ("record", "message", "place"),
    [
        ({"dialogue": "hello there\nA: yes"}, "no speaker stands before 'hello there'", "a.jsonl:1"),
        ({"turns": [{"text": "hello"}]}, "the turn has no speaker; there are text", "a.jsonl:1: turn 1"),
        ({"turns": ["hello"]}, "a turn is a str", "a.jsonl:1: turn 1"),
        ({"turns": 7}, "a int is no conversation", "a.jsonl:1"),
        ({"turns": [{"speaker": "A", "text": 7}]}, "what is said is a int", "a.jsonl:1: turn 1"),
        ({"chat": "A: hello"}, "no column is known to hold a conversation; there are chat", "a.jsonl"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(
    tmp_path: Path, record: dict[str, Any], message: str, place: str
) -> None:
    with pytest.raises(DataError, match=message) as raised:
        read(written(tmp_path / "a.jsonl", record))
    (problem,) = raised.value.problems
    assert problem.where.endswith(place)
    assert problem.hint


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [
        ("session,speaker,text\n1,A,x\n2,A,y\n1,A,z\n", {}, "the conversation '1' began further up already"),
        ("speaker,text,tag\nA,x,1\nB,y,2\n", {}, "'tag' is '2' here, and '1' at the conversation's beginning"),
        ("speaker,text\nA,x\n", {"turns": "chat"}, "there is no column 'chat'; there are speaker, text"),
        ("a,b\n1,2\n", {}, "no column is known to hold a conversation"),
    ],
)
def test_rows_that_do_not_fit_are_said(tmp_path: Path, rows: str, options: dict[str, Any], message: str) -> None:
    (tmp_path / "a.csv").write_text(rows, "utf-8")
    with pytest.raises(DataError, match=message):
        read(tmp_path / "a.csv", **options)


def test_records_without_the_column_are_said_and_planning_looks_at_the_header(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="this record has no 'turns'"):
        read(written(tmp_path / "a.jsonl", {"turns": MESSAGES}, {"chat": MESSAGES}))
    (tmp_path / "a.csv").write_text("a,b\n1,2\n", "utf-8")
    (problem,) = Dialogue(Dialogue.Config.model_validate({"path": str(tmp_path / "a.csv")})).inspect()
    assert problem.message.startswith("no column is known to hold a conversation")
    assert problem.where == str(tmp_path / "a.csv")


def test_a_long_conversation_and_a_long_line(tmp_path: Path) -> None:
    text = f"A: {'x' * 200_000}\n" + "B: yes\nA: no\n" * 20_000
    (row,), _ = read(written(tmp_path / "a.jsonl", {"dialogue": text}))
    assert len(row["messages"]) == 40_001
    assert len(row["messages"][0]["content"]) == 200_000


NAMES = st.sampled_from(["Doctor", "Guest_family_2", "Mr. O’Neil", "Nurse (day)", "患者", "T"])
WORDS = st.text('aé油!-"1,.?', min_size=1, max_size=12)


@given(st.lists(st.tuples(NAMES, WORDS), min_size=1, max_size=8))
def test_turns_come_back_from_their_text(turns: list[tuple[str, str]]) -> None:
    text = "\n".join(f"{speaker}: {said}" for speaker, said in turns)
    assert turns_of(text, speakers=None, counts=Counter(), where="a") == [Turn(*turn) for turn in turns]


@pytest.mark.skipif(not DATA.is_dir(), reason="the real data is not there")
def test_real_visits_are_read_with_their_sections() -> None:
    roles = {"Doctor": "assistant", "Patient": "user"}
    rows, notes = read(DATA / "medical" / "mts_dialog" / "MTS-Dialog-TrainingSet.csv", roles=roles)
    assert len(rows) == 1201
    assert len({row["section_header"] for row in rows}) == 20
    assert rows[0]["messages"][0] == {
        "role": "assistant",
        "content": "What brings you back into the clinic today, miss?",
    }
    assert any(note.startswith("turns by speaker: Doctor 5807, Patient 4894, Guest_family") for note in notes)
