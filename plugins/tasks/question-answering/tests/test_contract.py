"""The head and the source keep their contracts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from metier.components import DataSource, TaskHead
from metier.testing import DataSourceContract, TaskHeadContract
from metier.testing.samples import rows
from metier.values import Json
from metier_question_answering.question_answering import QuestionAnswering
from metier_question_answering.squad import Squad


class TestQuestionAnswering(TaskHeadContract):
    component: ClassVar[type[TaskHead]] = QuestionAnswering

    def sample(self) -> Mapping[str, Sequence[Any]]:
        """Return texts that are asked for their first word, and every fourth for something that it does not say."""
        some = rows(16)
        first = [{"start": 0, "end": len(row["text"].split()[0]), "label": "answer"} for row in some]
        return {
            "id": [row["id"] for row in some],
            "text": [row["text"] for row in some],
            "question": ["the market" if number % 4 == 3 else "sales" for number in range(16)],
            "spans": [[] if number % 4 == 3 else [span] for number, span in enumerate(first)],
        }


CONTEXT = "The pump feeds line two. Its seal was renewed in May."
QUESTIONS = [
    {"id": "a", "question": "What feeds line two?", "answers": [{"text": "The pump", "answer_start": 0}]},
    {"id": "b", "question": "Who renewed the seal?", "answers": [], "is_impossible": True},
]


class TestSquad(DataSourceContract):
    component: ClassVar[type[DataSource]] = Squad

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        article = {"title": "Pump", "paragraphs": [{"context": CONTEXT, "qas": QUESTIONS}]}
        path = folder / "squad.json"
        path.write_text(json.dumps({"version": "v2.0", "data": [article]}), encoding="utf-8")
        return {"path": str(path)}


class TestFlatLines(DataSourceContract):
    component: ClassVar[type[DataSource]] = Squad

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        path = folder / "squad-lines.jsonl"
        path.write_text("\n".join(json.dumps({"context": CONTEXT, **one}) for one in QUESTIONS), encoding="utf-8")
        return {"path": str(path)}
