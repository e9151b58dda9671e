"""Reads GSM8K: word problems of grade-school mathematics, solved step by step."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from metier.builtin.sources.jsonl import Jsonl
from metier.builtin.sources.published import HubCopy, Published, PublishedConfig, PublishedPath
from metier.components import ReadContext
from metier.errors import DataError
from metier.files import digest
from metier.values import Record

NOTES = re.compile(r"<<[^>]*>>")
MARK = "####"


class Gsm8k(Published):
    """GSM8K (Cobbe et al. 2021): a question, the reasoning, and the number that comes out."""

    name: ClassVar[str] = "gsm8k"
    copy: ClassVar[HubCopy] = HubCopy("openai/gsm8k", subset="main")

    class Config(PublishedConfig):
        """Options of `gsm8k`."""

        path: PublishedPath = None
        """`train.jsonl` or `test.jsonl`, as published: question and answer, the number behind `####`."""
        split: str | None = None
        """Without `path`: `train` or `test` of `openai/gsm8k` on the Hub; `train` by default."""
        calculator: bool = False
        """Whether the reasoning keeps its notes for a calculator: `48/2 = <<48/2=24>>24`."""

    config: Config

    def columns(self) -> Sequence[str] | None:
        """Return `question`, `reasoning` and `answer`."""
        return ("question", "reasoning", "answer")

    def digest_files(self, path: str) -> str:
        """Return a digest of the file and of what the reasoning keeps."""
        return digest([super().digest_files(path), self.config.calculator])

    def read_files(self, path: str, context: ReadContext) -> Iterator[Record]:
        """Yield the problems; the answer is a number without commas between thousands, as text."""
        for record in Jsonl(Jsonl.Config(path=path)).read(context):
            yield Record(record.where, self.from_copy(record))

    def from_copy(self, record: Record) -> dict[str, Any]:
        """Return question, reasoning and answer; a row of the copy is what a line of the file is."""
        question, solution = record.values.get("question"), record.values.get("answer")
        if not isinstance(question, str) or not isinstance(solution, str) or MARK not in solution:
            hint = f"give a file of GSM8K: a question, and an answer with the number behind {MARK}"
            raise DataError("this is no problem with its solution", where=record.where, hint=hint)
        reasoning, _, answer = solution.rpartition(MARK)
        reasoning = reasoning if self.config.calculator else NOTES.sub("", reasoning)
        return {"question": question, "reasoning": reasoning.strip(), "answer": answer.strip().replace(",", "")}
