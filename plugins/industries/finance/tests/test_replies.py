"""The authored replies answer known messages, and say no number that the facts do not have."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from metier.testing import authored
from metier_finance.finance import HERE, INTENTS

DATA = HERE / "data"
PROMPT = re.compile(r"Intent: (?P<intent>.+)\nMessage: (?P<message>.+)\nFacts: (?P<facts>.+)")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    found = authored.read(DATA / "customer-reply.jsonl")
    parsed = [(PROMPT.fullmatch(row["text"]), row["answer"]) for row in found]
    return [{**prompt.groupdict(), "reply": reply} for prompt, reply in parsed if prompt]


def test_every_intent_has_five_replies(rows: list[dict[str, str]]) -> None:
    assert Counter(row["intent"] for row in rows) == dict.fromkeys(INTENTS, 5)
    assert len({row["reply"] for row in rows}) == len({row["message"] for row in rows}) == 90


def test_messages_have_the_intent_that_they_have_in_the_sample_of_intents(rows: list[dict[str, str]]) -> None:
    known = {row["text"].casefold(): row["label"] for row in authored.read(DATA / "customer-intent.csv")}
    assert not [row for row in rows if known.get(row["message"].casefold()) != row["intent"]]


def test_replies_say_only_numbers_that_they_were_given(rows: list[dict[str, str]]) -> None:
    for row in rows:
        given = set(NUMBER.findall(row["facts"])) | set(NUMBER.findall(row["message"]))
        assert set(NUMBER.findall(row["reply"])) <= given, row


def test_no_reply_asks_for_a_secret(rows: list[dict[str, str]]) -> None:
    asking = re.compile(r"(?:send|tell|give) us [^.]*(?:PIN|password|code)", re.IGNORECASE)
    assert not [row for row in rows if asking.search(row["reply"])]
