"""The source keeps the contract, for rows that are conversations, rows that are turns, and chats."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from metier.components import DataSource
from metier.testing import DataSourceContract
from metier.values import Json
from metier_dialogue.dialogue import Dialogue


class TestConversations(DataSourceContract):
    component: ClassVar[type[DataSource]] = Dialogue

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        rows = 'label,dialogue\ncold,"Doctor: Well?\nPatient: I cough."\nnone,"Doctor: Well?\nPatient: Fine."\n'
        (folder / "visits.csv").write_text(rows, encoding="utf-8")
        return {"path": str(folder / "visits.csv"), "roles": {"Doctor": "assistant"}}


class TestTurns(DataSourceContract):
    component: ClassVar[type[DataSource]] = Dialogue

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        rows = "session,speaker,text,tag\n1,A,Hello.,x\n1,B,Yes?,y\n2,A,Goodbye.,x\n"
        (folder / "talk.csv").write_text(rows, encoding="utf-8")
        return {"path": str(folder / "talk.csv"), "per_turn": ["tag"]}


class TestChats(DataSourceContract):
    component: ClassVar[type[DataSource]] = Dialogue

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        chats = [{"conversations": [{"from": "human", "value": text}]} for text in ("Hello.", "Goodbye.")]
        (folder / "chats.jsonl").write_text("\n".join(map(json.dumps, chats)), encoding="utf-8")
        return {"path": str(folder / "chats.jsonl")}
