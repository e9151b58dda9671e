"""The industry `manufacturing`: its words, label sets, sensitive data and recipes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from metier.components import Industry
from metier.lexicon import read_lexicon
from metier.values import Term

HERE = Path(__file__).parent


class Manufacturing(Industry):
    """What the trade of manufacturing knows: machines, faults, maintenance, quality, safety and logistics."""

    name: ClassVar[str] = "manufacturing"

    def lexicon(self) -> Sequence[Term]:
        """Return terms of plant and maintenance with categories, synonyms and Chinese names."""
        return read_lexicon(HERE / "data" / "lexicon.csv")

    def label_sets(self) -> Mapping[str, Sequence[str]]:
        """Return the systems that a work order goes to, in English and Chinese, and the entities of a work order."""
        systems = ("electrical", "controls", "hydraulics", "pneumatics", "drives", "cooling", "structure", "tooling")
        return {
            "work-order-triage": systems,
            "work-order-triage-zh": ("电气", "控制", "液压", "气动", "传动", "冷却", "结构", "工装"),
            "entities": ("MACHINE", "COMPONENT", "FAULT", "ACTION"),
        }

    def sensitive_patterns(self) -> Mapping[str, str]:
        """Return patterns of what names a person in plant records: staff numbers, badges, phone extensions, logins."""
        return {
            "EMPLOYEE_ID": r"(?i)\b(?:emp(?:loyee)?|staff|personnel|operator|technician)[ .-]?(?:id|no|nr|number)\b"
            r"[.:# ]*[A-Z]{0,3}-?\d{3,8}\b|(?:工号|员工编号)[:：# ]*[A-Z]{0,3}-?\d{3,8}",
            "BADGE": r"(?i)\bbadge(?: (?:id|no|nr|number|serial))?[.:# ]*[A-Z]{0,3}-?\d{3,10}\b"
            r"|(?:门禁卡|胸牌|工牌)(?:号|编号)?[:：# ]*[A-Z]{0,3}-?\d{3,10}",
            "PHONE_EXTENSION": r"(?i)\bext(?:ension|n)?[.:# ]*\d{3,5}\b|(?:内线|分机)(?:号)?[:：# ]*\d{3,5}",
            "LOGIN": r"(?i)\b(?:user|login|logon)(?: ?(?:id|name))? ?[:=] ?[A-Z][A-Z0-9_.]{2,15}\b",
        }

    def recipes(self) -> Mapping[str, Path]:
        """Return the recipes that run as they stand."""
        return {path.stem: path for path in sorted((HERE / "recipes").glob("*.yaml"))}
