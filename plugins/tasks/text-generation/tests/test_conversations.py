"""Chats of both common shapes are read; what is not one is said with its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from metier.components import ReadContext
from metier.errors import DataError
from metier.values import Record
from metier_text_generation.conversations import Conversations
from metier_text_generation.turns import Turn, read

ASK, REPLY = {"role": "user", "content": "Is the pump dry?"}, {"role": "assistant", "content": "It leaks."}


def records(folder: Path, *values: Any, **options: Any) -> list[Record]:
    path = folder / "talks.jsonl"
    path.write_text("\n".join(json.dumps(value) for value in values), encoding="utf-8")
    source = Conversations(Conversations.Config.model_validate({"path": str(path), **options}))
    return list(source.read(ReadContext(offline=True)))


def test_the_last_reply_is_the_answer(tmp_path: Path) -> None:
    system = {"role": "system", "content": "Be brief."}
    one, several = records(tmp_path, {"messages": [ASK, REPLY]}, {"messages": [system, ASK, REPLY, ASK, REPLY]})
    assert one.values == {"text": "Is the pump dry?", "answer": "It leaks."}
    assert [turn.role for turn in read(several.values["text"])] == ["system", "user", "assistant", "user"]
    assert read(several.values["text"])[2] == Turn("assistant", "It leaks.")
    assert several.values["answer"] == "It leaks."


def test_other_names_are_read(tmp_path: Path) -> None:
    turns = [{"from": "human", "value": "Is the pump dry?"}, {"from": "gpt", "value": "It leaks."}]
    (shared,) = records(tmp_path, {"id": 1, "conversations": turns})
    (named,) = records(tmp_path, {"talk": [ASK, REPLY]}, messages="talk")
    assert shared.values == named.values == {"text": "Is the pump dry?", "answer": "It leaks."}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"text": "no turns"}, "there is no 'messages'; there is text"),
        ({"messages": "no list"}, "'messages' holds str, not turns"),
        ({"messages": [ASK]}, "does not end with an assistant's turn"),
        ({"messages": [REPLY]}, "does not end with an assistant's turn"),
        ({"messages": [ASK, REPLY, ASK]}, "does not end with an assistant's turn"),
        ({"messages": [{"role": "tool", "content": "42"}, REPLY]}, "a turn of 'tool'"),
        ({"messages": [{"role": "user", "content": ["picture"]}, REPLY]}, "a turn of 'user' holds list, not text"),
        ({"messages": [{"role": "user", "content": "a <|user|> b"}, REPLY]}, "holds <|user|>"),
        ({"messages": ["hello", REPLY]}, "a turn is str, not an object"),
    ],
)
def test_what_is_no_conversation_is_said(value: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as error:
        records(tmp_path, {"messages": [ASK, REPLY]}, value)
    assert message in str(error.value)
    assert error.value.problems[0].where == "talks.jsonl:2"
    assert error.value.problems[0].hint
