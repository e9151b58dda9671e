"""The industry `medical`: its words, label sets, sensitive data and recipes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from metier.components import Industry
from metier.lexicon import read_lexicon
from metier.values import Term

HERE = Path(__file__).parent
DEPARTMENTS = (
    *("心血管科", "呼吸科", "消化科", "肝病科", "神经科", "内分泌科"),
    *("骨科", "皮肤科", "妇产科", "儿科", "眼科", "耳鼻喉科"),
)
"""Departments of a hospital that patients ask."""
MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
DATE = (
    r"(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b|\d{4}年\d{1,2}月\d{1,2}日"
    rf"|\d{{1,2}} {MONTH} \d{{4}}\b|{MONTH} \d{{1,2}}, \d{{4}}\b)"
)
"""A date, as records write them."""


class Medical(Industry):
    """What the trade of medicine knows: diseases, symptoms, drugs, procedures and findings."""

    name: ClassVar[str] = "medical"

    def lexicon(self) -> Sequence[Term]:
        """Return medical terms with categories, synonyms and Chinese names."""
        return read_lexicon(HERE / "data" / "lexicon.csv")

    def label_sets(self) -> Mapping[str, Sequence[str]]:
        """Return the chapters of ICD-10-CM in the code set's order, entities of notes, and departments in Chinese."""
        from metier_medical.chapters import CHAPTERS

        return {
            "diagnosis-chapter": tuple(CHAPTERS.values()),
            "entities": ("DISEASE", "SYMPTOM", "DRUG", "PROCEDURE"),
            "department-zh": DEPARTMENTS,
        }

    def sensitive_patterns(self) -> Mapping[str, str]:
        """Return patterns of record, insurance and social security numbers, of births and of visits."""
        return {
            "MEDICAL_RECORD": r"\b(?:MRN|medical record(?: number| no\.?)?)[:# ]*\d{5,10}\b"
            r"|(?:病历号|病案号|住院号|门诊号|就诊卡号)[:： ]*[A-Za-z]?\d{5,12}",
            "BIRTH_DATE": rf"(?:\b(?:DOB|date of birth|born(?: on)?)[: ]*|(?:出生日期|生日)[:： ]*){DATE}",
            "VISIT_DATE": r"(?:\b(?:[Aa]dmi(?:tted|ssion)|[Dd]ischarged?|[Ss]een|[Vv]isit(?:ed)?|[Oo]perated|DOS)"
            rf"(?: date)?(?: on)?[: ]*|(?:入院|出院|就诊|手术)(?:日期|时间)?[:：于 ]*){DATE}",
            "HEALTH_INSURANCE": r"\b(?:NHS(?: number| no\.?)?[:# ]*\d{3}[ -]?\d{3}[ -]?\d{4}"
            r"|[Ii]nsurance (?:number|no\.?|ID)[:# ]*[A-Z]{0,3}\d{6,12})\b"
            r"|(?:医保卡?号|社保卡?号)[:： ]*[A-Za-z]?\d{6,18}",
            "SOCIAL_SECURITY": r"\b\d{3}-\d{2}-\d{4}\b",
        }

    def recipes(self) -> Mapping[str, Path]:
        """Return the recipes that run as they stand."""
        return {path.stem: path for path in sorted((HERE / "recipes").glob("*.yaml"))}
