"""Reads the tasks of LawBench in the files that its authors publish."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar

from metier.builtin.sources.files import DerivedSource
from metier.builtin.sources.jsonl import Jsonl
from metier.components import ComponentConfig, ReadContext, RecipePath
from metier.errors import DataError
from metier.values import Record

FIELDS = ("instruction", "question", "answer")
ASKED = re.compile(r"^(?:句子|事实|案情|文本)[:：]\s*")
ANSWERED = re.compile(r"^(?:争议焦点类别|罪名|正确答案|类别|法条|刑期)[:：]\s*(.*?)[。.]?\s*$", re.DOTALL)


class LawBench(DerivedSource):
    """A task of LawBench (Fei et al. 2023): a JSON list of instruction, question and answer, in Chinese."""

    name: ClassVar[str] = "lawbench"
    patterns: ClassVar[tuple[str, ...]] = ("[1-3]-[0-9].json", "2-10.json")

    class Config(ComponentConfig):
        """Options of `lawbench`."""

        path: RecipePath
        """A task's file: `2-2.json` (focus of a dispute), `3-3.json` (charges), …"""

    config: Config

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.source = Jsonl(Jsonl.Config.model_validate({"path": config.path}))

    def columns(self) -> Sequence[str] | None:
        """Return `instruction`; `text`, the question; and `label`, the answer, without the words that lead them in."""
        return ("instruction", "text", "label")

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield the items; `争议焦点类别：违约。` is the label `违约`, several charges have `;` between them."""
        for record in self.source.read(context):
            missing = [name for name in FIELDS if not isinstance(record.values.get(name), str)]
            if missing:
                hint = "give a file of LawBench: instruction, question and answer in each item"
                raise DataError(f"this item has no {' and no '.join(missing)}", where=record.where, hint=hint)
            instruction, question, answer = (record.values[name].strip() for name in FIELDS)
            label = ANSWERED.sub(r"\1", answer)
            yield Record(record.where, {"instruction": instruction, "text": ASKED.sub("", question), "label": label})
