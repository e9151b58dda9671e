"""Reads TAT-QA: questions on tables and paragraphs of annual reports."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal

from metier.builtin.sources.files import DerivedSource
from metier.builtin.sources.jsonl import Jsonl
from metier.components import ComponentConfig, ReadContext, RecipePath
from metier.errors import DataError
from metier.values import Record

Part = Literal["questions", "spans", "contexts"]
ASKED = ("question", "answer", "answer_type", "answer_from", "scale", "derivation")
"""Columns of a question beside its context."""
COLUMNS: Mapping[Part, Sequence[str]] = {
    "questions": (*ASKED, "context", "table"),
    "spans": ("question", "spans", "context", "table"),
    "contexts": ("text", "table"),
}


class TatQa(DerivedSource):
    """TAT-QA (Zhu et al. 2021): hybrid contexts of annual reports, a table and its paragraphs, with questions."""

    name: ClassVar[str] = "tat-qa"
    patterns: ClassVar[tuple[str, ...]] = ("tatqa_dataset_*.json",)

    class Config(ComponentConfig):
        """Options of `tat-qa`."""

        path: RecipePath
        """`tatqa_dataset_train.json`, `tatqa_dataset_dev.json` or `tatqa_dataset_test_gold.json`."""
        part: Part = "questions"
        """A record a question, with its whole context; the same for `question-answering`, of questions answered by a
        span of a paragraph alone; or a record a context, as a corpus."""

    config: Config

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.source = Jsonl(Jsonl.Config.model_validate({"path": config.path}))

    def columns(self) -> Sequence[str] | None:
        """Return the columns of the part; questions on one table share a `table`, to be split by."""
        if self.config.part == "contexts":
            return ("text", "table")
        return (
            ("question", "context", "spans", "table") if self.config.part == "spans" else (*ASKED, "context", "table")
        )

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield contexts or questions; several spans of an answer stand with `; ` between them.

        With `part: spans`, how many questions are left out is said: those answered by reckoning, from the table, or in
        words that no related paragraph has.
        """
        without = 0
        for record in self.source.read(context):
            try:
                for one in self._of(record):
                    if one.values.get("spans") != []:
                        yield one
                    else:
                        without += 1
            except (KeyError, TypeError, AttributeError) as error:
                hint = "give a file of TAT-QA as its authors publish it: table, paragraphs and questions in each entry"
                raise DataError(f"this is no context of TAT-QA: {error!r}", where=record.where, hint=hint) from error
        if without:
            context.notes.append(f"tat-qa: {without} questions without a span of a paragraph were left out")

    def _of(self, record: Record) -> Iterator[Record]:
        text, table = _context(record.values), record.values["table"]["uid"]
        if self.config.part == "contexts":
            yield Record(record.where, {"text": text, "table": table})
            return
        for question in record.values["questions"]:
            if self.config.part == "spans":
                row = {"question": question["question"], "spans": _spans(question, record.values, text)}
            else:
                row = {name: question[name] for name in ASKED} | {"answer": _answer(question["answer"])}
            row |= {"context": text, "table": table}
            yield Record(f"{record.where}, question {question['order']}", row)


def _context(value: Mapping[str, Any]) -> str:
    """Return the table, a line a row and ` | ` between cells, and the paragraphs in their order."""
    rows = [" | ".join(cell.strip() for cell in row) for row in value["table"]["table"]]
    paragraphs = sorted(value["paragraphs"], key=lambda one: int(one["order"]))
    return "\n\n".join(["\n".join(rows), *(one["text"] for one in paragraphs)])


def _spans(question: Mapping[str, Any], value: Mapping[str, Any], text: str) -> list[dict[str, Any]]:
    """Return where a question's one answer stands first in the paragraphs that it is about; none where it is not."""
    if question["answer_type"] != "span" or len(question["answer"]) != 1:
        return []
    answer = question["answer"][0].strip()
    about = (one["text"] for one in value["paragraphs"] if str(one["order"]) in question["rel_paragraphs"])
    for paragraph in about if answer else ():
        if found := re.search(re.escape(answer), paragraph, re.IGNORECASE):
            begin = text.index(paragraph)
            return [{"start": begin + found.start(), "end": begin + found.end(), "label": "answer"}]
    return []


def _answer(answer: Any) -> str:
    return "; ".join(map(str, answer)) if isinstance(answer, list) else str(answer)
