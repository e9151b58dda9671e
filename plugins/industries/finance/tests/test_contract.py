"""The components of `metier-finance` keep their contracts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from metier.testing import DataSourceContract, IndustryContract
from metier.values import Json
from metier_finance.finance import Finance
from metier_finance.fincuge import FinCugeFinFe
from metier_finance.phrasebank import FinancialPhraseBank
from metier_finance.sample import FinanceSample
from metier_finance.tatqa import TatQa


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


class TestFinancialPhraseBankOfKaggle(DataSourceContract):
    """The reader, on a file as Kaggle has it."""

    component = FinancialPhraseBank

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        path = folder / "all-data.csv"
        path.write_bytes('neutral,"Offices in Jyväskylä , Oulu ."\r\npositive,Sales rose .\r\n'.encode("latin-1"))
        return {"path": str(path)}


class TestFinCugeFinFe(DataSourceContract):
    """Posts with numbers for labels."""

    component = FinCugeFinFe

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        path = folder / "train_list.json"
        path.write_text('[["又跌了", 0], ["几点开会", 1], ["涨停", 2]]', encoding="utf-8")
        return {"path": str(path)}


CONTEXTS = [
    {
        "table": {"uid": uid, "table": [["", "2019"], ["Sales", "$12.5"]]},
        "paragraphs": [{"uid": "b", "order": 2, "text": "Costs fell."}, {"uid": "a", "order": 1, "text": "We sell."}],
        "questions": [
            {
                "uid": f"q{order}",
                "order": order,
                "question": "What were sales?",
                "answer": answer,
                "derivation": "",
                "answer_type": "span",
                "answer_from": "table",
                "scale": "million",
            }
            for order, answer in ((1, ["$12.5"]), (2, 12.5))
        ],
    }
    for uid in ("one", "two")
]
"""Two contexts in the shape of TAT-QA."""


class TestTatQa(DataSourceContract):
    """Questions."""

    component = TatQa

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        path = folder / "tatqa_dataset_dev.json"
        path.write_text(json.dumps(CONTEXTS), encoding="utf-8")
        return {"path": str(path)}


class TestTatQaContexts(TestTatQa):
    """Contexts, as a corpus."""

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        return {**super().sample_options(folder), "part": "contexts"}
