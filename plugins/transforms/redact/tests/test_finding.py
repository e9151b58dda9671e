"""What is found, what is not, and that nothing is left to find."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.components import Industry
from metier.errors import DataError
from metier_redact.finding import TYPES, Finder
from metier_redact.recognizer import HIDDEN

SENTENCES = [
    json.loads(line)["text"] for line in (Path(__file__).parent / "labelled.jsonl").read_text("utf-8").splitlines()
]
FINDER = Finder.of({"BADGE": r"\bbadge \d{4}\b"}, regions=("US", "GB", "CN"))


class Shipping(Industry):
    """Knows the sea."""

    name = "shipping"

    def sensitive_patterns(self) -> Mapping[str, str]:
        return {
            "VESSEL": r"\bIMO \d{7}\b",
            "IBAN": r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4})+",
            "SEAMAN": r"seaman (?P<value>\w+)",
        }


def find(text: str, finder: Finder = FINDER) -> list[tuple[str, str]]:
    return [(one.type, text[one.start : one.end]) for one in finder.find(text)]


def redact(text: str, finder: Finder = FINDER) -> str:
    for one in reversed(finder.find(text)):
        text = f"{text[: one.start]}[{one.type}]{text[one.end :]}"
    return text


PIECES = st.one_of(
    st.sampled_from(SENTENCES),
    st.sampled_from(SENTENCES).map(lambda text: text[len(text) // 3 :]),
    st.sampled_from(
        [
            "[EMAIL]",
            "[PERSON]",
            "[",
            "]",
            HIDDEN,
            " ",
            "\n",
            "Dr. ",
            "born on ",
            "患者",
            "tel ",
            "badge 1234",
            "Mr",
            "，",
        ]
    ),
    st.text(max_size=8),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=5).map("".join))
def test_redacting_twice_is_redacting_once(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@settings(max_examples=100, deadline=None)
@given(st.lists(PIECES, max_size=4).map("".join))
def test_values_lie_in_the_text_in_order_and_apart(text: str) -> None:
    found = FINDER.find(text)
    assert all(one.type in {*TYPES, "BADGE"} and text[one.start : one.end].strip() for one in found)
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))
    assert not any(HIDDEN in text[one.start : one.end] for one in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Order 4111 1111 1111 1112 and card 4111 1111 1111 1111", [("CARD", "4111 1111 1111 1111")]),
        ("In 2021 4111 1111 1111 1111 was charged", [("CARD", "4111 1111 1111 1111")]),
        ("0.4111111111111111 of it", []),
        ("账户DE89370400440532013000已冻结", [("IBAN", "DE89370400440532013000")]),
        ("DE89 3704 0044 0532 0130 00 BIC COBADEFF", [("IBAN", "DE89 3704 0044 0532 0130 00")]),
        ("见https://a.cn/x?y=1，谢谢", [("URL", "https://a.cn/x?y=1")]),
        ("(see http://en.wikipedia.org/wiki/Trade_(craft)).", [("URL", "http://en.wikipedia.org/wiki/Trade_(craft)")]),
        ("write 'o.neil@x-y.org'.", [("EMAIL", "o.neil@x-y.org")]),
        ("version 10.0.0.121, mask 255.255.255.0, std::vector<a::b>", []),
        (
            "拨打１３８００１３８０００或（010）6234 5678",
            [("PHONE", "１３８００１３８０００"), ("PHONE", "（010）6234 5678")],
        ),
        ("call 212-555-0123 ext. 4, 13800000000元", [("PHONE", "212-555-0123 ext. 4")]),
        (
            "born on 3 May 1990 and 4 May 1991, hired on 5 May 2010",
            [("BIRTH_DATE", "3 May 1990"), ("BIRTH_DATE", "4 May 1991")],
        ),
        ("损害发生于2020年1月1日，其生于1990年1月1日", [("BIRTH_DATE", "1990年1月1日")]),
        ("Mr. Smith fell. Anna P. Smith saw Smithson.", [("PERSON", "Smith"), ("PERSON", "Anna P. Smith")]),
        ("Chief Executive Officer Award, Employee Stock Option, Senior Vice President, Director", []),
        ("Doctor: Well, Monday? Patient: Yeah.", []),
        ("谢谢医生，任何医生，提高老师，许多大夫", []),
        ("患者高血压，患者曾经", []),
        ("[PERSON] [EMAIL] badge 1234", [("BADGE", "badge 1234")]),
    ],
)
def test_what_is_found(text: str, expected: list[tuple[str, str]]) -> None:
    assert find(text) == expected


def test_an_industry_s_patterns_count_and_a_checksum_decides_over_them() -> None:
    finder = Finder.of({}, Shipping())
    assert find("船IMO 9811000抵港, seaman Ågård", finder) == [("VESSEL", "IMO 9811000"), ("SEAMAN", "Ågård")]
    assert find("pay NL91ABNA0417164300, not NL91ABNA0417164301", finder) == [("IBAN", "NL91ABNA0417164300")]


def test_the_recipe_s_patterns_come_before_the_industry_s() -> None:
    finder = Finder.of({"SHIP": r"IMO \d{7}"}, Shipping())
    assert find("IMO 9811000", finder) == [("SHIP", "IMO 9811000")]


def test_a_greedy_pattern_takes_what_is_left_between_others() -> None:
    finder = Finder.of({"ALL": ".+"}, leave=["PERSON"])
    assert find("a [EMAIL] b", finder) == [("ALL", "a "), ("ALL", " b")]


def test_types_that_are_left_are_not_found() -> None:
    text = "a@b.org, www.b.org/x, Dr. Anna Berg, IMO 9811000"
    assert find(text, Finder.of({}, Shipping(), leave=["PERSON", "URL", "VESSEL"])) == [("EMAIL", "a@b.org")]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"leave": ["EMIAL"]}, "'EMIAL' is not found anyway"),
        ({"regions": ["UK"]}, "'UK' is no region with telephone numbers"),
        ({"patterns": {"A": "(?u)x"}}, "is none"),
    ],
)
def test_what_cannot_be_found_is_said(options: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message) as error:
        Finder.of(options.pop("patterns", {}), **options)
    assert all(problem.hint for problem in error.value.problems)
