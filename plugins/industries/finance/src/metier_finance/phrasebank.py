"""Reads the Financial PhraseBank in the files that its authors publish, and in Kaggle's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from metier.builtin.sources.csv import Csv
from metier.builtin.sources.files import DerivedSource
from metier.components import ComponentConfig, ReadContext, RecipePath
from metier.values import Record

AUTHORS: Mapping[str, Any] = {
    "separator": "@",
    "names": ["sentence", "sentiment"],
    "quoting": False,
    "extra": "first",
}
KAGGLE: Mapping[str, Any] = {"separator": ",", "names": ["sentiment", "sentence"]}
"""Options of the `csv` source: lines `sentence@label`; and `label,"sentence"`. Neither has a header."""


class FinancialPhraseBank(DerivedSource):
    """The Financial PhraseBank of Malo et al. (2014): a line `sentence@label`, Latin-1, without a header."""

    name: ClassVar[str] = "financial-phrasebank"
    patterns: ClassVar[tuple[str, ...]] = ("Sentences_*Agree.txt", "all-data.csv")

    class Config(ComponentConfig):
        """Options of `financial-phrasebank`."""

        path: RecipePath
        """`Sentences_50Agree.txt`, or one of the files with a higher share of agreeing annotators; or Kaggle's
        `all-data.csv`, the same sentences with the label in front."""

    config: Config

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        options = KAGGLE if Path(config.path).suffix == ".csv" else AUTHORS
        self.source = Csv(Csv.Config.model_validate({"path": config.path, **options}))

    def columns(self) -> Sequence[str] | None:
        """Return the two columns."""
        return ("sentence", "sentiment")

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield sentence and sentiment; an `@` inside a sentence belongs to it."""
        return self.source.read(context)
