"""The head and the source keep their contracts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from metier.components import DataSource, TaskHead
from metier.testing import DataSourceContract, TaskHeadContract
from metier.values import Json
from metier_text_generation.conversations import Conversations
from metier_text_generation.text_generation import TextGeneration


class TestTextGeneration(TaskHeadContract):
    component: ClassVar[type[TaskHead]] = TextGeneration


class TestConversations(DataSourceContract):
    component: ClassVar[type[DataSource]] = Conversations

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        turns = [{"role": "user", "content": "strong sales?"}, {"role": "assistant", "content": "yes"}]
        rows = [{"messages": turns}, {"messages": [{"role": "system", "content": "Be brief."}, *turns]}]
        (folder / "talks.chat.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        return {"path": str(folder / "talks.chat.jsonl")}
