"""The contract of an industry: what a trade knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from metier.components.base import Component
from metier.values import Term


class Industry(Component):
    """What a trade knows: its words, its label sets, and recipes that run as they stand."""

    kind: ClassVar[str] = "industry"

    def lexicon(self) -> Sequence[Term]:
        """Return the trade's terms with category and synonyms."""
        return ()

    def label_sets(self) -> Mapping[str, Sequence[str]]:
        """Return label names by task (`{"sentiment": ("negative", "neutral", "positive")}`), in reading order."""
        return {}

    def sensitive_patterns(self) -> Mapping[str, str]:
        """Return regular expressions of the trade's personal data by placeholder (`{"ACCOUNT": r"…"}`)."""
        return {}

    def recipes(self) -> Mapping[str, Path]:
        """Return recipe files by short name: `sentiment` is run as `metier run <industry>/sentiment`."""
        return {}
