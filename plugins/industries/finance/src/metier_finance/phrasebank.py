"""Reads the Financial PhraseBank in the files that its authors publish, and in Kaggle's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from metier.builtin.sources.csv import Csv
from metier.builtin.sources.published import HubCopy, Published, PublishedConfig, PublishedPath
from metier.components import ReadContext
from metier.errors import Problem
from metier.values import Record

AUTHORS: Mapping[str, Any] = {
    "separator": "@",
    "names": ["sentence", "sentiment"],
    "quoting": False,
    "extra": "first",
}
KAGGLE: Mapping[str, Any] = {"separator": ",", "names": ["sentiment", "sentence"]}
"""Options of the `csv` source: lines `sentence@label`; and `label,"sentence"`. Neither has a header."""
LABELS = {0: "negative", 1: "neutral", 2: "positive"}
"""What the numbers of the Hub's copy mean."""


class FinancialPhraseBank(Published):
    """The Financial PhraseBank of Malo et al. (2014): a line `sentence@label`, Latin-1, without a header."""

    name: ClassVar[str] = "financial-phrasebank"
    patterns: ClassVar[tuple[str, ...]] = ("Sentences_*Agree.txt", "all-data.csv")
    copy: ClassVar[HubCopy] = HubCopy("warwickai/financial_phrasebank_mirror")

    class Config(PublishedConfig):
        """Options of `financial-phrasebank`."""

        path: PublishedPath = None
        """`Sentences_50Agree.txt`, or one of the files with a higher share of agreeing annotators; or Kaggle's
        `all-data.csv`, the same sentences with the label in front."""
        split: str | None = None
        """Without `path`: `train` of `warwickai/financial_phrasebank_mirror` on the Hub, which has the sentences of
        `Sentences_50Agree.txt`."""

    config: Config

    def columns(self) -> Sequence[str] | None:
        """Return the two columns."""
        return ("sentence", "sentiment")

    def inspect_files(self, path: str) -> Iterable[Problem]:
        """Look as the `csv` source does."""
        return _table(path).inspect()

    def read_files(self, path: str, context: ReadContext) -> Iterator[Record]:
        """Yield sentence and sentiment; an `@` inside a sentence belongs to it."""
        return _table(path).read(context)

    def from_copy(self, record: Record) -> dict[str, Any]:
        """Return sentence and sentiment, which the copy has as a number or by name."""
        label = record.values["label"]
        sentiment = label if label in LABELS.values() else LABELS[label]
        return {"sentence": record.values["sentence"], "sentiment": sentiment}


def _table(path: str) -> Csv:
    options = KAGGLE if Path(path).suffix == ".csv" else AUTHORS
    return Csv(Csv.Config.model_validate({"path": path, **options}))
