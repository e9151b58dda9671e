"""Reads the stock-forum sentiments of FinCUGE as its authors publish them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import ClassVar

from metier.builtin.sources.files import DerivedSource
from metier.builtin.sources.jsonl import Jsonl
from metier.components import ComponentConfig, ReadContext, RecipePath
from metier.errors import DataError
from metier.values import Record

LABELS = MappingProxyType({0: "negative", 1: "neutral", 2: "positive"})
"""What the numbers of the files mean."""


class FinCugeFinFe(DerivedSource):
    """FinFE of FinCUGE (Lu et al. 2023): a JSON list of `[text, 0 | 1 | 2]`, posts of Chinese stock forums."""

    name: ClassVar[str] = "fincuge-finfe"
    patterns: ClassVar[tuple[str, ...]] = ("train_list.json", "eval_list.json", "test_list.json")

    class Config(ComponentConfig):
        """Options of `fincuge-finfe`."""

        path: RecipePath
        """`train_list.json` or `eval_list.json` of the folder `finfe`."""

    config: Config

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.source = Jsonl(Jsonl.Config.model_validate({"path": config.path, "names": ["text", "label"]}))

    def columns(self) -> Sequence[str] | None:
        """Return the two columns."""
        return ("text", "label")

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield post and sentiment, by name."""
        for record in self.source.read(context):
            number = record.values["label"]
            if number not in LABELS or isinstance(number, bool):
                hint = "the files of FinFE say 0, 1 or 2; other lists are read by `jsonl` with `names: [text, label]`"
                raise DataError(f"the label is {number!r}", where=record.where, hint=hint)
            yield Record(record.where, {"text": record.values["text"], "label": LABELS[number]})
