"""Values that stand in for real ones: the same for the same value in a whole run, and nobody's."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from metier_redact.checksums import digits_of

CONSONANTS, VOWELS = "bdfgklmnprstv", "aeiou"
FAMILY_NAMES = "王李张刘陈杨赵黄周吴徐孙朱高林郭罗梁宋郑韩唐冯董萧程曹袁邓许"
GIVEN_NAMES = "安博晨丹恩帆歌涵嘉凯岚萌宁培青然瑞思桐薇欣妍逸泽卓"
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
Maker = Callable[[random.Random, int, str], str]
"""Takes a source of randomness, the value's number among those of its type, and the value as it is written."""


@dataclass
class Surrogates:
    """Gives each value another one. What stands for what is kept here alone, and never written.

    A surrogate follows from the seed, the value's type and its turn among the run's values. It has nothing of the value
    but its form: nobody comes back from it without the run's texts.
    """

    seed: int
    turns: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))

    def of(self, kind: str, value: str) -> str:
        """Return what stands for `value`; case, spaces and punctuation in it make no difference."""
        if kind == "PERSON":
            return re.sub(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", lambda word: self._one(kind, word[0]), value)
        return self._one(kind, value)

    def _one(self, kind: str, value: str) -> str:
        turns = self.turns[kind]
        turn = turns.setdefault("".join(one for one in value.casefold() if one.isalnum()), len(turns))
        source = random.Random(f"{self.seed}/{kind}/{turn}")
        return MAKERS.get(kind, _alike)(source, turn, value)


def _person(source: random.Random, turn: int, value: str) -> str:
    """Return a made-up word of a name, as long as the name is where it is Chinese."""
    if re.search(r"[\u4e00-\u9fff]", value):
        return source.choice(FAMILY_NAMES) + "".join(source.choice(GIVEN_NAMES) for _ in value[1:])
    if len(value) == 1:
        return source.choice("ABCDEFGHJKLMNPRSTVW")
    word = "".join(source.choice(CONSONANTS) + source.choice(VOWELS) for _ in range(3)) + source.choice("nrls")
    return word.upper() if value.isupper() else word.capitalize() if value[0].isupper() else value


def _email(source: random.Random, turn: int, value: str) -> str:
    return f"person{turn + 1}@example.org"


def _url(source: random.Random, turn: int, value: str) -> str:
    scheme = re.match(r"\w+://", value)
    return f"{scheme[0] if scheme else ''}www.example.org/{turn + 1}"


def _address(source: random.Random, turn: int, value: str) -> str:
    """Return an address of the ranges for documentation and tests: RFC 3849, RFC 2544."""
    if ":" in value:
        return f"2001:db8::{turn // 0xFFFF:x}:{turn % 0xFFFF + 1:x}"
    return f"198.{18 + turn // 65536 % 2}.{turn // 256 % 256}.{turn % 256}"


def _phone(source: random.Random, turn: int, value: str) -> str:
    """Return a number that no numbering plan gives out: country code 999, area 555 or 0999, mobile prefix 120."""
    digits = digits_of(value)
    if value.startswith("+"):
        start = "999"
    elif digits.startswith("0"):
        start = "0999"
    else:
        start = "120" if len(digits) == 11 and digits.startswith("1") else "555"
    return _filled(value, start + _digits(source, len(value)))


def _social_security(source: random.Random, turn: int, value: str) -> str:
    """Return a number with the area 000, which is never given out."""
    return _filled(value, "000" + _digits(source, len(value)))


def _card(source: random.Random, turn: int, value: str) -> str:
    """Return a number that begins with 0, which no issuer's does."""
    return _filled(value, "0" + _digits(source, len(value)))


def _iban(source: random.Random, turn: int, value: str) -> str:
    """Return an account of the same country whose check digits are 00, which none has."""
    letters = iter("00" + _digits(source, len(value)))
    return value[:2] + "".join(next(letters) if one.isalnum() else one for one in value[2:])


def _identity_card(source: random.Random, turn: int, value: str) -> str:
    """Return a number of the province 00, which there is not."""
    born = f"{source.randint(1940, 2005)}{source.randint(1, 12):02}{source.randint(1, 28):02}"
    return f"00{_digits(source, 4)}{born}{_digits(source, 4)}"


def _birth_date(source: random.Random, turn: int, value: str) -> str:
    """Return another day in the form of this one."""
    month = source.choice(MONTHS)

    def number(found: re.Match[str]) -> str:
        if len(found[0]) == 4:
            return str(source.randint(1940, 2005))
        return str(source.randint(1, 12)).zfill(len(found[0]))

    def name(found: re.Match[str]) -> str:
        return month if len(found[0]) > 3 else month[:3]

    return re.sub(r"\d+", number, re.sub(r"[A-Z][a-z]{2,}", name, value))


def _alike(source: random.Random, turn: int, value: str) -> str:
    """Return other digits in place of digits; where there are none, other letters in place of letters."""
    if any(one.isdecimal() for one in value):
        return _filled(value, _digits(source, len(value)))
    letters = {"upper": "ABCDEFGHJKLMNPRSTVW", "lower": "abcdefghjklmnprstvw"}
    return "".join(
        source.choice(letters["upper" if one.isupper() else "lower"] if one.isascii() else GIVEN_NAMES)
        if one.isalpha()
        else one
        for one in value
    )


def _digits(source: random.Random, count: int) -> str:
    return "".join(source.choice("0123456789") for _ in range(count))


def _filled(value: str, digits: str) -> str:
    """Return the value with other digits in the place of its own."""
    left = iter(digits)
    return "".join(next(left) if one.isdecimal() else one for one in value)


MAKERS: dict[str, Maker] = {
    "PERSON": _person,
    "EMAIL": _email,
    "URL": _url,
    "IP_ADDRESS": _address,
    "PHONE": _phone,
    "SOCIAL_SECURITY": _social_security,
    "CARD": _card,
    "IBAN": _iban,
    "IDENTITY_CARD": _identity_card,
    "BIRTH_DATE": _birth_date,
}
