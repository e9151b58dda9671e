"""Patterns of numbers by which cases, lawyers and persons are known; a match is a candidate.

In Chinese text there is no word border between a character and a digit, so what has none looks at its neighbours.
"""

from __future__ import annotations

from types import MappingProxyType

YEAR_ZH = r"[（(〔\[](?:19|20)\d{2}[）)〕\]]"
"""The year that opens a Chinese case number, in brackets of either width."""

PATTERNS = MappingProxyType(
    {
        "DOCKET": r"\b\d{1,2}:\d{2}-[A-Za-z]{2,4}-\d{3,6}(?:-[A-Z]{2,4})*\b",
        "CASE": r"\b(?i:case|claim|docket|index) ?(?i:nos?\b\.?|number|#)[: ]*[A-Z0-9][A-Z0-9./:-]*\d(?:-[A-Z]+)*\b",
        "ECLI": r"\bECLI:[A-Z]{2}:[A-Z0-9]{1,7}:\d{4}:[A-Z0-9.]{1,25}\b",
        "CASE_ZH": YEAR_ZH + r" ?[一-鿿]{1,6}\d{0,4}[一-鿿]{1,6} ?\d{1,6} ?号(?:之[一二三四五六七八九十]+)?",
        "BAR": r"\b(?i:bar|SBN|SRA|roll of attorneys) ?(?i:no\b\.?|number|id)?[:# ]+\d{4,8}\b",
        "LAWYER_LICENCE_ZH": r"执业证书?号?码?[:：]? ?\d{17}(?!\d)",
        "IDENTITY_CARD": r"(?<![0-9A-Za-z])[1-9]\d{5}(?:19|20)\d{2}[01]\d[0-3]\d{4}[0-9Xx](?![0-9A-Za-z])",
        "SOCIAL_CREDIT_ZH": r"统一社会信用代码[:：]? ?[0-9A-Z]{18}(?![0-9A-Z])",
        "SOCIAL_SECURITY": r"\b\d{3}-\d{2}-\d{4}\b",
    }
)
"""By placeholder; those that end in ZH are Chinese."""
