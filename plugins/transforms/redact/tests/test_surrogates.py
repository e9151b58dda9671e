"""Surrogates are the same for the same value, keep its form, and are nobody's."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier_redact.checksums import is_card, is_iban, is_identity_card, is_social_security
from metier_redact.surrogates import MAKERS, Surrogates

VALUES = {
    "PERSON": ["Anna Smith", "SMITH", "O’Leary-Jones", "J. van der Berg", "张伟明", "欧阳倩"],
    "EMAIL": ["a@b.org"],
    "URL": ["https://a.org/x", "www.a.org"],
    "IP_ADDRESS": ["10.1.2.3", "fe80::1:2:3"],
    "PHONE": ["+44 20 7946 0321", "(212) 555-0123", "010-62345678", "13912345678"],
    "SOCIAL_SECURITY": ["536-22-8145"],
    "CARD": ["4111 1111 1111 1111"],
    "IBAN": ["DE89 3704 0044 0532 0130 00"],
    "IDENTITY_CARD": ["11010519491231002X"],
    "BIRTH_DATE": ["3 May 1990", "1990-05-03", "March 30th, 2001", "1975年11月3日", "4/9/62"],
    "BADGE": ["badge 1234", "X", "工号"],
}
EACH = [pytest.param(kind, value, id=f"{kind} {value}") for kind, values in VALUES.items() for value in values]
SAME_FORM = {"PERSON", "PHONE", "SOCIAL_SECURITY", "CARD", "IBAN", "BIRTH_DATE", "BADGE"}


def form(value: str) -> str:
    return re.sub(r"[^\W\d_]+(?:[’-][^\W\d_]+)*", "a", re.sub(r"\d+", "0", value))


def is_phone(written: str, region: str | None) -> bool:
    import phonenumbers

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(written, region))
    except phonenumbers.NumberParseException:
        return False


@pytest.mark.parametrize(("kind", "value"), EACH)
def test_a_surrogate_differs_and_keeps_the_form(kind: str, value: str) -> None:
    made = Surrogates(13).of(kind, value)
    assert made != value
    assert form(made) == form(value) or kind not in SAME_FORM
    assert len(made) == len(value) or kind not in {"CARD", "IBAN", "SOCIAL_SECURITY", "PHONE", "IDENTITY_CARD"}


def test_no_surrogate_is_a_number_that_is_given_out() -> None:
    surrogates = Surrogates(13)
    for number in range(200):
        assert not is_card(surrogates.of("CARD", f"{4000056655660000 + number}"))
        assert not is_iban(surrogates.of("IBAN", f"DE{number:020}"))
        assert not is_social_security(surrogates.of("SOCIAL_SECURITY", f"536-22-{1000 + number}"))
        assert not is_identity_card(surrogates.of("IDENTITY_CARD", f"11010519491231{number:03}X"))
        assert not is_phone(surrogates.of("PHONE", f"212-555-{1000 + number}"), "US")
        assert not is_phone(surrogates.of("PHONE", f"139{number:08}"), "CN")
        assert not is_phone(surrogates.of("PHONE", f"020 {number:08}"), "GB")
        assert not is_phone(surrogates.of("PHONE", f"+4420{number:08}"), None)


@given(
    st.lists(st.text(string.ascii_letters + string.digits, min_size=1, max_size=6), min_size=1, max_size=12),
    st.integers(0, 5),
)
def test_the_same_values_in_the_same_order_get_the_same_surrogates(values: list[str], seed: int) -> None:
    first, second = Surrogates(seed), Surrogates(seed)
    one = [first.of("EMAIL", value) for value in values]
    assert one == [second.of("EMAIL", value) for value in values]
    folded = [value.casefold() for value in values]
    assert len(set(one)) == len(set(folded))
    assert all((one[i] == one[j]) == (folded[i] == folded[j]) for i in range(len(one)) for j in range(i))


def test_a_surrogate_has_nothing_of_the_value_but_its_turn() -> None:
    for kind in {*MAKERS, "BADGE"} - {"PERSON"}:
        a, b = Surrogates(13), Surrogates(13)
        assert a.of(kind, "DE1234567890") == b.of(kind, "DE9876543210")

    assert Surrogates(13).of("PERSON", "Anna Berg") == Surrogates(13).of("PERSON", "Otto Ruiz")


def test_another_seed_makes_others_and_a_family_keeps_its_name() -> None:
    one, other = Surrogates(13), Surrogates(14)
    assert one.of("PERSON", "Anna Smith") != other.of("PERSON", "Anna Smith")
    assert one.of("PERSON", "SMITH") == one.of("PERSON", "Anna Smith").split()[1].upper()
    assert one.of("CARD", "4111-1111-1111-1111").replace("-", " ") == one.of("CARD", "4111 1111 1111 1111")
