"""The industry `finance`: its words, label sets, sensitive data and recipes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from metier.components import Industry
from metier.lexicon import read_lexicon
from metier.values import Term

HERE = Path(__file__).parent
INTENTS = (
    "card-arrival",
    "card-lost-or-stolen",
    "card-payment-declined",
    "pin-blocked-or-forgotten",
    "cash-withdrawal-problem",
    "unrecognised-payment",
    "charged-twice",
    "refund-not-received",
    "balance-not-updated",
    "transfer-not-arrived",
    "cancel-transfer",
    "transfer-fee",
    "exchange-rate",
    "login-problem",
    "update-personal-details",
    "open-account",
    "close-account",
    "loan-enquiry",
)
"""What customers of a bank write about: cards, cash and payments, transfers, access, accounts, loans."""


class Finance(Industry):
    """What the trade of finance knows: markets, statements, credit and regulation."""

    name: ClassVar[str] = "finance"

    def lexicon(self) -> Sequence[Term]:
        """Return financial terms with categories, synonyms and Chinese names."""
        return read_lexicon(HERE / "data" / "lexicon.csv")

    def label_sets(self) -> Mapping[str, Sequence[str]]:
        """Return sentiments from worst to best, risk from low to high, intents of customers, entities of reports."""
        return {
            "sentiment": ("negative", "neutral", "positive"),
            "sentiment-five": ("very-negative", "negative", "neutral", "positive", "very-positive"),
            "loan-risk": ("low", "medium", "high"),
            "customer-intent": INTENTS,
            "entities": ("ORG", "METRIC", "MONEY", "PERCENT", "PERIOD"),
        }

    def sensitive_patterns(self) -> Mapping[str, str]:
        """Return patterns of account, card and tax numbers; a match is a candidate, its checksum decides."""
        return {
            "IBAN": r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b",
            "CARD": r"\b(?:\d[ -]?){12,18}\d\b",
            "TAX_ID": r"\b\d{3}-\d{2}-\d{4}\b",
        }

    def recipes(self) -> Mapping[str, Path]:
        """Return the recipes that run as they stand."""
        return {path.stem: path for path in sorted((HERE / "recipes").glob("*.yaml"))}
