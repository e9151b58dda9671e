"""Dates of birth: dates that the words around call one."""

from __future__ import annotations

import re

from metier_redact.recognizer import HIDDEN, Recognizer, by_pattern

MONTH = (
    r"(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
DATE = (
    r"(?:\d{4}\s?年\s?\d{1,2}\s?月(?:\s?\d{1,2}\s?[日号])?"
    r"|\d{4}(?P<one>[-/.])\d{1,2}(?P=one)\d{1,2}"
    r"|\d{1,2}(?P<two>[-/.])\d{1,2}(?P=two)(?:\d{4}|\d{2})"
    rf"|\d{{4}}-{MONTH}-\d{{1,2}}|{MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?(?: of)?[ -]{MONTH},?[ -]\d{{4}}"
    rf"|{MONTH},? \d{{4}})(?!\d)"
)
BORN = (
    r"(?:(?i:\bDOB\b|\bD\.O\.B\.?|\bdates? of birth\b|\bbirth ?-?dates?\b|\bbirthdays?\b|\bborn\b)"
    r"|出生日期|出生年月日?|出生时间|(?<![发产诞])生于|生日|出生于?)"
)
LINK = r"[\s:：=|(（-]*(?:(?i:is|was|were|as|are|on|in|the)\b[\s:：]*){0,3}[为是于]?[\s:：]*"
BEFORE = rf"{BORN}{LINK}(?P<value>{DATE})"
LISTED = (
    rf"{BORN}{LINK}{HIDDEN}(?:(?:, | and |, and |[、和，与]){HIDDEN})*(?:, | and |, and |[、和，与])(?P<value>{DATE})"
)
"""One more date behind others that are hidden already."""
BEHIND = rf"(?P<value>{DATE})\s?(?:出生|生(?![产效活成命存长病]))"

RECOGNIZERS = (
    Recognizer("BIRTH_DATE", by_pattern(BEFORE, flags=re.ASCII)),
    Recognizer("BIRTH_DATE", by_pattern(LISTED, flags=re.ASCII, hint=HIDDEN)),
    Recognizer("BIRTH_DATE", by_pattern(BEHIND, flags=re.ASCII, hint="生")),
)
