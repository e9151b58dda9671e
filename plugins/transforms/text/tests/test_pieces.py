"""Texts are cut where they should be: nothing is lost, nothing is longer than it may be, and no span is cut."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier_text.chunk import Chunk
from metier_text.pieces import WORD, beside, paragraphs, sections, trimmed, windows

TEXTS = st.lists(
    st.sampled_from(
        ["pump", " ", "\n", "\n\n", "油泵", "漏油。", ". ", "# Title\n", "\n1.2 Seals\n", "第三章 检修\n", "E5", "…"]
    )
    | st.text(max_size=4),
    max_size=25,
).map("".join)


def words(text: str) -> int:
    return len(WORD.findall(text))


@st.composite
def sizes(draw: st.DrawFn) -> dict[str, int]:
    size = draw(st.integers(1, 9))
    return {"size": size, "overlap": draw(st.integers(0, size - 1))}


@settings(deadline=None)
@given(text=TEXTS, size=st.integers(1, 9))
def test_windows_without_overlap_are_the_text(text: str, size: int) -> None:
    found = list(windows(text, 0, len(text), size=size, overlap=0))
    assert "".join(text[start:end] for start, end in found) == text
    assert [words(text[start:end]) for start, end in found[:-1]] == [size] * (len(found) - 1)


@settings(deadline=None)
@given(text=TEXTS, options=sizes())
def test_windows_share_so_many_words(text: str, options: dict[str, int]) -> None:
    found = list(windows(text, 0, len(text), **options))
    assert found[0][0] == 0
    assert found[-1][1] == len(text)
    for (_, end), (start, other) in itertools.pairwise(found):
        assert words(text[start:end]) == options["overlap"]
        assert end < other, "a window lies in the one before it"
    assert all(words(text[start:end]) <= options["size"] for start, end in found)


@settings(deadline=None)
@given(text=TEXTS, options=sizes(), by=st.sampled_from(["paragraphs", "sections"]))
def test_paragraphs_and_sections_hold_every_word_and_no_more_than_a_chunk(
    text: str, options: dict[str, int], by: str
) -> None:
    if by == "paragraphs":
        found = list(paragraphs(text, 0, len(text), **options))
    else:
        found = list(sections(text, 0, len(text), heading=r"# |\d\.\d |第.章", **options))
    covered = [match.start() for start, end in found for match in WORD.finditer(text, start, end)]
    assert set(covered) == {match.start() for match in WORD.finditer(text)}
    assert all(words(text[start:end]) <= options["size"] for start, end in found)


@settings(deadline=None)
@given(text=TEXTS, options=sizes(), data=st.data(), by=st.sampled_from(["words", "paragraphs", "sections"]))
def test_every_span_is_whole_in_a_chunk_and_nothing_else_is_one(
    text: str, options: dict[str, int], data: Any, by: str
) -> None:
    places = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted).map(tuple)
    spans = [span for span in data.draw(st.lists(places, max_size=6)) if span[0] < span[1]]
    chunk = Chunk(Chunk.Config.model_validate({"by": by, **options}))
    found = chunk.pieces(text, [{"start": start, "end": end, "label": "A"} for start, end in spans])
    inside = {(start, end) for start, end in spans for one, other in found if one <= start and end <= other}
    assert inside == set(spans)
    assert found[0][0] == 0
    edges = {place for piece in found for place in piece}
    assert not any(start < place < end for place in edges for start, end in spans)


def test_a_span_longer_than_a_window_makes_it_longer() -> None:
    assert beside([(0, 4), (4, 8), (8, 12)], [(2, 10)]) == [(0, 2), (2, 10), (10, 12)]
    assert beside([(0, 4), (4, 8)], [(0, 8)]) == [(0, 8)]
    assert beside([(0, 4), (4, 8)], [(3, 6)]) == [(0, 3), (3, 8)]


def test_paragraphs_are_put_together_as_far_as_they_fit() -> None:
    text = "one two\n\nthree\n\nfour five six seven\n\neight"
    found = [text[start:end] for start, end in trimmed(text, list(paragraphs(text, 0, len(text), size=3, overlap=1)))]
    assert found == ["one two\n\nthree", "four five six", "six seven", "eight"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# A\nx y\n# B\nz", ["# A\nx y", "# B\nz"]),
        (
            "intro\n\nItem 1. Business\nWe sell.\nItem 1A. Risk Factors\nMany.",
            ["intro", "Item 1. Business\nWe sell.", "Item 1A. Risk Factors\nMany."],
        ),
        (
            "第一章 总则\n第一节 目的\n为了安全。\n第二节 范围\n本厂。",
            ["第一章 总则\n第一节 目的\n为了安全。", "第二节 范围\n本厂。"],
        ),
        (
            "2.1 Seals\nworn\n3 items were found, of which 2 leak.\n2.2 Pumps\nok",
            ["2.1 Seals\nworn\n3 items were found, of which 2 leak.", "2.2 Pumps\nok"],
        ),
        ("1. Open the valve.\n2. Close it.", ["1. Open the valve.\n2. Close it."]),
    ],
)
def test_sections_begin_at_headings(text: str, expected: list[str]) -> None:
    chunk = Chunk(Chunk.Config(by="sections"))
    assert [text[start:end] for start, end in chunk.pieces(text, [])] == expected
