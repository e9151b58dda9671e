"""A conversation in one text comes back as it was."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from metier_text_generation.turns import MARK, ROLES, Turn, read, written

CONTENT = st.text().map(str.strip).filter(lambda text: not MARK.search(text))
TURNS = st.lists(st.builds(Turn, st.sampled_from(ROLES), CONTENT), min_size=1, max_size=5)


@given(TURNS)
def test_turns_come_back(turns: list[Turn]) -> None:
    assert read(written(turns)) == turns


@given(CONTENT)
def test_a_text_without_marks_is_the_users(text: str) -> None:
    assert read(text) == [Turn("user", text)]
    assert written(read(text)) == text


def test_a_mark_within_a_text_is_no_turn() -> None:
    text = "What does <|user|> mean?"
    assert read(text) == [Turn("user", text)]
    assert read(written([Turn("user", "<|user|> is a mark")])) != [Turn("user", "<|user|> is a mark")]
