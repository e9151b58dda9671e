"""Numbers that name a person or an account: cards, IBANs, social security, Chinese identity cards."""

from __future__ import annotations

import re
from collections import defaultdict

from metier_redact.checksums import IBAN_LENGTHS, is_card, is_iban, is_identity_card, is_social_security
from metier_redact.recognizer import Recognizer, by_pattern, numbers_a_thing, value_of

ALONE = r"(?<![A-Za-z0-9])(?<![0-9][.,])"
"""No letter or digit stands before it (a Chinese character may), and it is no fraction."""
END = r"(?![A-Za-z0-9])"
CARD = (
    rf"{ALONE}(?:\d{{13,19}}|\d{{4}}([ -])\d{{4}}\1\d{{4}}\1\d{{4}}(?:\1\d{{3}})?"
    rf"|\d{{4}}([ -])\d{{6}}\2\d{{4,5}}|\d{{6}} \d{{10,13}}){END}"
)
SOCIAL_SECURITY = rf"{ALONE}(?<!\d-)\d{{3}}-\d{{2}}-\d{{4}}{END}(?!-\d)"
SAID = (
    r"(?i:\bSSN\b|social security(?: number| no\.?)?)[^\d\n]{0,20}"
    rf"(?P<value>\d{{3}}([ -]?)\d{{2}}\2\d{{4}}){END}"
)
IDENTITY_CARD = rf"{ALONE}[1-8]\d{{5}}(?:18|19|20)\d{{9}}[\dXx]{END}"


def _iban() -> str:
    """Return one pattern of all countries, in groups of four or without space."""
    countries = defaultdict(list)
    for country, length in IBAN_LENGTHS.items():
        countries[length].append(country)
    written = []
    for length, names in countries.items():
        groups, rest = divmod(length - 4, 4)
        tail = rf"[ -]?[A-Z0-9]{{{rest}}}" if rest else ""
        written.append(rf"(?:{'|'.join(names)})\d{{2}}(?:[ -]?[A-Z0-9]{{4}}){{{groups}}}{tail}")
        small = "|".join(names).lower()
        written.append(rf"(?:{small})\d{{2}}[a-z0-9]{{{length - 4}}}")
    return rf"{ALONE}(?=[A-Za-z]{{2}}\d\d)(?:{'|'.join(written)}){END}"


def _issued(match: re.Match[str]) -> bool:
    return is_social_security(value_of(match))


RECOGNIZERS = (
    Recognizer("IBAN", by_pattern(_iban(), lambda match: is_iban(match[0]))),
    Recognizer("CARD", by_pattern(CARD, lambda match: is_card(match[0]))),
    Recognizer("IDENTITY_CARD", by_pattern(IDENTITY_CARD, lambda match: is_identity_card(match[0]))),
    Recognizer("SOCIAL_SECURITY", by_pattern(SAID, _issued)),
    Recognizer(
        "SOCIAL_SECURITY", by_pattern(SOCIAL_SECURITY, lambda match: _issued(match) and not numbers_a_thing(match))
    ),
)
CHECKS = {
    "IBAN": is_iban,
    "CARD": is_card,
    "IDENTITY_CARD": is_identity_card,
    "SOCIAL_SECURITY": is_social_security,
}
"""What decides over a candidate of an industry's own pattern, by its placeholder."""
