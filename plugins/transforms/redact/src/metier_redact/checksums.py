"""Checksums and rules that tell real numbers from others that look alike."""

from __future__ import annotations

from datetime import date

from metier_redact.words import words

IBAN_LENGTHS = {word[:2]: int(word[2:]) for word in words("iban_lengths")}
"""Characters of an IBAN by country, as SWIFT's registry has them."""
PROVINCES = frozenset(
    map(
        str,
        [
            *range(11, 16),
            *range(21, 24),
            *range(31, 38),
            *range(41, 47),
            *range(50, 55),
            *range(61, 66),
            71,
            81,
            82,
            83,
        ],
    )
)
"""The first two digits of division codes of GB/T 2260."""
ISSUERS = (
    ("4", {16, 19}), ("5", {16}), ("2", {16}), ("34", {15}), ("37", {15}), ("36", {14}), ("38", {14}), ("30", {14}),
    ("35", {16}), ("60", {16}), ("64", {16}), ("65", {16}), ("62", {16, 17, 18, 19}), ("67", {16, 18, 19}),
)  # fmt: skip
"""First digits of card numbers, and how many digits such a card has (ISO/IEC 7812)."""
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def digits_of(text: str) -> str:
    """Return the digits of a text."""
    return "".join(one for one in text if one.isdecimal())


def luhn(text: str) -> bool:
    """Return whether the digits keep Luhn's formula (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, one in enumerate(reversed(digits_of(text))):
        doubled = int(one) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def is_card(text: str) -> bool:
    """Return whether it is a payment card's number: first digits, length and Luhn's formula."""
    digits = digits_of(text)
    known = any(digits.startswith(first) and len(digits) in lengths for first, lengths in ISSUERS)
    return known and len(set(digits)) > 1 and luhn(digits)


def is_iban(text: str) -> bool:
    """Return whether it is an IBAN: its country's length, and 1 as remainder by 97 (ISO 13616)."""
    letters = "".join(one for one in text if one.isalnum()).upper()
    if not letters.isascii() or IBAN_LENGTHS.get(letters[:2]) != len(letters) or letters[2:4] in {"00", "01", "99"}:
        return False
    return int("".join(str(int(one, 36)) for one in letters[4:] + letters[:4])) % 97 == 1


def is_social_security(text: str) -> bool:
    """Return whether it is a number that the Social Security Administration may have given out."""
    digits = digits_of(text)
    if len(digits) != 9 or digits[0] == "9" or digits[:3] in {"000", "666"}:
        return False
    return digits[3:5] != "00" and digits[5:] != "0000"


def is_identity_card(text: str) -> bool:
    """Return whether it is a Chinese identity number: province, a day that was, check character (GB 11643-1999)."""
    if len(text) != 18 or not (text[:17].isdecimal() and text[:17].isascii()) or text[:2] not in PROVINCES:
        return False
    try:
        born = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    check = "10X98765432"[sum(weight * int(one) for weight, one in zip(WEIGHTS, text, strict=False)) % 11]
    return born.year >= 1850 and text[17].upper() == check
