"""Patterns of students' numbers and dates of birth; a match is a candidate.

In Chinese text there is no word border between a character and a digit, so what has none looks at its neighbours.
"""

from __future__ import annotations

from types import MappingProxyType

DAY = r"(?:\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})"
BORN = r"(?:\b(?i:dob|date of birth|born on|born)|出生日期|出生年月日?|生日)"

PATTERNS = MappingProxyType(
    {
        "STUDENT": r"\b(?i:student|pupil|learner|candidate) ?(?i:id|no|number)\b[.:# ]*[A-Za-z]{0,3}\d{4,12}\b",
        "PUPIL_NUMBER_UK": r"\b[A-HJ-NP-RT-Z]\d{11}[0-9A-HJ-NP-RT-Z]\b",
        "STUDENT_ZH": r"(?:学号|考号|准考证号码?|考生号|学籍号)[:：]? ?[A-Za-z]{0,2}\d{6,19}[Xx]?",
        "IDENTITY_CARD": r"(?<![0-9A-Za-z])[1-9]\d{5}(?:19|20)\d{2}[01]\d[0-3]\d{4}[0-9Xx](?![0-9A-Za-z])",
        "BIRTH_DATE": rf"{BORN}[:： ]*{DAY}",
        "SOCIAL_SECURITY": r"\b\d{3}-\d{2}-\d{4}\b",
    }
)
"""By placeholder; those that end in ZH are Chinese."""
