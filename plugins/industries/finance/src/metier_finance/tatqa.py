"""Reads TAT-QA: questions on tables and paragraphs of annual reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal

from metier.builtin.sources.files import DerivedSource
from metier.builtin.sources.jsonl import Jsonl
from metier.components import ComponentConfig, ReadContext, RecipePath
from metier.errors import DataError
from metier.values import Record

Part = Literal["questions", "contexts"]
ASKED = ("question", "answer", "answer_type", "answer_from", "scale", "derivation")
"""Columns of a question beside its context."""


class TatQa(DerivedSource):
    """TAT-QA (Zhu et al. 2021): hybrid contexts of annual reports, a table and its paragraphs, with questions."""

    name: ClassVar[str] = "tat-qa"
    patterns: ClassVar[tuple[str, ...]] = ("tatqa_dataset_*.json",)

    class Config(ComponentConfig):
        """Options of `tat-qa`."""

        path: RecipePath
        """`tatqa_dataset_train.json`, `tatqa_dataset_dev.json` or `tatqa_dataset_test_gold.json`."""
        part: Part = "questions"
        """A record a question, with its whole context; or a record a context, as a corpus."""

    config: Config

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.source = Jsonl(Jsonl.Config.model_validate({"path": config.path}))

    def columns(self) -> Sequence[str] | None:
        """Return the columns of the part; questions on one table share a `table`, to be split by."""
        return ("text", "table") if self.config.part == "contexts" else (*ASKED, "context", "table")

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield contexts or questions; several spans of an answer stand with `; ` between them."""
        for record in self.source.read(context):
            try:
                yield from self._of(record)
            except (KeyError, TypeError, AttributeError) as error:
                hint = "give a file of TAT-QA as its authors publish it: table, paragraphs and questions in each entry"
                raise DataError(f"this is no context of TAT-QA: {error!r}", where=record.where, hint=hint) from error

    def _of(self, record: Record) -> Iterator[Record]:
        text, table = _context(record.values), record.values["table"]["uid"]
        if self.config.part == "contexts":
            yield Record(record.where, {"text": text, "table": table})
            return
        for question in record.values["questions"]:
            asked = {name: question[name] for name in ASKED}
            row = {**asked, "answer": _answer(question["answer"]), "context": text, "table": table}
            yield Record(f"{record.where}, question {question['order']}", row)


def _context(value: Mapping[str, Any]) -> str:
    """Return the table, a line a row and ` | ` between cells, and the paragraphs in their order."""
    rows = [" | ".join(cell.strip() for cell in row) for row in value["table"]["table"]]
    paragraphs = sorted(value["paragraphs"], key=lambda one: int(one["order"]))
    return "\n\n".join(["\n".join(rows), *(one["text"] for one in paragraphs)])


def _answer(answer: Any) -> str:
    return "; ".join(map(str, answer)) if isinstance(answer, list) else str(answer)
