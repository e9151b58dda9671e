"""Telephone numbers: candidates of digits, decided by the numbering plans of the library phonenumbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from metier.errors import DataError
from metier_redact.checksums import digits_of
from metier_redact.recognizer import NUMBERED, Find, Place, Recognizer

CANDIDATE = re.compile(
    r"(?<![A-Za-z0-9.,/@_=$€£#-])(?:\+|[(（])?[(（]?\d(?:[ .\u00a0/()（）-]{0,2}\d){6,16}"
    r"(?!-?[A-Za-z0-9])(?![.,]\d)(?! ?[%元万亿股吨件个张笔人美号])"
)
SPOKEN = re.compile(
    r"phone|mobile|\b(?:tel|fax|cell|call|text|ring|dial|reach|contact|hotline|line|whatsapp)"
    r"|电话|手机|热线|拨打|致电|传真|联系|座机|短信",
    re.IGNORECASE | re.ASCII,
)
"""What says, within a few words before, that a number is one to call."""
EXTENSION = re.compile(r",? ?(?:(?:ext\.?|extension|x) ?|转)\d{1,6}(?!\d)", re.IGNORECASE)
MOBILE = re.compile(r"(?:86[ -]?)?1[3-9]\d{9}")
"""A Chinese mobile number as it is mostly written, without a space."""
LANDLINE = re.compile(r"0\d{2,3}[- ]\d{7,8}")
REACH = 40


def recognizer(regions: Sequence[str]) -> Recognizer:
    """Return what finds numbers with a country code, and those of `regions` (ISO 3166) without one.

    Raises `DataError` for a region that there is not.
    """
    return Recognizer("PHONE", _find(tuple(regions)))


def _find(regions: Sequence[str]) -> Find:
    from phonenumbers import SUPPORTED_REGIONS

    unknown = sorted(set(regions) - SUPPORTED_REGIONS)
    if unknown:
        hint = "give ISO 3166 codes, such as US, GB, CN"
        raise DataError(f"'{unknown[0]}' is no region with telephone numbers", where="redact.regions", hint=hint)

    def find(text: str) -> Iterator[Place]:
        at = 0
        while match := CANDIDATE.search(text, at):
            end = next((end for end in _ends(match) if _is_phone(text, match.start(), end, regions)), None)
            at = match.start() + 1 if end is None else end
            if end is not None:
                extension = EXTENSION.match(text, end)
                yield match.start(), extension.end() if extension else end

    return find


def _ends(match: re.Match[str]) -> Iterator[int]:
    """Yield where the number may end: behind each group of digits, the last one first."""
    groups = [match.start() + one.end() for one in re.finditer(r"\d+[)）]?", match[0])]
    return (end for end in reversed(groups) if len(digits_of(match.string[match.start() : end])) >= 7)


def _is_phone(text: str, start: int, end: int, regions: Sequence[str]) -> bool:
    written = text[start:end]
    if len(re.findall("[(（]", written)) != len(re.findall("[)）]", written)):
        return False
    if written.startswith("+"):
        return _possible(written)
    said = text[max(0, start - REACH) : start].rpartition("\n")[2]
    if NUMBERED.search(said):
        return False
    spoken = SPOKEN.search(said) is not None
    return any(
        (found := _valid(written, region)) and (spoken or _as_written(written, region, found)) for region in regions
    )


def _possible(written: str) -> bool:
    """Return whether a number with a country code has the length of one there; nothing else is written so."""
    import phonenumbers

    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(written, None))
    except phonenumbers.NumberParseException:
        return False


def _valid(written: str, region: str) -> str | None:
    """Return the number in the form of its country where it is one that can be given out."""
    import phonenumbers

    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return None
    national = phonenumbers.PhoneNumberFormat.NATIONAL
    return phonenumbers.format_number(number, national) if phonenumbers.is_valid_number(number) else None


def _as_written(written: str, region: str, national: str) -> bool:
    """Return whether its groups are those that people write in that country, which other numbers seldom have."""
    if region == "CN" and (MOBILE.fullmatch(written) or LANDLINE.fullmatch(written)):
        return True
    groups, usual = re.findall(r"\d+", written), re.findall(r"\d+", national)
    return len(groups) > 1 and groups in (usual, ["1", *usual], ["86", *usual])
