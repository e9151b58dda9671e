"""Reads GSM8K: word problems of grade-school mathematics, solved step by step."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar

from metier.builtin.sources.files import DerivedSource
from metier.builtin.sources.jsonl import Jsonl
from metier.components import ComponentConfig, ReadContext, RecipePath
from metier.errors import DataError
from metier.files import digest
from metier.values import Record

NOTES = re.compile(r"<<[^>]*>>")
MARK = "####"


class Gsm8k(DerivedSource):
    """GSM8K (Cobbe et al. 2021): a question, the reasoning, and the number that comes out."""

    name: ClassVar[str] = "gsm8k"

    class Config(ComponentConfig):
        """Options of `gsm8k`."""

        path: RecipePath
        """`train.jsonl` or `test.jsonl`, as published: question and answer, the number behind `####`."""
        calculator: bool = False
        """Whether the reasoning keeps its notes for a calculator: `48/2 = <<48/2=24>>24`."""

    config: Config

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.source = Jsonl(Jsonl.Config.model_validate({"path": config.path}))

    def columns(self) -> Sequence[str] | None:
        """Return `question`, `reasoning` and `answer`."""
        return ("question", "reasoning", "answer")

    def digest(self) -> str | None:
        """Return a digest of the file and of what the reasoning keeps."""
        return digest([super().digest(), self.config.calculator])

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield the problems; the answer is a number without commas between thousands, as text."""
        for record in self.source.read(context):
            question, solution = record.values.get("question"), record.values.get("answer")
            if not isinstance(question, str) or not isinstance(solution, str) or MARK not in solution:
                hint = f"give a file of GSM8K: a question, and an answer with the number behind {MARK}"
                raise DataError("this is no problem with its solution", where=record.where, hint=hint)
            reasoning, _, answer = solution.rpartition(MARK)
            reasoning = reasoning if self.config.calculator else NOTES.sub("", reasoning)
            values = {"question": question, "reasoning": reasoning.strip(), "answer": answer.strip().replace(",", "")}
            yield Record(record.where, values)
