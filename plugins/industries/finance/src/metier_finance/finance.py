"""The industry `finance`: its words, label sets, sensitive data and recipes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from metier.components import Industry
from metier.lexicon import read_lexicon
from metier.values import Term

HERE = Path(__file__).parent


class Finance(Industry):
    """What the trade of finance knows: markets, statements, credit and regulation."""

    name: ClassVar[str] = "finance"

    def lexicon(self) -> Sequence[Term]:
        """Return financial terms with categories, synonyms and Chinese names."""
        return read_lexicon(HERE / "data" / "lexicon.csv")

    def label_sets(self) -> Mapping[str, Sequence[str]]:
        """Return the sentiment labels, from worst to best."""
        return {
            "sentiment": ("negative", "neutral", "positive"),
            "sentiment-five": ("very-negative", "negative", "neutral", "positive", "very-positive"),
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
