"""The components of `metier-finance` keep their contracts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from metier.testing import DataSourceContract, IndustryContract
from metier.values import Json
from metier_finance.finance import Finance
from metier_finance.phrasebank import FinancialPhraseBank
from metier_finance.sample import FinanceSample


class TestFinance(IndustryContract):
    """The industry."""

    component = Finance


class TestFinanceSample(DataSourceContract):
    """The authored sentences."""

    component = FinanceSample

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        return {}


class TestFinancialPhraseBank(DataSourceContract):
    """The reader, on a file as the authors write it."""

    component = FinancialPhraseBank

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        path = folder / "Sentences_AllAgree.txt"
        path.write_bytes(
            "Sales rose in Jyväskylä .@positive\r\nWrite to us @ the office .@neutral\r\n".encode("latin-1")
        )
        return {"path": str(path)}

    def missing_options(self, folder: Path) -> Mapping[str, Json] | None:
        return {"path": str(folder / "Sentences_50Agree.txt")}
