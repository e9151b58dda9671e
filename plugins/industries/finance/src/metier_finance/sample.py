"""Reads the sentences that were authored for this plugin, so that every recipe runs at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from metier.builtin.sources.csv import Csv
from metier.components import ComponentConfig, DataSource, ReadContext
from metier.values import Record
from metier_finance.finance import HERE


class FinanceSample(DataSource):
    """Authored sentences of financial news with their sentiment; no real news, companies invented."""

    name: ClassVar[str] = "finance-sample"
    bare_option: ClassVar[str] = "labels"

    class Config(ComponentConfig):
        """Options of `finance-sample`."""

        labels: Literal["three", "five"] = "three"
        """Three labels (negative, neutral, positive), or five with very-negative and very-positive."""

    config: Config

    def __init__(self, config: Config | None = None) -> None:
        super().__init__(config)
        file = "sentiment.csv" if self.config.labels == "three" else "sentiment-five.csv"
        self.csv = Csv(Csv.Config.model_validate({"path": str(HERE / "data" / file)}))

    def columns(self) -> Sequence[str] | None:
        """Return the two columns."""
        return ("text", "label")

    def digest(self) -> str | None:
        """Return the file's digest."""
        return self.csv.digest()

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield text and label."""
        context.notes.append("finance-sample: authored sentences, for trying out; train on your own rows for real work")
        return self.csv.read(context)
