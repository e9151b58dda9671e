"""The industry `legal`: its words, label sets, sensitive data and recipes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from metier.components import Industry
from metier.lexicon import read_lexicon
from metier.values import Term
from metier_legal import labels

HERE = Path(__file__).parent


class Legal(Industry):
    """What the trade of law knows: procedure, contracts, torts, crimes, property, companies and rights."""

    name: ClassVar[str] = "legal"

    def lexicon(self) -> Sequence[Term]:
        """Return legal terms with categories, synonyms and Chinese names."""
        return read_lexicon(HERE / "data" / "lexicon.csv")

    def label_sets(self) -> Mapping[str, Sequence[str]]:
        """Return the labels of the recipes, and all categories of CUAD."""
        return {
            "clause-classification": (*labels.CLAUSES, labels.OTHER),
            "entities": labels.ENTITIES,
            "dispute-focus-zh": labels.DISPUTE_FOCI,
            "cuad": labels.CUAD,
        }

    def sensitive_patterns(self) -> Mapping[str, str]:
        """Return patterns of numbers by which cases, lawyers and persons are known."""
        from metier_legal.sensitive import PATTERNS

        return PATTERNS

    def recipes(self) -> Mapping[str, Path]:
        """Return the recipes that run as they stand."""
        return {path.stem: path for path in sorted((HERE / "recipes").glob("*.yaml"))}
