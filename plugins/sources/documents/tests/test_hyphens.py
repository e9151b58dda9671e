"""Words parted at line ends come together; hyphens that belong to a word stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier_documents.hyphens import join, vocabulary

WORDS = vocabulary(["the maintenance of pumps is a long-term task", "inspect the valves, one by one", "tone and form"])


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("the mainten-", "ance team", "the maintenance team"),
        ("of infor-", "mation", "of information"),
        ("a long-", "term plan", "a long-term plan"),
        ("Non-", "Federal land", "Non-Federal land"),
        ("short-", "and long-term", "short- and long-term"),
        ("Bundes-", "und Landesrecht", "Bundes- und Landesrecht"),
        ("off-the-", "shelf systems", "off-the-shelf systems"),
        ("self-explana-", "tory", "self-explanatory"),
        ("tone-", "form", "tone-form"),
        ("2019-", "2020", "2019-2020"),
        ("a dash -", "and more", "a dash - and more"),
        ("one line", "and the next", "one line and the next"),
        ("更换密封", "件。", "更换密封件。"),
    ],
)
def test_lines_are_joined_as_a_reader_would(first: str, second: str, joined: str) -> None:
    assert join(first, second, WORDS)[0] == joined


def test_halves_are_no_words() -> None:
    assert vocabulary(["the mainten-", "ance team"]) == {"the", "team"}


@given(st.text(max_size=30), st.text(max_size=30))
def test_joining_loses_no_character_but_a_hyphen(first: str, second: str) -> None:
    joined, removed = join(first, second, frozenset())
    assert joined.replace(" ", "") == (first[: len(first) - removed] + second).replace(" ", "")
    assert not removed or first.endswith("-")
