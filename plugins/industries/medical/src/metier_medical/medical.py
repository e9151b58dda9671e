"""The industry `medical`: its words, label sets, sensitive data and recipes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from metier.components import Industry
from metier.lexicon import read_lexicon
from metier.values import Term

HERE = Path(__file__).parent


class Medical(Industry):
    """What the trade of medicine knows: diseases, symptoms, drugs, procedures and findings."""

    name: ClassVar[str] = "medical"

    def lexicon(self) -> Sequence[Term]:
        """Return medical terms with categories, synonyms and Chinese names."""
        return read_lexicon(HERE / "data" / "lexicon.csv")

    def label_sets(self) -> Mapping[str, Sequence[str]]:
        """Return the chapters of ICD-10-CM, in the code set's order."""
        from metier_medical.chapters import CHAPTERS

        return {"diagnosis-chapter": tuple(CHAPTERS.values())}

    def sensitive_patterns(self) -> Mapping[str, str]:
        """Return patterns of record numbers, dates of birth and social security numbers."""
        return {
            "MEDICAL_RECORD": r"\b(?:MRN|medical record(?: number| no\.?)?)[:# ]*\d{5,10}\b",
            "BIRTH_DATE": r"\b(?:DOB|date of birth)[: ]*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b",
            "SOCIAL_SECURITY": r"\b\d{3}-\d{2}-\d{4}\b",
        }

    def recipes(self) -> Mapping[str, Path]:
        """Return the recipes that run as they stand."""
        return {path.stem: path for path in sorted((HERE / "recipes").glob("*.yaml"))}
